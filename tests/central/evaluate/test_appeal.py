"""Who decides on a suggestion, and who answers an appeal: never who is assessed, and never the same person twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from central.domain import Subject
from central.evaluate.appeal import (
    MOVES,
    Seat,
    Standing,
    check_answer,
    check_appeal,
    check_decision,
    check_review,
    expires,
    moved,
)
from central.evaluate.calendar import working_days_after
from central.scoring.refused import ScoringRefused

UNIT = Subject(kind="unit", id="区教育局")
LEADER = Seat(person="leader", everywhere=frozenset({"leader"}))
FINANCE = Seat(person="finance", everywhere=frozenset({"finance"}))
DISCIPLINE = Seat(person="discipline", everywhere=frozenset({"discipline"}))
UPPER = Seat(person="upper", everywhere=frozenset(), units=frozenset({"区政府办"}), below=frozenset({"区教育局"}))
CLERK = Seat(person="clerk", everywhere=frozenset(), units=frozenset({"区教育局"}), speaks=frozenset({"区教育局"}))
INSPECTOR = Seat(person="inspector", everywhere=frozenset(), units=frozenset({"区教育局"}))
TODAY = date(2026, 3, 2)


def standing(**more: Any) -> Standing:
    """A cut of a unit's budget that waits for finance."""
    plain: dict[str, Any] = {"kind": "cut", "subject": UNIT, "unit": "区教育局", "state": "suggested"}
    return Standing(**{**plain, "decider": "finance", **more})


def decided(one: Standing, seat: Seat, **more: Any) -> str:
    """'' or the code with which the decision is refused."""
    plain: dict[str, Any] = {"approve": True, "hearing": "听取了意见", "basis": "年度评价结果"}
    return refused(lambda: check_decision(one, seat, **{**plain, **more}))


def refused(act: Any) -> str:
    """'' or CODE where."""
    try:
        act()
    except ScoringRefused as error:
        return f"{error.code} {error.where}"
    return ""


@pytest.mark.parametrize(
    ("more", "seat", "given", "code"),
    [
        ({}, FINANCE, {}, ""),
        ({}, FINANCE, {"approve": False, "hearing": ""}, ""),
        ({}, FINANCE, {"hearing": " "}, "missing hearing"),
        ({}, FINANCE, {"basis": ""}, "missing basis"),
        ({}, FINANCE, {"cut_bp": 300}, ""),
        ({}, FINANCE, {"cut_bp": 2500, "cut_most_bp": 2000}, "unknown cut_bp"),
        ({"kind": "deduction"}, FINANCE, {"cut_bp": 300, "hearing": ""}, "unknown cut_bp"),
        ({"kind": "deduction"}, FINANCE, {"hearing": ""}, ""),
        ({}, LEADER, {}, "not_yours person"),
        ({"decider": "leader"}, LEADER, {}, ""),
        ({}, Seat(person="f", everywhere=frozenset({"finance"}), units=frozenset({"区教育局"})), {}, "own_work person"),
        (
            {"subject": Subject(kind="project", id="p")},
            replace(FINANCE, units=frozenset({"区教育局"})),
            {},
            "own_work person",
        ),
        ({"subject": Subject(kind="person", id="finance"), "kind": "reserve"}, FINANCE, {}, "own_work person"),
        ({"author": "finance", "kind": "other"}, FINANCE, {}, "own_work person"),
        ({"reviewed_by": "finance", "state": "reviewed"}, FINANCE, {}, "own_work person"),
        ({"kind": "suspend"}, FINANCE, {}, "wrong_state state"),
        ({"kind": "suspend", "state": "reviewed", "reviewed_by": "x"}, FINANCE, {}, ""),
        ({"state": "approved"}, FINANCE, {}, "wrong_state state"),
        ({"state": "final"}, FINANCE, {"approve": False}, "wrong_state state"),
    ],
)
def test_who_decides_and_with_what(more: dict[str, Any], seat: Seat, given: dict[str, Any], code: str) -> None:
    assert decided(standing(**more), seat, **given) == code


def test_a_review_is_somebody_elses() -> None:
    check_review(standing(kind="suspend"), LEADER)
    assert refused(lambda: check_review(standing(), CLERK)) == "own_work person"
    assert refused(lambda: check_review(standing(author="leader"), LEADER)) == "own_work person"
    assert refused(lambda: check_review(standing(state="approved"), LEADER)) == "wrong_state state"


@pytest.mark.parametrize(
    ("seat", "today", "reason", "code"),
    [
        (CLERK, date(2026, 3, 9), "统计口径有误", ""),
        (CLERK, date(2026, 3, 10), "统计口径有误", "wrong_state appeal"),
        (CLERK, date(2026, 3, 9), "", "missing reason"),
        (FINANCE, date(2026, 3, 3), "x", "not_yours appeal"),
        (INSPECTOR, date(2026, 3, 3), "x", "not_yours appeal"),  # of the unit's projects, and not of its people
    ],
)
def test_an_appeal_is_heard_to_the_last_day_of_the_window(seat: Seat, today: date, reason: str, code: str) -> None:
    closes = working_days_after(TODAY, 5)
    assert closes == date(2026, 3, 9)  # over a weekend
    one = standing(state="approved", decided_by="finance", closes_on=closes)
    assert refused(lambda: check_appeal(one, seat, today=today, reason=reason)) == code
    assert expires(one, today=today) is (today > closes)


@pytest.mark.parametrize(
    ("seat", "code"),
    [
        (DISCIPLINE, "not_yours person"),  # it reads, and changes nothing (C08)
        (LEADER, ""),
        (UPPER, ""),  # the head of the department above
        (replace(UPPER, below=frozenset({"区水务局"})), "not_yours person"),
        (FINANCE, "own_work person"),  # who decided
        (Seat(person="other", everywhere=frozenset({"finance"})), ""),
        (Seat(person="reviewer", everywhere=frozenset({"leader"})), "own_work person"),
        (CLERK, "own_work person"),
        (Seat(person="somebody", everywhere=frozenset({"inspector"})), "not_yours person"),
    ],
)
def test_an_appeal_is_answered_by_somebody_else(seat: Seat, code: str) -> None:
    one = standing(state="appealed", decided_by="finance", reviewed_by="reviewer", appealed_by="clerk")
    assert refused(lambda: check_answer(one, seat, uphold=True, reason="复核属实")) == code


def test_an_answer_says_why() -> None:
    one = standing(state="appealed", decided_by="finance", appealed_by="clerk")
    assert refused(lambda: check_answer(one, LEADER, uphold=False, reason="")) == "missing reason"


def test_the_machine_has_no_way_out_of_its_ends() -> None:
    for state in ("rejected", "overturned", "carried_out", "withdrawn"):
        assert not [act for before, act in MOVES if before == state]
    with pytest.raises(ScoringRefused, match="it is suggested at state: expected approved"):
        moved("suggested", "appeal")
