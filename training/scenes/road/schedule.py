"""When each cell of a road enters each stage: fronts along the chainage, by lane, half width or contractor. Pure."""

from itertools import pairwise

import numpy as np

from edge_agent.vision.stages import ROAD
from training.scenes.site import Floats, Schedule

ENTERED = len(ROAD.names) - 1
WORKS_DAYS = (35.0, 110.0)  # from the first cut to the last line


def road_schedule(rows: int, cols: int, *, forward: bool, rng: np.random.Generator) -> Schedule:
    """A schedule of sections × lanes in which every cell goes through the layers in their order, within WORKS_DAYS."""
    step = float(rng.uniform(0.8, 2.4))
    blend = step * float(rng.uniform(0.4, 0.9))
    rank = _along(rows, forward=forward, step=step, rng=rng)
    across = _across(rows, cols, step=step, rng=rng)
    irregular = float(rng.uniform(0.0, 0.6)) * step
    lanes = float(rng.uniform(0.0, 0.25)) if rng.random() < 0.7 else 1.0  # how far lanes differ from their section
    entered = np.zeros((ENTERED, rows, cols))
    start = 0.0
    for stage in range(ENTERED):
        pace = float(rng.uniform(0.75, 1.25))
        noise = rng.uniform(-0.5, 0.5, (rows, 1)) + lanes * rng.uniform(-0.5, 0.5, (rows, cols))
        entered[stage] = start + rank[:, None] * pace + across + irregular * noise
        if stage:
            entered[stage] = np.maximum(entered[stage], entered[stage - 1] + blend + 0.3 * step)
        start += step * max(rows, 5) * float(rng.uniform(0.16, 0.42))
    factor = float(rng.uniform(*WORKS_DAYS)) / float(entered.max())
    return Schedule(entered=entered * factor, cast=entered[0] * factor, blend_days=blend * factor)


def _along(rows: int, *, forward: bool, step: float, rng: np.random.Generator) -> Floats:
    """(rows,) days at which the front comes by: one to three contractors, each with a section of his own."""
    count = int(rng.choice([1, 2, 3], p=[0.45, 0.35, 0.2])) if rows >= 6 else 1
    cuts = [0, *sorted(int(value) for value in rng.choice(np.arange(2, rows - 1), count - 1, replace=False)), rows]
    days = np.zeros(rows)
    for index, (low, high) in enumerate(pairwise(cuts)):
        line = np.arange(high - low, dtype=float)
        onward = forward if index == 0 else bool(rng.random() < 0.7) == forward
        late = float(rng.uniform(0.0, 0.9)) * rows * step if index else 0.0
        days[low:high] = late + step * (line if onward else line[::-1])
    return days


def _across(rows: int, cols: int, *, step: float, rng: np.random.Generator) -> Floats:
    """(1, cols) days by which lanes are later: all together, lane after lane, or one half after the other."""
    line = np.arange(cols, dtype=float)
    if rng.random() < 0.5:
        line = line[::-1].copy()
    kind = str(rng.choice(["together", "lanes", "halves"], p=[0.25, 0.35, 0.4])) if cols > 1 else "together"
    match kind:
        case "lanes":
            days = line * step * float(rng.uniform(0.3, 2.0))
        case "halves":
            days = np.where(line >= cols / 2, step * rows * float(rng.uniform(0.5, 1.8)), 0.0)
        case _:
            days = np.zeros(cols)
    return np.asarray(days[None, :])
