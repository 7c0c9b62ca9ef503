"""Adjusting a target: who asks, who approves, from when it holds (E30, C06)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from central.domain import Subject
from central.evaluate.adjustment import (
    Adjustment,
    Asked,
    check_asked,
    check_decision,
    check_effective,
    check_enter,
    check_inside,
    check_withdraw,
    target_in_force,
    tier_of,
)
from central.evaluate.appeal import Seat
from central.evaluate.result_policy import AdjustmentTerms
from central.scoring.period import period_of
from tests.central.evaluate.test_appeal import refused

UNIT = Subject(kind="unit", id="区教育局")
DAY = date(2026, 6, 15)
HEAD = Seat(person="head", everywhere=frozenset({"dept_head"}))
LEADER = Seat(person="leader", everywhere=frozenset({"leader"}))


def asked(new: float = 90, *, old: float = 100, **more: Any) -> Asked:
    """A lower target."""
    plain: dict[str, Any] = {"subject": UNIT, "indicator": "visits", "reason": "学校合并", "evidence": ("a" * 64,)}
    return Asked(old=old, new=new, **{**plain, **more})


def adjustment(number: int = 1, new: float = 90, *, effective: date | None = DAY, **more: Any) -> Adjustment:
    """An approved one unless told."""
    plain: dict[str, Any] = {"state": "approved" if effective else "endorsed", "tier": "plain", "author": "clerk"}
    plain |= {"unit": "区教育局", "entered_on": date(2026, 6, 1), "asked": asked(new)}
    return Adjustment(id=number, effective=effective, **{**plain, **more})


@pytest.mark.parametrize(
    ("period", "target"),
    [
        ("2026-05", None),
        ("2026-Q1", None),
        ("2026-06", 90),
        ("2026-07", 90),
        ("2026-Q2", 90),
        ("2026", 90),
        ("2025", None),
    ],
)
def test_periods_before_the_approval_keep_their_target(period: str, target: float | None) -> None:
    assert target_in_force([adjustment()], day=period_of(period).last) == target


def test_the_newest_approval_holds_and_what_waits_does_not() -> None:
    two = [adjustment(2, 85, effective=date(2026, 9, 1)), adjustment(1, 90), adjustment(3, 50, effective=None)]
    assert target_in_force(two, day=date(2026, 8, 31)) == 90
    assert target_in_force(two, day=date(2026, 9, 1)) == 85
    same_day = [adjustment(1, 90), adjustment(2, 80)]
    assert target_in_force(same_day, day=DAY) == target_in_force(reversed(same_day), day=DAY) == 80


@pytest.mark.parametrize(
    ("old", "new", "original", "before", "tier"),
    [
        (100, 90, 100, 0, "plain"),
        (100, 80, 100, 0, "plain"),
        (100, 79.99, 100, 0, "higher"),
        (100, 120, 100, 0, "plain"),
        (100, 120.01, 100, 0, "higher"),
        (0.3, 0.36, 0.3, 0, "plain"),  # twenty per cent, whatever floats make of it
        (0.3, 0.3600001, 0.3, 0, "higher"),
        (90, 75, 100, 1, "higher"),  # small steps that add up
        (100, 90, 100, 1, "plain"),
        (100, 90, 100, 2, "higher"),  # the third of the year
    ],
)
def test_a_large_change_or_the_third_of_a_year_goes_higher(
    old: float, new: float, original: float, before: int, tier: str
) -> None:
    others = [adjustment(nth) for nth in range(before)]
    terms = AdjustmentTerms()
    assert tier_of(asked(new, old=old), day=DAY, others=others, terms=terms, original=original) == tier


def test_only_this_years_of_this_indicator_count() -> None:
    others = [
        adjustment(1, effective=date(2025, 12, 31)),
        adjustment(2, effective=None, state="refused"),
        adjustment(3, effective=None, state="withdrawn"),
        adjustment(4, asked=asked(indicator="other")),
        adjustment(5, asked=asked(subject=Subject(kind="unit", id="other"))),
        adjustment(6),
    ]
    assert tier_of(asked(), day=DAY, others=others, terms=AdjustmentTerms(), original=100) == "plain"
    waits = [*others, adjustment(7, effective=None)]
    assert tier_of(asked(), day=DAY, others=waits, terms=AdjustmentTerms(), original=100) == "higher"


@pytest.mark.parametrize(
    ("more", "target", "where"),
    [
        ({}, 100, ""),
        ({"reason": " "}, 100, "missing reason"),
        ({"evidence": ()}, 100, "missing evidence"),
        ({"evidence": ("",)}, 100, "missing evidence"),
        ({}, 95, "unknown old"),
        ({}, None, "unknown indicator"),
    ],
)
def test_an_application_says_what_why_and_by_what(more: dict[str, Any], target: float | None, where: str) -> None:
    assert refused(lambda: check_asked(asked(**more), target=target)) == where


@pytest.mark.parametrize("new", [0, -1, float("nan"), float("inf"), 100])
def test_a_target_is_another_number_above_zero(new: float) -> None:
    assert refused(lambda: check_asked(asked(new), target=100)) == "unknown new"


@pytest.mark.parametrize(
    ("state", "act", "person", "positions", "code"),
    [
        ("entered", "review", "chief", {"section"}, ""),
        ("entered", "review", "head", {"dept_head"}, ""),
        ("entered", "review", "colleague", {"clerk"}, "not_yours person"),
        ("entered", "review", "clerk", {"section"}, "own_work person"),
        ("entered", "endorse", "head", {"dept_head"}, "wrong_state state"),
        ("reviewed", "endorse", "head", {"dept_head"}, ""),
        ("reviewed", "endorse", "chief", {"section"}, "not_yours person"),
        ("reviewed", "endorse", "clerk", {"dept_head"}, "own_work person"),
        ("reviewed", "endorse", "stranger", set(), "not_yours person"),
    ],
)
def test_positions_inside_a_unit(state: str, act: Any, person: str, positions: set[str], code: str) -> None:
    one = adjustment(effective=None, state=state)
    assert refused(lambda: check_inside(one, act, person, frozenset(positions))) == code


def test_only_ones_own_unit_asks_and_only_who_asked_withdraws() -> None:
    own = Seat(person="clerk", everywhere=frozenset(), speaks=frozenset({"区教育局"}))
    check_enter(UNIT, own, frozenset({"clerk"}), unit="区教育局")
    assert refused(lambda: check_enter(UNIT, HEAD, frozenset({"dept_head"}), unit="区教育局")) == "not_yours person"
    assert refused(lambda: check_enter(UNIT, own, frozenset({"contractor"}), unit="区教育局")) == "not_yours person"
    check_withdraw(adjustment(effective=None), "clerk")
    assert refused(lambda: check_withdraw(adjustment(effective=None), "head")) == "not_yours person"
    assert refused(lambda: check_withdraw(adjustment(), "clerk")) == "wrong_state state"


@pytest.mark.parametrize(
    ("seat", "tier", "more", "code"),
    [
        (HEAD, "plain", {}, ""),
        (HEAD, "higher", {}, "not_yours person"),
        (LEADER, "higher", {}, ""),
        (Seat(person="clerk", everywhere=frozenset({"leader"})), "plain", {}, "own_work person"),
        (Seat(person="chief", everywhere=frozenset({"leader"})), "plain", {"reviewed_by": "chief"}, "own_work person"),
        (
            Seat(person="x", everywhere=frozenset({"leader"}), units=frozenset({"区教育局"})),
            "plain",
            {},
            "own_work person",
        ),
        (Seat(person="x", everywhere=frozenset({"inspector"})), "plain", {}, "not_yours person"),
        (LEADER, "plain", {"state": "reviewed"}, "wrong_state state"),
    ],
)
def test_the_district_decides_and_nobody_who_is_assessed(
    seat: Seat, tier: Any, more: dict[str, Any], code: str
) -> None:
    one = adjustment(effective=None, **more)
    assert refused(lambda: check_decision(one, seat, tier=tier, approve=True, remark="")) == code


def test_a_refusal_says_why() -> None:
    one = adjustment(effective=None)
    assert refused(lambda: check_decision(one, HEAD, tier="plain", approve=False, remark="")) == "missing remark"


def test_nothing_holds_backward() -> None:
    assert check_effective(None, today=DAY) == DAY
    assert check_effective(date(2026, 7, 1), today=DAY) == date(2026, 7, 1)
    assert refused(lambda: check_effective(date(2026, 6, 14), today=DAY)) == "not_yours effective"
