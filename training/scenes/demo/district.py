"""The demo district: three cameras, six buildings, 62 days from 2026-09-01, their plans and what happened. Pure.

Days count from local midnight (China Standard Time) of the first day. Each trade moves through a building bay by bay
without a break, so that planned completion is close to a smooth line; what really happened is the plan run through
each building's own clock.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from training.scenes.site import Floats, Schedule

START = datetime(2026, 8, 31, 16, tzinfo=UTC)  # 2026-09-01 00:00 in Shanghai
DAYS = 62
STALL = (24.0, 44.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBuilding:
    """One building: `first_day` its first formwork, `front_days` how long one trade needs for all storeys, `lag_days`
    from trade to trade; `clock` is on_plan or stalled; `drift_days` is how far it strays from the plan."""

    building_id: str
    rows: int
    cols: int
    bay_m: float
    storey_m: float
    first_day: float
    front_days: float
    lag_days: float
    clock: str
    drift_days: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCamera:
    """One camera and what it looks at."""

    camera_id: str
    gateway: str
    project: str
    project_name: str
    archetype: str
    palette_seed: int
    yaw: float
    height_m: float
    px_per_m: float
    hfov_deg: float
    gap_m: float
    crane: bool
    knocked: bool
    background: str
    buildings: tuple[DemoBuilding, ...]
    seed: int


def _on_plan(
    name: str, rows: int, cols: int, *, bay: float, storey: float, first: float, seed: int, **more: Any
) -> DemoBuilding:
    return DemoBuilding(
        building_id=name,
        rows=rows,
        cols=cols,
        bay_m=bay,
        storey_m=storey,
        first_day=first,
        front_days=more.get("front", 50.0),
        lag_days=more.get("lag", 10.5),
        clock=more.get("clock", "on_plan"),
        drift_days=more.get("drift", 0.7),
        seed=seed,
    )


CAMERAS = (
    DemoCamera(
        camera_id="qp-c1",
        gateway="gw-qp",
        project="qp",
        project_name="青坪保障房",
        archetype="housing-pair",
        palette_seed=9007,
        yaw=0.12,
        height_m=27.0,
        px_per_m=9.2,
        hfov_deg=50.0,
        gap_m=4.0,
        crane=True,
        knocked=False,
        background="city",
        seed=9111,
        buildings=(
            _on_plan("qp-b1", 6, 4, bay=3.6, storey=3.2, first=-14, front=54.0, lag=11.0, seed=11),
            _on_plan(
                "qp-b2", 5, 4, bay=3.6, storey=3.2, first=-12, front=50.0, lag=11.0, clock="stalled", drift=0.4, seed=12
            ),
            _on_plan("qp-b3", 5, 4, bay=3.6, storey=3.3, first=-16, front=52.0, lag=11.0, seed=13),
        ),
    ),
    DemoCamera(
        camera_id="xl-c1",
        gateway="gw-qp",
        project="xl",
        project_name="小学扩建",
        archetype="school",
        palette_seed=9023,
        yaw=-0.25,
        height_m=17.0,
        px_per_m=8.3,
        hfov_deg=54.0,
        gap_m=5.0,
        crane=False,
        knocked=False,
        background="hills",
        seed=9222,
        buildings=(
            _on_plan("xl-b1", 4, 6, bay=4.1, storey=3.9, first=-15, front=48.0, lag=11.5, drift=0.9, seed=21),
            _on_plan("xl-b2", 4, 6, bay=4.1, storey=3.9, first=-10, front=46.0, lag=11.0, drift=0.9, seed=22),
        ),
    ),
    DemoCamera(
        camera_id="gt-c1",
        gateway="gw-gt",
        project="gt",
        project_name="社区医院",
        archetype="clinic",
        palette_seed=9041,
        yaw=0.38,
        height_m=14.0,
        px_per_m=11.8,
        hfov_deg=48.0,
        gap_m=5.0,
        crane=False,
        knocked=True,
        background="park",
        seed=9343,
        buildings=(_on_plan("gt-b1", 5, 6, bay=4.6, storey=3.9, first=-13, front=50.0, lag=11.0, drift=0.8, seed=31),),
    ),
)


def planned_schedule(building: DemoBuilding) -> Schedule:
    """Each trade passes through rows and bays at an even pace, `lag_days` behind the trade before it."""
    rank = (np.arange(building.rows)[:, None] + np.arange(building.cols)[None, :] / building.cols) / building.rows
    step = building.front_days / building.rows
    start = building.first_day + rank * building.front_days
    trades = [start + building.lag_days * index for index in range(5)]
    return Schedule(entered=np.stack(trades), cast=trades[0] + min(0.75 * step, building.lag_days - 1), blend_days=1.2)


def actual_schedule(building: DemoBuilding) -> Schedule:
    """The plan run through the building's own clock: small drifts always, a standstill where it stalled."""
    plan = planned_schedule(building)
    rng = np.random.default_rng(building.seed)
    phase, period = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(17, 29))

    def late(days: Floats) -> Floats:
        drift = building.drift_days * np.sin(2 * np.pi * days / period + phase)
        wait = np.where(days >= STALL[0], STALL[1] - STALL[0], 0.0) if building.clock == "stalled" else 0.0
        return np.asarray(days + drift * (days > 1) + wait)

    return replace(plan, entered=late(plan.entered), cast=late(plan.cast))
