"""Effective days of a site: calendar days less the Spring Festival and approved pauses. Sites work all seven days."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

import chinese_calendar
from chinese_calendar.constants import holidays

from central.domain import Project

DISTRICT = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991
DAY_S = 86_400
_UTC_OFFSET_S = 8 * 3600
_EPOCH = date(1970, 1, 1).toordinal()
_LATE_RUN_DAYS = 5 * 366  # how far past the planned finish off days are known: a site may run late

# First days of the lunar year beyond what chinese_calendar knows (the State Council announces one year at a time).
# Until then the closure is taken as the eve and seven days, as was announced for 2025.
_LUNAR_NEW_YEAR = {
    day.year: day
    for day in (
        date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3), date(2031, 1, 23), date(2032, 2, 11),
        date(2033, 1, 31), date(2034, 2, 19), date(2035, 2, 8), date(2036, 1, 28),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCalendar:
    """Working time of one site. Effective seconds count from 00:00 (district time) of `start`; off days do not count.

    `off` are ordinals of whole non-working days, ascending.
    """

    start: date
    off: tuple[int, ...]

    def effective_s(self, at: datetime) -> int:
        """Effective seconds from the start to an instant; 0 before the start, standing still on off days."""
        second = int(at.timestamp()) + _UTC_OFFSET_S
        ordinal = second // DAY_S + _EPOCH
        first = self.start.toordinal()
        if ordinal < first:
            return 0
        skipped = bisect_left(self.off, ordinal)
        whole_s = (ordinal - first - skipped) * DAY_S
        working = skipped == len(self.off) or self.off[skipped] != ordinal
        return whole_s + second % DAY_S if working else whole_s

    def end_of(self, day: date) -> int:
        """Effective seconds at 24:00 of a day."""
        return self.effective_s(midnight(day + timedelta(days=1)))

    def day_at(self, effective_s: int) -> date:
        """The working day in which an effective second lies; a forecast far ahead counts only the off days known."""
        ordinal = self.start.toordinal() + effective_s // DAY_S
        low, high = 0, len(self.off)
        while low < high:  # how many off days lie before: off[k] - k never falls
            middle = (low + high) // 2
            if self.off[middle] - middle <= ordinal:
                low = middle + 1
            else:
                high = middle
        return date.fromordinal(ordinal + low)


def calendar_of(project: Project) -> SiteCalendar:
    """The calendar of a project: Spring Festival of every year it may run in, and approved pauses (both ends off)."""
    first, last = project.start, project.finish + timedelta(days=_LATE_RUN_DAYS)
    off = {day for year in range(first.year, last.year + 1) for day in festival(year)}
    for begin, end in project.pauses:
        off.update(days(begin, end))
    return SiteCalendar(start=first, off=tuple(sorted(day.toordinal() for day in off if day >= first)))


@cache
def festival(year: int) -> tuple[date, ...]:
    """Spring Festival closure of a year: announced days where known, else eve to seventh day; empty beyond 2036."""
    name = chinese_calendar.Holiday.spring_festival.value
    announced = tuple(sorted(day for day, holiday in holidays.items() if day.year == year and holiday == name))
    if announced or year not in _LUNAR_NEW_YEAR:
        return announced
    new_year = _LUNAR_NEW_YEAR[year]
    return tuple(days(new_year - timedelta(days=1), new_year + timedelta(days=6)))


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def midnight(day: date) -> datetime:
    """00:00 of a day in the district, as UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=DISTRICT).astimezone(UTC)


def local_day(at: datetime) -> date:
    """The district's calendar day of an instant."""
    return at.astimezone(DISTRICT).date()


def paused(project: Project, day: date) -> bool:
    """Whether a day lies in an approved pause."""
    return any(begin <= day <= end for begin, end in project.pauses)
