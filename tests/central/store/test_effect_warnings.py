"""A project's goal that falls short warns through the one door, on both databases, from when it was noted on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.domain import Subject
from central.plan.calendar import midnight
from central.reassess import reassess
from central.scoring.indicator import Value
from central.scoring.refused import ScoringRefused
from central.scoring.survey import survey_of, surveyed
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.load_known import load_known
from central.store.save_goals import note_record
from tests.central.plans import plan
from tests.central.store.test_goals import at, decide, district, propose, write
from tests.central.store.test_shortfalls import look, told

MAY_3, MAY_10 = date(2026, 5, 3), date(2026, 5, 10)
EVENTS = (
    "SELECT e.event, e.level, e.at, e.value FROM warning_event e JOIN warning w ON w.id = e.warning"
    " WHERE w.rule = 'effect' AND w.state <> 'withdrawn' ORDER BY e.at"
)


@pytest.fixture
def agreed(any_store: Engine) -> Engine:
    """p1 is planned, and has the goal `old` of 95 % since 3 May: 64.78 % by the end of March, from 55."""
    plan(any_store)
    rate, homes, old, new = district()
    keys = write(any_store, rate, homes, replace(old, subject=Subject(kind="project", id="p1")), new)
    propose(any_store, keys)
    assert asked_for(any_store) == 0  # of the plan, from the start
    judge(any_store, MAY_3)
    decide(any_store, keys, day=MAY_3)
    return any_store


def asked_for(engine: Engine) -> int | None:
    """From when on p1 is to be judged anew (ms); None = it is judged."""
    with reading(engine) as connection:
        row = connection.execute(text("SELECT dirty_from_at, revision - assessed_revision FROM assessment_state"))
        (since, waiting) = row.one()
        return since if waiting else None


def note(engine: Engine, value: Value | float, day: date, *, goal: str = "old", period: str = "2026-Q1") -> None:
    """Noted at noon of a day."""
    given = Value(indicator="", value=value, state="entered") if isinstance(value, float) else value
    with writing(engine) as connection:
        note_record(connection, goal, period, given, by="wang", now_ms=at(day))


def judge(engine: Engine, day: date) -> list[tuple[Any, ...]]:
    """Judged an hour into a day; what was said of the goals by then."""
    reassess(engine, "p1", midnight(day) + timedelta(hours=1))
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(EVENTS))]


def ms(day: date) -> int:
    return to_ms(midnight(day))


@pytest.mark.requirement("A03")
def test_a_goal_that_falls_short_warns_at_the_next_midnight_and_is_over_when_corrected(agreed: Engine) -> None:
    assert asked_for(agreed) == at(MAY_3)
    assert judge(agreed, MAY_10) == []
    note(agreed, 40.0, MAY_10)
    assert asked_for(agreed) == at(MAY_10)
    raised = ("raised", "red", ms(date(2026, 5, 11)), 3825)  # (64.78 - 40) / 64.78
    assert judge(agreed, date(2026, 5, 12)) == [raised]
    note(agreed, 50.0, date(2026, 5, 14))
    lowered = ("downgraded", "yellow", ms(date(2026, 5, 15)), 2281)
    assert judge(agreed, date(2026, 5, 15)) == [raised, lowered]
    note(agreed, 64.0, date(2026, 5, 17))
    whole = judge(agreed, date(2026, 5, 20))
    assert whole == [raised, lowered, ("cleared", None, ms(date(2026, 5, 18)), 120)]
    with writing(agreed) as connection:
        connection.execute(text("DELETE FROM checkpoint"))
    assert judge(agreed, date(2026, 5, 20)) == whole


@pytest.mark.requirement("A30")
def test_a_small_sample_warns_of_nothing_and_the_rule_says_so(agreed: Engine) -> None:
    note(agreed, surveyed("", survey_of(n=29, satisfied=2)), MAY_10)
    assert judge(agreed, date(2026, 5, 12)) == []
    with reading(agreed) as connection:
        said = connection.execute(text("SELECT condition, detail FROM rule_state WHERE rule = 'effect'")).one()
    assert tuple(said) == (
        "no_data", "old: 样本不足 (n=29), 不计达标 / sample too small (n=29), not counted as reached",
    )  # fmt: skip
    note(agreed, surveyed("", survey_of(n=30, satisfied=2)), date(2026, 5, 12))
    assert [row[:2] for row in judge(agreed, date(2026, 5, 14))] == [("raised", "red")]


def test_what_is_refused_or_about_others_leaves_the_project_judged(agreed: Engine) -> None:
    judge(agreed, MAY_10)
    with pytest.raises(ScoringRefused, match="has not begun"):
        note(agreed, 40.0, MAY_10, period="2027")
    note(agreed, 40.0, MAY_10, goal="homes")
    note(agreed, 40.0, MAY_10, goal="new")  # of a project that is not planned
    assert asked_for(agreed) is None
    assert judge(agreed, date(2026, 5, 12)) == []


def test_whoever_answers_is_told_by_the_rule_of_a_projects_goal_and_by_the_job_of_others(agreed: Engine) -> None:
    for goal in ("old", "new", "homes"):
        note(agreed, 40.0, MAY_10, goal=goal)
    assert look(agreed, date(2026, 5, 11)) == "2 of 3 goals fall short"
    assert {about for _, about, _ in told(agreed)} == {"goal/homes/1/2026-Q1", "goal/new/1/2026-Q1"}


def test_what_was_known_then_leaves_later_notes_out(agreed: Engine) -> None:
    note(agreed, 40.0, MAY_10)
    note(agreed, 64.0, date(2026, 5, 14))
    until = midnight(date(2026, 5, 20))
    found = []
    for day in (date(2026, 5, 2), date(2026, 5, 12), date(2026, 5, 19)):
        with writing(agreed) as connection:
            known = load_known(connection, "p1", until=until, known_ms=ms(day))
        assert known is not None
        values = [one.value.value for one in known.facts.records]
        found.append((len(known.facts.goals), values, known.late))
    assert found == [(0, [], 3), (1, [40.0], 1), (1, [40.0, 64.0], 0)]
