"""When each cell of a building enters each stage, and what it shows on a given day. Pure."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.stages import NEW_BUILD, StageList
from training.scenes.site import Floats, Schedule


def stage_at(schedule: Schedule, day: float) -> NDArray[np.int64]:
    """(rows, cols) of stage indices on `day`."""
    return np.asarray((schedule.entries() <= day).sum(axis=0), dtype=np.int64)


def blend_at(schedule: Schedule, day: float) -> tuple[NDArray[np.int64], Floats]:
    """The newest stage that has begun to show, and the share 0..1 of the cell's width that shows it.

    The share is 0.5 at the moment of entry, so that a cell is always what most of it is.
    """
    share = (day - schedule.entries()) / schedule.blend_days + 0.5
    newest = (share > 0).sum(axis=0)
    picked = np.take_along_axis(share, np.maximum(newest - 1, 0)[None], axis=0)[0]
    return newest.astype(np.int64), np.where(newest > 0, np.clip(picked, 0.0, 1.0), 1.0)


def credit_bp(schedule: Schedule, day: float, *, stages: StageList = NEW_BUILD) -> int:
    """Completion of the face on `day`, each cell credited by its stage, cells weighted alike."""
    return round(float(np.asarray(stages.credit_bp)[stage_at(schedule, day)].mean()))


def last_day(schedule: Schedule) -> float:
    """The day on which the last cell is finished."""
    return float(schedule.finished.max())
