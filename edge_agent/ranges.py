"""A set of sequence numbers, kept as sorted spans that neither overlap nor touch."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Ranges:
    """Every look-up is a binary search over the spans; both ends of a span belong to it."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._lo: list[int] = []
        self._hi: list[int] = []
        for lo, hi in spans:
            self.add(lo, hi)

    def __contains__(self, seq: int) -> bool:
        return self.end_at(seq) >= seq

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Sorted (lo, hi)."""
        return tuple(zip(self._lo, self._hi, strict=True))

    @property
    def top(self) -> int:
        """The highest number, 0 when empty."""
        return self._hi[-1] if self._hi else 0

    def add(self, lo: int, hi: int) -> None:
        """Put lo..hi in; an empty span changes nothing."""
        if hi < lo:
            return
        first = bisect_left(self._hi, lo - 1)
        last = bisect_right(self._lo, hi + 1)
        if first < last:
            lo, hi = min(lo, self._lo[first]), max(hi, self._hi[last - 1])
        self._lo[first:last] = [lo]
        self._hi[first:last] = [hi]

    def drop_through(self, seq: int) -> None:
        """Forget every number up to `seq`."""
        gone = bisect_right(self._hi, seq)
        del self._lo[:gone], self._hi[:gone]
        if self._lo and self._lo[0] <= seq:
            self._lo[0] = seq + 1

    def end_at(self, seq: int) -> int:
        """The end of the span that `seq` is in; seq - 1 when it is in none."""
        place = bisect_right(self._lo, seq) - 1
        return self._hi[place] if place >= 0 and self._hi[place] >= seq else seq - 1

    def next_from(self, seq: int) -> int | None:
        """The lowest number in the set at or above `seq`."""
        if seq in self:
            return seq
        place = bisect_left(self._lo, seq)
        return self._lo[place] if place < len(self._lo) else None

    def holds(self, lo: int, hi: int) -> bool:
        """Whether all of lo..hi is in."""
        return self.end_at(lo) >= hi

    def common(self, lo: int, hi: int) -> list[tuple[int, int]]:
        """The parts of lo..hi that are in."""
        place = max(0, bisect_right(self._lo, lo) - 1)
        found = []
        while place < len(self._lo) and self._lo[place] <= hi:
            if self._hi[place] >= lo:
                found.append((max(lo, self._lo[place]), min(hi, self._hi[place])))
            place += 1
        return found

    def gaps(self, lo: int, hi: int) -> list[tuple[int, int]]:
        """The parts of lo..hi that are not in."""
        found, start = [], lo
        for first, last in self.common(lo, hi):
            if start < first:
                found.append((start, first - 1))
            start = last + 1
        if start <= hi:
            found.append((start, hi))
        return found
