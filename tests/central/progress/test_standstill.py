"""Since when work stands still, by its looks."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from central.plan.calendar import DAY_S
from central.progress.standstill import KEPT_DAYS, DayOfLooks, noted, standstill_cdays


def looked(lag_days: Callable[[float], float], *, days: int, per_day: int = 1, noise: float = 0.0) -> int | None:
    """What is said after so many days of looks at a site that is so late each day; noise in days of lag."""
    rng = random.Random(1)
    found: tuple[DayOfLooks, ...] = ()
    for look in range(days * per_day):
        day = 100 + look / per_day + 0.4
        lag = lag_days(day - 100) + rng.gauss(0, noise)
        found = noted(found, at_s=round(day * DAY_S), lag_s=round(lag * DAY_S))
    return standstill_cdays(found)


def stops(after: float, *, late: float = 0.0) -> Callable[[float], float]:
    return lambda day: late + max(0.0, day - after)


@pytest.mark.parametrize(
    ("lag_days", "days", "said"),
    [
        (stops(99), 28, None),  # it works on
        (stops(99, late=9), 28, None),  # and so does one that has always been late
        (stops(20.4), 28, 700),  # the last look is on day 27.4
        (stops(20.4, late=3), 28, 1000),
        (stops(20.4, late=-3), 28, 400),  # it was ahead
        (lambda day: 0.5 * day, 28, None),  # half the pace is no standstill
        (lambda day: max(0.0, 0.5 * (day - 12)), 28, None),  # not even since lately
        (lambda day: min(6.0, max(0.0, day - 14)), 28, None),  # it stood still and works again
        (lambda day: min(6.0, max(0.0, day - 19)), 28, None),
        (stops(1.4), 5, None),  # too few days of looks
    ],
)
def test_a_site_that_stands_still(lag_days: Callable[[float], float], days: int, said: int | None) -> None:
    assert looked(lag_days, days=days) == said


@pytest.mark.parametrize("per_day", [1, 12])
def test_noise_is_told_from_a_standstill(per_day: int) -> None:
    assert looked(stops(99), days=28, per_day=per_day, noise=1.0) is None
    found = looked(stops(20.4), days=28, per_day=per_day, noise=1.0)
    assert found is not None
    assert abs(found - (700 if per_day == 1 else 743)) <= 120


def test_one_wrong_look_is_no_week() -> None:
    found = looked(lambda day: 8.0 if day > 27 else 0.0, days=28)
    assert found is None or found < 400


def test_looks_of_a_day_are_one_and_old_ones_go() -> None:
    found: tuple[DayOfLooks, ...] = ()
    for hour in range(0, 24 * 60, 6):
        found = noted(found, at_s=hour * 3600, lag_s=3600)
    assert [one.day for one in found] == list(range(60 - KEPT_DAYS, 60))
    assert {(one.count, one.lag_s) for one in found} == {(4, 4 * 3600)}
