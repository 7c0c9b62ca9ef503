"""Which sequence numbers of a stream are in: a contiguous watermark and the ranges beyond it. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Everything up to `hi` is in, and the ranges (lo, hi) `beyond`: sorted, touching neither each other nor `hi`.

    There may be thousands: a tombstone names many numbers ahead of what comes between them.
    """

    hi: int = 0
    beyond: tuple[tuple[int, int], ...] = ()

    def __contains__(self, seq: int) -> bool:
        return seq <= self.hi or self.span_of(seq) is not None

    def span_of(self, seq: int) -> tuple[int, int] | None:
        """The range beyond the watermark that `seq` is in."""
        place = self._place(seq)
        return self.beyond[place] if place < len(self.beyond) and self.beyond[place][0] <= seq else None

    def touches(self, lo: int, hi: int) -> bool:
        """Whether any of lo..hi is in."""
        place = self._place(lo)
        return lo <= self.hi or (place < len(self.beyond) and self.beyond[place][0] <= hi)

    @property
    def need(self) -> int | None:
        """First missing number below something that is in; None when nothing is missing."""
        return self.hi + 1 if self.beyond else None

    def add(self, lo: int, hi: int) -> Received:
        """The same with lo..hi in as well."""
        return self.add_all([(lo, hi)])

    def add_all(self, spans: Iterable[tuple[int, int]]) -> Received:
        """The same with all of these in as well; one pass over the ranges, however many come."""
        new = list(spans)
        for lo, hi in new:
            if lo < 1 or hi < lo:
                raise ValueError(f"range {lo}..{hi}: expected 1 <= lo <= hi")
        mark = self.hi
        merged: list[tuple[int, int]] = []
        for start, end in sorted((*self.beyond, *new)):
            if start <= mark + 1:
                mark = max(mark, end)
            elif merged and start <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return Received(hi=mark, beyond=tuple(merged))

    def missing(self, lo: int, hi: int) -> tuple[tuple[int, int], ...]:
        """The parts of lo..hi that are not in."""
        gaps: list[tuple[int, int]] = []
        start = max(lo, self.hi + 1)
        for place in range(self._place(start), len(self.beyond)):
            first, last = self.beyond[place]
            if first > hi:
                break
            if start < first:
                gaps.append((start, first - 1))
            start = max(start, last + 1)
        if start <= hi:
            gaps.append((start, hi))
        return tuple(gaps)

    def said(self, near: Iterable[int], *, limit: int) -> tuple[tuple[int, int], ...]:
        """At most `limit` ranges beyond the watermark, in order: those that the numbers `near` are in, then the lowest.

        Who has just sent something must hear of it, however many ranges lie below: else it goes again for ever.
        """
        if len(self.beyond) <= limit:
            return self.beyond
        chosen = set(sorted({span for seq in near if (span := self.span_of(seq)) is not None})[:limit])
        for span in self.beyond:
            if len(chosen) == limit:
                break
            chosen.add(span)
        return tuple(sorted(chosen))

    def _place(self, seq: int) -> int:
        """Index of the first range that ends at `seq` or above it."""
        return bisect_left(self.beyond, seq, key=lambda span: span[1])
