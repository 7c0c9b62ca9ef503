"""Outcome indicators: what changed from before to after, with n, method and interval (A39 A43 C19 C22 D22). Pure.

The platform measures its own effect and claims none that it did not measure: under five cases on either side there are
two figures and no claim. A difference of two dates is no proof of a cause; the words say "changed", not "improved by".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum, sqrt
from typing import Literal

from central.domain import Text
from central.insight.student import quantile
from central.scoring.sources import percent
from central.scoring.survey import wilson

LEAST = 5
Measurement = Literal["mean", "share", "amount"]
_METHODS: dict[Measurement, Text] = {
    "mean": Text(zh="各项目均值之差, Welch 95% 区间", en="difference of means over projects, Welch 95 % interval"),
    "share": Text(
        zh="比例之差(百分点), Newcombe 95% 区间", en="difference of shares in points, Newcombe 95 % interval"
    ),
    "amount": Text(
        zh="金额占比之差(百分点), 全量数据, 无抽样误差", en="difference of amounts in points; all payments, no sample"
    ),
}
_TOO_FEW = Text(zh=f"任一侧少于 {LEAST} 例, 不作结论", en=f"fewer than {LEAST} cases on a side: no claim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Before or after: the figure (None: nothing there) and of how many cases it is."""

    value: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`change` = after − before in the figure's unit (shares: percentage points), with its interval; `relative` = it
    in percent of before, only of means. Without a `claim` all of them are None and `why` says so."""

    before: Side
    after: Side
    measurement: Measurement
    change: float | None
    low: float | None
    high: float | None
    relative: float | None
    method: Text
    why: Text | None

    @property
    def claim(self) -> bool:
        """Whether there is enough to say that something changed by so much."""
        return self.change is not None


def compare_means(before: Sequence[float], after: Sequence[float]) -> Outcome:
    """Figures of single projects: 10 of mean 100 d and 10 of mean 88 d -> −12.0 d, −12.0 %."""
    sides = Side(value=_mean(before), n=len(before)), Side(value=_mean(after), n=len(after))
    if min(len(before), len(after)) < LEAST:
        return _nothing("mean", *sides)
    first, second = _mean(before), _mean(after)
    assert first is not None
    assert second is not None
    half = _welch(before, after)
    change = second - first
    return Outcome(
        before=sides[0],
        after=sides[1],
        measurement="mean",
        change=change,
        low=change - half,
        high=change + half,
        relative=100 * change / first if first else None,
        method=_METHODS["mean"],
        why=None,
    )


def compare_shares(before: tuple[int, int], after: tuple[int, int]) -> Outcome:
    """(hits, cases) on each side; figures in percent, the change in percentage points."""
    sides = Side(value=percent(*before), n=before[1]), Side(value=percent(*after), n=after[1])
    if min(before[1], after[1]) < LEAST:
        return _nothing("share", *sides)
    low, high = _newcombe(before, after)
    change = 100 * (Fraction(*after) - Fraction(*before))
    return Outcome(
        before=sides[0],
        after=sides[1],
        measurement="share",
        change=float(change),
        low=low,
        high=high,
        relative=None,
        method=_METHODS["share"],
        why=None,
    )


def compare_amounts(before: tuple[int, int, int], after: tuple[int, int, int]) -> Outcome:
    """(part, whole, entries) on each side, in fen: 74 % and 92 % -> +18.0 points, and not "+24 %". Every entry is
    there, so that there is no interval; fewer than five of them on a side are no claim all the same."""
    sides = Side(value=percent(*before[:2]), n=before[2]), Side(value=percent(*after[:2]), n=after[2])
    if min(before[2], after[2]) < LEAST or before[1] <= 0 or after[1] <= 0:
        return _nothing("amount", *sides)
    change = 100 * (Fraction(after[0], after[1]) - Fraction(before[0], before[1]))
    return Outcome(
        before=sides[0],
        after=sides[1],
        measurement="amount",
        change=float(change),
        low=None,
        high=None,
        relative=None,
        method=_METHODS["amount"],
        why=None,
    )


def _nothing(measurement: Measurement, before: Side, after: Side) -> Outcome:
    return Outcome(
        before=before,
        after=after,
        measurement=measurement,
        change=None,
        low=None,
        high=None,
        relative=None,
        method=_METHODS[measurement],
        why=_TOO_FEW,
    )


def _mean(values: Sequence[float]) -> float | None:
    return fsum(values) / len(values) if values else None


def _variance(values: Sequence[float]) -> float:
    mean = fsum(values) / len(values)
    return fsum((one - mean) ** 2 for one in values) / (len(values) - 1)


def _welch(before: Sequence[float], after: Sequence[float]) -> float:
    """Half of the 95 % interval of the difference; degrees of freedom by Welch and Satterthwaite, rounded down."""
    parts = [(_variance(side) / len(side), len(side)) for side in (before, after)]
    error = fsum(part for part, _ in parts)
    if error == 0:
        return 0.0
    df = error**2 / fsum(part**2 / (n - 1) for part, n in parts)
    return quantile(max(1, int(df + 1e-9))) * sqrt(error)


def _newcombe(before: tuple[int, int], after: tuple[int, int]) -> tuple[float, float]:
    """Newcombe's hybrid of the two Wilson intervals, in percentage points."""
    first, second = before[0] / before[1], after[0] / after[1]
    low_1, high_1 = wilson(n=before[1], hits=before[0])
    low_2, high_2 = wilson(n=after[1], hits=after[0])
    change = second - first
    low = change - sqrt((second - low_2) ** 2 + (high_1 - first) ** 2)
    high = change + sqrt((high_2 - second) ** 2 + (first - low_1) ** 2)
    return 100 * low, 100 * high
