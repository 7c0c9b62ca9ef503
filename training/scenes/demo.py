"""The demo district: three cameras, six buildings, 62 days from 2026-09-01, their plans and what happened. Pure.

Days count from local midnight (China Standard Time) of the first day. Each trade moves through a building bay by bay
without a break, so that planned completion is close to a smooth line; what really happened is the plan run through
each building's own clock.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from edge_agent.vision.stages import NEW_BUILD
from training.scenes.assets import FAMILIES, Archetype
from training.scenes.camera import turned
from training.scenes.episode import moment_at
from training.scenes.schedule import credit_bp, stage_at
from training.scenes.site import Building, Crane, Design, Facade, Floats, Moment, Schedule, Site, View

START = datetime(2026, 8, 31, 16, tzinfo=UTC)  # 2026-09-01 00:00 in Shanghai
DAYS = 62
WIDTH, HEIGHT = 512, 384
STALL = (24.0, 44.0)
KNOCK = (40, 45)  # first and last day, both included

RAIN = (6, 7, 15, 16, 33, 34, 47, 55)
FOG = (27, 28)
OVERCAST = (3, 4, 10, 11, 18, 22, 30, 38, 41, 50, 51, 58)
PARTLY = (1, 5, 9, 13, 17, 20, 24, 29, 31, 36, 40, 44, 48, 53, 57, 60)


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


def _design(archetype: Archetype) -> Design:
    return Design(
        archetype=archetype.name,
        frame=archetype.frame,
        system=archetype.system,
        openings=archetype.openings,
        mullion_m=1.2,
        spandrel=0.2,
        column_m=0.5,
        column_inset_m=0.4 if archetype.inset else 0.0,
        slab_m=0.28,
        balcony_m=1.2,
        balcony_every=0,
        bow_m=0.0,
        fins=False,
    )


def _buildings(camera: DemoCamera) -> tuple[Building, ...]:
    archetype = next(item for item in FAMILIES["demo"].archetypes if item.name == camera.archetype)
    made, x = [], 0.0
    for index, item in enumerate(camera.buildings):
        front = Facade(
            face_id=f"{item.building_id}-front",
            side="front",
            u_m=tuple(item.bay_m * k for k in range(item.cols + 1)),
            schedule=actual_schedule(item),
            covers=(),
            measured=True,
        )
        made.append(
            Building(
                building_id=item.building_id,
                key=f"b{index}",
                origin=(x, 0.6 * (index % 2), 0.0),
                yaw=0.0,
                row_z=tuple(item.storey_m * k for k in range(item.rows + 1)),
                depth_m=12.0,
                faces=(front,),
                design=_design(archetype),
                seed=item.seed,
            )
        )
        x += item.bay_m * item.cols + camera.gap_m
    return tuple(made)


def _view(camera: DemoCamera, buildings: tuple[Building, ...]) -> View:
    wide = buildings[-1].origin[0] + buildings[-1].width_m
    high = max(building.row_z[-1] for building in buildings)
    focal = WIDTH / 2 / np.tan(np.radians(camera.hfov_deg) / 2)
    distance = focal / camera.px_per_m
    aim = (wide / 2, 1.0, high * 0.52)
    flat = float(np.sqrt(max(distance**2 - (camera.height_m - aim[2]) ** 2, 1.0)))
    return View(
        position=(
            aim[0] + flat * float(np.sin(camera.yaw)),
            aim[1] - flat * float(np.cos(camera.yaw)),
            camera.height_m,
        ),
        target=aim,
        roll=0.004,
        focal_px=float(focal),
        width=WIDTH,
        height=HEIGHT,
        k1=-0.03,
        k2=0.0,
    )


def weather_kind(day: int, *, afternoon: bool) -> str:
    """The district's weather: one table for all cameras; fog lifts and skies open somewhat after noon."""
    if day in FOG:
        return "fog"
    if day in RAIN:
        return "rain"
    if day in OVERCAST:
        return "overcast" if not afternoon or day % 3 else "partly"
    return "partly" if day in PARTLY else "clear"


