"""The rule of effect as a truth table: its lines to the basis point, and what it says of small samples and silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from central.domain import Finding, Level, Subject
from central.rules.facts import RuleInput
from central.rules.ladder import DEFAULT, STRICT
from central.rules.reconcile import reconcile
from central.scoring.effect import Effect
from central.scoring.goal import Goal
from central.scoring.goal_document import GoalRecord
from central.scoring.indicator import Value
from central.scoring.survey import survey_of, surveyed
from tests.central.build import at
from tests.central.rules.build import BUILDING, at_midnight, found, level
from tests.central.scoring.test_goal import a_goal

FEW = surveyed("s", survey_of(n=29, satisfied=29))


def entered(value: float | None, state: Any = "entered") -> Value:
    return Value(indicator="", value=value, state=state, refs=("survey/7",))


def an_effect(value: Value | None, *, goal: Goal | None = None, period: str = "2026") -> Effect:
    """A goal of 100, due at the end of 2026, and what was noted of it."""
    of = goal or a_goal("g", 3, "homes", target=100.0, baseline=0.0)
    if value is None:
        return Effect(goal=of, record=None)
    record = GoalRecord(id=1, goal=of.id, version=1, period=period, value=value, noted_by="wang", noted_at=at(1))
    return Effect(goal=of, record=record)


def judged(*effects: Effect) -> Finding:
    finding = found("effect", at_midnight(effects=effects))
    assert finding is not None
    return finding


@pytest.mark.requirement("A03")
@pytest.mark.parametrize(
    ("reached", "value", "expected"),
    [
        (100.0, 0, None),
        (140.0, 0, None),
        (95.01, 499, None),
        (95.0, 500, "blue"),
        (85.01, 1499, "blue"),
        (85.0, 1500, "yellow"),
        (70.01, 2999, "yellow"),
        (70.0, 3000, "red"),
        (0.0, 10_000, "red"),
    ],
)
@pytest.mark.parametrize("profile", [DEFAULT, STRICT], ids=lambda profile: profile.name)
def test_short_of_a_goal_at_each_line(reached: float, value: int, expected: Level | None, profile: Any) -> None:
    finding = found("effect", at_midnight(effects=(an_effect(entered(reached)),)), profile)
    assert finding is not None
    assert (finding.level, finding.held, finding.value, finding.unit) == (expected, expected, value, "ratio_bp")
    assert finding.confirmed  # one evaluation raises
    assert finding.refs == ("goal/g/1/2026", "survey/7")


@pytest.mark.parametrize(
    ("period", "reached", "expected"),
    [("2026-Q2", 49.0, None), ("2026-Q2", 40.0, "yellow"), ("2026", 49.0, "red"), ("2027", 49.0, "red")],
)
def test_before_the_due_day_the_way_there_is_asked_for(period: str, reached: float, expected: Level | None) -> None:
    effect = an_effect(entered(reached), period=period)
    assert level("effect", at_midnight(effects=(effect,))) == expected


def test_less_is_better_where_the_goal_says_so() -> None:
    goal = a_goal("g", 3, "homes", target=20.0, baseline=None, unit="min", direction="lower")
    assert judged(an_effect(entered(20.0), goal=goal)).level is None
    assert judged(an_effect(entered(24.0), goal=goal)).value == 2000


def test_the_goal_that_falls_short_most_speaks_for_the_project() -> None:
    one, other = a_goal("a", 3, "homes", target=100.0), a_goal("b", 3, "homes", target=100.0)
    finding = judged(an_effect(entered(94.0), goal=one), an_effect(entered(80.0), goal=other))
    assert (finding.level, finding.value, finding.refs[0]) == ("yellow", 2000, "goal/b/1/2026")


def test_a_goal_with_lines_of_its_own_is_judged_by_them() -> None:
    strict = a_goal("a", 3, "homes", target=100.0, ladder_bp=(100, 200, 300))
    finding = judged(
        an_effect(entered(97.0), goal=strict), an_effect(entered(80.0), goal=a_goal("b", 3, "homes", target=100.0))
    )
    assert (finding.level, finding.value, finding.threshold) == ("red", 300, 300)
    assert judged(an_effect(entered(99.5), goal=strict)).level is None


@pytest.mark.requirement("A30")
def test_a_small_sample_has_no_colour_and_says_so() -> None:
    finding = judged(an_effect(FEW))
    assert (finding.judged, finding.level, finding.condition) == (False, None, "no_data")
    assert finding.detail == "g: 样本不足 (n=29), 不计达标 / sample too small (n=29), not counted as reached"


@pytest.mark.parametrize(
    ("effects", "expected", "condition"),
    [
        ((an_effect(FEW),), "yellow", "no_data"),  # what is open stays
        ((an_effect(FEW), an_effect(entered(99.0), goal=a_goal("b", 3, target=100.0))), "yellow", "no_data"),
        ((an_effect(FEW), an_effect(entered(94.0), goal=a_goal("b", 3, target=100.0))), "yellow", "ok"),
        ((an_effect(FEW), an_effect(entered(60.0), goal=a_goal("b", 3, target=100.0))), "red", "ok"),
        ((an_effect(entered(94.0)),), "blue", "ok"),
        ((an_effect(entered(100.0)),), None, "ok"),
        ((an_effect(None),), "yellow", "no_data"),
        ((an_effect(entered(None, "missing")),), "yellow", "no_data"),
        ((an_effect(None), an_effect(entered(100.0), goal=a_goal("b", 3, target=100.0))), None, "ok"),
        ((), None, "ok"),  # the goal was ended
    ],
)
def test_what_becomes_of_an_open_warning(effects: tuple[Effect, ...], expected: Level | None, condition: str) -> None:
    before = reconcile([judged(an_effect(entered(80.0)))], {}, DEFAULT)
    after = reconcile([judged(*effects)], before.states, DEFAULT)
    (state,) = after.states.values()
    assert (state.level, state.condition) == (expected, condition)


@pytest.mark.parametrize(
    "seen",
    [
        at_midnight(),
        at_midnight(effects=(an_effect(entered(0.0)),), tick=False),
        at_midnight(effects=(an_effect(entered(0.0)),), subject=BUILDING),
        at_midnight(effects=(an_effect(entered(0.0)),), subject=Subject(kind="line", id="p1/works")),
    ],
)
def test_it_is_about_projects_with_goals_at_midnights_only(seen: RuleInput) -> None:
    assert found("effect", seen) is None


def test_what_is_asked_for_only_later_is_not_known_yet() -> None:
    goal = a_goal("g", 3, "homes", target=100.0, baseline=None, due=date(2026, 12, 31))
    finding = judged(an_effect(entered(10.0), goal=goal, period="2026-Q1"))
    assert (finding.judged, finding.condition) == (False, "no_data")
    assert judged(an_effect(entered(10.0), goal=replace(goal, due=date(2026, 3, 31)), period="2026-Q1")).level == "red"
