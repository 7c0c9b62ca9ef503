"""What holds between the cells of a face, by work type.

A new building stands on itself: nothing is built above a void, so each bay has one top. An old facade is stripped and
clad from the top or from the ground, bay by bay or all at once, and a road is laid from either end: no rule there.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TRUST = 0.8  # how much the bay's change point overrules a single cell on void or not
FLOOR = 0.03  # no single cell is more certain than this about void
SPREAD = 0.01  # probability lent to each built stage of a cell that the bay says is built

BayRule = Callable[[npt.ArrayLike, npt.ArrayLike], Floats]


def made_consistent(stage: npt.ArrayLike, occluded: npt.ArrayLike, *, work_type: str) -> Floats:
    """Stage probabilities of one look (rows x cols x stages, ground up) under the rule of the work type, if any."""
    rule = BAY_RULES.get(work_type)
    return np.asarray(stage, float) if rule is None else rule(stage, occluded)


def top_of(stage: Floats, known: npt.NDArray[np.bool_], *, work_type: str) -> int | None:
    """Storeys begun, as far as cells are `known` (rows x cols); None for work that does not rise storey by storey."""
    return top_storey(stage[..., 0], known) if work_type in BAY_RULES else None


def one_top_per_bay(stage: npt.ArrayLike, occluded: npt.ArrayLike) -> Floats:
    """Stage probabilities (rows x cols x stages, ground up, stage 0 = void) under a soft change point per bay.

    An occluded cell says nothing about where the top is; it is returned as consistent with its bay too.
    """
    probabilities = np.asarray(stage, float)
    hidden = np.asarray(occluded, float)
    void = probabilities[..., 0]
    standing = standing_probability((1 - hidden) * void + hidden * 0.5)
    wanted = np.clip((1 - TRUST) * void + TRUST * (1 - standing), 1e-4, 1 - 1e-4)
    built = probabilities[..., 1:] + SPREAD
    built *= ((1 - wanted) / built.sum(axis=-1))[..., None]
    return np.concatenate([wanted[..., None], built], axis=-1)


def standing_probability(void: Floats) -> Floats:
    """Probability that each cell is at or below the top of its bay, given its own void probability; rows x cols."""
    certain = np.clip(void, FLOOR, 1 - FLOOR)
    gone, there = np.log(certain), np.log1p(-certain)
    zero = np.zeros((1, void.shape[1]))
    # tops[k]: log-likelihood that exactly the lowest k storeys of the bay stand, k = 0 … rows
    below = np.concatenate([zero, np.cumsum(there, axis=0)])
    above = np.concatenate([np.cumsum(gone[::-1], axis=0)[::-1], zero])
    tops = np.exp(below + above - (below + above).max(axis=0))
    tops /= tops.sum(axis=0)
    return np.asarray(1 - np.cumsum(tops, axis=0)[:-1])


def top_storey(void: Floats, known: npt.NDArray[np.bool_] | None = None) -> int:
    """Storeys begun: the most likely top of each bay, then the (lower) median over bays.

    A cell that is not `known` says nothing, no bay is higher than its highest known cell, and a bay without any is left
    out; 0 when there is no other.
    """
    if known is None:
        known = np.ones(void.shape, bool)
    standing = standing_probability(np.where(known, void, 0.5))
    reach = np.where(known, np.arange(1, len(void) + 1)[:, None], 0).max(axis=0)
    tops = np.sort(np.minimum((standing >= 0.5).sum(axis=0), reach)[reach > 0])
    return int(tops[(len(tops) - 1) // 2]) if len(tops) else 0


BAY_RULES: dict[str, BayRule] = {"new_build": one_top_per_bay}
