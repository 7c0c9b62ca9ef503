"""Planned completion and lag, against domain.md §4.2, §4.4 and §5.10."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from central.plan.calendar import DAY_S, calendar_of, midnight
from central.plan.compare import lag_cdays
from central.plan.items import Frame, milestone_points
from central.plan.planned import Curve, begin_s, building_curve, item_curve, project_curve, working_s
from tests.central.build import START, a_building, a_project, an_item, at


def a_curve(*plan: tuple[int, int]) -> Curve:
    item = an_item(plan=plan)
    project = a_project(a_building(items=(item,)))
    return item_curve(item, project, calendar_of(project))


def seconds(days: float) -> int:
    return round(days * DAY_S)


LINEAR = a_curve((140, 10_000))
WINTER = a_curve((20, 4000), (30, 4000), (60, 10_000))


@pytest.mark.parametrize(
    ("curve", "day", "bp"),
    [
        (LINEAR, 0, 0),
        (LINEAR, 70, 5000),
        (LINEAR, 70.5, 5036),
        (LINEAR, 200, 10_000),
        (WINTER, 25, 4000),
        (WINTER, 45, 7000),
        (a_curve((10, 0), (20, 10_000)), 5, 0),
        (a_curve((10, 0), (20, 10_000)), 15, 5000),
        (a_curve((1, 1874), (61, 10_000)), 1, 1874),
    ],
)
def test_linear_within_points(curve: Curve, day: float, bp: int) -> None:
    assert curve.bp_at(seconds(day)) == bp


def test_without_points_the_default_curve() -> None:
    item = an_item(plan=())
    project = a_project(a_building(items=(item,)), finish=START + timedelta(days=79))
    curve = item_curve(item, project, calendar_of(project))
    assert curve.default
    assert [curve.bp_at(seconds(day)) for day in (0, 20, 40, 80, 99)] == [0, 1563, 5000, 10_000, 10_000]
    assert curve.micro_at(seconds(20)) == 1_562_500_000


@pytest.mark.parametrize("day", [date(2026, 2, 15), date(2026, 2, 18), date(2026, 2, 23)])
def test_a_milestone_on_a_day_off_is_asked_for_when_work_goes_on_again(day: date) -> None:
    project = a_project(start=date(2025, 9, 1), finish=date(2026, 6, 30))
    frame = Frame(start=project.start, finish=project.finish, stages=())
    calendar = calendar_of(project)  # the festival is from 15 to 23 February
    curve = item_curve(replace(an_item(), points=milestone_points(day, frame)), project, calendar)
    midnights = [date(2025, 12, 1), date(2026, 2, 15), date(2026, 2, 24), date(2026, 2, 25)]
    assert [curve.bp_at(calendar.effective_s(midnight(one))) for one in midnights] == [0, 0, 0, 10_000]
    assert lag_cdays(curve, 0, now_s=calendar.effective_s(midnight(date(2026, 2, 25)))) == 100


def test_a_step_within_a_pause_moves_nothing_before_it() -> None:
    """What is planned for two days of one standstill does not pull up the days before; nor does a first day off."""
    stop = (START, START + timedelta(days=4))
    item = an_item(plan=((1, 1000), (3, 2000), (10, 10_000)))
    project = a_project(a_building(items=(item,)), pauses=(stop,))
    calendar = calendar_of(project)
    curve = item_curve(item, project, calendar)
    assert [curve.bp_at(calendar.effective_s(at(day))) for day in (-30, 0, 4.5, 5.5, 10)] == [0, 0, 0, 2800, 10_000]


@pytest.mark.parametrize(
    ("curve", "actual_bp", "day", "lag"),
    [
        (LINEAR, 4500, 70, 700),  # one week of a 20-week plan is 5 points
        (LINEAR, 4507, 70, 690),
        (LINEAR, 5000, 70, 0),
        (LINEAR, 6000, 70, 0),  # ahead is not negative
        (LINEAR, 0, 3, 300),
        (LINEAR, 9000, 150, 2400),  # past the finish
        (LINEAR, 10_000, 300, 0),
        (WINTER, 4000, 25, 0),  # all that was planned before the stop is done
        (WINTER, 4000, 33, 300),
        (WINTER, 3800, 25, 600),
    ],
)
def test_lag_is_to_the_latest_reached_moment(curve: Curve, actual_bp: int, day: float, lag: int) -> None:
    assert lag_cdays(curve, actual_bp, now_s=seconds(day)) == lag


def test_buildings_and_project_are_weighted_sums() -> None:
    items = (
        an_item("b1-a", weight_bp=3333, plan=((30, 10_000),)),
        an_item("b1-b", weight_bp=6667, plan=((10, 0), (50, 10_000))),
    )
    buildings = (
        a_building("b1", items=items, weight_bp=7000),
        a_building("b2", items=(an_item("b2-a", building="b2", plan=((7, 1), (60, 10_000))),), weight_bp=3000),
    )
    project = a_project(*buildings)
    calendar = calendar_of(project)
    whole = project_curve(project, calendar)
    for day in (0, 3, 7.25, 10, 29.9, 40, 50, 60, 99):
        of_items = [item_curve(i, project, calendar).micro_at(seconds(day)) for b in buildings for i in b.items]
        of_first = building_curve(buildings[0], project, calendar).micro_at(seconds(day))
        assert abs(of_first - (3333 * of_items[0] + 6667 * of_items[1]) / 10_000) < 2
        assert abs(whole.micro_at(seconds(day)) - (0.7 * of_first + 0.3 * of_items[2])) < 3


def test_the_clock_stands_still_in_a_pause() -> None:
    pause = (date(2026, 5, 11), date(2026, 5, 20))
    item = an_item(plan=((20, 5000), (40, 10_000)))
    project = a_project(a_building(items=(item,)), pauses=(pause,))
    calendar = calendar_of(project)
    curve = item_curve(item, project, calendar)
    assert curve.bp_at(calendar.end_of(date(2026, 5, 10))) == 5000
    assert curve.bp_at(calendar.end_of(date(2026, 5, 20))) == 5000


@pytest.mark.parametrize(
    ("curve", "begin", "days"),
    [
        (LINEAR, 0, 140),
        (a_curve((10, 0), (50, 10_000)), 10, 40),
        (a_curve((45, 9500), (92, 10_000)), 0, 47.4),  # the tail does not count
        (a_curve((1, 10_000)), 0, 1),
    ],
)
def test_begin_and_working_time(curve: Curve, begin: float, days: float) -> None:
    assert begin_s(curve) == seconds(begin)
    assert working_s(curve) / DAY_S == pytest.approx(days, abs=0.05)
