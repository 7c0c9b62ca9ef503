"""Goals on both databases: written, proposed, approved by another, recorded; what is past stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from central.domain import Subject, Text
from central.plan.calendar import midnight
from central.scoring.goal import Goal
from central.scoring.goal_document import GoalVersion
from central.scoring.indicator import Value
from central.scoring.refused import ScoringRefused
from central.scoring.survey import survey_of, surveyed
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_goals import goal_versions, goals_due, goals_of, records_of
from central.store.save_goals import GoalKey, decide_goals, note_record, propose_goals, withdraw_goals, write_goal
from tests.central.scoring.test_goal import a_goal

DAY = date(2026, 2, 2)


def at(day: date) -> int:
    """Midday of a day."""
    return to_ms(midnight(day) + timedelta(hours=12))


def district() -> tuple[Goal, ...]:
    """民生工程完成率 → 住建局保障房 → two projects."""
    return (
        a_goal("rate", text=Text(zh="2026年底前民生工程完成率达到95%", en="rate")),
        a_goal("homes", 2, "rate", text=Text(zh="2026年底前保障房完成率达到95%", en="homes")),
        a_goal("old", 3, "homes", text=Text(zh="2026年底前片区改造进度达到95%", en="old"), weight=0.5),
        a_goal("new", 3, "homes", text=Text(zh="2026年底前新建完成率达到95%", en="new"), weight=0.5),
    )


def write(engine: Engine, *goals: Goal, base: int = 0, by: str = "wang") -> list[GoalKey]:
    with writing(engine) as connection:
        written = [write_goal(connection, goal, base_version=base, by=by, now_ms=at(DAY)) for goal in goals]
    return [GoalKey(id=one.goal.id, version=one.goal.version) for one in written]


def propose(engine: Engine, keys: list[GoalKey], *, by: str = "wang") -> None:
    with writing(engine) as connection:
        propose_goals(connection, keys, by=by, now_ms=at(DAY))


def decide(engine: Engine, keys: list[GoalKey], *, by: str = "zhao", day: date = DAY, approve: bool = True) -> None:
    with writing(engine) as connection:
        decide_goals(connection, keys, approve=approve, remark="x", by=by, now_ms=at(day))


def in_force(engine: Engine, **asked: Any) -> dict[str, int]:
    with reading(engine) as connection:
        return {goal.id: goal.version for goal in goals_of(connection, **asked)}


@pytest.fixture
def agreed(any_store: Engine) -> Engine:
    """The district's tree of 2026, approved on DAY."""
    keys = write(any_store, *district())
    propose(any_store, keys)
    decide(any_store, keys)
    return any_store


@pytest.mark.requirement("A08")
def test_a_tree_is_written_proposed_and_approved_by_another(any_store: Engine) -> None:
    keys = write(any_store, *district())
    propose(any_store, keys)
    assert in_force(any_store) == {}
    with pytest.raises(ScoringRefused, match="one's own goal") as own:
        decide(any_store, keys, by="wang")
    assert own.value.code == "own_work"
    with pytest.raises(ScoringRefused, match="one's own goal"):
        decide(any_store, keys, by="li")  # who answers for them is assessed by them
    decide(any_store, keys)
    assert in_force(any_store) == {"homes": 1, "new": 1, "old": 1, "rate": 1}
    assert in_force(any_store, day=DAY - timedelta(days=1)) == {}
    assert in_force(any_store, subject=Subject(kind="unit", id="区住建局")) == {"homes": 1}
    assert in_force(any_store, year=2025) == {}
    with reading(any_store) as connection:
        assert goals_of(connection, year=2026) == tuple(sorted(district(), key=lambda goal: goal.id))


@pytest.mark.requirement("A08")
def test_what_is_no_tree_is_not_approved_and_none_of_it_is(any_store: Engine) -> None:
    *others, last = district()
    keys = write(any_store, *others, replace(last, weight=0.4))
    propose(any_store, keys)
    with pytest.raises(ScoringRefused, match=r"weights under homes: 0\.5 \+ 0\.4 = 0\.9|0\.4 \+ 0\.5 = 0\.9"):
        decide(any_store, keys)
    with pytest.raises(ScoringRefused, match="goal old under homes, which is not there"):
        decide(any_store, [key for key in keys if key.id == "old"])
    assert in_force(any_store) == {}
    decide(any_store, keys, approve=False)
    with reading(any_store) as connection:
        assert {version.state for version in goal_versions(connection)} == {"returned"}


@pytest.mark.requirement("B04", "A09")
@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (a_goal(owner=""), "nobody answers for it"),
        (a_goal(text=Text(zh="提高群众满意度", en="x"), unit=""), "has no unit"),
        (a_goal(baseline=None), "no baseline and no former years"),
        (a_goal(target=165.0, unit="个", text=Text(zh="2026年新增岗位165个", en="x")), "3.0 times the best"),
    ],
)
def test_b04_what_cannot_be_activated_is_not_even_proposed(any_store: Engine, goal: Goal, words: str) -> None:
    keys = write(any_store, goal)
    with pytest.raises(ScoringRefused, match=words):
        propose(any_store, keys)
    with pytest.raises(ScoringRefused, match="is draft"):
        decide(any_store, keys)


