"""The year of evaluating: working days, and what happens on which day of it (E13, E14, E15, D34). Pure.

A working day is one of the State Council's calendar, make-up weekends included. Years that were not announced yet are
taken as Monday to Friday less New Year's Day, the Spring Festival closure, 1-5 May and 1-7 October.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args

import chinese_calendar
from chinese_calendar.constants import holidays

from central.plan.calendar import DISTRICT, days, festival, local_day
from central.scoring.period import Period, period_with

OccasionKind = Literal[
    "sheets",  # objective sheets of a month that is over
    "year_sheets",  # objective sheets of a year that is over
    "budget",  # January: what a project-year may spend and is to reach
    "monitoring",  # August: 双监控 of January to July
    "quarter",  # self and peer evaluation of a quarter that is over is opened
    "year",  # the annual evaluation is opened, in December
    "tasks",  # the month's task list is published
    "snapshot",  # Monday: where each task stands
    "daily",  # forms that close, what is published, what becomes final, reminders
]
RANK: dict[OccasionKind, int] = {kind: at for at, kind in enumerate(get_args(OccasionKind))}
HOUR = 8
FORM_WORKING_DAYS = 10
_ANNOUNCED_FROM, _ANNOUNCED_TO = min(holidays).year, max(holidays).year
_FIXED = frozenset([(1, 1), *((5, day) for day in range(1, 6)), *((10, day) for day in range(1, 8))])
_SATURDAY = 5
_LONGEST_CLOSURE_DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something of the calendar at its instant. `key` tells it from others of its kind: a period's name, or a day."""

    at: datetime
    kind: OccasionKind
    key: str
    period: Period


def is_working_day(day: date) -> bool:
    """Whether offices work on this day."""
    if _ANNOUNCED_FROM <= day.year <= _ANNOUNCED_TO:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED and day not in festival(day.year)


def first_working_day(month: date) -> date:
    """The first working day of the month that a day is in (2025-01 -> 2025-01-02)."""
    first = month.replace(day=1)
    return next(day for day in days(first, first + timedelta(days=_LONGEST_CLOSURE_DAYS)) if is_working_day(day))


def working_days_after(day: date, count: int) -> date:
    """The count-th working day after a day, which is not counted itself; `count` 0 gives the day."""
    found = day
    for _ in range(count):
        found += timedelta(days=1)
        while not is_working_day(found):
            found += timedelta(days=1)
    return found


def working_days_between(first: date, last: date) -> int:
    """How many working days come after `first` up to `last`; 0 where last is not later."""
    return sum(1 for day in days(first + timedelta(days=1), last) if is_working_day(day)) if last > first else 0


def at_hour(day: date, hour: int = HOUR) -> datetime:
    """A full hour of a day of the district, as UTC."""
    return datetime.combine(day, time(hour), DISTRICT).astimezone(UTC)


def occasions(after: datetime, until: datetime) -> tuple[Occasion, ...]:
    """Everything of the calendar later than `after` and not later than `until`, in the order in which it happens."""
    first, last = local_day(after), local_day(until)
    found = [one for day in days(first, last) for one in _of_day(day) if after < one.at <= until]
    return tuple(sorted(found, key=lambda one: (one.at, RANK[one.kind])))


def _of_day(day: date) -> Iterator[Occasion]:
    at, month = at_hour(day), period_with(day, "month")
    yield Occasion(at=at, kind="daily", key=day.isoformat(), period=month)
    if day.weekday() == 0:
        yield Occasion(at=at, kind="snapshot", key=day.isoformat(), period=month)
    if day != first_working_day(day):
        return
    yield _occasion(at, "sheets", month.before())
    yield _occasion(at, "tasks", month)
    year = period_with(day, "year")
    match day.month:
        case 1:
            yield _occasion(at, "quarter", period_with(day, "quarter").before())
            yield _occasion(at, "year_sheets", year.before())
            yield _occasion(at, "budget", year)
        case 4 | 7 | 10:
            yield _occasion(at, "quarter", period_with(day, "quarter").before())
        case 8:
            yield _occasion(at, "monitoring", year)
        case 12:
            yield _occasion(at, "year", year)


def _occasion(at: datetime, kind: OccasionKind, period: Period) -> Occasion:
    return Occasion(at=at, kind=kind, key=period.name, period=period)


def year_forms_due(year: Period) -> date:
    """The last day for forms of the annual evaluation: so many working days after the year that they can tell of it."""
    return working_days_after(first_working_day(year.after().first), FORM_WORKING_DAYS)
