"""Since when work stands still, by its looks."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from central.plan.calendar import DAY_S
from central.progress.standstill import KEPT_DAYS, DayOfLooks, noted, standstill_cdays


def looked(
    lag_days: Callable[[float], float], *, days: int, per_day: int = 1, noise: float = 0.0, seed: int = 1
) -> int | None:
    """What is said after so many days of looks at a site that is so late each day; noise in days of lag."""
    rng = random.Random(seed)
    found: tuple[DayOfLooks, ...] = ()
    for look in range(days * per_day):
        day = 100 + look / per_day + 0.4
        lag = lag_days(day - 100) + rng.gauss(0, noise)
        found = noted(found, at_s=round(day * DAY_S), lag_s=round(lag * DAY_S))
    return standstill_cdays(found)


def said_of(lags: list[float]) -> int | None:
    """What is said after one look a day with these lags in days."""
    found: tuple[DayOfLooks, ...] = ()
    for day, lag in enumerate(lags):
        found = noted(found, at_s=day * DAY_S + DAY_S // 2, lag_s=round(lag * DAY_S))
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
        (lambda day: 0.5 * day, 28, 1370),  # half the pace is no standstill, and so late it is
        (lambda day: max(0.0, 0.5 * (day - 12.4)), 28, 750),
        (lambda day: min(6.0, max(0.0, day - 14.4)), 28, 600),  # it stood still and works again
        (lambda day: min(6.0, max(0.0, day - 18.4)), 28, 600),
        (stops(1.4), 5, None),  # too few days of looks
    ],
)
def test_a_site_that_leaves_its_pace(lag_days: Callable[[float], float], days: int, said: int | None) -> None:
    assert looked(lag_days, days=days) == said


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("lag_days", "late", "within"),
    [
        (stops(20.4), 7.0, 1.2),
        (stops(17.4), 10.0, 1.2),
        (lambda day: max(0.0, 0.5 * (day - 12.4)), 7.5, 1.6),
        (lambda day: min(6.0, max(0.0, day - 17.4)), 6.0, 1.6),
    ],
)
def test_noise_moves_the_lag_by_about_a_day(
    lag_days: Callable[[float], float], late: float, within: float, seed: int
) -> None:
    found = looked(lag_days, days=28, noise=1.0, seed=seed)
    assert found is not None
    assert abs(found / 100 - late) <= within


def test_a_story_that_fits_a_little_better_does_not_decide_alone() -> None:
    """After two better looks it stands by even chances, though work again since then fits best; after six it works."""
    lags = [*[0.0, 1.2, -1.1, 0.8, -0.7] * 4, 1.4, 2.3, 3.4, 4.2, 5.3, 6.5, 6.0, 6.9]
    assert said_of(lags) == pytest.approx(800, abs=20)
    assert said_of([*lags, 6.2, 5.9, 6.1, 6.2]) == pytest.approx(610, abs=20)


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


def test_a_stop_long_ago_is_not_taken_for_one_that_lasts() -> None:
    """Work went on eleven days ago: five and a half days were lost, not seven."""
    assert looked(lambda day: min(5.5, max(0.0, day - 11)), days=28) == pytest.approx(550, abs=60)
    assert looked(lambda day: min(5.5, max(0.0, day - 11)), days=28, noise=1.0) == pytest.approx(550, abs=120)
