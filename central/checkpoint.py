"""Where judging goes on from: the whole memory of a project's course after one instant (docs/decisions/0019)."""

from __future__ import annotations

import hashlib
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from central.domain import Deviation, RuleState, Subject, WarningChange
from central.plan.calendar import local_day, midnight
from central.progress.fuse import ItemMemory
from central.progress.standstill import DayOfLooks

FORMAT = "course-3"  # changes with what a memory means: then all are made anew

_HEADS = (timedelta(minutes=15), timedelta(hours=2))  # readings of two gateways cross by seconds, an uplink by an hour
_DAYS, _WEEKS = 8, 9
_PACKING = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Working days of one building so far: all, those under an open schedule warning, those well seen."""

    days: int = 0
    warned: int = 0
    evident: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thin:
    """Evidence on a subject is insufficient since an effective second."""

    subject: Subject
    since_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that the course of judging remembers. `items` and `counts` by id of item and building.

    `judged` = when each building was judged last, `looks` what cameras showed of each lately, `newest` = the project's
    newest deviation, `raised` the records behind the newest schedule warnings, `lives` the transitions of all warnings
    that are open, `money` the dump of the money fold (empty: no entry yet).
    """

    items: Mapping[str, ItemMemory] = field(default_factory=dict)
    states: tuple[RuleState, ...] = ()
    thin: tuple[Thin, ...] = ()
    counts: Mapping[str, DayCount] = field(default_factory=dict)
    newest: Deviation | None = None
    raised: tuple[str, ...] = ()
    lives: tuple[WarningChange, ...] = ()
    money: bytes = b""
    judged: Mapping[str, datetime] = field(default_factory=dict)
    looks: Mapping[str, tuple[DayOfLooks, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The memory after all facts up to and at `at`; `digest` tells the plan and the policy it was made by."""

    at: datetime
    digest: str
    memory: Memory


class CheckpointError(ValueError):
    """Stored bytes that are no memory of this version: judging begins at an older one."""


_DECODER = msgspec.json.Decoder(Memory)


def pack(memory: Memory) -> bytes:
    """Compressed JSON. Floats are written so that they come back bit for bit."""
    return zlib.compress(msgspec.json.encode(memory), _PACKING)


def unpack(packed: bytes) -> Memory:
    """What was packed; CheckpointError when the bytes are something else."""
    try:
        return _DECODER.decode(zlib.decompress(packed))
    except (zlib.error, msgspec.DecodeError) as broken:
        raise CheckpointError(f"checkpoint: {broken}: expected a memory of {FORMAT}") from broken


def kept(instants: Iterable[datetime]) -> frozenset[datetime]:
    """The instants whose checkpoints are worth keeping, seen from the newest.

    Heads: the newest, and the newest that is a quarter of an hour, or two hours, older. Midnights: each of the last
    eight days, Mondays and firsts of a month for nine weeks, firsts for ever. So a fact that comes late costs no more
    than its own age and about half of it again.
    """
    ordered = sorted(set(instants))
    if not ordered:
        return frozenset()
    newest = ordered[-1]
    heads = {newest}
    for age in _HEADS:
        older = bisect_right(ordered, newest - age)
        heads |= {ordered[older - 1]} if older else set()
    return frozenset(heads | {at for at in ordered if _is_kept_midnight(at, newest)})


def _is_kept_midnight(at: datetime, newest: datetime) -> bool:
    day = local_day(at)
    if at != midnight(day):
        return False
    age = (local_day(newest) - day).days
    return age <= _DAYS or day.day == 1 or (age <= 7 * _WEEKS and day.weekday() == 0)


def digest_of(*parts: Any) -> str:
    """Digest of whatever a checkpoint depends on beside facts: nouns, numbers and texts."""
    return hashlib.sha256(msgspec.json.encode((FORMAT, *parts))).hexdigest()
