"""How values lie: quartiles, mean and its interval, shares. Exact where it can be; under five nothing is said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, sqrt

from central.domain import Text
from central.insight.student import half_width

ENOUGH = 5
WHOLE_BP = 10_000
TOO_FEW = Text(zh="样本不足", en="too few")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of n values: quartiles as Excel's QUARTILE.INC has them, mean, standard deviation of the sample, and the 95 %
    interval of the mean by Student's t."""

    n: int
    least: int
    q1: Fraction
    median: Fraction
    q3: Fraction
    most: int
    mean: Fraction
    sd: float
    low: float
    high: float


def spread(values: Sequence[int]) -> Spread | None:
    """The spread; None under five values: then no number is told."""
    if len(values) < ENOUGH:
        return None
    ordered = sorted(values)
    n = len(ordered)
    mean = Fraction(sum(ordered), n)
    sd = deviation(ordered)
    half = half_width(sd, n)
    return Spread(
        n=n,
        least=ordered[0],
        q1=quantile_of(ordered, Fraction(1, 4)),
        median=quantile_of(ordered, Fraction(1, 2)),
        q3=quantile_of(ordered, Fraction(3, 4)),
        most=ordered[-1],
        mean=mean,
        sd=sd,
        low=float(mean) - half,
        high=float(mean) + half,
    )


def deviation(values: Sequence[int]) -> float:
    """Standard deviation of a sample of at least two, from exact sums."""
    n, total = len(values), sum(values)
    return sqrt(Fraction(n * sum(value * value for value in values) - total * total, n * (n - 1)))


def quantile_of(ordered: Sequence[int], share: Fraction) -> Fraction:
    """The value below which this share lies, between two values in proportion."""
    at = share * (len(ordered) - 1)
    below = floor(at)
    if below + 1 >= len(ordered):
        return Fraction(ordered[-1])
    return ordered[below] + (at - below) * (ordered[below + 1] - ordered[below])


def percentile_bp(value: int, others: Sequence[int]) -> int:
    """Share of the others that lie below, those equal counted half."""
    below = sum(other < value for other in others)
    equal = sum(other == value for other in others)
    return (2 * below + equal) * WHOLE_BP // (2 * len(others))


def half_up(value: Fraction) -> int:
    """The nearest integer, halves upward."""
    return floor(value + Fraction(1, 2))


def share_bp(part: int, whole: int) -> int | None:
    """part / whole in basis points, half up; None of nothing."""
    return half_up(Fraction(part * WHOLE_BP, whole)) if whole > 0 else None


def tenths(value: Fraction | float) -> str:
    """With one place, as sentences have it; halves upward."""
    scaled = half_up(Fraction(value) * 10)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{abs(scaled) // 10}.{abs(scaled) % 10}"
