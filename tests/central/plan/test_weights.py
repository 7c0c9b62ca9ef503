"""Shares by the largest remainder: exact in sum, fair to a basis point, nothing for nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.plan.weights import largest_remainder


@pytest.mark.parametrize(
    ("parts", "shares"),
    [
        ((1, 1, 1), (3334, 3333, 3333)),
        ((1,), (10_000,)),
        ((2, 1), (6667, 3333)),
        ((600_000_000, 200_000_000), (7500, 2500)),
        ((10**15, 1), (9999, 1)),
        ((5, 5, 5, 5, 5, 5, 5), (1429, 1429, 1429, 1429, 1428, 1428, 1428)),
    ],
)
def test_shares(parts: tuple[int, ...], shares: tuple[int, ...]) -> None:
    assert largest_remainder(parts) == shares


@given(st.lists(st.integers(1, 10**15), min_size=1, max_size=60))
def test_they_sum_to_the_whole_and_follow_the_amounts(parts: list[int]) -> None:
    shares = largest_remainder(parts)
    assert sum(shares) == 10_000
    assert min(shares) >= 1
    for part, share in zip(parts, shares, strict=True):
        exact = part * 10_000 / sum(parts)
        assert share <= max(exact + 1, 1)
        assert share >= exact - 1 - len(parts)
