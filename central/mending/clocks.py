"""Until when what must be done: the clocks of a case as a function of its times and the wall (domain.md §4.6). Pure.

Days and weeks are elapsed time; a due day ends at 24:00 of the district.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from central.domain import Level
from central.mending.case import Case, Rectification
from central.plan.calendar import midnight

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ACK_MS: Mapping[Level, int] = {"blue": 72 * HOUR_MS, "yellow": 24 * HOUR_MS, "red": 4 * HOUR_MS}
MEASURE_MS: Mapping[Level, int] = {"yellow": 5 * DAY_MS, "red": 48 * HOUR_MS}
VERIFY_MS: Mapping[Level, int] = {"blue": 5 * DAY_MS, "yellow": 5 * DAY_MS, "red": 48 * HOUR_MS}
"""Ours: §4.6 names no time for verifying; as long as there was for finding a measure."""
REVIEW_MS = 7 * DAY_MS
ClockKind = Literal["ack", "measure", "due", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One thing that has its time: from `started_ms` to `due_ms`; `done_ms` None = still to be done."""

    kind: ClockKind
    started_ms: int
    due_ms: int
    done_ms: int | None

    def late(self, now_ms: int) -> bool:
        """Not done in time; the last millisecond is in time."""
        return (now_ms if self.done_ms is None else self.done_ms) > self.due_ms


def clocks(case: Case) -> tuple[Clock, ...]:
    """Every clock of the case in its present round, running and done, in the order in which they begin."""
    found = [
        Clock(
            kind="ack",
            started_ms=case.level_ms,
            due_ms=case.level_ms + ACK_MS[case.level],
            done_ms=_first(case.acknowledged_ms, case.assigned_ms, case.ready_ms, case.ended_ms),
        )
    ]
    if case.level in MEASURE_MS:
        done = _first(case.assigned_ms, case.ready_ms, case.ended_ms)
        due = case.level_ms + MEASURE_MS[case.level]
        found.append(Clock(kind="measure", started_ms=case.level_ms, due_ms=due, done_ms=done))
    measure = case.rectification
    if measure is not None and (due_clock := due_of(measure)) is not None:
        found.append(due_clock)
    if case.ready_ms is not None:
        due = case.ready_ms + VERIFY_MS[case.peak]
        verified = case.ended_ms if case.state != "verified" else case.ready_ms
        found.append(Clock(kind="verify", started_ms=case.ready_ms, due_ms=due, done_ms=verified))
    return tuple(found)


def due_of(measure: Rectification) -> Clock | None:
    """The clock of an ordered measure: it stops when the evidence is handed in, a return starts it again."""
    if measure.due is None or measure.assigned_ms is None or measure.state == "cancelled":
        return None
    handed_in = measure.submitted_ms if measure.state == "evidence" else measure.verified_ms
    return Clock(kind="due", started_ms=measure.assigned_ms, due_ms=end_of(measure.due), done_ms=handed_in)


def running(case: Case) -> Clock | None:
    """The clock that runs out first of those that still run; None = nothing has to be done by a time."""
    if case.ended:
        return None
    still = [clock for clock in clocks(case) if clock.done_ms is None]
    return min(still, key=lambda clock: clock.due_ms, default=None)


def end_of(day: date) -> int:
    """24:00 of a day of the district, ms UTC."""
    return int(midnight(day + timedelta(days=1)).timestamp()) * 1000


def _first(*times_ms: int | None) -> int | None:
    known = [at for at in times_ms if at is not None]
    return min(known, default=None)
