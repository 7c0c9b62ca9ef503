"""What is held of the cells that were hidden of late: their own past at the usual pace, and their neighbours' present.

A cell behind a crane for an hour is as it was. One behind a net for three weeks is not: the cells beside it went on,
and it most likely went with them. Whether anything stands there at all is told by the common top of the bays.
"""

import numpy as np
import numpy.typing as npt

from edge_agent.vision.filter import DAY_S, FaceBelief, stage_probabilities, stages_after
from edge_agent.vision.stages import StageList
from edge_agent.vision.tops import bay_prior, standing_probability

Floats = npt.NDArray[np.float64]

GRACE_DAYS = 2.0  # hidden no longer than this: exactly as it was, so that no passing boom moves a reading
OPENS_DAYS = 7.0
FADES_DAYS = 3.0  # how old a neighbour's own look may be
ROWS_REACH = 1.0  # storeys differ, bays of a storey go together
COLS_REACH = 4.0
LEAN = 1.5
FLOOR = 0.02  # no stage is ruled out because no neighbour is in it


def held_probabilities(belief: FaceBelief, *, stages: StageList) -> Floats:
    """Stage probabilities as held now, rows x cols x stages.

    A cell seen at the face's latest look keeps its own belief. One hidden since for longer than GRACE_DAYS, or never
    seen, is aged by that time and leans on the cells around it that were seen. Time is the face's own last look, so
    nothing moves while nobody sees anything.
    """
    own = stage_probabilities(belief, stages=stages)
    if not belief.known.any():
        return own
    latest_s = float(np.nanmax(belief.seen_s))
    behind = np.nan_to_num((latest_s - belief.seen_s) / DAY_S, nan=0.0)
    late = np.maximum(0.0, behind - GRACE_DAYS)
    if belief.known.all() and not late.any():
        return own
    opened = np.where(belief.known, 1 - np.exp(-late / OPENS_DAYS), 1.0)
    fresh = np.where(belief.known, np.exp(-behind / FADES_DAYS), 0.0)
    near, told = _around(own, fresh)
    mixed = stages_after(belief, late, stages=stages) * (near + FLOOR) ** (LEAN * opened * told)[..., None]
    mixed /= mixed.sum(axis=-1, keepdims=True)
    return _under_the_top(mixed, own, belief, opened=opened) if stages.rises else mixed


def _under_the_top(mixed: Floats, own: Floats, belief: FaceBelief, *, opened: Floats) -> Floats:
    """The more a cell is `opened`, the more its void is what the bay's seen cells and the common top leave to it."""
    seen_void = (1 - opened) * own[..., 0] + opened * 0.5
    standing = standing_probability(seen_void, bay_prior(belief.top))
    void = (1 - opened) * mixed[..., 0] + opened * (1 - standing)
    begun = mixed[..., 1:] + 1e-6
    begun *= ((1 - void) / begun.sum(axis=-1))[..., None]
    return np.concatenate([void[..., None], begun], axis=-1)


def _around(probabilities: Floats, fresh: Floats) -> tuple[Floats, Floats]:
    """Mean of the fresh cells around each cell, nearer ones counting more, and how much they amount to (0–1)."""
    rows, cols = fresh.shape
    up, along = _kernel(rows, ROWS_REACH), _kernel(cols, COLS_REACH)
    total = np.einsum("ij,jk,kl->il", up, fresh, along)
    summed = np.einsum("ij,jks,kl->ils", up, fresh[..., None] * probabilities, along)
    return summed / np.maximum(total, 1e-12)[..., None], np.minimum(1.0, total)


def _kernel(count: int, reach: float) -> Floats:
    place = np.arange(count)
    return np.asarray(np.exp(-np.abs(place[:, None] - place) / reach))
