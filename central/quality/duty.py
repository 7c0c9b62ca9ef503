"""The daily duty of who builds: a note with photos for each day, reminded at 18:00, missed at 24:00 (A32). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from central.plan.calendar import midnight
from central.quality.claims import DUE_HOUR

DutyState = Literal["none", "open", "reminded", "missed", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySpan:
    """From which day to which a project owes a report, and its approved standstills (both days included)."""

    first: date
    last: date
    pauses: Sequence[tuple[date, date]] = ()

    def owes(self, day: date) -> bool:
        """Whether a report of this day is owed."""
        return self.first <= day <= self.last and not any(one <= day <= other for one, other in self.pauses)


def duty_state(span: DutySpan, day: date, *, reported: bool, now: datetime) -> DutyState:
    """Where the duty of a day stands. A report that comes after the day ended is kept, and the day stays missed:
    `reported` = there is one that came before."""
    if not span.owes(day):
        return "none"
    if reported:
        return "done"
    if now >= midnight(day + timedelta(days=1)):
        return "missed"
    return "reminded" if now >= midnight(day) + timedelta(hours=DUE_HOUR) else "open"
