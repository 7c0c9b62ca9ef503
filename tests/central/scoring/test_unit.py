"""The score of a unit, the health of a project as a sheet, and the honesty check."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.scoring.health import HEALTH_SET, health, health_values
from central.scoring.honesty import honesty
from central.scoring.indicator import Value
from central.scoring.sheet import scored
from central.scoring.unit import SHARE_MAX, UNIT_SET, ProjectScore, shares, unit_values
from tests.central.scoring.sheets import a_sheet


@given(st.lists(st.integers(min_value=0, max_value=10**15), min_size=1, max_size=40))
def test_shares_sum_to_one_and_none_is_above_its_most(budgets_fen: list[int]) -> None:
    found = shares(budgets_fen)
    assert sum(found) == 1
    assert all(one >= 0 for one in found)
    if len(budgets_fen) > 3:
        assert max(found) <= SHARE_MAX
    for one, two in zip(range(len(found) - 1), range(1, len(found)), strict=True):
        if budgets_fen[one] >= budgets_fen[two]:
            assert found[one] >= found[two]


@pytest.mark.parametrize(
    ("budgets_fen", "parts"),
    [
        ([7], ["1"]),
        ([1, 9], ["1/2", "1/2"]),
        ([1, 1, 1, 1], ["1/4"] * 4),
        ([97, 1, 1, 1], ["3/10", "7/30", "7/30", "7/30"]),
        ([10, 10, 1, 1], ["3/10", "3/10", "1/5", "1/5"]),
    ],
)
def test_what_is_cut_off_goes_to_the_others(budgets_fen: list[int], parts: list[str]) -> None:
    assert list(shares(budgets_fen)) == [Fraction(one) for one in parts]


@pytest.mark.parametrize(
    ("projects", "data", "mended", "total"),
    [
        ([(80.0, 1), (80.0, 1)], 90.0, 100.0, 80 * 0.85 + 9 + 5),
        ([(80.0, 1)], None, None, 80.0),
        ([(80.0, 1)], 60.0, None, (80 * 0.85 + 6) / 0.95),
        ([], None, 50.0, 50.0),
        ([], None, None, None),
    ],
)
def test_unit_score(
    projects: list[tuple[float, int]], data: float | None, mended: float | None, total: float | None
) -> None:
    assert total_of(projects, data, mended) == pytest.approx(total)


def total_of(projects: list[tuple[float, int]], data: float | None, mended: float | None) -> float | None:
    """What the sheet of a unit comes to."""
    values = unit_values(
        [ProjectScore(total=points, budget_fen=fen, sheet=f"s{nth}") for nth, (points, fen) in enumerate(projects)],
        data_quality=measured("data.quality", data),
        mended_on_time=measured("mending.on_time_rate", mended),
    )
    leaves = zip(UNIT_SET.leaves, values, strict=True)
    return scored(a_sheet(*((leaf.indicator, leaf.weight, value) for leaf, value in leaves))).total


def measured(indicator: str, value: float | None) -> Value:
    """A value, or that there is none."""
    return Value(indicator=indicator, value=value, state="not_applicable" if value is None else "measured")


def test_the_score_of_a_unit_is_a_sheet_that_names_its_projects_sheets() -> None:
    values = unit_values(
        [ProjectScore(total=80.0, budget_fen=1, sheet="aa"), ProjectScore(total=None, budget_fen=9, sheet="bb")],
        data_quality=Value(indicator="data.quality", value=90.0, state="measured", refs=("quality/2026-03/u",)),
        mended_on_time=Value(indicator="mending.on_time_rate", value=None, state="not_applicable"),
    )
    leaves = zip(UNIT_SET.leaves, values, strict=True)
    score = scored(a_sheet(*((leaf.indicator, leaf.weight, value) for leaf, value in leaves)))
    assert score.total == pytest.approx((0.85 * 80 + 0.10 * 90) / 0.95)
    assert score.contributions[0].refs == ("sheet/aa",)
    assert score.contributions[2].weight == 0.0


@pytest.mark.parametrize(
    ("spi_t_bp", "spent", "rate", "serious", "data", "total"),
    [
        (10_000, 100, Fraction(1), 0, Fraction(100), 100.0),
        (7500, 110, Fraction(94, 100), 1, Fraction(80), 0.35 * 50 + 0.25 * 50 + 0.15 * 94 + 0.1 * 80 + 0.15 * 80),
        (4000, 130, None, 9, None, 0.0),
        (None, None, None, None, Fraction(70), 70.0),
        (None, None, None, None, None, None),
    ],
)
def test_health_as_a_sheet_is_the_formula(
    spi_t_bp: int | None,
    spent: int | None,
    rate: Fraction | None,
    serious: int | None,
    data: Fraction | None,
    total: float | None,
) -> None:
    found = health(spi_t_bp=spi_t_bp, spent_fen=spent, budget_fen=100, pass_rate=rate, serious=serious, data=data)
    assert found.total == (None if total is None else pytest.approx(Fraction(total).limit_denominator(10**6)))
    leaves = zip(HEALTH_SET.leaves, health_values(found, refs={}), strict=True)
    score = scored(a_sheet(*((leaf.indicator, leaf.weight, value) for leaf, value in leaves)))
    assert score.total == (None if found.total is None else pytest.approx(float(found.total)))


@pytest.mark.parametrize(
    ("score", "execution", "spent", "level", "gap"),
    [
        (85, 8.5, None, "red", Fraction(1, 10)),  # domain.md §5.8
        (90, 9.5, None, None, Fraction(5, 100)),  # .05 is not above .05
        (90, 9.49, None, "red", Fraction(51, 1000)),
        (45, 5, 80, None, Fraction(0)),
        (45, 5, 79, "yellow", Fraction(0)),
        (0, 5, 100, None, None),
        (60, 10, 100, None, Fraction(-1, 2)),
    ],
)
def test_honesty(score: float, execution: float, spent: int | None, level: str | None, gap: Fraction | None) -> None:
    found = honesty(score=score, execution=execution, spent_fen=spent, budget_fen=100)
    assert (found.level, found.gap) == (level, gap)
    assert (found.reason is None) == (level is None)


@pytest.mark.parametrize(("score", "execution"), [(91, 5), (-1, 5), (50, 10.1)])
def test_points_that_the_form_does_not_have_are_refused(score: float, execution: float) -> None:
    with pytest.raises(ValueError, match="expected 0 to 90 and 10"):
        honesty(score=score, execution=execution)
