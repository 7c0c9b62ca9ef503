"""Whether those who evaluated the same thing say very different things of it (E16). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

LIMIT_POINTS = 10
_MILLI = 1000  # compared as whole thousandths of a point: no float decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Two voices (kinds of sheets) and how far the first is above the second, points; negative = below."""

    first: str
    second: str
    points: float


def discrepancies(scores: Mapping[str, float], *, limit_points: int = LIMIT_POINTS) -> tuple[Discrepancy, ...]:
    """Pairs more than the limit apart, widest first: self 95, peers 78, objective 80 -> self/peer 17, self/objective
    15. Exactly the limit is none."""
    found = [
        Discrepancy(first=one, second=other, points=scores[one] - scores[other])
        for one, other in combinations(scores, 2)
        if abs(milli(scores[one]) - milli(scores[other])) > limit_points * _MILLI
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.points), one.first, one.second)))


def milli(points: float) -> int:
    """Points as whole thousandths, rounded to the nearest."""
    return round(points * _MILLI)
