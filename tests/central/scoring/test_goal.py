"""The tree of goals, its roll-up, and whether a goal is reached or falls short (A03, A08, A30, B04, E09, E12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from central.domain import Subject, SubjectKind, Text
from central.scoring.goal import (
    SUBJECT_OF_LEVEL,
    Goal,
    checked_tree,
    done_share,
    expected_on,
    known_share,
    reached,
    roll_up,
    shortfall,
    unit_above,
)
from central.scoring.indicator import Value, ValueState
from central.scoring.refused import ScoringRefused
from central.scoring.survey import survey_of, surveyed

NAMES = {"rate": "民生工程完成率", "homes": "住建局保障房", "old": "某片区改造进度", "new": "新建保障房"}


def a_goal(goal: str = "rate", level: int = 1, parent: str | None = None, **changes: Any) -> Goal:
    """A goal of 2026 that asks for 95 %."""
    kind: SubjectKind = SUBJECT_OF_LEVEL[level]
    name = NAMES.get(goal, goal)
    made = Goal(
        id=goal,
        level=level,
        parent=parent,
        owner="li",
        subject=Subject(kind=kind, id="区住建局" if kind == "unit" else "x"),
        text=Text(zh=name, en=goal),
        target=95.0,
        unit="%",
        baseline=55.0,
        start=date(2026, 1, 1),
        due=date(2026, 12, 31),
        weight=1.0,
        year=2026,
    )
    return replace(made, **changes)


def tree(**weights: float) -> tuple[Goal, ...]:
    """民生工程完成率 → 住建局保障房 → 某片区改造进度 and another."""
    return (
        a_goal("new", 3, "homes", weight=weights.get("new", 0.5)),
        a_goal("homes", 2, "rate"),
        a_goal("old", 3, "homes", weight=weights.get("old", 0.5)),
        a_goal("rate"),
    )


def value(number: float | None, state: ValueState = "measured", **more: Any) -> Value:
    return Value(indicator="i", value=number, state=state, **more)


@pytest.mark.requirement("A08", "E09")
def test_a08_a_tree_of_three_levels_is_ordered_and_rolled_up() -> None:
    goals = checked_tree(tree())
    assert [goal.id for goal in goals] == ["rate", "homes", "new", "old"]
    assert roll_up(goals, {"old": 0.9, "new": 0.7}) == {"old": 0.9, "new": 0.7, "homes": 0.8, "rate": 0.8}


@pytest.mark.requirement("A08")
@pytest.mark.parametrize(
    ("goals", "words"),
    [
        (tree(old=0.5, new=0.4), r"weights under homes: 0\.4 \+ 0\.5 = 0\.9"),
        (tree(old=1.5, new=-0.5), "weights under homes"),
        ((*tree(), a_goal("lost", 3, "nowhere")), "goal lost under nowhere, which is not there"),
        ((a_goal("rate", parent="homes"), *tree()[:3]), "a circle"),
        ((*tree()[:3], a_goal("rate", 1, "rate")), "a circle rate → rate"),
        ((a_goal("rate"), a_goal("old", 3, "rate")), "stands under level 1"),
        ((a_goal("homes", 2),), "stands under level none"),
        ((a_goal("rate"), a_goal("homes", 2, "rate", subject=Subject(kind="project", id="x"))), "is about a project"),
        ((a_goal("rate"), a_goal("rate")), "goal rate again"),
        ((a_goal("rate", weight=0.5), a_goal("other", weight=0.6)), "weights under the district"),
        (
            (a_goal("rate"), a_goal("p", 4, "rate")),
            "under level 1",
        ),
    ],
)
def test_a08_what_is_no_tree_is_refused(goals: tuple[Goal, ...], words: str) -> None:
    with pytest.raises(ScoringRefused, match=words) as refused:
        checked_tree(goals)
    assert refused.value.text.zh != refused.value.text.en


@pytest.mark.requirement("B04")
def test_b04_a_goal_without_an_owner_is_not_activated() -> None:
    with pytest.raises(ScoringRefused, match="goal homes has no owner"):
        checked_tree((a_goal("rate"), a_goal("homes", 2, "rate", owner=" ")))


@pytest.mark.requirement("E09")
def test_e09_a_post_stands_under_its_department_or_project() -> None:
    post = a_goal("patrols", 4, "homes", weight=0.2)
    goals = checked_tree((a_goal("rate"), a_goal("homes", 2, "rate"), post, a_goal("old", 3, "homes", weight=0.8)))
    assert unit_above(post, {goal.id: goal for goal in goals}) == "区住建局"
    assert roll_up(goals, {"patrols": 1.0, "old": 0.5})["homes"] == pytest.approx(0.6, abs=1e-12)


def test_what_is_not_known_yet_takes_no_part_and_says_how_much_is_known() -> None:
    assert roll_up(tree(), {"old": 0.9})["rate"] == 0.9
    assert known_share(tree(), {"old": 0.9}) == {"rate": 0.5, "homes": 0.5, "new": 0.0, "old": 1.0}
    assert roll_up(tree(), {})["rate"] is None
    assert roll_up(tree(), {"rate": 0.3})["rate"] == 0.3
    assert (
        roll_up((*tree(), a_goal("gone", 3, "homes", ended=True)), {"old": 0.9, "new": 0.7, "gone": 0.0})["homes"]
        == 0.8
    )


@pytest.mark.requirement("A30")
@pytest.mark.parametrize(
    ("given", "target", "met"),
    [
        (value(95.0), 95.0, True),
        (value(94.99), 95.0, False),
        (value(94.9999999), 95.0, True),  # a tenth of a millionth is noise of adding
        (surveyed("s", survey_of(n=200, satisfied=160)), 80.0, True),
        (surveyed("s", survey_of(n=200, satisfied=159)), 80.0, False),
        (surveyed("s", survey_of(n=29, satisfied=29)), 80.0, False),
        (surveyed("s", survey_of(n=30, satisfied=30)), 80.0, True),
        (value(None, "missing"), 95.0, None),
        (None, 95.0, None),
        (value(100 * (0.7 - 0.4)), 30.0, True),  # as floats 29.999999999999996
    ],
)
def test_a30_reached(given: Value | None, target: float, met: bool | None) -> None:
    found = reached(a_goal(target=target), given)
    assert found.met is met
    if given is not None and given.state == "too_few":
        assert found.reason.zh == "样本不足 (n=29), 不计达标"


def test_less_is_better_where_the_goal_says_so() -> None:
    goal = a_goal(target=30.0, unit="min", direction="lower")
    assert [reached(goal, value(one)).met for one in (24.0, 30.0, 30.01)] == [True, True, False]
    assert [done_share(goal, one) for one in (24.0, 60.0, 0.0)] == [1.0, 0.5, 1.0]
    assert [done_share(a_goal(), one) for one in (95.0, 190.0, 47.5, -1.0)] == [1.0, 1.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("actual", "level", "short_bp"),
    [
        (100.0, None, 0),
        (95.01, None, 0),  # short by under 5 %
        (95.0, "blue", 500),
        (85.01, "blue", 1499),
        (85.0, "yellow", 1500),
        (70.0, "red", 3000),
        (0.0, "red", 10_000),
    ],
)
def test_a03_an_effect_that_falls_short_warns(actual: float, level: str | None, short_bp: int) -> None:
    goal = a_goal(target=100.0, baseline=0.0)
    found = shortfall(goal, value(actual, refs=("survey/7",)))
    assert (None if found is None else found.level) == level
    if found is not None:
        assert (found.short_bp, found.refs) == (short_bp, ("survey/7",))
        assert "应达 100%" in found.reason.zh


def test_on_the_way_it_is_compared_with_what_the_day_asks_for() -> None:
    goal = a_goal(target=100.0, baseline=0.0, start=date(2026, 1, 1), due=date(2026, 1, 11))
    assert [expected_on(goal, date(2026, 1, day)) for day in (1, 6, 11)] == [0.0, 50.0, 100.0]
    assert expected_on(goal, date(2025, 12, 31)) is None
    assert shortfall(goal, value(50.0), day=date(2026, 1, 6)) is None
    late = shortfall(goal, value(30.0), day=date(2026, 1, 6))
    assert late is not None
    assert (late.level, late.short_bp) == ("red", 4000)
    assert shortfall(replace(goal, baseline=None), value(0.0), day=date(2026, 1, 6)) is None


@pytest.mark.parametrize(
    "given", [None, value(None, "not_due"), surveyed("s", survey_of(n=10, satisfied=1)), value(None, "missing")]
)
def test_silence_and_small_samples_warn_of_nothing(given: Value | None) -> None:
    assert shortfall(a_goal(), given) is None
