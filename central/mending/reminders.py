"""What people are called for when time passes: missed clocks, due days that come near, weekly reviews. Pure.

Each call has a tag; one that was made before is not made again. After a standstill only the newest of a kind is made.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from central.mending.case import Case, Rectification
from central.mending.clocks import DAY_MS, HOUR_MS, REVIEW_MS, clocks, end_of
from central.plan.calendar import DISTRICT, midnight

REMINDER_DAYS = (7, 3, 1, 0)
REMINDER_HOUR = 9  # of the district's day, in working hours
Whom = Literal["next", "leader", "responsible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody is to be called: `tag` names the occasion, once in a case or measure; `days` until (<0: after) due."""

    kind: Literal["ack_missed", "measure_missed", "verify_missed", "review", "reminder", "overdue"]
    tag: str
    whom: Whom
    days: int = 0


def case_calls(case: Case, *, made: Collection[str], now_ms: int) -> tuple[Call, ...]:
    """What is to be called for in a case now. A missed due day is its measure's to call for."""
    if case.ended:
        return ()
    found = [
        Call(kind=kind, tag=f"{kind}/{case.level}/{case.reopened}", whom="next" if kind == "ack_missed" else "leader")
        for kind, late in _missed(case, now_ms=now_ms)
        if late
    ]
    if case.level == "red" and (week := (now_ms - case.level_ms) // REVIEW_MS):
        found.append(Call(kind="review", tag=f"review/{case.reopened}/{week}", whom="leader"))
    return tuple(call for call in found if call.tag not in made)


def measure_calls(measure: Rectification, *, made: Collection[str], now_ms: int) -> tuple[Call, ...]:
    """The newest reminder of a measure whose time has come: T-7, T-3, T-1, T to the responsible, then daily upwards."""
    if measure.state not in ("assigned", "rectifying") or measure.due is None or measure.assigned_ms is None:
        return ()
    today = _reminded_day(now_ms)
    days = (measure.due - today).days
    if days < 0:
        call = Call(kind="overdue", tag=f"overdue/{today.isoformat()}", whom="leader", days=days)
        return () if call.tag in made else (call,)
    passed = [before for before in REMINDER_DAYS if before >= days]
    if not passed:
        return ()
    newest = min(passed)
    at_ms = reminder_ms(measure.due - timedelta(days=newest))
    tag = f"T-{newest}/{measure.due.isoformat()}"
    if tag in made or at_ms < measure.assigned_ms:
        return ()
    return (Call(kind="reminder", tag=tag, whom="responsible", days=days),)


def reminder_ms(day: date) -> int:
    """When people are reminded on a day of the district, ms UTC."""
    return int(midnight(day).timestamp()) * 1000 + REMINDER_HOUR * HOUR_MS


def _missed(case: Case, *, now_ms: int) -> list[tuple[Literal["ack_missed", "measure_missed", "verify_missed"], bool]]:
    by_kind = {clock.kind: clock for clock in clocks(case) if clock.done_ms is None}
    return [
        ("ack_missed", "ack" in by_kind and by_kind["ack"].late(now_ms)),
        ("measure_missed", "measure" in by_kind and by_kind["measure"].late(now_ms)),
        ("verify_missed", "verify" in by_kind and by_kind["verify"].late(now_ms)),
    ]


def _reminded_day(now_ms: int) -> date:
    """The day whose reminders are due: before nine it is still the day before's."""
    return (datetime.fromtimestamp(now_ms / 1000, UTC) - timedelta(hours=REMINDER_HOUR)).astimezone(DISTRICT).date()


def overdue_days(measure: Rectification, *, now_ms: int) -> int:
    """Whole days begun since the due day ended; 0 = in time."""
    if measure.due is None or now_ms <= end_of(measure.due):
        return 0
    return (now_ms - end_of(measure.due) - 1) // DAY_MS + 1
