"""Adjusting targets on both databases: through the unit's positions to the district, forward only, never by oneself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from central.domain import Subject
from central.errors import UnknownThing
from central.evaluate.adjustment import Asked
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.engine import reading, writing
from central.store.read_adjustments import adjustments_of, target_in_force, targets_in_force
from central.store.read_indicators import set_in_force
from central.store.save_adjustments import decide_adjustment, enter_adjustment, pass_on, withdraw_adjustment
from central.store.save_indicators import decide_set, put_set
from tests.central.store.test_indicators import UNIT, at, make

PEOPLE = {
    "clerk": ("clerk", "unit", UNIT.id),
    "section": ("section", "unit", UNIT.id),
    "head": ("dept_head", "unit", UNIT.id),
    "district_head": ("dept_head", "district", ""),
    "leader": ("leader", "district", ""),
    "double": ("leader", "district", ""),
    "stranger": ("clerk", "unit", "区水务局"),
}
MAY, JUNE = date(2026, 5, 6), date(2026, 6, 15)
INDICATOR = "unit.goals"


@pytest.fixture
def unit(any_store: Engine) -> Engine:
    """A unit with its set of indicators in force from March on, and people; `double` leads and works in the unit."""
    with writing(any_store) as connection, Session(connection) as session:
        for username, (role, kind, scope) in PEOPLE.items():
            person = tables.User(username=username, name=username, password_hash="-", created_at=0)
            session.add(person)
            session.flush()
            assert person.id is not None
            session.add(tables.Grant(user=person.id, role=role, scope_kind=kind, scope=scope))
            if username == "double":
                session.add(tables.Grant(user=person.id, role="clerk", scope_kind="unit", scope=UNIT.id))
        session.flush()
        day = date(2026, 1, 5)
        set_made = make("unit.goals", "unit.ack")
        put_set(connection, UNIT, set_made, since=day, base_version=0, reason="年度", by="wang", now_ms=at(day))
        decide_set(connection, UNIT, 1, approve=True, remark="", by="zhao", now_ms=at(day))
    return any_store


def old_target(engine: Engine) -> float:
    """The target that the set was made with."""
    with reading(engine) as connection:
        found = set_in_force(connection, subject=UNIT, day=MAY)
    assert found is not None
    return next(leaf.indicator.target for leaf in found.leaves if leaf.indicator.id == INDICATOR)


def do(engine: Engine, act: Any, *args: Any, **more: Any) -> Any:
    """One act in its transaction."""
    with writing(engine) as connection:
        return act(connection, *args, **more)


def code_of(engine: Engine, act: Any, *args: Any, **more: Any) -> str:
    """'' or the code with which an act is refused."""
    try:
        do(engine, act, *args, **more)
    except ScoringRefused as refused:
        return refused.code
    return ""


def asked(engine: Engine, share: float = 0.9, *, old: float | None = None) -> Asked:
    """So much of the target in force."""
    before = old_target(engine) if old is None else old
    return Asked(
        subject=UNIT, indicator=INDICATOR, old=before, new=before * share, reason="学校合并", evidence=("a" * 64,)
    )


def endorsed(engine: Engine, given: Asked, *, day: date = MAY) -> int:
    """An application that the unit stands by."""
    one = do(engine, enter_adjustment, given, by="clerk", now_ms=at(day))
    number: int = one.adjustment.id
    do(engine, pass_on, number, "review", by="section", remark="", now_ms=at(day))
    do(engine, pass_on, number, "endorse", by="head", remark="同意", now_ms=at(day))
    return number


def target_of(engine: Engine, period: str) -> float | None:
    """What a period is judged by."""
    with reading(engine) as connection:
        day = period_of(period).last
        one = target_in_force(connection, subject=UNIT, indicator=INDICATOR, day=day)
        assert targets_in_force(connection, kind="unit", day=day).get(UNIT, {}).get(INDICATOR) == one
        return one


@pytest.mark.requirement("E30")
def test_an_approved_target_holds_from_its_approval_and_periods_before_keep_theirs(unit: Engine) -> None:
    given = asked(unit)
    number = endorsed(unit, given)
    assert target_of(unit, "2026-06") is None
    done = do(unit, decide_adjustment, number, by="district_head", approve=True, remark="", now_ms=at(JUNE))
    assert (done.adjustment.state, done.adjustment.tier, done.adjustment.effective) == ("approved", "plain", JUNE)
    assert [target_of(unit, period) for period in ("2026-05", "2026-Q1")] == [None, None]
    assert [target_of(unit, period) for period in ("2026-06", "2026-07", "2026")] == [given.new] * 3
    large = endorsed(unit, asked(unit, 0.7, old=given.new), day=JUNE)
    decide = {"approve": True, "remark": "", "now_ms": at(JUNE)}
    assert code_of(unit, decide_adjustment, large, by="district_head", **decide) == "not_yours"
    assert do(unit, decide_adjustment, large, by="leader", **decide).adjustment.tier == "higher"
    third = endorsed(unit, asked(unit, 1.05, old=given.new * 0.7), day=JUNE)  # small, and the third of the year
    assert code_of(unit, decide_adjustment, third, by="district_head", **decide) == "not_yours"
    assert do(unit, decide_adjustment, third, by="leader", **decide).adjustment.state == "approved"


def test_a_later_day_does_not_make_the_third_of_its_year_an_ordinary_one(unit: Engine) -> None:
    december = date(2026, 12, 28)
    days = (date(2027, 3, 1), date(2027, 2, 1), date(2027, 1, 15))
    waiting = [endorsed(unit, asked(unit, 1 - nth / 100), day=december) for nth in (1, 2)]
    for number, day in zip(waiting, days[:2], strict=True):
        given = {"approve": True, "remark": "", "effective": day, "now_ms": at(december)}
        assert do(unit, decide_adjustment, number, by="district_head", **given).adjustment.tier == "plain"
    third = endorsed(unit, asked(unit, 0.97), day=december)  # plain when it was entered: none holds from 2026
    given = {"approve": True, "remark": "", "effective": days[2], "now_ms": at(december)}
    assert code_of(unit, decide_adjustment, third, by="district_head", **given) == "not_yours"
    assert do(unit, decide_adjustment, third, by="leader", **given).adjustment.tier == "higher"


@pytest.mark.requirement("C06")
def test_a_clerk_enters_a_section_chief_reviews_and_the_head_approves(unit: Engine) -> None:
    assert code_of(unit, enter_adjustment, asked(unit), by="stranger", now_ms=at(MAY)) == "not_yours"
    number = do(unit, enter_adjustment, asked(unit), by="clerk", now_ms=at(MAY)).adjustment.id
    for act, person, code in (
        ("review", "clerk", "own_work"),
        ("review", "stranger", "not_yours"),
        ("endorse", "head", "wrong_state"),
        ("review", "section", ""),
        ("endorse", "section", "not_yours"),
        ("endorse", "clerk", "own_work"),
        ("endorse", "head", ""),
        ("endorse", "head", "wrong_state"),
    ):
        assert code_of(unit, pass_on, number, act, by=person, remark="", now_ms=at(MAY)) == code, (act, person)


def test_nobody_approves_his_own_nor_backward(unit: Engine) -> None:
    number = endorsed(unit, asked(unit))
    decide = {"approve": True, "remark": "", "now_ms": at(JUNE)}
    for person in ("clerk", "head", "section", "double"):
        assert code_of(unit, decide_adjustment, number, by=person, **decide) in {"own_work", "not_yours"}, person
    backward = {**decide, "effective": date(2026, 6, 1)}
    assert code_of(unit, decide_adjustment, number, by="leader", **backward) == "not_yours"
    assert target_of(unit, "2026-12") is None
    later = {**decide, "effective": date(2026, 7, 1)}
    do(unit, decide_adjustment, number, by="leader", **later)
    assert (target_of(unit, "2026-06"), target_of(unit, "2026-07")) == (None, asked(unit).new)


def test_what_was_decided_meanwhile_is_not_decided_over(unit: Engine) -> None:
    one, other = endorsed(unit, asked(unit)), endorsed(unit, asked(unit, 0.95))
    decide = {"approve": True, "remark": "", "now_ms": at(JUNE)}
    do(unit, decide_adjustment, one, by="leader", **decide)
    assert code_of(unit, decide_adjustment, other, by="leader", **decide) == "conflict"
    refused = {"approve": False, "remark": "目标已调整", "now_ms": at(JUNE)}
    assert do(unit, decide_adjustment, other, by="leader", **refused).adjustment.state == "refused"
    assert code_of(unit, withdraw_adjustment, other, by="clerk", now_ms=at(JUNE)) == "wrong_state"
    with reading(unit) as connection:
        assert [found.adjustment.state for found in adjustments_of(connection, subject=UNIT)] == ["approved", "refused"]
        assert adjustments_of(connection, subject=Subject(kind="unit", id="区水务局")) == ()


def test_what_is_not_there_cannot_be_adjusted(unit: Engine) -> None:
    nowhere = Asked(
        subject=Subject(kind="unit", id="无此单位"), indicator="x", old=1, new=2, reason="r", evidence=("e",)
    )
    with pytest.raises(UnknownThing):
        do(unit, enter_adjustment, nowhere, by="clerk", now_ms=at(MAY))
    unmeasured = Asked(subject=UNIT, indicator="nothing", old=1, new=2, reason="r", evidence=("e",))
    assert code_of(unit, enter_adjustment, unmeasured, by="clerk", now_ms=at(MAY)) == "unknown"
    assert code_of(unit, enter_adjustment, asked(unit, old=1.5), by="clerk", now_ms=at(MAY)) == "unknown"


def test_what_was_asked_and_decided_stays(unit: Engine) -> None:
    number = endorsed(unit, asked(unit))
    for sql in ("UPDATE target_adjustment SET target = 1", "DELETE FROM adjustment_act"):
        with pytest.raises(DBAPIError, match="can only be added to"), writing(unit) as connection:
            connection.execute(text(sql))
    with reading(unit) as connection:
        trail = connection.execute(
            text("SELECT action FROM audit_entry WHERE object = :o"), {"o": f"adjustment/{number}"}
        )
        assert list(trail.scalars()) == ["adjustment.enter", "adjustment.review", "adjustment.endorse"]
