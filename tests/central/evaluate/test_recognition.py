"""Who is recognised for using the platform."""

from __future__ import annotations

import pytest

from central.evaluate.recognition import UnitUsage, usage_list


@pytest.mark.parametrize(
    ("people", "active", "expected", "on_time", "listed"),
    [
        (5, 4, 100, 95, True),
        (5, 3, 100, 100, False),  # too few are active
        (5, 5, 100, 94, False),  # too little in time
        (1, 1, 100, 100, False),  # one person is no unit
        (5, 5, 19, 19, False),  # too little was due
        (0, 0, 0, 0, False),
    ],
)
def test_who_is_on_the_list(people: int, active: int, expected: int, on_time: int, listed: bool) -> None:
    one = UnitUsage(unit="u", people=people, active=active, expected=expected, on_time=on_time)
    assert one.recognised is listed


def test_the_list_begins_with_who_is_recognised() -> None:
    units = [
        UnitUsage(unit=name, people=5, active=active, expected=100, on_time=on_time)
        for name, active, on_time in (("a", 1, 100), ("b", 5, 96), ("c", 5, 99), ("d", 0, 100))
    ]
    assert [one.unit for one in usage_list(units)] == ["c", "b", "a", "d"]
    empty = UnitUsage(unit="x", people=0, active=0, expected=0, on_time=0)
    assert (empty.active_bp, empty.on_time_bp) == (None, None)
