"""When something was, by a clock that may have been wrong then, and whether it came in time. Pure, ms UTC."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from wire.messages import Record

FUTURE_MS = 5 * 60_000
LATE_MS = 60 * 60_000
AT_MAX = 253_402_300_799_999  # as wire.messages.Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Record `seq` of a stream said: those of lo..hi that are not `synced` were stamped `add_ms` too early."""

    seq: int
    lo: int
    hi: int
    add_ms: int


class Maps:
    """Clock maps of a stream, made once and asked for each record: by a binary search over stretches of numbers."""

    def __init__(self, maps: Iterable[Mapped] = ()) -> None:
        waiting = sorted(maps, key=lambda one: one.lo)
        self._starts = sorted({seq for one in waiting for seq in (one.lo, one.hi + 1) if one.lo <= one.hi})
        self._adds: list[int | None] = []
        covering: list[tuple[int, int, int]] = []  # newest first: minus the map's own number, its end, what it adds
        taken = 0
        for start in self._starts:
            while taken < len(waiting) and waiting[taken].lo <= start:
                one = waiting[taken]
                heappush(covering, (-one.seq, one.hi, one.add_ms))
                taken += 1
            while covering and covering[0][1] < start:
                heappop(covering)
            self._adds.append(covering[0][2] if covering else None)

    def add_ms(self, seq: int) -> int | None:
        """What the newest map that covers a record says; None where there is none."""
        place = bisect_right(self._starts, seq) - 1
        return self._adds[place] if place >= 0 else None


NO_MAPS = Maps()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a record says of its time, and when it came; `live` False: a replay, which today's clock does not judge."""

    seq: int
    at_ms: int
    clock: str
    received_ms: int
    live: bool

    def true_ms(self, maps: Maps) -> int:
        """The record's time put right by the newest map that covers it; as it is where that would be no time at all."""
        if self.clock == "synced":
            return self.at_ms
        moved = self.at_ms + (maps.add_ms(self.seq) or 0)
        return moved if 0 <= moved <= AT_MAX else self.at_ms

    def timing(self, true_ms: int) -> str:
        """'' in time; `future` for what is over five minutes ahead; `historical` for what came over an hour late."""
        if not self.live:
            return ""
        if true_ms > self.received_ms + FUTURE_MS:
            return "future"
        return "historical" if true_ms < self.received_ms - LATE_MS else ""


def stamp_of(record: Record, *, received_ms: int, live: bool) -> Stamp:
    """The stamp of a record that has just come."""
    return Stamp(seq=record.seq, at_ms=record.at, clock=record.clock, received_ms=received_ms, live=live)
