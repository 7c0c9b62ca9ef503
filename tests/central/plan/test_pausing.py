"""An approved standstill stops the clock: nothing before it is judged anew, all after it is later by as much."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.plan.calendar import calendar_of
from central.plan.pausing import stopped, with_known
from central.plan.planned import project_curve
from tests.central.build import START, a_building, a_project, an_item, at


def planned_bp(project, day: float) -> int:  # type: ignore[no-untyped-def]
    """What the plan asks for at a fractional day of the project."""
    calendar = calendar_of(project)
    return project_curve(project, calendar).bp_at(calendar.effective_s(at(day, start=project.start)))


def project_of(*plan: tuple[int, int]):  # type: ignore[no-untyped-def]
    """One linear item."""
    return a_project(a_building("b1", items=(an_item("b1-i1", plan=plan or ((140, 10_000),)),)))


def span(first: int, last: int) -> tuple[date, date]:
    """Days of the project counted from 0, both included."""
    return START + timedelta(days=first), START + timedelta(days=last)


def test_ten_days_of_rest_move_the_plan_by_ten_days() -> None:
    plain = project_of()
    paused = stopped(plain, [span(40, 49)])
    assert paused.finish == plain.finish + timedelta(days=10)
    for day in (0, 10, 39.5, 40):
        assert planned_bp(paused, day) == planned_bp(plain, day)
    assert {planned_bp(paused, day) for day in (40, 44.4, 50)} == {planned_bp(plain, 40)}
    for day in (50, 77.25, 139, 150):
        assert planned_bp(paused, day) == planned_bp(plain, day - 10)


def test_a_pause_the_plan_knew_of_moves_nothing() -> None:
    known = with_known(project_of(), [span(40, 49)])
    assert known.finish == project_of().finish
    assert known.buildings == project_of().buildings
    assert planned_bp(known, 140) == 10_000
    assert with_known(known, []) is known


def test_pauses_that_touch_or_overlap_count_each_day_once() -> None:
    plain = project_of()
    once = stopped(plain, [span(40, 49)])
    twice = stopped(plain, [span(40, 45), span(44, 49)])
    assert (twice.finish, twice.buildings) == (once.finish, once.buildings)


def test_a_pause_over_the_spring_festival_counts_only_what_was_work() -> None:
    begin = date(2026, 1, 10)
    plain = replace(project_of(), start=begin, finish=date(2026, 4, 30))
    plain = replace(plain, buildings=(a_building("b1", items=(an_item("b1-i1", plan=((111, 10_000),), start=begin),)),))
    whole_february = (date(2026, 2, 1), date(2026, 2, 28))
    festival = len(
        [d for d in calendar_of(plain).off if whole_february[0].toordinal() <= d <= whole_february[1].toordinal()]
    )
    assert festival > 5
    assert (stopped(plain, [whole_february]).finish - plain.finish).days == 28 - festival


def test_a_pause_after_the_end_moves_nothing() -> None:
    plain = project_of()
    later = stopped(plain, [span(200, 210)])
    assert (later.finish, later.buildings) == (plain.finish, plain.buildings)


def test_without_a_pause_the_project_is_the_same() -> None:
    plain = project_of()
    assert stopped(plain, []) is plain


@given(
    st.lists(st.tuples(st.integers(0, 160), st.integers(0, 30)), min_size=1, max_size=4),
    st.lists(st.integers(1, 139), min_size=1, max_size=5, unique=True),
)
def test_effective_time_to_every_point_stays_what_was_planned(pauses: list[tuple[int, int]], days: list[int]) -> None:
    plan = [(day, 100 * (n + 1)) for n, day in enumerate(sorted(days))] + [(140, 10_000)]
    plain = project_of(*plan)
    paused = stopped(plain, [span(first, first + more) for first, more in pauses])
    before, after = calendar_of(plain), calendar_of(paused)
    pairs = zip(plain.buildings[0].items[0].points, paused.buildings[0].items[0].points, strict=True)
    assert all(before.end_of(old.day) == after.end_of(new.day) for old, new in pairs)
    assert before.end_of(plain.finish) == after.end_of(paused.finish)


@pytest.mark.parametrize("day", [0, 20, 40.5, 60, 140])
def test_a_default_curve_stops_too(day: float) -> None:
    plain = a_project(a_building("b1", items=(an_item("b1-i1", plan=()),)))
    paused = stopped(plain, [span(41, 50)])
    assert planned_bp(paused, day if day < 41 else day + 10) == planned_bp(plain, day)
