"""Whether probabilities keep what they say: Brier score, reliability by bins, and the score over time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

BINS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A probability that was told of a project, and what became of it. `day` = when the outcome was known."""

    project: str
    probability: float
    outcome: bool
    base_rate: float
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Forecasts from `low_bp` to `high_bp`: how many, what they said on average, how often it came true."""

    low_bp: int
    high_bp: int
    n: int
    said: float | None
    came: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Brier score of the projects whose outcome was known in a month, beside that of the base rate."""

    month: date
    n: int
    brier: float
    base: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BrierScores:
    """Forecasts against outcomes, every project weighing the same whatever the number of its forecasts.

    `gain` = base - brier, `gain_se` its standard error over projects; None with fewer than two projects.
    """

    projects: int
    brier: float | None
    base: float | None
    gain: float | None
    gain_se: float | None


def brier_scores(told: Sequence[Told]) -> BrierScores:
    """Brier scores (mean squared error of probabilities) of the forecasts and of the base rate they had."""
    pairs = _by_project(told)
    if not pairs:
        return BrierScores(projects=0, brier=None, base=None, gain=None, gain_se=None)
    n = len(pairs)
    brier, base = (sum(pair[place] for pair in pairs) / n for place in (0, 1))
    gains = [pair[1] - pair[0] for pair in pairs]
    gain = sum(gains) / n
    spread = sqrt(sum((one - gain) ** 2 for one in gains) / (n - 1) / n) if n > 1 else None
    return BrierScores(projects=n, brier=brier, base=base, gain=gain, gain_se=spread)


def reliability(told: Iterable[Told], *, bins: int = BINS) -> tuple[Bin, ...]:
    """Forecasts in equal bins of probability; an empty bin says nothing."""
    found: dict[int, list[Told]] = defaultdict(list)
    for one in told:
        found[min(int(one.probability * bins), bins - 1)].append(one)
    return tuple(_bin(found.get(number, []), number, bins) for number in range(bins))


def over_time(told: Iterable[Told]) -> tuple[Month, ...]:
    """Scores by the month in which the outcome was known, oldest first."""
    months: dict[date, list[Told]] = defaultdict(list)
    for one in told:
        months[one.day.replace(day=1)].append(one)
    found = [(month, brier_scores(months[month])) for month in sorted(months)]
    return tuple(
        Month(month=month, n=one.projects, brier=one.brier, base=one.base)
        for month, one in found
        if one.brier is not None and one.base is not None
    )


def _bin(told: Sequence[Told], number: int, bins: int) -> Bin:
    n = len(told)
    return Bin(
        low_bp=number * 10_000 // bins,
        high_bp=(number + 1) * 10_000 // bins,
        n=n,
        said=sum(one.probability for one in told) / n if n else None,
        came=sum(one.outcome for one in told) / n if n else None,
    )


def _by_project(told: Sequence[Told]) -> list[tuple[float, float]]:
    """(Brier, Brier of the base rate) of each project, by id."""
    found: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        found[one.project].append(one)
    return [
        (
            sum((one.probability - one.outcome) ** 2 for one in of) / len(of),
            sum((one.base_rate - one.outcome) ** 2 for one in of) / len(of),
        )
        for _, of in sorted(found.items())
    ]
