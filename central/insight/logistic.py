"""Logistic regression with an L2 penalty by Newton's method: small, deterministic, nothing random. Pure.

Columns are standardised by the training rows; an unknown value counts as the mean of the known ones. The intercept is
not drawn to 0, so that without anything to go by the answer is the base rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_STEPS_MAX = 60
_STILL = 1e-10
_DIGITS = 9  # what is stored of a coefficient; the same on every machine
_KNOWN_MIN = 0.5  # a column known in fewer rows says more of what was not measured than of the works

Row = Sequence[float | None]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """`coefficients` by column on the standardised scale, 0 for a column that was left out; `rate` = the base rate."""

    intercept: float
    coefficients: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    rate: float

    def parts(self, row: Row) -> tuple[float, ...]:
        """What each column adds to the log odds, beside the intercept."""
        return tuple(
            0.0 if value is None or not scale else weight * (value - mean) / scale
            for value, weight, mean, scale in zip(row, self.coefficients, self.means, self.scales, strict=True)
        )

    def probability(self, row: Row) -> float:
        """Between 0 and 1."""
        return float(_sigmoid(np.array([self.intercept + sum(self.parts(row))]))[0])


def fit(rows: Sequence[Row], outcomes: Sequence[bool], weights: Sequence[float], *, l2: float) -> Logistic:
    """The maximum of the penalised likelihood; ValueError without rows or with only one kind of outcome.

    `weights` count the rows (several of one project share one); `l2` is the penalty of a standardised coefficient: its
    prior has the standard deviation 1 / sqrt(l2).
    """
    if len(rows) == 0 or len(set(outcomes)) < 2:
        raise ValueError(f"{len(rows)} rows with outcomes {sorted(set(outcomes))}: expected rows of both outcomes")
    table = np.array([[np.nan if value is None else value for value in row] for row in rows], dtype=np.float64)
    y, w = np.array(outcomes, dtype=np.float64), np.array(weights, dtype=np.float64)
    means, scales = _spread(table, w)
    used = np.flatnonzero(scales > 0)
    flat = np.where(np.isnan(table), means, table)[:, used]
    design = np.column_stack([np.ones(len(y)), (flat - means[used]) / scales[used]])
    found = _newton(design, y, w, l2=l2)
    coefficients = np.zeros(table.shape[1])
    coefficients[used] = found[1:]
    return Logistic(
        intercept=round(float(found[0]), _DIGITS),
        coefficients=tuple(round(float(one), _DIGITS) for one in coefficients),
        means=tuple(round(float(one), _DIGITS) for one in means),
        scales=tuple(round(float(one), _DIGITS) for one in scales),
        rate=float(np.average(y, weights=w)),
    )


def _spread(table: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Weighted mean and standard deviation of the known values of each column; 0 and 0 where too few are known."""
    known = ~np.isnan(table)
    share = (known * w[:, None]).sum(axis=0) / w.sum()
    weight = known * w[:, None]
    total = np.where(share >= _KNOWN_MIN, weight.sum(axis=0), 1.0)
    plain = np.where(known, table, 0.0)
    means = np.where(share >= _KNOWN_MIN, (plain * weight).sum(axis=0) / total, 0.0)
    variances = (weight * (plain - means) ** 2).sum(axis=0) / total
    spread = np.sqrt(variances)
    return means, np.where((share >= _KNOWN_MIN) & (spread > 1e-9), spread, 0.0)


def _newton(design: Floats, y: Floats, w: Floats, *, l2: float) -> Floats:
    penalty = np.full(design.shape[1], l2)
    penalty[0] = 0.0
    beta = np.zeros(design.shape[1])
    loss = _loss(design, y, w, beta, penalty)
    for _ in range(_STEPS_MAX):
        p = _sigmoid(design @ beta)
        slope = design.T @ (w * (p - y)) + penalty * beta
        bend = (design * (w * p * (1 - p))[:, None]).T @ design + np.diag(penalty + 1e-12)
        step = np.linalg.solve(bend, slope)
        while _loss(design, y, w, beta - step, penalty) > loss + _STILL and np.abs(step).max() > _STILL:
            step = step / 2
        beta = beta - step
        loss = _loss(design, y, w, beta, penalty)
        if np.abs(step).max() < _STILL:
            break
    return beta


def _loss(design: Floats, y: Floats, w: Floats, beta: Floats, penalty: Floats) -> float:
    z = design @ beta
    return float((w * (np.logaddexp(0.0, z) - y * z)).sum() + (penalty * beta * beta).sum() / 2)


def _sigmoid(z: Floats) -> Floats:
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))
