"""When each cell of a new building enters each stage: trades that follow each other storey by storey. Pure."""

from dataclasses import dataclass

import numpy as np

from training.scenes.site import Floats, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a building is built; lags and paces are days."""

    start_day: float
    cycle_days: float  # structure, per storey
    strike_cycles: float  # props stay this many cycles after the pour
    lag_days: tuple[float, float, float]  # infill, base, finished after the trade before it
    trade_days: tuple[float, float, float]  # per storey, the same trades
    downwards: bool  # base and finish are made from the roof down
    stagger: float  # 0..1 of a cycle between the first and the last bay
    irregular: float  # 0..1 size of the random part
    late_ground_days: float  # the ground storey is closed this much later


def bay_order(cols: int, rng: np.random.Generator) -> Floats:
    """(cols,) 0..1: in which order the bays are worked: from one end, or from the middle outwards."""
    line = np.linspace(0.0, 1.0, cols) if cols > 1 else np.zeros(1)
    kind = int(rng.integers(0, 4))
    if kind == 0:
        return np.asarray(line[::-1])
    if kind == 1:
        return np.asarray(np.abs(line - 0.5) * 2)
    if kind == 2:
        return np.asarray(np.floor(line * 2.99) / 2)
    return np.asarray(line)


def make_schedule(pace: Pace, rows: int, cols: int, *, rng: np.random.Generator) -> Schedule:
    """A schedule of rows × cols cells in which no cell enters a stage before the one under it allows."""
    cycles = pace.cycle_days * (1 + 0.3 * pace.irregular * rng.uniform(-1, 1, rows))
    start = pace.start_day + np.concatenate([[0.0], np.cumsum(cycles)[:-1]])
    order = bay_order(cols, rng) * pace.stagger * pace.cycle_days
    formwork = start[:, None] + order[None, :]
    cast = formwork + 0.8 * cycles[:, None] * rng.uniform(0.85, 1.0, (rows, cols))
    struck = cast + pace.cycle_days * pace.strike_cycles * _wobble(pace, (rows, cols), rng)
    structure = np.maximum.accumulate(struck, axis=0)
    infill = _trade(structure, pace, 0, rng)
    base = _trade(infill, pace, 1, rng)
    finished = _trade(base, pace, 2, rng)
    return Schedule(
        entered=np.stack([formwork, structure, infill, base, finished]),
        cast=cast,
        blend_days=float(rng.uniform(0.6, 2.0)),
    )


def _wobble(pace: Pace, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    return 1 + 0.35 * pace.irregular * rng.uniform(-1, 1, shape)


def _trade(before: Floats, pace: Pace, trade: int, rng: np.random.Generator) -> Floats:
    """Entry days of one trade: a front moving storey by storey, never sooner than a gap after the trade before."""
    rows, cols = before.shape
    gap = max(0.4, 0.35 * pace.lag_days[trade])
    step = pace.trade_days[trade]
    ready = before.max(axis=1) + pace.lag_days[trade]
    if trade == 0:
        ready[0] += pace.late_ground_days
    down = pace.downwards and trade > 0
    rank = np.arange(rows)[::-1] if down else np.arange(rows)
    front = np.zeros(rows)
    clock = -np.inf
    for row in np.argsort(rank):
        clock = max(clock + step, float(ready[row])) if not down else max(clock + step, float(ready[-1]))
        front[row] = clock
        if row == 0 and trade == 0 and not down:
            clock -= pace.late_ground_days  # the storeys above do not wait for a late ground storey
    stagger = bay_order(cols, rng) * pace.stagger * step
    noise = pace.irregular * step * rng.uniform(-0.6, 0.6, (rows, cols))
    return np.asarray(np.maximum(front[:, None] + stagger[None, :] + noise, before + gap))
