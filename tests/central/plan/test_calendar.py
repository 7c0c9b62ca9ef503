"""Effective days: Spring Festival off, approved pauses off, everything else works."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from central.plan.calendar import DAY_S, calendar_of, festival, local_day, midnight, paused
from tests.central.build import a_project


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [
        (2025, date(2025, 1, 28), date(2025, 2, 4)),
        (2026, date(2026, 2, 15), date(2026, 2, 23)),
        (2028, date(2028, 1, 25), date(2028, 2, 1)),
        (2036, date(2036, 1, 27), date(2036, 2, 3)),
    ],
)
def test_spring_festival_is_announced_or_taken_as_eve_and_seven_days(year: int, first: date, last: date) -> None:
    found = festival(year)
    assert (found[0], found[-1], len(found)) == (first, last, (last - first).days + 1)


def test_years_beyond_knowledge_have_no_festival() -> None:
    assert festival(2050) == ()


@pytest.mark.parametrize(
    ("at", "days"),
    [
        (datetime(2026, 1, 31, 16, tzinfo=UTC), 0.0),  # 00:00 on 1 February in the district
        (datetime(2026, 1, 20, 0, tzinfo=UTC), 0.0),  # before the start
        (datetime(2026, 2, 1, 4, tzinfo=UTC), 0.5),
        (datetime(2026, 2, 14, 15, 59, 59, tzinfo=UTC), 14 - 1 / DAY_S),
        (datetime(2026, 2, 16, 4, tzinfo=UTC), 14.0),  # stands still in the festival
        (datetime(2026, 2, 23, 16, tzinfo=UTC), 14.0),
        (datetime(2026, 2, 24, 4, tzinfo=UTC), 14.5),
        (datetime(2026, 3, 4, 4, tzinfo=UTC), 22.0),  # approved pause from 4 to 10 March
        (datetime(2026, 3, 10, 16, tzinfo=UTC), 22.0),
        (datetime(2026, 5, 1, 16, tzinfo=UTC), 74.0),  # Labour Day is worked
    ],
)
def test_effective_time(at: datetime, days: float) -> None:
    project = a_project(start=date(2026, 2, 1), pauses=((date(2026, 3, 4), date(2026, 3, 10)),))
    assert calendar_of(project).effective_s(at) == round(days * DAY_S)


def test_overlapping_pauses_count_once() -> None:
    start = date(2026, 5, 1)
    overlapping = ((date(2026, 5, 3), date(2026, 5, 6)), (date(2026, 5, 5), date(2026, 5, 8)))
    calendar = calendar_of(a_project(start=start, pauses=overlapping))
    assert calendar.effective_s(midnight(date(2026, 5, 11))) == 4 * DAY_S


def test_day_at_is_the_way_back() -> None:
    start = date(2026, 2, 1)
    calendar = calendar_of(a_project(start=start))
    for offset in (0, 5, 13, 23, 60):
        day = start + timedelta(days=offset)
        assert calendar.day_at(calendar.effective_s(midnight(day) + timedelta(hours=5))) == day


def test_paused_and_local_day() -> None:
    project = a_project(pauses=((date(2026, 6, 1), date(2026, 6, 3)),))
    assert [paused(project, date(2026, 6, day)) for day in (1, 3, 4)] == [True, True, False]
    assert local_day(datetime(2026, 5, 31, 16, tzinfo=UTC)) == date(2026, 6, 1)
