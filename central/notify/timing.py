"""When people are told: at once, after the night, or with the day's digest (domain.md §4.6). Pure; wall time in ms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from central.notify.message import Message
from central.plan.calendar import DISTRICT

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DIGESTED = frozenset({"warning", "escalation", "review"})  # what people say to each other is no digest's


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Full hours of the district's day: quiet from `quiet_from` until before `quiet_to`; digests go at `digest_at`."""

    quiet_from: int = 22
    quiet_to: int = 7
    digest_at: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What a message goes in, and when: alone (`key` is its number), or in the digest that is due at `key`."""

    kind: Literal["single", "digest"]
    key: int
    due_ms: int


def quiet(at_ms: int, hours: Hours) -> bool:
    """Whether it is night for those who are not urgently needed."""
    hour = _of_district(at_ms).hour
    if hours.quiet_from <= hours.quiet_to:
        return hours.quiet_from <= hour < hours.quiet_to
    return hour >= hours.quiet_from or hour < hours.quiet_to


def after_quiet(at_ms: int, hours: Hours) -> int:
    """The first instant >= this that is not quiet."""
    return next_hour(at_ms, hours.quiet_to) if quiet(at_ms, hours) else at_ms


def next_hour(at_ms: int, hour: int) -> int:
    """The first instant >= this at which the district's clock shows the full hour."""
    local = _of_district(at_ms)
    found = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if found < local:
        found += timedelta(days=1)
    return int(found.timestamp()) * 1000


def slot_of(message: Message, *, number: int, now_ms: int, hours: Hours) -> Slot:
    """Where message `number` goes: urgent at once, blue into the next digest, others alone and not by night."""
    earliest = max(now_ms, message.not_before_ms)
    if message.urgent:
        return Slot(kind="single", key=number, due_ms=earliest)
    if message.level == "blue" and message.kind in DIGESTED:
        due_ms = after_quiet(next_hour(earliest, hours.digest_at), hours)
        return Slot(kind="digest", key=due_ms, due_ms=due_ms)
    return Slot(kind="single", key=number, due_ms=after_quiet(earliest, hours))


def _of_district(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(DISTRICT)
