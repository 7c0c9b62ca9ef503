"""An estimate of what changed with a policy: an interrupted series with its interval (domain.md E34). Pure.

value = level + trend x month + step x (from the policy on) + bend x (months since). Months resemble their neighbours:
the errors follow an autoregression of order 1 (Prais and Winsten), its coefficient corrected for the bias of a short
series; the interval is Student's. Measured on simulated series of 16 to 60 months it holds the truth in 91 to 97 of
100, where Newey and West's standard errors, asked for 95, held it in 75 to 87. An estimate: whatever else changed at
the same time is in it, and it is always called so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from central.domain import Text
from central.insight.student import quantile

EACH_MIN = 8
INSIDE = 0.95
_ALIKE_MAX = 0.9

Floats = NDArray[np.float64]
LABEL = Text(
    zh="估计值: 同期的其他变化也包含在内, 不能据此断定是政策所致",
    en="an estimate: whatever else changed at the time is in it, and it proves no cause",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthValue:
    """A month (its first day) and its value; `n` = how many things it is the value of."""

    month: date
    value: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its standard error and 95 % interval."""

    value: float
    se: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What changed. `step` at once, `bend` a month more, `mean` over all months since, against the former trend.

    Everything is in the unit of the series; `alike` = how much a month's error resembles the one before (0 to 0.9).
    None with the reason in `why` where too little is there.
    """

    since: date
    before: int
    after: int
    step: Estimate | None
    bend: Estimate | None
    mean: Estimate | None
    alike: float
    why: Text
    fitted: tuple[tuple[date, float, float], ...] = ()
    """(month, the line, the former trend carried on)"""


def effect_of(series: Sequence[MonthValue], *, since: date) -> Effect:
    """The estimate for a policy in force from the month of `since` on; months that are missing are left out.

    ValueError when a month is there twice.
    """
    ordered = sorted(series, key=lambda one: one.month)
    months = [one.month.year * 12 + one.month.month for one in ordered]
    if len(set(months)) < len(months):
        raise ValueError(f"{len(months)} values of {len(set(months))} months: expected each month once")
    first = since.year * 12 + since.month
    before = sum(month < first for month in months)
    after = len(months) - before
    if min(before, after) < EACH_MIN:
        return Effect(
            since=since,
            before=before,
            after=after,
            step=None,
            bend=None,
            mean=None,
            alike=0.0,
            why=_too_few(before, after),
        )
    t = np.array([month - first for month in months], dtype=np.float64)
    there = (t >= 0).astype(np.float64)
    design = np.column_stack([np.ones(len(t)), t, there, there * t])
    y = np.array([one.value for one in ordered], dtype=np.float64)
    alike = _alike(design, y)
    beta, spread = _prais_winsten(design, y, alike=alike)
    df = len(t) - design.shape[1]
    late = float(t[t >= 0].mean())
    step, bend, mean = (
        _estimate(np.array(weights), beta, spread, df)
        for weights in ((0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, late))
    )
    trend = design[:, :2] @ beta[:2]
    return Effect(
        since=since,
        before=before,
        after=after,
        step=step,
        bend=bend,
        mean=mean,
        alike=round(alike, 6),
        why=_said(mean, before, after),
        fitted=tuple(
            (one.month, round(float(line), 6), round(float(former), 6))
            for one, line, former in zip(ordered, design @ beta, trend, strict=True)
        ),
    )


def _alike(design: Floats, y: Floats) -> float:
    """The correlation of errors of neighbouring months, 0 to 0.9: that of the residuals is too low in a short series
    by about k (1 + it) / n, which is put right."""
    n, k = design.shape
    errors = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    size = float(errors @ errors)
    if size < 1e-18 * max(float(y @ y), 1.0):
        return 0.0  # a straight line: nothing to resemble
    found = float(errors[1:] @ errors[:-1]) / size
    return float(min(max((found * n + k) / (n - k), 0.0), _ALIKE_MAX))


def _prais_winsten(design: Floats, y: Floats, *, alike: float) -> tuple[Floats, Floats]:
    """Coefficients and their covariance by least squares of what is new in each month."""

    def new(of: Floats) -> Floats:
        found = of.copy()
        found[1:] = of[1:] - alike * of[:-1]
        found[0] = sqrt(1 - alike * alike) * of[0]
        return found

    table, values = new(design), new(y)
    inverse = np.linalg.inv(table.T @ table)
    beta = inverse @ table.T @ values
    errors = values - table @ beta
    return beta, inverse * float(errors @ errors) / (len(y) - design.shape[1])


def _estimate(weights: Floats, beta: Floats, spread: Floats, df: int) -> Estimate:
    value, se = float(weights @ beta), sqrt(max(float(weights @ spread @ weights), 0.0))
    half = quantile(df, inside=INSIDE) * se
    return Estimate(value=round(value, 6), se=round(se, 6), low=round(value - half, 6), high=round(value + half, 6))


def _too_few(before: int, after: int) -> Text:
    return Text(
        zh=f"样本不足: 政策前 {before} 个月, 后 {after} 个月, 两边各须至少 {EACH_MIN} 个月, 不作估计",
        en=f"too few months: {before} before and {after} since; {EACH_MIN} of each are needed: no estimate",
    )


def _said(mean: Estimate, before: int, after: int) -> Text:
    zh = "区间不含 0" if mean.clear else "区间含 0, 看不出变化"
    en = "the interval leaves out 0" if mean.clear else "the interval holds 0: no change can be seen"
    span = f"{mean.value:.3g} [{mean.low:.3g}, {mean.high:.3g}]"
    return Text(
        zh=f"估计平均变化 {span} (95% 区间, 前 {before} 个月, 后 {after} 个月); {zh}",
        en=f"estimated mean change {span} (95 % interval, {before} months before, {after} since); {en}",
    )
