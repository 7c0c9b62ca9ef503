"""How two measures go together: Pearson and Spearman with n, p and interval (B29). Never a word about causes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from statistics import NormalDist

from central.domain import Text
from central.insight.project import Measure, ProjectRow
from central.insight.student import tail

N_MIN = 8
NOT_CAUSE = Text(zh="相关不等于因果", en="Correlation is not causation")
METHOD = Text(
    zh="皮尔逊与斯皮尔曼相关系数(并列取平均名次);p 值为 t 近似的双侧值;95% 区间按 Fisher z 变换,"
    "斯皮尔曼的标准误按 Bonett–Wright。",
    en="Pearson and Spearman (ties take their mean rank); p two-sided by Student's t; 95 % intervals by Fisher's z, "
    "for Spearman with the standard error of Bonett and Wright.",
)
_Z95 = NormalDist().inv_cdf(0.975)
_DIGITS = 12  # below it the last bits of a quotient, which differ between machines


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One project in the scatter."""

    id: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A coefficient with its two-sided p and 95 % interval."""

    value: float
    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlated:
    """Both coefficients over n points; `refused` says why there are none."""

    points: tuple[Point, ...]
    pearson: Coefficient | None
    spearman: Coefficient | None
    refused: Text | None
    label: Text = NOT_CAUSE

    @property
    def n(self) -> int:
        """How many points."""
        return len(self.points)


def scatter(rows: Sequence[ProjectRow], x: Measure, y: Measure) -> tuple[Point, ...]:
    """The projects of which both measures can be said."""
    return tuple(
        Point(id=row.id, x=one, y=other)
        for row in rows
        if (one := x.of(row)) is not None and (other := y.of(row)) is not None
    )


def correlated(points: Sequence[Point]) -> Correlated:
    """Correlation of x and y; refused under eight points, or where one of them never changes."""
    ordered = tuple(sorted(points, key=lambda point: point.id))
    xs, ys = [point.x for point in ordered], [point.y for point in ordered]
    refused = _refusal(xs, ys)
    if refused is not None:
        return Correlated(points=ordered, pearson=None, spearman=None, refused=refused)
    n = len(ordered)
    r, rho = pearson(xs, ys), pearson(doubled_ranks(xs), doubled_ranks(ys))
    return Correlated(
        points=ordered,
        pearson=_coefficient(r, n, variance=1.0),
        spearman=_coefficient(rho, n, variance=1 + rho * rho / 2),
        refused=None,
    )


def pearson(xs: Sequence[int], ys: Sequence[int]) -> float:
    """r, from exact sums of integers; neither may be constant."""
    n, sx, sy = len(xs), sum(xs), sum(ys)
    both = n * sum(x * y for x, y in zip(xs, ys, strict=True)) - sx * sy
    of_x, of_y = n * sum(x * x for x in xs) - sx * sx, n * sum(y * y for y in ys) - sy * sy
    return max(-1.0, min(1.0, round(both / sqrt(of_x) / sqrt(of_y), _DIGITS)))


def doubled_ranks(values: Sequence[int]) -> list[int]:
    """Twice the rank of each value, so that the mean rank of ties stays an integer."""
    ordered = sorted(values)
    first = {value: at for at, value in reversed(list(enumerate(ordered)))}
    last = {value: at for at, value in enumerate(ordered)}
    return [first[value] + last[value] + 2 for value in values]


def _coefficient(value: float, n: int, *, variance: float) -> Coefficient:
    if abs(value) >= 1:
        return Coefficient(value=value, p=0.0, low=value, high=value)
    t = value * sqrt((n - 2) / (1 - value * value))
    half = _Z95 * sqrt(variance / (n - 3))
    return Coefficient(value=value, p=tail(t, n - 2), low=tanh(atanh(value) - half), high=tanh(atanh(value) + half))


def _refusal(xs: Sequence[int], ys: Sequence[int]) -> Text | None:
    if len(xs) < N_MIN:
        return Text(zh=f"样本不足:{len(xs)} 个,至少需要 {N_MIN} 个", en=f"too few: {len(xs)}, at least {N_MIN} needed")
    if len(set(xs)) == 1 or len(set(ys)) == 1:
        return Text(zh="其中一项没有变化,无法计算", en="one of the two never changes: nothing to be said")
    return None
