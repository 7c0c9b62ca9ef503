"""Quartiles, Student's t and shares against known values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from central.insight.spread import percentile_bp, spread, tenths
from central.insight.student import quantile, tail


@pytest.mark.parametrize(
    ("df", "inside", "expected"),
    [(1, 0.95, 12.7062047362), (4, 0.95, 2.7764451052), (10, 0.99, 3.1692726726), (30, 0.95, 2.0422724563),
     (1000, 0.95, 1.9623390808)],
)  # fmt: skip
def test_quantiles_of_t_are_those_of_the_tables(df: int, inside: float, expected: float) -> None:
    assert quantile(df, inside=inside) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("t", "df", "expected"), [(0.0, 5, 1.0), (1.0, 1, 0.5), (2.0, 10, 0.0733880348), (-2.0, 10, 0.0733880348)]
)
def test_tails_of_t(t: float, df: int, expected: float) -> None:
    assert tail(t, df) == pytest.approx(expected, abs=1e-9)


def test_no_degree_of_freedom_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least 1"):
        tail(1.0, 0)


def test_a_spread_is_that_of_excel() -> None:
    found = spread([7, 1, 3, 9, 4, 10])
    assert found is not None
    assert (found.q1, found.median, found.q3) == (Fraction(13, 4), Fraction(11, 2), Fraction(17, 2))
    assert (found.n, found.least, found.most, found.mean) == (6, 1, 10, Fraction(34, 6))
    assert found.sd == pytest.approx(3.559026084)
    assert (found.low, found.high) == pytest.approx((1.931698, 9.401635), abs=1e-6)


@pytest.mark.parametrize("values", [[], [1, 2, 3, 4]])
def test_under_five_nothing_is_said(values: list[int]) -> None:
    assert spread(values) is None


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1, 1000), (3, 5000), (5, 9000), (9, 10_000)])
def test_percentiles_count_equal_ones_half(value: int, expected: int) -> None:
    assert percentile_bp(value, [1, 2, 3, 4, 5]) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(Fraction(5, 100), "0.1"), (Fraction(-1, 2), "-0.5"), (Fraction(2499, 100), "25.0")]
)
def test_one_place(value: Fraction, expected: str) -> None:
    assert tenths(value) == expected
