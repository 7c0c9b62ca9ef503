"""Months, quarters and years of the district, as what evaluations are of. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

PeriodKind = Literal["month", "quarter", "year"]
_SHAPES: tuple[tuple[PeriodKind, re.Pattern[str], int], ...] = (
    ("month", re.compile(r"(\d{4})-(0[1-9]|1[0-2])"), 1),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])"), 3),
    ("year", re.compile(r"(\d{4})"), 12),
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Period:
    """A month, quarter or year: both days included. Its name sorts within its kind."""

    first: date
    kind: PeriodKind

    @property
    def last(self) -> date:
        """The last day in it."""
        return self.after().first - timedelta(days=1)

    @property
    def name(self) -> str:
        """`2025-03`, `2025-Q1` or `2025`."""
        match self.kind:
            case "month":
                return f"{self.first:%Y-%m}"
            case "quarter":
                return f"{self.first.year:04d}-Q{(self.first.month + 2) // 3}"
            case "year":
                return f"{self.first.year:04d}"

    def after(self) -> Period:
        """The next one of its kind."""
        return self._moved(_MONTHS[self.kind])

    def before(self) -> Period:
        """The one before, of its kind."""
        return self._moved(-_MONTHS[self.kind])

    def holds(self, day: date) -> bool:
        """Whether the day is in it."""
        return self.first <= day <= self.last

    def _moved(self, months: int) -> Period:
        index = self.first.year * 12 + self.first.month - 1 + months
        return Period(first=date(index // 12, index % 12 + 1, 1), kind=self.kind)


_MONTHS: dict[PeriodKind, int] = {kind: months for kind, _, months in _SHAPES}


def period_of(name: str) -> Period:
    """The period of this name; ValueError says which shapes there are."""
    for kind, shape, months in _SHAPES:
        found = shape.fullmatch(name)
        if found and int(found[1]) > 0:
            nth = int(found[2]) if kind != "year" else 1
            return Period(first=date(int(found[1]), (nth - 1) * months + 1 if kind != "month" else nth, 1), kind=kind)
    raise ValueError(f"period {name!r}: expected a month like 2025-03, a quarter like 2025-Q1 or a year like 2025")


def period_with(day: date, kind: PeriodKind) -> Period:
    """The period of a kind that a day is in."""
    months = _MONTHS[kind]
    return Period(first=date(day.year, (day.month - 1) // months * months + 1, 1), kind=kind)
