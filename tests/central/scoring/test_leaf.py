"""Leaf scores of all six kinds against domain.md §4.7, and what is refused."""

from __future__ import annotations

from math import inf, nan

import pytest

from central.scoring.indicator import IndicatorKind, ValueState
from central.scoring.leaf import LeafError, band, formula, grade, leaf_score, scored_value
from central.scoring.sources import percent


@pytest.mark.parametrize(
    ("kind", "actual", "target", "score", "review"),
    [
        ("higher", 95.0, 95.0, 100.0, False),
        ("higher", 47.5, 95.0, 50.0, False),
        ("higher", 130.0, 100.0, 100.0, False),  # 1.3 is not above 1.3
        ("higher", 131.0, 100.0, 100.0, True),
        ("higher", -5.0, 10.0, 0.0, False),  # a loss instead of a saving
        ("higher", 0.0, 10.0, 0.0, False),
        ("lower", 10.0, 10.0, 100.0, False),
        ("lower", 20.0, 10.0, 50.0, False),
        ("lower", 0.0, 0.0, 100.0, False),
        ("lower", 1.0, 0.0, 0.0, False),
        ("binary", 1.0, 1.0, 100.0, False),
        ("binary", 0.999, 1.0, 0.0, False),
        ("qualitative", 86.5, 100.0, 86.5, False),
        ("survey", 40.0, 80.0, 50.0, False),
        ("panel", 90.0, 80.0, 100.0, False),
    ],
)
def test_scores_of_the_six_kinds(kind: IndicatorKind, actual: float, target: float, score: float, review: bool) -> None:
    found = leaf_score(kind, actual, target=target, due=True)
    assert (found.score, found.review, found.state) == (score, review, "scored")


@pytest.mark.parametrize("state", ["missing", "not_due", "not_applicable", "too_few"])
def test_values_that_are_not_there_say_why_and_earn_nothing(state: ValueState) -> None:
    value = 80.0 if state == "too_few" else None
    found = scored_value("survey", value, target=80.0, state=state)
    assert (found.score, found.state, found.met) == (0.0, state, False)


@pytest.mark.parametrize(
    ("kind", "actual", "target", "said"),
    [
        ("higher", nan, 1.0, "value nan"),
        ("higher", inf, 1.0, "value inf"),
        ("lower", -1.0, 1.0, "value -1.0 of a lower"),
        ("survey", -0.1, 1.0, "value -0.1 of a survey"),
        ("qualitative", 100.1, 1.0, "points from 0 to 100"),
        ("higher", 1.0, 0.0, "target 0.0 of a higher"),
        ("higher", 1.0, -1.0, "more than 0"),
        ("lower", 1.0, -1.0, "0 or more"),
        ("binary", 1.0, nan, "target nan"),
        ("panel", 1.0, inf, "target inf"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_what_was_expected(
    kind: IndicatorKind, actual: float, target: float, said: str
) -> None:
    with pytest.raises(LeafError, match=said):
        leaf_score(kind, actual, target=target, due=True)


@pytest.mark.requirement("A22")
def test_quantitative_leaves_ratio_lower_and_on_off() -> None:
    saving, finished = percent(800 - 760, 800), percent(38, 40)
    assert (saving, finished) == (5.0, 95.0)
    assert leaf_score("higher", finished, target=95.0, due=True).met
    assert leaf_score("higher", saving, target=10.0, due=True).score == 50.0
    assert leaf_score("lower", 12.0, target=6.0, due=True).score == 50.0
    assert leaf_score("binary", 1.0, target=1.0, due=True).met


@pytest.mark.parametrize(
    ("total", "name"),
    [(90.0, "优"), (89.995, "良"), (89.9999999, "良"), (80.0, "良"), (79.999, "中"), (60.0, "中"), (59.999, "差")],
)
def test_grades_before_rounding(total: float, name: str) -> None:
    assert grade(total) == name


def test_a_total_that_is_90_but_for_the_noise_of_adding_is_90() -> None:
    noisy = sum([0.1] * 10) * 90  # 89.99999999999999
    assert noisy < 90
    assert grade(noisy) == "优"


def test_bands_of_the_ministry() -> None:
    assert [band(points) for points in (100, 80, 79.9, 60, 59.9, 0)] == ["一档"] * 2 + ["二档"] * 2 + ["三档"] * 2


def test_formulas_can_be_done_again_by_hand() -> None:
    assert formula("lower", "20", "10", found=leaf_score("lower", 20, target=10, due=True)) == (
        "100 if 20 ≤ 10 else 100 × 10 / 20"
    )
    assert "review the target" in formula("higher", "2", "1", found=leaf_score("higher", 2, target=1, due=True))