def test_a_justification_answers_a_doubt(any_store: Engine) -> None:
    propose(any_store, write(any_store, a_goal(baseline=None, justification="新设指标, 无历史数据")))


def test_a_goal_in_force_is_superseded_and_never_edited(agreed: Engine) -> None:
    later = DAY + timedelta(days=60)
    with pytest.raises(ScoringRefused, match="based on version 0, the newest is 1"):
        write(agreed, district()[2])
    with pytest.raises(ScoringRefused, match="another subject, level or year"):
        write(agreed, replace(district()[2], subject=Subject(kind="project", id="y")), base=1)
    changed = write(
        agreed, replace(district()[2], target=96.0, text=Text(zh="2026年底前片区改造进度达到96%", en="old")), base=1
    )
    propose(agreed, changed)
    assert in_force(agreed)["old"] == 1
    decide(agreed, changed, day=later)
    assert in_force(agreed)["old"] == 2
    assert in_force(agreed, day=later - timedelta(days=1))["old"] == 1


def test_a_goal_ends_only_with_what_stands_under_it(agreed: Engine) -> None:
    ended = write(agreed, replace(district()[1], ended=True), base=1)
    propose(agreed, ended)
    with pytest.raises(ScoringRefused, match="under homes, which is not there or not active"):
        decide(agreed, ended)
    shifted = write(agreed, replace(district()[2], ended=True), replace(district()[3], weight=1.0), base=1)
    propose(agreed, shifted)
    decide(agreed, shifted)
    assert in_force(agreed) == {"homes": 1, "new": 2, "rate": 1}


def test_a_proposal_is_withdrawn_by_who_made_it(any_store: Engine) -> None:
    keys = write(any_store, a_goal(text=Text(zh="2026年底前完成率达到95%", en="x")))
    propose(any_store, keys)
    for by, works in (("zhao", False), ("wang", True)):
        with writing(any_store) as connection:
            if works:
                found: tuple[GoalVersion, ...] = withdraw_goals(connection, keys, by=by, now_ms=1)
                assert [version.state for version in found] == ["withdrawn"]
            else:
                with pytest.raises(ScoringRefused, match="one's own proposal"):
                    withdraw_goals(connection, keys, by=by, now_ms=1)


@pytest.mark.requirement("D07")
def test_d07_what_was_reached_is_kept_by_period_and_feeds_the_next_year(agreed: Engine) -> None:
    def note(period: str, value: float, day: date) -> None:
        given = Value(indicator="", value=value, state="entered", refs=("paper/1",))
        with writing(agreed) as connection:
            note_record(connection, "old", period, given, by="wang", now_ms=at(day))

    note("2026-Q1", 30.0, date(2026, 4, 2))
    note("2026", 96.0, date(2027, 1, 5))
    note("2026-Q1", 31.0, date(2026, 4, 3))
    with reading(agreed) as connection:
        kept = records_of(connection, goals=["old", "new"])
        assert [(one.period, one.value.value) for one in kept["old"]] == [("2026-Q1", 31.0), ("2026", 96.0)]
        due = goals_due(connection, first=date(2026, 1, 1), last=date(2026, 12, 31))
        assert {goal.id: None if one is None else one.value.value for goal, one in due} == {
            "homes": None, "new": None, "old": 96.0, "rate": None,
        }  # fmt: skip
        early = goals_due(connection, first=date(2026, 1, 1), last=date(2026, 12, 31), known_ms=at(date(2026, 5, 1)))
        assert [one.value.value for goal, one in early if one is not None] == [31.0]
    following = a_goal(
        "old27", 1, year=2027, start=date(2027, 1, 1), due=date(2027, 12, 31), baseline=None, follows="old"
    )
    propose(agreed, write(agreed, replace(following, text=Text(zh="2027年底前改造进度达到95%", en="x"))))


@pytest.mark.parametrize(
    ("goal", "period", "words"),
    [("old", "2026-13", "expected a month"), ("old", "2027", "has not begun"), ("nothing", "2026", "goal nothing")],
)
def test_no_record_of_what_is_not_or_not_yet(agreed: Engine, goal: str, period: str, words: str) -> None:
    given = surveyed("", survey_of(n=10, satisfied=9))
    with pytest.raises(Exception, match=words), writing(agreed) as connection:
        note_record(connection, goal, period, given, by="wang", now_ms=at(DAY))


def test_the_database_refuses_to_change_them(agreed: Engine) -> None:
    with writing(agreed) as connection:
        note_record(connection, "old", "2026-Q1", surveyed("", survey_of(n=40, satisfied=39)), by="w", now_ms=at(DAY))
    for table in ("goal", "goal_act", "goal_record"):
        for verb in ("UPDATE {} SET version = version", "DELETE FROM {}"):
            with pytest.raises(DBAPIError, match="can only be added to"), writing(agreed) as connection:
                connection.execute(text(verb.format(table)))
