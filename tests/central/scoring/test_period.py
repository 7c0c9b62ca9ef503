"""Periods: names, ends, neighbours."""

from __future__ import annotations

from datetime import date

import pytest

from central.scoring.period import period_of, period_with


@pytest.mark.parametrize(
    ("name", "first", "last", "after", "before"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-03", "2024-01"),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31), "2025-01", "2024-11"),
        ("2025-Q1", date(2025, 1, 1), date(2025, 3, 31), "2025-Q2", "2024-Q4"),
        ("2025-Q4", date(2025, 10, 1), date(2025, 12, 31), "2026-Q1", "2025-Q3"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "2026", "2024"),
    ],
)
def test_a_period_and_its_neighbours(name: str, first: date, last: date, after: str, before: str) -> None:
    found = period_of(name)
    assert (found.first, found.last, found.name) == (first, last, name)
    assert (found.after().name, found.before().name) == (after, before)
    assert period_with(last, found.kind) == period_with(first, found.kind) == found
    assert found.holds(first)
    assert found.holds(last)
    assert not found.holds(found.after().first)


@pytest.mark.parametrize("name", ["", "2025-13", "2025-00", "2025-Q5", "25", "2025-1", "0000", "2025-Q1 "])
def test_what_is_no_period_is_refused_with_the_shapes(name: str) -> None:
    with pytest.raises(ValueError, match="expected a month like"):
        period_of(name)
