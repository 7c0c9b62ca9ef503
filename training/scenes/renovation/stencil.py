"""Draws on a facade between two verticals only, and round its openings: the half of a cell that shows a stage. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from training.scenes.assets import Hole
from training.scenes.shapes.facing import FaceBrush

Span = tuple[float, float]
LEAST_M = 0.01


def off_holes(u: Span, z: Span, holes: Iterable[Hole]) -> list[Hole]:
    """The rectangle less the holes, as rectangles (u0, u1, z0, z1) side by side."""
    near = [hole for hole in holes if hole[0] < u[1] and hole[1] > u[0] and hole[2] < z[1] and hole[3] > z[0]]
    if not near:
        return [(*u, *z)]
    cuts = sorted({u[0], u[1], *(min(max(edge, u[0]), u[1]) for hole in near for edge in hole[:2])})
    out: list[Hole] = []
    for a, b in pairwise(cuts):
        low = z[0]
        for _, _, h0, h1 in sorted((hole for hole in near if hole[0] < b and hole[1] > a), key=lambda hole: hole[2]):
            if h0 > low:
                out.append((a, b, low, h0))
            low = max(low, h1)
        if low < z[1]:
            out.append((a, b, low, z[1]))
    return [part for part in out if part[1] - part[0] > LEAST_M and part[3] - part[2] > LEAST_M]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stencil:
    """A brush that leaves out what lies left of `ua` or right of `ub`; depths are metres into the wall."""

    brush: FaceBrush
    ua: float
    ub: float

    def cut(self, u: Span) -> Span | None:
        """The part of a span that shows, or None."""
        a, b = max(min(u), self.ua), min(max(u), self.ub)
        return (a, b) if b - a > LEAST_M else None

    def box(self, look: str, u: Span, d: Span, z: Span, *, tint: float = 0.5) -> None:
        """An axis-parallel box."""
        part = self.cut(u)
        if part:
            self.brush.box(look, part, d, z, tint=tint)

    def bar(
        self,
        look: str,
        start: tuple[float, float, float],
        end: tuple[float, float, float],
        *,
        thick: float,
        tint: float = 0.5,
    ) -> None:
        """A square bar, drawn where its middle shows."""
        if self.ua <= (start[0] + end[0]) / 2 <= self.ub:
            self.brush.bar(look, start, end, thick=thick, tint=tint)

    def wall(self, look: str, u: Span, z: Span, *, d: Span, holes: Iterable[Hole], tint: float) -> None:
        """A slab of wall with rectangular holes."""
        part = self.cut(u)
        for a, b, low, high in off_holes(part, z, holes) if part else ():
            self.brush.box(look, (a, b), d, (low, high), tint=tint)

    def flats(self, look: str, rects: Iterable[Hole], *, d: Iterable[float], tints: Iterable[float]) -> None:
        """Thin rectangles (u0, u1, z0, z1), each at its depth."""
        kept, tones = [], []
        for (u0, u1, z0, z1), deep, tone in zip(rects, d, tints, strict=True):
            part = self.cut((u0, u1))
            if part:
                kept.append([[part[0], deep, z0], [part[1], deep, z0], [part[1], deep, z1], [part[0], deep, z1]])
                tones.append(tone)
        if kept:
            self.brush.sheet(look, np.array(kept), np.array(tones))

    def cloth(self, look: str, corners: list[list[float]], *, tint: float) -> None:
        """One free quad of four (u, d, z) corners, drawn where its middle shows."""
        if self.ua <= sum(corner[0] for corner in corners) / 4 <= self.ub:
            self.brush.sheet(look, np.array([corners]), np.array([tint]))
