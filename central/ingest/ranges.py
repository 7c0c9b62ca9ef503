"""Which sequence numbers of a stream are in: a contiguous watermark and the ranges beyond it. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Everything up to `hi` is in, and the ranges (lo, hi) `beyond`: sorted, touching neither each other nor `hi`."""

    hi: int = 0
    beyond: tuple[tuple[int, int], ...] = ()

    def __contains__(self, seq: int) -> bool:
        return seq <= self.hi or any(lo <= seq <= hi for lo, hi in self.beyond)

    def touches(self, lo: int, hi: int) -> bool:
        """Whether any of lo..hi is in."""
        return lo <= self.hi or any(first <= hi and lo <= last for first, last in self.beyond)

    @property
    def need(self) -> int | None:
        """First missing number below something that is in; None when nothing is missing."""
        return self.hi + 1 if self.beyond else None

    def add(self, lo: int, hi: int) -> Received:
        """The same with lo..hi in as well."""
        if lo < 1 or hi < lo:
            raise ValueError(f"range {lo}..{hi}: expected 1 <= lo <= hi")
        merged: list[tuple[int, int]] = []
        for start, end in sorted((*self.beyond, (lo, hi))):
            if merged and start <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        mark = self.hi
        while merged and merged[0][0] <= mark + 1:
            mark = max(mark, merged.pop(0)[1])
        return Received(hi=mark, beyond=tuple(merged))

    def missing(self, lo: int, hi: int) -> tuple[tuple[int, int], ...]:
        """The parts of lo..hi that are not in."""
        gaps: list[tuple[int, int]] = []
        start = max(lo, self.hi + 1)
        for first, last in self.beyond:
            if first > hi:
                break
            if start < first:
                gaps.append((start, first - 1))
            start = max(start, last + 1)
        if start <= hi:
            gaps.append((start, hi))
        return tuple(gaps)
