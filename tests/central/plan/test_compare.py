"""Deviation of a subject: gap, lag, shares, money and the day on which it will end (§2.4, §4.4, §5.3, §5.10)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain import Deviation, MoneyStanding, Progress, Subject
from central.plan.calendar import DAY_S, SiteCalendar, calendar_of, midnight
from central.plan.compare import compare, pay_gap_bp
from central.plan.earned import earned_value, forecast_s, spi_t_bp
from central.plan.planned import MICRO, Curve, project_curve
from tests.central.build import START, a_building, a_project, an_item, at
from tests.central.rules.build import WAN, money

MONTH = 30
MONTHLY = (0, 500, 1500, 3000, 5000, 7000, 8500, 9500, 10_000)
VECTOR = Curve(at_s=tuple(k * MONTH * DAY_S for k in range(len(MONTHLY))), micro=tuple(bp * MICRO for bp in MONTHLY))
NO_PAUSE = SiteCalendar(start=START, off=())
PROJECT = Subject(kind="project", id="p1")


def seen(
    actual_bp: int,
    *,
    day: float,
    curve: Curve = VECTOR,
    calendar: SiteCalendar = NO_PAUSE,
    sigma_bp: int = 200,
    standing: MoneyStanding | None = None,
    contract: int = 0,
) -> Deviation:
    progress = Progress(
        subject="p1",
        as_of=at(day),
        value=actual_bp / 10_000,
        variance=(sigma_bp / 10_000) ** 2,
        coverage_bp=10_000,
        last_seen=at(day),
        refs=("gw1/e1/1",),
    )
    return compare(progress, curve, calendar, subject=PROJECT, as_of=at(day), money=standing, contract_fen=contract)


def test_the_vector_of_the_specification() -> None:
    found = seen(4000, day=5 * MONTH, standing=money(budget=800 * WAN, paid=440 * WAN), contract=800 * WAN)
    assert (found.plan_bp, found.gap_bp, found.lag_cdays) == (7000, 3000, 4500)  # 1.5 months
    assert (found.spi_bp, found.spi_t_bp, found.cpi_bp) == (5714, 7000, 7273)
    assert (found.rel_bp, found.eac_fen, found.pay_gap_bp) == (4285, 1100 * WAN, 1500)
    months = (found.forecast - START).days + 1 if found.forecast else 0
    assert months / MONTH == pytest.approx(11.43, abs=0.05)  # to the day


def test_estimates_at_completion_are_exact_fen() -> None:
    found = earned_value(bac_fen=800 * WAN, plan_bp=7000, actual_bp=4000, ac_fen=440 * WAN)
    eac = (found.eac_typical_fen, found.eac_atypical_fen, found.eac_combined_fen)
    assert eac == (1100 * WAN, 920 * WAN, 1595 * WAN)
    assert found.tcpi == pytest.approx(480 / 360)
    none_earned = earned_value(bac_fen=800 * WAN, plan_bp=7000, actual_bp=0, ac_fen=1)
    assert (none_earned.eac_typical_fen, none_earned.eac_combined_fen) == (None, None)


@pytest.mark.parametrize(("weeks", "points_bp"), [(20, 500), (34, 294)])
def test_a_week_of_a_linear_plan(weeks: int, points_bp: int) -> None:
    days = 7 * weeks
    linear = Curve(at_s=(0, days * DAY_S), micro=(0, 10_000 * MICRO))
    done = linear.bp_at(63 * DAY_S)
    found = seen(done, day=70, curve=linear)
    assert found.gap_bp == pytest.approx(points_bp, abs=1)
    assert found.lag_cdays == pytest.approx(700, abs=2)


@pytest.mark.parametrize(
    ("actual", "plan_day", "rel"),
    [(1700, 20, 1500), (1701, 20, 1495), (490, 4.9, None), (400, 5, 2000), (600, 5, -2000)],
)
def test_the_relative_gap_is_said_from_five_percent_of_plan_on(actual: int, plan_day: float, rel: int | None) -> None:
    linear = Curve(at_s=(0, 100 * DAY_S), micro=(0, 10_000 * MICRO))
    assert seen(actual, day=plan_day, curve=linear).rel_bp == rel


def test_before_the_plan_asks_for_anything_no_index_is_said() -> None:
    found = seen(0, day=0)
    assert (found.spi_bp, found.spi_t_bp, found.rel_bp, found.forecast) == (None, None, None, None)
    assert (found.cpi_bp, found.pay_gap_bp, found.eac_fen) == (None, None, None)


def test_without_payment_there_is_a_pay_gap_and_no_cost_index() -> None:
    found = seen(4000, day=150, standing=money(paid=0), contract=800 * WAN)
    assert (found.cpi_bp, found.pay_gap_bp, found.eac_fen) == (None, -4000, None)


@pytest.mark.parametrize(
    ("paid", "contract", "expected"), [(400, 1000, 0), (401, 1000, 10), (1, 3_000_000, -3999), (0, 5, -4000)]
)
def test_the_pay_gap_is_rounded_up(paid: int, contract: int, expected: int) -> None:
    assert pay_gap_bp(paid, contract, actual_bp=4000) == expected


def test_the_interval_of_the_forecast_comes_from_sigma() -> None:
    found = seen(4000, day=150, sigma_bp=500)
    assert found.forecast_low is not None
    assert found.forecast is not None
    assert found.forecast_high is not None
    assert found.forecast_low < found.forecast < found.forecast_high
    low, high = seen(4500, day=150).forecast, seen(3500, day=150).forecast
    assert (found.forecast_low, found.forecast_high) == (low, high)


@pytest.mark.parametrize(
    ("actual", "day", "expected"),
    [
        (10_000, 100, None),  # done: nothing to forecast
        (499, 60, None),
        (500, 31, START + timedelta(days=247)),
        (9500, 400, START + timedelta(days=457)),  # 240 * 400 / 210
        (500, 400, None),  # a thirteenth of its pace: it ends nobody knows when
        (9999, 1, START + timedelta(days=1)),  # nearly done, not yet: not before today
    ],
)
def test_forecasts_at_the_edges(actual: int, day: float, expected: date | None) -> None:
    assert seen(actual, day=day).forecast == expected


def test_a_building_is_measured_from_where_its_own_plan_begins() -> None:
    late = Curve(at_s=(0, 180 * DAY_S, 360 * DAY_S), micro=(0, 0, 10_000 * MICRO))
    assert spi_t_bp(late, 0, now_s=180 * DAY_S) is None
    assert spi_t_bp(late, 2500, now_s=270 * DAY_S) == 5000
    assert forecast_s(late, 2500, now_s=270 * DAY_S) == 540 * DAY_S


def test_the_forecast_skips_pauses_and_the_festival() -> None:
    pause = (START + timedelta(days=20), START + timedelta(days=29))
    project = a_project(a_building(items=(an_item(plan=((110, 10_000),)),)), pauses=(pause,))
    calendar = calendar_of(project)
    on_plan = seen(1000, day=10, curve=project_curve(project, calendar), calendar=calendar)
    assert on_plan.forecast == START + timedelta(days=109)
    paused = seen(2000, day=25, curve=project_curve(project, calendar), calendar=calendar)
    assert (paused.lag_cdays, paused.gap_bp) == (0, paused.plan_bp - 2000)


@given(st.integers(min_value=0, max_value=3_000), st.lists(st.integers(min_value=0, max_value=2_500), max_size=40))
def test_the_day_of_an_effective_second_is_a_working_day_that_counts_as_many(day: int, offs: list[int]) -> None:
    off = tuple(sorted({START.toordinal() + one for one in offs}))
    calendar = SiteCalendar(start=START, off=off)
    found = calendar.day_at(day * DAY_S)
    assert found.toordinal() not in off
    assert calendar.effective_s(midnight(found)) == day * DAY_S


@given(st.integers(min_value=500, max_value=9_999), st.integers(min_value=0, max_value=900), st.integers(1, 700))
def test_forecasts_are_ordered_and_never_before_today(actual: int, sigma: int, day: int) -> None:
    found = seen(actual, day=day, sigma_bp=sigma)
    days = [d for d in (found.forecast_low, found.forecast, found.forecast_high) if d is not None]
    assert days == sorted(days)
    assert all(one >= START + timedelta(days=day - 1) for one in days)