def _moments(camera: DemoCamera, site: Site) -> tuple[Moment, ...]:
    """Two frames a day at about 10:00 and 15:00 local time."""
    rng = np.random.default_rng(camera.seed)
    moments = []
    for day in range(DAYS):
        for hour in (10.0, 15.0):
            fraction = (hour + float(rng.uniform(-0.35, 0.35))) / 24
            at = START + timedelta(seconds=round((day + fraction) * 86400))
            moment = moment_at(
                site,
                at,
                kind=weather_kind(day, afternoon=hour > 12),
                day=day + fraction,
                north=-0.5 + camera.yaw,
                latitude=30.0,
                rng=rng,
            )
            if camera.knocked and KNOCK[0] <= day <= KNOCK[1]:
                moment = replace(moment, view=turned(site.view, yaw=0.14, pitch=-0.05))
            moments.append(moment)
    return tuple(moments)


def _before_gap(buildings: tuple[Building, ...], view: View, *, out_m: float) -> tuple[float, float]:
    """The place `out_m` before the fronts from which a mast is seen in the gap after the first building."""
    gap_end = buildings[1].origin[0] if len(buildings) > 1 else buildings[0].width_m + 6.0
    gap = (buildings[0].width_m + gap_end) / 2
    share = out_m / -view.position[1]
    return gap + (view.position[0] - gap) * share, -out_m


def demo_site(camera: DemoCamera) -> Site:
    """The site of one demo camera with all its frames."""
    buildings = _buildings(camera)
    view = _view(camera, buildings)
    crane = Crane(base=_before_gap(buildings, view, out_m=9.0), height_m=21.0, boom_m=34.0, luffing=False, look="crane")
    site = Site(
        scene_id=camera.camera_id,
        split="demo",
        work_type="new_build",
        seed=camera.seed,
        buildings=buildings,
        cranes=(crane,) if camera.crane else (),
        view=view,
        moments=(),
        palette_seed=camera.palette_seed,
        trees=5,
        vehicles=4,
        people=0,
        background=camera.background,
        overlay="time",
        camera_look="AgX" if camera.camera_id == "gt-c1" else "Standard",
        jpeg=60,
        steady=True,
    )
    return replace(site, moments=_moments(camera, site))


def shares_bp(schedule: Schedule, day: float) -> dict[str, int]:
    """Share of the cells in each stage on `day`, in basis points that sum to 10000 (the rest goes to the largest)."""
    counts = np.bincount(stage_at(schedule, day).ravel(), minlength=len(NEW_BUILD.names))
    shares = [int(count * 10000 // counts.sum()) for count in counts]
    shares[int(np.argmax(shares))] += 10000 - sum(shares)
    return dict(zip(NEW_BUILD.names, shares, strict=True))


def curve(schedule: Schedule) -> list[dict[str, Any]]:
    """Completion and stage shares at the end of each local day."""
    first = (START + timedelta(hours=8)).date()
    return [
        {
            "date": (first + timedelta(days=day)).isoformat(),
            "completion_bp": credit_bp(schedule, day + 1.0),
            "shares_bp": shares_bp(schedule, day + 1.0),
        }
        for day in range(DAYS)
    ]


def district(which: str) -> dict[str, Any]:
    """plan.json (`which` = "plan") or true.json (`which` = "true"): every building's curve by day."""
    make = planned_schedule if which == "plan" else actual_schedule
    return {
        "schema": f"siteprogress.demo-{which}/1",
        "start": "2026-09-01",
        "days": DAYS,
        "meaning": "completion_bp and shares_bp hold at the end of each local day (24:00 Asia/Shanghai)",
        "buildings": [
            {
                "building": item.building_id,
                "face_id": f"{item.building_id}-front",
                "camera": camera.camera_id,
                "gateway": camera.gateway,
                "project": camera.project,
                "project_name": camera.project_name,
                "rows": item.rows,
                "cols": item.cols,
                "days": curve(make(item)),
            }
            for camera in CAMERAS
            for item in camera.buildings
        ],
    }
