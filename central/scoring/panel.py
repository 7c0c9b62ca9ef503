"""Panels of experts: the mean of their points, from five on without the lowest and the highest (A23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite, sqrt
from typing import Literal

from central.domain import Text
from central.scoring.indicator import Value
from central.scoring.refused import ScoringRefused

TRIMMED_FROM = 5
Method = Literal["mean", "trimmed_mean"]
_METHODS = {"mean": Text(zh="算术平均", en="mean"), "trimmed_mean": Text(zh="去掉最高最低后平均", en="trimmed mean")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What `n` experts said, points 0-100: `points` by `method`, `low` and `high` the extremes of all of them,
    `spread` the sample standard deviation of all (None of one)."""

    n: int
    points: float
    method: Method
    low: float
    high: float
    spread: float | None


def panel_of(points: Sequence[float]) -> Panel:
    """60, 85, 86, 88, 99 -> 86.33 (one lowest, one highest left out); ScoringRefused unless 0-100 and one or more."""
    if not points or any(not isfinite(one) or not 0 <= one <= 100 for one in points):
        shown = ", ".join(f"{one:g}" for one in points[:20]) or "-"
        raise ScoringRefused(
            "missing",
            Text(zh=f"专家打分 {shown}", en=f"points {shown}"),
            where="panel",
            expected=Text(zh="至少一位专家, 每位 0 至 100 分", en="one expert or more, 0 to 100 points each"),
        )
    ordered = sorted(points)
    trimmed = len(ordered) >= TRIMMED_FROM
    counted = ordered[1:-1] if trimmed else ordered
    return Panel(
        n=len(ordered),
        points=fsum(counted) / len(counted),
        method="trimmed_mean" if trimmed else "mean",
        low=ordered[0],
        high=ordered[-1],
        spread=_deviation(ordered),
    )


def paneled(indicator: str, panel: Panel, *, source: str = "", refs: tuple[str, ...] = ()) -> Value:
    """The panel as the value of an indicator; its note tells method and spread."""
    method = _METHODS[panel.method]
    spread = "" if panel.spread is None else f"{panel.spread:.2f}"
    return Value(
        indicator=indicator,
        value=panel.points,
        state="entered",
        refs=refs,
        source=source,
        version=f"{panel.method}-1",
        n=panel.n,
        low=panel.low,
        high=panel.high,
        note=Text(
            zh=f"{method.zh}{spread and f', 标准差 {spread}'}",
            en=f"{method.en}{spread and f', standard deviation {spread}'}",
        ),
    )


def _deviation(points: Sequence[float]) -> float | None:
    if len(points) < 2:
        return None
    mean = fsum(points) / len(points)
    return sqrt(fsum((one - mean) ** 2 for one in points) / (len(points) - 1))
