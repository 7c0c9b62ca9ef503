"""Hysteresis against the vector of domain.md §5.4, and the runs around it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from central.domain import Finding, Level, RuleState, Subject
from central.rules.ladder import DEFAULT, STRICT, LadderProfile
from central.rules.reconcile import StateKey, reconcile
from tests.central.build import at

BUILDING = Subject(kind="building", id="b1")
GAPS = (4, 15, 14.5, 15.2, 15.4, 14, 13.5, 12.9, 12.8, 12.5, 12, 31, 31)
N, B, Y, R = None, "blue", "yellow", "red"


def a_finding(points: float, n: int, *, confirmed: bool = False, profile: LadderProfile = DEFAULT) -> Finding:
    ladder = profile.ladder("schedule_gap")
    value = round(points * 100)
    level = ladder.level(value)
    return Finding(
        rule="schedule_gap",
        rule_version=profile.rule_version("schedule_gap"),
        subject=BUILDING,
        as_of=at(n),
        level=level,
        held=ladder.held(value),
        value=value,
        threshold=ladder.threshold(level),
        unit="bp",
        confirmed=confirmed,
        capped=False,
        refs=(),
    )


def levels(gaps: tuple[float, ...], *, confirmed: bool = False, profile: LadderProfile = DEFAULT) -> list[Level | None]:
    states: dict[StateKey, RuleState] = {}
    found: list[Level | None] = []
    for n, gap in enumerate(gaps):
        after = reconcile([a_finding(gap, n, confirmed=confirmed, profile=profile)], states, profile)
        states = dict(after.states)
        found.append(states["schedule_gap", BUILDING].level)
    return found


@pytest.mark.requirement("A17")
def test_the_domains_vector() -> None:
    assert levels(GAPS) == [N, N, B, B, Y, Y, Y, Y, Y, B, B, B, R]


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ((5, 5), [N, B]),  # inclusive
        ((4.99, 4.99), [N, N]),
        ((15, 4, 15, 4), [N, N, N, N]),  # a run that breaks off raises nothing
        ((6, 16, 16), [N, B, Y]),  # the second counts towards both levels
        ((31, 6), [N, B]),  # the lowest of the run
        ((31, 31, 0, 0, 0), [N, R, R, R, N]),  # straight to nothing
        ((31, 31, 14, 4, 20), [N, R, R, R, Y]),  # down to the highest of the run
        ((5, 5, 3, 3, 3, 3), [N, B, B, B, B, B]),  # 3 points is not below exit
        ((5, 5, 2.99, 2.99, 4, 2.99, 2.99, 2.99), [N, B, B, B, B, B, B, N]),
    ],
)
def test_runs(gaps: tuple[float, ...], expected: list[Level | None]) -> None:
    assert levels(gaps) == expected


def test_confirmed_evidence_raises_at_once_and_clears_as_slowly() -> None:
    assert levels((15, 31, 0, 0, 0), confirmed=True) == [Y, R, R, R, N]


def test_the_strict_profile_is_another_ladder() -> None:
    assert levels((10, 10, 15, 15), profile=STRICT) == [N, Y, Y, R]


def test_changes_carry_event_levels_and_line() -> None:
    states: dict[StateKey, RuleState] = {}
    events = []
    for n, gap in enumerate((6, 16, 31, 20, 20, 20, 0, 0, 0)):
        after = reconcile([a_finding(gap, n, confirmed=True)], states, DEFAULT)
        states = dict(after.states)
        events += [(c.event, c.previous, c.level, c.threshold, c.at) for c in after.changes]
    assert events == [
        ("raised", N, B, 500, at(0)),
        ("escalated", B, Y, 1500, at(1)),
        ("escalated", Y, R, 3000, at(2)),
        ("downgraded", R, Y, 1500, at(3) + timedelta(days=2)),
        ("cleared", Y, N, 1500, at(8)),
    ]
