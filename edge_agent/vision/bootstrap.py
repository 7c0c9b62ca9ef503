"""Resampling of whole buildings, never of frames: the frames of one building share its walls, light and camera."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats], Floats]  # weights (resamples x groups) to one value a resample

RESAMPLES = 400
LEVEL = 0.90


def group_index(keys: Sequence[Hashable]) -> npt.NDArray[np.int64]:
    """The number of each item's group, groups counted in order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def once(groups: int) -> Floats:
    """Weights of the sample itself: every group once."""
    return np.ones((1, groups))


def resamples(groups: int, *, seed: int = 0) -> Floats:
    """RESAMPLES x groups: how often each group was drawn, with replacement; deterministic."""
    drawn = np.random.default_rng(seed).integers(0, groups, (RESAMPLES, groups))
    return np.stack([np.bincount(row, minlength=groups) for row in drawn]).astype(float)


def group_sums(values: npt.ArrayLike, index: npt.NDArray[np.int64], *, groups: int) -> Floats:
    """Sum over the items of each group: groups x (shape of one item)."""
    items = np.asarray(values, float)
    sums = np.zeros((groups, *items.shape[1:]))
    np.add.at(sums, index, items)
    return sums


def interval(values: Floats) -> tuple[float, float] | None:
    """The middle LEVEL of a statistic over resamples; None when it exists in none of them."""
    there = values[np.isfinite(values)]
    if not there.size:
        return None
    low, high = np.percentile(there, (50 * (1 - LEVEL), 50 * (1 + LEVEL)))
    return float(low), float(high)


def ratio(above: Floats, below: Floats) -> Floats:
    """above / below, NaN where nothing is below."""
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0))


def weighted_quantile(values: Floats, index: npt.NDArray[np.int64], weights: Floats, *, share: float) -> Floats:
    """The smallest value that at least `share` of the items do not exceed, for each row of weights by group."""
    order = np.argsort(values, kind="stable")
    ranked, owner = values[order], index[order]
    found = []
    for row in weights:
        heaped = np.cumsum(row[owner])
        found.append(ranked[np.searchsorted(heaped, share * heaped[-1] - 1e-9)] if heaped[-1] else np.nan)
    return np.array(found)
