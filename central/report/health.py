"""Project health of a quarter (domain.md §4.9): H = .35 sched + .25 cost + .15 quality + .10 safety + .15 data. Pure.

A part of which nothing is known leaves its weight to the others, and the report says so. Exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

WEIGHTS = {
    "sched": Fraction(35, 100),
    "cost": Fraction(25, 100),
    "quality": Fraction(15, 100),
    "safety": Fraction(10, 100),
    "data": Fraction(15, 100),
}
_WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Parts 0-100 (None = nothing is known) and the total of those that are known."""

    parts: dict[str, Fraction | None]
    total: Fraction | None


def health(
    *,
    spi_t_bp: int | None,
    spent_fen: int | None,
    budget_fen: int,
    pass_rate: Fraction | None = None,
    serious: int | None = None,
    data: Fraction | None = None,
) -> Health:
    """`pass_rate` 0-1, `serious` findings of safety, `data` the quality of the unit's data 0-100."""
    parts: dict[str, Fraction | None] = {
        "sched": None if spi_t_bp is None else 100 * _clip((Fraction(spi_t_bp, _WHOLE_BP) - Fraction(1, 2)) * 2),
        "cost": _cost(spent_fen, budget_fen),
        "quality": None if pass_rate is None else 100 * pass_rate,
        "safety": None if serious is None else Fraction(max(0, 100 - 20 * serious)),
        "data": data,
    }
    known = {name: part for name, part in parts.items() if part is not None}
    weight = sum((WEIGHTS[name] for name in known), Fraction(0))
    if not weight:
        return Health(parts=parts, total=None)
    return Health(parts=parts, total=sum((WEIGHTS[name] * part for name, part in known.items()), Fraction(0)) / weight)


def milli(part: Fraction | None) -> int | None:
    """Thousandths, rounded half up."""
    return None if part is None else (2000 * part.numerator + part.denominator) // (2 * part.denominator)


def _cost(spent_fen: int | None, budget_fen: int) -> Fraction | None:
    if spent_fen is None or budget_fen <= 0:
        return None
    overspent = max(Fraction(spent_fen - budget_fen, budget_fen), Fraction(0))
    return 100 * _clip(1 - overspent * 5)


def _clip(value: Fraction) -> Fraction:
    return min(max(value, Fraction(0)), Fraction(1))
