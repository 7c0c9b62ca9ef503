"""Lag by truth: latest reached moment, pauses left out, flat stretches not counted against a site."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from demo.footage import HERE
from demo.oracle import BuildingPlan, building_plans, first_lag, lag_days

START = date(2026, 9, 1)


def a_plan(*bps: int, paused: frozenset[date] = frozenset()) -> BuildingPlan:
    """bps[0] at the end of the first day, and so on."""
    by_day = tuple((START + timedelta(days=n), bp) for n, bp in enumerate(bps))
    return BuildingPlan(building="b", start=START, by_day=by_day, paused=paused)


def at(day: float) -> datetime:
    """So many days after 00:00 of the start, in the district's time."""
    return datetime(2026, 9, 1, tzinfo=HERE) + timedelta(days=day)


STEADY = a_plan(*[1000 * n for n in range(1, 11)])


@pytest.mark.parametrize(
    ("plan", "true_bp", "day", "lag"),
    [
        (STEADY, 5000, 5.0, 0.0),
        (STEADY, 6000, 5.0, 0.0),
        (STEADY, 4000, 5.0, 1.0),
        (STEADY, 3500, 5.0, 1.5),
        (STEADY, 0, 5.0, 5.0),
        (STEADY, 4500, 4.75, 0.25),
        (STEADY, 10_000, 14.0, 0.0),
        (STEADY, 9000, 14.0, 5.0),
        (a_plan(1000, 1000, 1000, 2000), 1000, 3.0, 0.0),
        (a_plan(1000, 1000, 1000, 2000), 1000, 3.5, 0.5),
        (a_plan(1000, 1000, 1000, 2000), 900, 3.0, 2.1),
        (a_plan(0, 0, 5000, 10_000), 0, 2.0, 0.0),
    ],
)
def test_lag(plan: BuildingPlan, true_bp: int, day: float, lag: float) -> None:
    assert lag_days(plan, true_bp, at=at(day)) == pytest.approx(lag)


def test_a_pause_stops_the_clock() -> None:
    paused = frozenset({date(2026, 9, 3), date(2026, 9, 4)})
    plan = a_plan(1000, 2000, 2000, 2000, 3000, 4000, paused=paused)
    assert lag_days(plan, 2000, at=at(3.5)) == 0.0
    assert lag_days(plan, 1000, at=at(3.5)) == pytest.approx(1.0)
    assert lag_days(plan, 2000, at=at(5.0)) == pytest.approx(1.0)


def test_first_lag() -> None:
    truth = {at(n + 0.5): min(1000 * n + 500, 4000) for n in range(10)}
    assert first_lag(STEADY, truth, days=2.0) == at(6.5)
    assert first_lag(STEADY, truth, days=0.4) == at(4.5)
    assert first_lag(STEADY, truth, days=20.0) is None


def test_plans_are_read_from_the_plan_file() -> None:
    points = [{"day": "2026-09-01", "cum_bp": 0}, {"day": "2026-09-02", "cum_bp": 10_000}]
    late = [{"day": "2026-09-01", "cum_bp": 0}, {"day": "2026-09-02", "cum_bp": 2000}]
    items = [{"weight_bp": 7500, "points": points}, {"weight_bp": 2500, "points": late}]
    pauses = [{"from": "2026-10-01", "to": "2026-10-02"}]
    plan = {"project": {"start": "2026-09-01", "pauses": pauses}, "buildings": [{"id": "b", "items": items}]}
    (found,) = building_plans(plan)
    assert found.by_day == ((date(2026, 9, 1), 0), (date(2026, 9, 2), 8000))
    assert found.paused == {date(2026, 10, 1), date(2026, 10, 2)}
