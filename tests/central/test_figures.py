"""Integers as people read them."""

from __future__ import annotations

import pytest

from central.figures import hundredths, percent, tenths


@pytest.mark.parametrize(
    ("value", "two", "one", "share"),
    [
        (0, "0.00", "0.0", "0%"),
        (4, "0.04", "0.0", "0.04%"),
        (-4, "-0.04", "0.0", "-0.04%"),
        (5, "0.05", "0.1", "0.05%"),
        (-5, "-0.05", "-0.1", "-0.05%"),
        (300, "3.00", "3.0", "3%"),
        (1250, "12.50", "12.5", "12.5%"),
        (5525, "55.25", "55.3", "55.25%"),  # 55.25 as a float would be cut to the even 55.2
        (-1205, "-12.05", "-12.1", "-12.05%"),
        (9995, "99.95", "100.0", "99.95%"),
        (10_000, "100.00", "100.0", "100%"),
    ],
)
def test_hundredths_tenths_and_percent(value: int, two: str, one: str, share: str) -> None:
    assert (hundredths(value), tenths(value), percent(value)) == (two, one, share)
