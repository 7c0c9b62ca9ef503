"""When something was, by a clock that may have been wrong then, and whether it came in time. Pure, ms UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a record says of its time, and when it came; `live` False: a replay, which today's clock does not judge."""

    seq: int
    at_ms: int
    clock: str
    received_ms: int
    live: bool

    def true_ms(self, maps: Iterable[Mapped]) -> int:
        """The record's time put right by the newest map that covers it; as it is where that would be no time at all."""
        if self.clock == "synced":
            return self.at_ms
        covering = [one for one in maps if one.lo <= self.seq <= one.hi]
        if not covering:
            return self.at_ms
        moved = self.at_ms + max(covering, key=lambda one: one.seq).add_ms
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
