"""Before and after: vectors of the rows, intervals against scipy's figures, and no claim of too few."""

from __future__ import annotations

import pytest

from central.scoring.outcome import compare_amounts, compare_means, compare_shares

OLD = [90.0, 92.0, 95.0, 98.0, 100.0, 100.0, 102.0, 105.0, 108.0, 110.0]
NEW = [78.0, 80.0, 83.0, 86.0, 88.0, 88.0, 90.0, 93.0, 96.0, 98.0]


@pytest.mark.requirement("A39")
def test_mean_cycle_before_and_after_with_its_interval() -> None:
    found = compare_means(OLD, NEW)
    assert (found.before.value, found.after.value, found.before.n, found.after.n) == (100.0, 88.0, 10, 10)
    assert (found.change, found.relative) == (-12.0, -12.0)
    assert found.low is not None
    assert found.high is not None
    # by hand: variance 386 / 9 on both sides, error 2.9288, df 18, t 2.1009, half 6.1532
    assert (round(found.low, 3), round(found.high, 3)) == (-18.153, -5.847)
    assert "Welch" in found.method.en
    few = compare_means(OLD, NEW[:4])
    assert (few.claim, few.change, few.low, few.after.n) == (False, None, None, 4)
    assert few.why is not None
    assert "不作结论" in few.why.zh


@pytest.mark.requirement("A43")
def test_compliance_differs_in_percentage_points() -> None:
    found = compare_amounts((7400, 10_000, 50), (9200, 10_000, 60))
    assert (found.before.value, found.after.value, found.change) == (74.0, 92.0, 18.0)
    assert found.relative is None  # not "+24 %"
    assert not compare_amounts((1, 1, 4), (1, 1, 60)).claim
    assert not compare_amounts((0, 0, 9), (1, 1, 60)).claim


@pytest.mark.requirement("C19")
def test_on_time_rate_and_satisfaction_in_points() -> None:
    on_time = compare_shares((65, 100), (89, 100))
    assert on_time.change == 24.0
    assert on_time.low is not None
    assert on_time.high is not None
    assert on_time.low == pytest.approx(12.6, abs=0.3)
    assert on_time.high == pytest.approx(34.8, abs=0.4)
    satisfaction = compare_shares((128, 200), (164, 200))
    assert (satisfaction.before.value, satisfaction.after.value, satisfaction.change) == (64.0, 82.0, 18.0)
    assert not compare_shares((3, 4), (89, 100)).claim


@pytest.mark.requirement("D22")
def test_cycle_and_share_of_payments_without_correction() -> None:
    assert compare_means([100.0] * 5, [85.0] * 5).relative == -15.0
    right = compare_shares((95, 100), (492, 500))
    assert right.after.value == 98.4
    assert right.change == pytest.approx(3.4)


def test_alike_figures_have_an_interval_of_no_width() -> None:
    found = compare_means([10.0] * 5, [10.0] * 6)
    assert (found.change, found.low, found.high) == (0.0, 0.0, 0.0)


def test_nothing_on_a_side_is_no_figure() -> None:
    found = compare_means([], NEW)
    assert (found.before.value, found.claim) == (None, False)
    assert compare_shares((0, 0), (1, 9)).before.value is None
