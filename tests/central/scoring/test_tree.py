"""Leaves, grades and the project tree (domain.md §4.7)."""

from __future__ import annotations

import pytest

from central.domain import Score
from central.scoring.leaf import LeafKind, LeafState, grade, leaf_score
from central.scoring.tree import PROJECT_TREE, Measured, score
from tests.central.build import at
from tests.central.rules.test_reconcile import BUILDING


@pytest.mark.parametrize(
    ("kind", "actual", "target", "due", "points", "state"),
    [
        ("higher", 95.0, 95.0, True, 100.0, "scored"),
        ("higher", 47.5, 95.0, True, 50.0, "scored"),
        ("higher", -1.0, 95.0, True, 0.0, "scored"),
        ("higher", 200.0, 95.0, True, 100.0, "scored"),
        ("lower", 0.05, 0.05, True, 100.0, "scored"),
        ("lower", 0.20, 0.05, True, 25.0, "scored"),
        ("lower", 0.0, 0.05, True, 100.0, "scored"),
        ("binary", 1.0, 1.0, True, 100.0, "scored"),
        ("binary", 0.0, 1.0, True, 0.0, "scored"),
        ("higher", None, 1.0, True, 0.0, "missing"),
        ("higher", None, 1.0, False, 0.0, "not_due"),
    ],
)
def test_leaf(kind: LeafKind, actual: float | None, target: float, due: bool, points: float, state: LeafState) -> None:
    found = leaf_score(kind, actual, target=target, due=due)
    assert found.score == pytest.approx(points)
    assert found.state == state


@pytest.mark.parametrize(("actual", "review"), [(1.3, False), (1.31, True)])
def test_a_target_beaten_by_far_is_reviewed(actual: float, review: bool) -> None:
    assert leaf_score("higher", actual, target=1.0, due=True).review is review


@pytest.mark.parametrize(
    ("total", "name"),
    [(100, "优"), (90, "优"), (89.995, "良"), (80, "良"), (79.999, "中"), (60, "中"), (59.999, "差"), (0, "差")],
)
def test_grade_is_compared_before_rounding(total: float, name: str) -> None:
    assert grade(total) == name


def scored(*values: float | None, due: bool = True) -> Score:
    measured = [
        Measured(indicator=leaf.indicator, value=value, due=due, refs=("gw1/e1/1",))
        for leaf, value in zip(PROJECT_TREE.leaves, values, strict=True)
    ]
    return score(measured, subject=BUILDING, as_of=at(1))


def test_a_perfect_project() -> None:
    found = scored(1.0, 1.0, 0.0, 1.0)
    assert (round(found.total or 0, 9), found.grade) == (100, "优")
    assert [round(c.weight, 4) for c in found.contributions] == [0.4673, 0.2772, 0.1601, 0.0954]
    assert round(found.consistency_ratio, 4) == 0.0115


def test_every_number_can_be_done_again_by_hand() -> None:
    found = scored(0.8, 0.9, 0.2, 0.5)
    assert [c.formula for c in found.contributions] == [
        "100 × min(1, 0.800 / 1)",
        "100 × min(1, 0.900 / 1)",
        "100 if 0.200 ≤ 0.05 else 100 × 0.05 / 0.200",
        "100 × min(1, 0.500 / 0.95)",
    ]
    assert found.total == sum(c.weight * c.leaf_score for c in found.contributions)


def test_what_is_not_due_drops_out_and_what_is_missing_counts_nothing() -> None:
    early, late = scored(1.0, None, 0.0, 1.0, due=False), scored(1.0, None, 0.0, 1.0)
    assert early.total == pytest.approx(100)
    assert late.total == pytest.approx(100 * (1 - 0.2771806))
    assert [c.value for c in early.contributions][1] == "not_due"
    assert [c.value for c in late.contributions][1] == "missing"
    assert sum(c.weight for c in early.contributions) == pytest.approx(1)


def test_what_nobody_ever_observed_is_not_graded_but_says_what_is_missing() -> None:
    measured = [Measured(indicator=leaf.indicator, value=None, due=True) for leaf in PROJECT_TREE.leaves]
    found = score(measured, subject=BUILDING, as_of=at(30), observed=False)
    assert (found.total, found.grade) == (None, None)
    assert [c.value for c in found.contributions] == ["missing"] * 4


def test_nothing_due_is_no_score() -> None:
    found = scored(None, None, None, None, due=False)
    assert (found.total, found.grade) == (None, None)
