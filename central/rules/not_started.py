"""Signed, and work has not begun: late against the agreed day; 高风险 six months after signing (A37, §5.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from central.domain import Finding, LifeEvent
from central.lifecycle.chain import due_start, high_risk_due
from central.plan.calendar import local_day
from central.rules.facts import RuleInput
from central.rules.judge import judge
from central.rules.ladder import LadderProfile

NAME = "not_started"
_LATE = 1  # a start on the due day is in time
_BEGUN = frozenset({"started", "production", "completed"})


def not_started(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on the days since work was to begin (negative = still to come), at midnights; None when none was agreed.

    Days of approved pauses do not count. Red from 00:00 of the day after six months from signing, but not before the
    agreed day is missed. Work that is plainly seen counts as begun, though nobody has recorded the start.
    """
    if not seen.tick or seen.subject.kind != "project":
        return None
    today = local_day(seen.as_of)
    known = [event for event in seen.events if event.kind == "agreed_start" or event.day < today]
    due = due_start(known)
    if due is None:
        return None
    if _begun(known, seen, started_bp=profile.ladder(NAME).numbers["started_bp"]):
        return judge(NAME, seen, profile, value=None, confirmed=True)
    since_agreed = _days_late(due, today, seen.pauses)
    finding = judge(NAME, seen, profile, value=since_agreed, confirmed=True, refs=_refs(known))
    last = high_risk_due(known)
    if last is None or since_agreed < _LATE or (late := _days_late(last, today, seen.pauses, _signed(known))) < _LATE:
        return finding
    return replace(finding, level="red", held="red", value=late, threshold=_LATE, basis="six_months")


def _begun(known: list[LifeEvent], seen: RuleInput, *, started_bp: int) -> bool:
    if any(event.kind in _BEGUN for event in known):
        return True
    return seen.deviation is not None and seen.sufficient and seen.deviation.actual_bp >= started_bp


def _days_late(due: date, today: date, pauses: Iterable[tuple[date, date]], counted_from: date | None = None) -> int:
    """Days from `due` to today less the paused ones of them, or of all those since the clock began to run."""
    first = (counted_from or due) + timedelta(days=1)
    paused = {
        day
        for begin, end in pauses
        for offset in range((min(end, today - timedelta(days=1)) - max(begin, first)).days + 1)
        if (day := max(begin, first) + timedelta(days=offset))
    }
    return (today - due).days - len(paused)


def _signed(known: list[LifeEvent]) -> date | None:
    return next((event.day for event in reversed(known) if event.kind == "signed"), None)


def _refs(known: list[LifeEvent]) -> tuple[str, ...]:
    return tuple(event.ref for event in known if event.ref)
