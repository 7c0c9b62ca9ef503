"""How high a building stands: the number of storeys begun that the bays of a face have in common, followed over time.

A single cell cannot tell that a storey is due soon or that a building does not shrink, and the storeys that matter are
often hidden, or too far away for their stage to be read, though not for whether anything stands there at all.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STOREY_DAYS = 7.0  # usual days from one storey begun to the next
PACES = (0.2, 0.8, 2.0)  # sites go faster and slower
FALLS_PER_DAY = 1 / 2000  # buildings do not shrink
FLOOR = 0.03  # no single cell is more certain than this about void
DOUBT = 0.05  # share of a look that says nothing of the top
# In 1840 faces of 400 training scenes that were rising, nine bays in ten are as high as the middle one, the others a
# storey off; real fronts have more steps, so further ones are only rare.
STEP_SHARE, STEP_REACH = 0.1, 0.3
BAYS_SHARE_ERRORS = 0.3
# An opaque net guards the storey in work: seen before 500 bays of three other people's sites and of ours, its highest
# cell was the one just above the bay's top three times in four and the top itself else; seldom lower, never higher.
NET_ABOVE, NET_LEVEL, NET_HIGHER = 0.75, 0.18, 0.002


def blank_top(rows: int) -> Floats:
    """Nothing seen yet: every number of storeys equally likely, 0 … rows."""
    return np.full(rows + 1, 1.0 / (rows + 1))


def risen(top: Floats, void: Floats, *, netted: Floats | None = None, days: float, weight: float) -> Floats:
    """The common top `days` later, after a look at `void` (rows x cols; 0.5 says nothing) that counts `weight` (0–1).

    `netted` (rows x cols) is the probability of an opaque net before each cell: it hides the storeys in work, and tells
    where they are. The bays' evidence is added up as if they shared BAYS_SHARE_ERRORS of it: one light and one camera
    saw them all.
    """
    later = top @ _rise(len(top), days)
    prior = None if netted is None else net_likelihood(netted)
    bays = bay_likelihood(void, prior) @ _bay_of_top(len(top)).T
    told = np.log(bays).sum(axis=0) / (1 + BAYS_SHARE_ERRORS * (len(bays) - 1))
    look = np.exp(told - told.max())
    look = (1 - DOUBT) * look / look.sum() + DOUBT / len(look)
    after = later * look**weight
    return np.asarray(after / after.sum())


def bay_likelihood(void: Floats, prior: Floats | None = None) -> Floats:
    """Bays x (rows + 1): probability that exactly the lowest k storeys of a bay stand, by the void of its cells.

    `prior` over k (of all bays or of each) is even where none is given.
    """
    certain = np.clip(void, FLOOR, 1 - FLOOR)
    gone, there = np.log(certain), np.log1p(-certain)
    zero = np.zeros((1, void.shape[1]))
    below = np.concatenate([zero, np.cumsum(there, axis=0)])
    above = np.concatenate([np.cumsum(gone[::-1], axis=0)[::-1], zero])
    told = (below + above).T
    likely = np.exp(told - told.max(axis=1, keepdims=True)) * (1.0 if prior is None else prior)
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def net_likelihood(netted: Floats) -> Floats:
    """Bays x (rows + 1): how well it fits a top of k storeys that nets hang where they do."""
    rows = len(netted)
    bare_above = np.concatenate([np.cumprod((1 - netted)[::-1], axis=0)[::-1][1:], np.ones((1, netted.shape[1]))])
    highest = (netted * bare_above).T
    bare = np.prod(1 - netted, axis=0)
    return np.asarray(bare[:, None] / rows + highest @ _highest_net(rows))


def standing_probability(void: Floats, prior: Floats | None = None) -> Floats:
    """Probability that each cell is at or below the top of its bay, given the void of all its cells; rows x cols."""
    return np.asarray(1 - np.cumsum(bay_likelihood(void, prior), axis=1)[:, :-1].T)


def bay_prior(top: Floats) -> Floats:
    """What the common top says of the top of any one bay."""
    return np.asarray(top @ _bay_of_top(len(top)))


def top_storey(void: Floats) -> int:
    """Storeys begun: the most likely top of each bay, then the (lower) median over bays."""
    tops = np.sort((standing_probability(void) >= 0.5).sum(axis=0))
    return int(tops[(len(tops) - 1) // 2])


@lru_cache(maxsize=64)
def _highest_net(rows: int) -> Floats:
    """rows x (rows + 1): probability that a net's highest cell is in that row, given how many storeys stand."""
    over = np.arange(rows)[:, None] - np.arange(rows + 1)
    lower = 1 - NET_ABOVE - NET_LEVEL
    table = np.where(over < -1, lower / np.maximum(1, np.arange(rows + 1) - 1), NET_HIGHER)
    table = np.where(over == -1, NET_LEVEL, np.where(over == 0, NET_ABOVE, table))
    table[-1, -1] += NET_ABOVE  # what hangs above the roof hangs above the face
    return np.asarray(table)


@lru_cache(maxsize=64)
def _bay_of_top(count: int) -> Floats:
    """Row-stochastic: the top of a bay given the common one."""
    place = np.arange(count)
    off = np.abs(place[:, None] - place)
    table = np.where(off == 0, 1.0, STEP_SHARE * STEP_REACH ** (off - 1.0))
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _rise(count: int, days: float) -> Floats:
    """Row-stochastic: the top after some days (no more are told apart than 400), averaged over paces."""
    days = min(days, 400.0)
    halvings = 8 + max(0, int(np.ceil(np.log2(max(days, 1.0)))))
    moved = np.zeros((count, count))
    for pace in PACES:
        rates = np.diag(np.full(count - 1, pace / STOREY_DAYS), 1) + np.diag(np.full(count - 1, FALLS_PER_DAY), -1)
        rates -= np.diag(rates.sum(axis=1))
        moved += np.linalg.matrix_power(np.eye(count) + rates * (days / 2**halvings), 2**halvings)
    return np.asarray(moved / len(PACES))
