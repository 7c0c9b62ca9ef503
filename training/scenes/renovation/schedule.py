"""When each cell of an old block enters each stage of its renovation. Pure."""

from dataclasses import dataclass

import numpy as np

from training.scenes.site import Floats, Schedule

TRADES = 4  # strip, board, coat, finish
LONG_AGO, NEVER = -5000.0, 50_000.0
ORDERS = ("lift", "units", "drops", "patches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """How the trades cross the wall; times are days.

    `order`: whole lifts of a scaffold, staircase unit by unit, drops of a hanging basket, or patches.
    `span_days`: one trade's way across the wall. `lag_days`: how far the next trade keeps behind.
    `downwards`: of each trade.
    """

    order: str
    start_day: float
    span_days: float
    lag_days: tuple[float, float, float, float]
    downwards: tuple[bool, bool, bool, bool]
    unit_cols: int
    backwards: bool  # from the right end
    irregular: float  # 0..1


def random_campaign(rng: np.random.Generator, *, start_day: float, unit_cols: int) -> Campaign:
    """A campaign whose trades follow each other closely enough that most stages show at once."""
    span = float(rng.uniform(12, 45))
    down = bool(rng.random() < 0.6)
    lags = span * rng.uniform(0.22, 0.75, TRADES)
    return Campaign(
        order=str(rng.choice(ORDERS, p=[0.36, 0.26, 0.22, 0.16])),
        start_day=start_day,
        span_days=span,
        lag_days=(0.0, float(lags[1]), float(lags[2]), float(lags[3])),
        downwards=(down, bool(rng.random() < 0.35), down, down if rng.random() < 0.7 else not down),
        unit_cols=unit_cols,
        backwards=bool(rng.random() < 0.5),
        irregular=float(rng.uniform(0.05, 0.8)),
    )


def way(campaign: Campaign, trade: int, rows: int, cols: int, *, rng: np.random.Generator) -> Floats:
    """(rows, cols) 0..1: when on its way across the wall the trade comes to each cell, before any irregularity."""
    up = (np.arange(rows)[:, None] + 0.5) / rows * np.ones((1, cols))
    along = (np.arange(cols)[None, :] + 0.5) / cols * np.ones((rows, 1))
    if campaign.downwards[trade]:
        up = 1 - up
    if campaign.backwards:
        along = 1 - along
    match campaign.order:
        case "lift":
            share = 0.25 if campaign.irregular > 0.3 else 0.1
            return np.asarray((1 - share) * up + share * along)
        case "units":
            units = max(1, round(cols / campaign.unit_cols))
            which = np.minimum(np.floor(along * units), units - 1)
            return np.asarray((which + 0.85 * up) / units)
        case "drops":
            drops = max(1, round(cols / 2))
            which = np.minimum(np.floor(along * drops), drops - 1)
            return np.asarray((0.6 * which + 0.9 * up) / (0.6 * (drops - 1) + 0.9))
        case "patches":
            coarse = rng.random((rows // 3 + 2, cols // 3 + 2))
            rise = np.minimum(np.arange(rows) // 3, len(coarse) - 1)
            run = np.minimum(np.arange(cols) // 3, coarse.shape[1] - 1)
            return np.asarray(0.75 * coarse[rise][:, run] + 0.25 * up)
    raise ValueError(f"order {campaign.order!r}, expected one of {', '.join(ORDERS)}")


def make_schedule(campaign: Campaign, rows: int, cols: int, *, rng: np.random.Generator) -> Schedule:
    """A schedule in which no cell is given a trade before the one under it has had time."""
    patch_seed = int(rng.integers(0, 2**31))
    day = campaign.start_day
    entered: list[Floats] = []
    for trade in range(TRADES):
        day += campaign.lag_days[trade]
        share = way(campaign, trade, rows, cols, rng=np.random.default_rng(patch_seed))
        noise = campaign.irregular * rng.uniform(-0.5, 0.5, (rows, cols)) * 1.6 / max(rows, 4)
        begun = day + campaign.span_days * (share + noise)
        if entered:
            gap = campaign.span_days * rng.uniform(0.06, 0.14, (rows, cols))
            begun = np.maximum(begun, entered[-1] + gap)
        entered.append(np.asarray(begun))
    return Schedule(entered=np.stack(entered), cast=entered[0], blend_days=float(rng.uniform(0.5, 2.0)))


def still(rows: int, cols: int, *, done: bool) -> Schedule:
    """A block that nobody works on: done long ago, or not yet begun."""
    entered = np.full((TRADES, rows, cols), LONG_AGO if done else NEVER) + np.arange(float(TRADES))[:, None, None]
    return Schedule(entered=entered, cast=entered[0], blend_days=1.0)
