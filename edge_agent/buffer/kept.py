"""What of a damaged store's numbers was saved, moved or lost. Pure: spans only, however many records there were."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_agent.ranges import Ranges
from wire.messages import StoreLost
from wire.stones import stone_ranges

LOSSES_MAX = 1000  # more spans than that are said as fewer, wider ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A damaged store as far as it can be read. `newest` None: how far it had come is not known.

    `reason` is what is said of its losses.
    """

    epoch: str
    acked: int
    newest: int | None
    meta: dict[str, str]
    reason: str = "store damaged"


@dataclass(slots=True, kw_only=True)
class Kept:
    """Numbers that are accounted for: read whole, or told by a tombstone (`told`, by reason, if not acknowledged)."""

    known: Ranges = field(default_factory=Ranges)
    told: dict[str, Ranges] = field(default_factory=dict)

    def note(self, seq: int, *, stone: str = "", acked: int = 0) -> None:
        """A whole record; `stone`: the body of a tombstone."""
        self.known.add(seq, seq)
        if not stone:
            return
        body = json.loads(stone)
        for lo, hi in stone_ranges(body):
            self.known.add(lo, hi)
            if hi > acked:
                self.told.setdefault(body["reason"], Ranges()).add(lo, hi)


class Moved:
    """Spans of old numbers (lo, hi, boot, base_ms; in order, apart) and the new numbers that their records get."""

    def __init__(self, spans: Iterable[tuple[Any, ...]]) -> None:
        self.count = 0
        self._old = list(spans)
        self._new: list[list[Any]] = []
        self._place = 0
        self._open = False

    def next(self, seq: int) -> None:
        """The record of this old number is the next that goes on."""
        self.count += 1
        while self._place < len(self._old) and self._old[self._place][1] < seq:
            self._place += 1
            self._open = False
        if self._place == len(self._old) or seq < self._old[self._place][0]:
            return
        if self._open:
            self._new[-1][1] = self.count
        else:
            self._new.append([self.count, self.count, *self._old[self._place][2:]])
            self._open = True

    def spans(self) -> Iterator[tuple[Any, ...]]:
        """Of new numbers; those of which nothing goes on are left out."""
        return (tuple(span) for span in self._new)


def losses_of(old: Old, kept: Kept) -> list[StoreLost]:
    """What of the old epoch was neither acknowledged nor saved, and what its tombstones had said."""
    losses = [
        StoreLost(epoch=old.epoch, lo=lo, hi=hi, reason=reason)
        for reason, ranges in kept.told.items()
        for lo, hi in few(ranges.spans)
    ]
    top = max(kept.known.top, old.acked if old.newest is None else old.newest)
    for lo, hi in few(kept.known.gaps(old.acked + 1, top)):
        losses.append(StoreLost(epoch=old.epoch, lo=lo, hi=hi, reason=old.reason))
    if old.newest is None:
        losses.append(StoreLost(epoch=old.epoch, lo=top + 1, hi=None, reason=old.reason))
    return losses


def few(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """At most LOSSES_MAX spans: beyond that, neighbours are said as one (rather too much is lost than too little)."""
    step = -(-len(spans) // LOSSES_MAX) or 1
    return [(spans[i][0], spans[min(i + step, len(spans)) - 1][1]) for i in range(0, len(spans), step)]
