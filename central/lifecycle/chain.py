"""The chain signed → agreed start → started → production: its order, and the six months within which work must begin.

domain.md A36, A37, §5.1. Days are calendar days of the district.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date

from central.domain import LifeEvent, LifeKind

MONTHS = 6  # 落地后 6 个月内: seed 000
_NEEDS: dict[LifeKind, LifeKind] = {"started": "signed", "production": "started"}
_NOT_BEFORE: dict[LifeKind, tuple[LifeKind, ...]] = {
    "agreed_start": ("signed",),
    "started": ("signed",),
    "production": ("signed", "started"),
    "completed": ("signed", "started"),
}


def months_after(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where it has no such day (31 Aug + 6 = 29 Feb)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def six_months_after(day: date) -> date:
    """The last day on which work may begin without the flag: signed 2024-01-31 gives 2024-07-31."""
    return months_after(day, MONTHS)


def in_force(events: Iterable[LifeEvent]) -> dict[LifeKind, LifeEvent]:
    """The newest event of each kind; `events` are in the order in which they were noted."""
    return {event.kind: event for event in events}


def due_start(events: Iterable[LifeEvent]) -> date | None:
    """The day by which work was to begin: as agreed, else six months after signing; None when neither is known."""
    known = in_force(events)
    if "agreed_start" in known:
        return known["agreed_start"].day
    return high_risk_due(known.values())


def high_risk_due(events: Iterable[LifeEvent]) -> date | None:
    """Last day before the flag 高风险 (six months after signing); from 00:00 of the next day it is up."""
    known = in_force(events)
    return six_months_after(known["signed"].day) if "signed" in known else None


def started_on(events: Iterable[LifeEvent]) -> date | None:
    """The day on which work began."""
    known = in_force(events)
    return known["started"].day if "started" in known else None


def is_high_risk(events: Iterable[LifeEvent], today: date) -> bool:
    """Whether 高风险 is up at 00:00 of a day: signed, six months and the agreed day gone, and work not begun.

    A start after the due day takes the flag down from the day of the start on.
    """
    known = in_force(events)
    due, begun = high_risk_due(known.values()), started_on(known.values())
    if due is None or (begun is not None and begun <= today):
        return False
    agreed = known.get("agreed_start")
    return today > max(due, agreed.day if agreed else due)


def order_fault(events: Iterable[LifeEvent], new: LifeEvent) -> tuple[str, str] | None:
    """What is wrong with noting `new` after `events`, and what was expected; None when it is in order.

    Each link of the chain needs the one before it, on the same day or earlier; what comes after may not lie before it.
    """
    known = in_force(events)
    needed = _NEEDS.get(new.kind)
    if needed is not None and needed not in known:
        return f"{new.kind} before {needed}", f"{needed} to be noted first"
    early = [known[kind] for kind in _NOT_BEFORE.get(new.kind, ()) if kind in known and new.day < known[kind].day]
    late = [event for event in known.values() if new.kind in _NOT_BEFORE.get(event.kind, ()) and new.day > event.day]
    if early:
        return f"{new.kind} {new.day} before {early[0].kind} {early[0].day}", f"a day from {early[0].day} on"
    if late:
        return f"{new.kind} {new.day} after {late[0].kind} {late[0].day}", f"a day up to {late[0].day}"
    return None
