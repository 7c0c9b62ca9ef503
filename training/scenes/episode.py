"""A training or hold-out site as a pure function of (split, number)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from training.scenes.assets import FAMILIES, Archetype, Family, Hole
from training.scenes.camera import axes, project
from training.scenes.facing import outward, to_world
from training.scenes.schedule import Pace, last_day, make_schedule, stage_at
from training.scenes.site import Building, Cover, Crane, Design, Facade, Floats, Moment, Schedule, Site, View
from training.scenes.weather import KINDS, TRAIN_SHARES, local_hour, make_weather, utc_of

SPLIT_IDS = {"train": 1, "holdout": 2, "demo": 3}
FRAME_PX = 160_000  # pixels of a training frame, whatever its shape
STEEPEST_MEASURED = np.cos(np.radians(67))


def new_build_site(split: str, number: int, *, frames: int) -> Site:
    """The site `number` of a split with `frames` moments spread over its construction."""
    rng = np.random.default_rng((SPLIT_IDS[split], number))
    family = FAMILIES[split]
    yaw = float(rng.uniform(-1.13, 1.13))
    buildings = _row_of_buildings(family, number, yaw, rng)
    view = make_view(buildings, yaw, rng)
    buildings = tuple(with_measured(building, view) for building in buildings)
    buildings += _backdrop(buildings, view, family, rng)
    site = Site(
        scene_id=f"{split}-new_build-{number:05d}",
        split=split,
        work_type="new_build",
        seed=number * 10 + SPLIT_IDS[split],
        buildings=buildings,
        cranes=_cranes(buildings, family, rng),
        view=view,
        moments=(),
        palette_seed=int(rng.integers(*family.palettes)),
        trees=int(rng.integers(0, 14)),
        vehicles=int(rng.integers(0, 9)),
        people=int(rng.integers(0, 10)),
        background=str(rng.choice(["city", "hills", "park"])),
        overlay=str(rng.choice(["", "time", "name"])),
        camera_look=str(rng.choice(["Standard", "Filmic", "AgX"], p=[0.4, 0.25, 0.35])),
        jpeg=int(rng.integers(30, 93)),
        steady=split == "holdout",
    )
    return replace(site, moments=moments_of(site, frames, rng))


def _design(archetype: Archetype, rng: np.random.Generator) -> Design:
    return Design(
        archetype=archetype.name,
        frame=archetype.frame,
        system=archetype.system,
        openings=_shifted(archetype.openings, rng),
        mullion_m=float(rng.uniform(0.9, 1.7)),
        spandrel=float(rng.uniform(0.08, 0.34)),
        column_m=float(rng.uniform(0.4, 0.9)),
        column_inset_m=float(rng.uniform(0.3, 1.4)) if archetype.inset else 0.0,
        slab_m=float(rng.uniform(0.16, 0.5)),
        balcony_m=float(rng.uniform(0.9, 1.6)),
        balcony_every=archetype.balcony_every,
        bow_m=float(rng.uniform(1.0, 3.5)) if archetype.bowed else 0.0,
        fins=archetype.fins,
    )


def _shifted(openings: tuple[Hole, ...], rng: np.random.Generator) -> tuple[Hole, ...]:
    """The same windows a little wider, higher or lower: no two buildings of a family are alike."""
    wide, low, high = rng.uniform(-0.03, 0.03), rng.uniform(-0.05, 0.06), rng.uniform(-0.06, 0.04)
    return tuple((u0 - wide, u1 + wide, max(z0 + low, 0.02), min(z1 + high, 0.92)) for u0, u1, z0, z1 in openings)


def lines(count: int, mean: float, spread: float, rng: np.random.Generator) -> tuple[float, ...]:
    """`count` + 1 rising coordinates from 0 with uneven steps."""
    steps = mean * (1 + spread * rng.uniform(-1, 1, count))
    return tuple(float(value) for value in np.concatenate([[0.0], np.cumsum(steps)]))


def random_pace(rng: np.random.Generator, *, start_day: float, rows: int) -> Pace:
    """A pace whose fronts follow each other closely enough that most stages show at once."""
    cycle = float(rng.uniform(3, 9))
    near = float(np.clip(rows / 8, 0.5, 1.5))
    lags = rng.uniform(0.5, 2.4, 3) * cycle * near
    trades = rng.uniform(0.6, 1.25, 3) * cycle
    return Pace(
        start_day=start_day,
        cycle_days=cycle,
        strike_cycles=float(rng.choice([rng.uniform(0.12, 0.8), rng.uniform(0.6, 2.6)])),
        lag_days=(float(lags[0]), float(lags[1]), float(lags[2])),
        trade_days=(float(trades[0]), float(trades[1]), float(trades[2])),
        downwards=bool(rng.random() < 0.2),
        stagger=float(rng.uniform(0.1, 0.95)),
        irregular=float(rng.uniform(0.1, 0.9)),
        late_ground_days=float(rng.uniform(5, 40)) if rng.random() < 0.25 else 0.0,
    )


def _split_schedule(schedule: Schedule, low: int, high: int) -> Schedule:
    return Schedule(
        entered=schedule.entered[:, :, low:high], cast=schedule.cast[:, low:high], blend_days=schedule.blend_days
    )


def _side_schedule(whole: Schedule, front: Schedule, low: int, high: int, *, edge: int) -> Schedule:
    """The side's trades run their own way, but its structure is that of the front's last bay."""
    side = _split_schedule(whole, low, high)
    count = high - low
    begun = np.repeat(front.begun[:, edge : edge + 1] if edge >= 0 else front.begun[:, -1:], count, axis=1)
    cast = np.repeat(front.cast[:, edge : edge + 1] if edge >= 0 else front.cast[:, -1:], count, axis=1)
    entered = np.concatenate([[begun, np.maximum(side.structure, cast + 0.5)], side.entered[2:]])
    return replace(side, entered=entered, cast=cast)


def make_covers(key: str, rows: int, cols: int, *, last: float, rng: np.random.Generator) -> tuple[Cover, ...]:
    """Scaffold, nets and sheets over parts of a face for parts of the time; about half of the faces have none."""
    covers: list[Cover] = []
    if rng.random() < 0.45:
        kind = str(rng.choice(["scaffold", "net_opaque", "net_seethrough"], p=[0.3, 0.3, 0.4]))
        c0, c1 = sorted(int(value) for value in rng.choice(cols + 1, 2, replace=False))
        if rng.random() < 0.4:
            c0, c1 = 0, cols
        climbing = int(rng.integers(1, 5)) if rng.random() < 0.5 else 0
        r0 = int(rng.integers(0, max(1, rows // 2)))
        days = (float(rng.uniform(-1, 0.3)) * last, float(rng.uniform(0.6, 1.3)) * last)
        look = "steel" if kind == "scaffold" else f"{key}.{kind}"
        covers.append(Cover(kind=kind, rows=(r0, rows), cols=(c0, c1), days=days, look=look, climbing=climbing))
    if rng.random() < 0.25:
        col = int(rng.integers(0, cols))
        days = (float(rng.uniform(0.0, 0.3)) * last, float(rng.uniform(0.7, 1.1)) * last)
        covers.append(Cover(kind="hoist", rows=(0, rows), cols=(col, col + 1), days=days, look="crane", climbing=0))
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.4 else 0):
        row, col = int(rng.integers(0, rows)), int(rng.integers(0, cols))
        begin = float(rng.uniform(0.2, 0.8)) * last
        covers.append(
            Cover(
                kind="sheet",
                rows=(row, row + 1),
                cols=(col, min(cols, col + int(rng.integers(1, 3)))),
                days=(begin, begin + 0.3 * last),
                look=f"{key}.sheet",
                climbing=0,
            )
        )
    return tuple(covers)


def _building(
    archetype: Archetype,
    index: int,
    *,
    rows: int,
    cols: int,
    start: float,
    side: str,
    origin: tuple[float, float, float],
    yaw: float,
    rng: np.random.Generator,
) -> Building:
    key = f"b{index}"
    side_cols = int(rng.integers(2, 6))
    whole = make_schedule(random_pace(rng, start_day=start, rows=rows), rows, cols + side_cols, rng=rng)
    bay = float(rng.uniform(3.2, 7.5))
    u_front = lines(cols, bay, float(rng.choice([0.0, 0.12, 0.3])), rng)
    u_side = lines(side_cols, float(rng.uniform(3.2, 6.5)), 0.1, rng)
    storey = float(rng.uniform(2.9, 4.3))
    row_z = np.array(lines(rows, storey, 0.03, rng))
    row_z[1:] += float(rng.choice([0.0, 0.8, 1.5]))
    front = _split_schedule(whole, 0, cols)
    edge = cols - 1 if side == "right" else 0
    last = last_day(front)
    faces = (
        Facade(
            face_id=f"{key}-front",
            side="front",
            u_m=u_front,
            schedule=front,
            measured=True,
            covers=make_covers(key, rows, cols, last=last, rng=rng),
        ),
        Facade(
            face_id=f"{key}-{side}",
            side=side,
            u_m=u_side,
            measured=True,
            schedule=_side_schedule(whole, front, cols, cols + side_cols, edge=edge),
            covers=make_covers(key, rows, side_cols, last=last, rng=rng) if rng.random() < 0.6 else (),
        ),
    )
    return Building(
        building_id=key,
        key=key,
        origin=origin,
        yaw=yaw,
        row_z=tuple(float(z) + origin[2] for z in row_z),
        depth_m=u_side[-1],
        faces=faces,
        design=_design(archetype, rng),
        seed=int(rng.integers(0, 2**31)),
        peopled=True,
    )


def _row_of_buildings(family: Family, number: int, yaw: float, rng: np.random.Generator) -> tuple[Building, ...]:
    """One to three buildings side by side; a podium archetype gets a podium before and under its tower."""
    count = int(rng.choice([1, 2, 3], p=[0.45, 0.4, 0.15]))
    side = "right" if yaw > 0 else "left"
    x = 0.0
    buildings: list[Building] = []
    for index in range(count):
        archetype = family.archetypes[
            (number + int(rng.integers(0, len(family.archetypes))) * (index > 0)) % len(family.archetypes)
        ]
        rows, cols = int(rng.choice(np.arange(3, 15))), int(rng.integers(3, 10))
        origin = (x, float(rng.uniform(-6, 6)) if index else 0.0, 0.0)
        turn = float(rng.normal(0, 0.08)) if index else 0.0
        if archetype.podium and index == 0:
            podium = replace(archetype, podium=False, bowed=False)
            low = _building(podium, 8, rows=3, cols=cols + 2, start=-40.0, side=side, origin=origin, yaw=turn, rng=rng)
            lift = low.row_z[-1]
            tower = _building(
                archetype,
                index,
                rows=rows,
                cols=cols,
                start=max(0.0, float(low.faces[0].schedule.cast.max())) + 1,
                side=side,
                origin=(3.0, 3.0, 0.0),
                yaw=turn,
                rng=rng,
            )
            tower = replace(tower, row_z=tuple(z + lift for z in tower.row_z))
            low = _resized(low, width_m=tower.width_m + 6.0, depth_m=tower.depth_m + 6.0)
            buildings += [tower, low]
            x += low.width_m + float(rng.uniform(6, 16))
            continue
        made = _building(
            archetype,
            index,
            rows=rows,
            cols=cols,
            start=float(rng.uniform(-30, 15)) * (index > 0),
            side=side,
            origin=origin,
            yaw=turn,
            rng=rng,
        )
        buildings.append(made)
        x += made.width_m + float(rng.uniform(6, 18))
    return tuple(buildings)


def _resized(building: Building, *, width_m: float, depth_m: float) -> Building:
    """The same building with its bays stretched to a width and a depth."""
    faces = []
    for face in building.faces:
        wanted = width_m if face.side == "front" else depth_m
        faces.append(replace(face, u_m=tuple(u * wanted / face.u_m[-1] for u in face.u_m)))
    return replace(building, depth_m=depth_m, faces=tuple(faces))


def make_view(buildings: tuple[Building, ...], yaw: float, rng: np.random.Generator) -> View:
    """A camera `yaw` off the first building's front normal; the frame's shape follows what it looks at."""
    main = buildings[0]
    low, high, width = main.row_z[0], main.row_z[-1], main.width_m
    if len(buildings) > 1 and low == 0 and rng.random() < 0.3:
        width = buildings[1].origin[0] + buildings[1].width_m
        high = max(high, buildings[1].row_z[-1])
    storey = (main.row_z[-1] - low) / main.rows
    fill = float(rng.uniform(0.72, 1.12))
    apparent = width * np.cos(yaw) + 0.8 * main.depth_m * abs(np.sin(yaw))
    aspect = float(np.clip(1.12 * apparent / (1.2 * high), 0.75, 1.9))
    frame_w = int(np.sqrt(FRAME_PX * aspect) / 16) * 16
    frame_h = int(FRAME_PX / frame_w / 16) * 16
    wide = rng.uniform(26, 68) if rng.random() < 0.75 else rng.uniform(68, 98)
    focal = frame_w / 2 / np.tan(np.radians(float(wide)) / 2)
    storey_px = min(fill * frame_h / (high / storey), fill * frame_w / (apparent / storey))
    storey_px = float(np.clip(storey_px, 17, 62))
    distance = max(focal * storey / storey_px, 12.0) + 0.3 * width * abs(np.sin(yaw))
    up = float(np.clip(rng.choice([rng.uniform(3, 12), rng.uniform(10, 60)]), 3, 0.75 * distance))
    aim = np.array([0.5 * width, 0.15 * main.depth_m, high * float(rng.uniform(0.44, 0.58))])
    position = (aim[0] + distance * np.sin(yaw), aim[1] - distance * np.cos(yaw), up)
    target = aim + rng.normal(0, 0.02, 3) * distance * 0.6
    return View(
        position=(float(position[0]), float(position[1]), up),
        target=(float(target[0]), float(target[1]), float(target[2])),
        roll=float(rng.normal(0, 0.015)),
        focal_px=float(focal),
        width=frame_w,
        height=frame_h,
        k1=round(float(rng.uniform(-0.12, 0.04)), 4) if rng.random() < 0.5 else 0.0,
        k2=0.0,
    )


def with_measured(building: Building, view: View) -> Building:
    return replace(
        building, faces=tuple(replace(face, measured=is_measurable(building, face, view)) for face in building.faces)
    )


def is_measurable(building: Building, face: Facade, view: View) -> bool:
    """At most 67° off the normal, at least 14 px a storey and 6 px a bay, and half of it in the frame."""
    u, z = np.meshgrid(np.linspace(0, face.u_m[-1], 7), np.linspace(building.row_z[0], building.row_z[-1], 7))
    points: Floats = to_world(building, face, np.stack([u, np.zeros_like(u), z], axis=-1))
    pixels, depth = project(view, points)
    inside = (depth > 1) & (pixels >= 0).all(-1) & (pixels[..., 0] < view.width) & (pixels[..., 1] < view.height)
    towards = np.asarray(view.position) - points.mean(axis=(0, 1))
    cosine = float(towards @ outward(building, face) / np.linalg.norm(towards))
    storey_px = float(np.abs(np.diff(pixels[:, 3, 1])).sum()) / building.rows
    bay_px = float(np.linalg.norm(pixels[3, -1] - pixels[3, 0])) / (len(face.u_m) - 1)
    near = bool((depth > 2).all())
    return near and cosine > STEEPEST_MEASURED and inside.mean() >= 0.5 and storey_px >= 14 and bay_px >= 6


def _backdrop(
    before: tuple[Building, ...], view: View, family: Family, rng: np.random.Generator
) -> tuple[Building, ...]:
    """Up to two unmeasured buildings close behind, finished or at another stage: a void is often somebody's facade."""
    found: list[Building] = []
    main = before[0]
    for index in range(int(rng.choice([0, 1, 2], p=[0.45, 0.35, 0.2]))):
        archetype = replace(family.archetypes[int(rng.integers(0, len(family.archetypes)))], podium=False, bowed=False)
        started = float(rng.choice([-2000.0, -150.0, -60.0], p=[0.6, 0.2, 0.2]))
        place = (
            main.origin[0] + float(rng.uniform(-0.5, 0.8)) * main.width_m,
            main.origin[1] + main.depth_m + float(rng.uniform(9, 45)) + 35.0 * index,
            0.0,
        )
        made = _building(
            archetype,
            6 + index,
            rows=int(rng.integers(6, 20)),
            cols=int(rng.integers(3, 8)),
            start=started,
            side="right" if view.position[0] > main.width_m / 2 else "left",
            origin=place,
            yaw=float(rng.normal(0, 0.1)),
            rng=rng,
        )
        found.append(replace(made, faces=tuple(replace(face, measured=False) for face in made.faces)))
    return tuple(found)


def _cranes(buildings: tuple[Building, ...], family: Family, rng: np.random.Generator) -> tuple[Crane, ...]:
    """None, one or two tower cranes beside or before the buildings."""
    cranes = []
    for _ in range(int(rng.choice([0, 1, 2], p=[0.25, 0.55, 0.2]))):
        building = buildings[int(rng.integers(0, len(buildings)))]
        before = rng.random() < 0.55
        x = building.origin[0] + float(rng.uniform(-0.15, 1.15)) * building.width_m
        y = building.origin[1] + (-float(rng.uniform(4, 9)) if before else building.depth_m + float(rng.uniform(3, 8)))
        high = building.row_z[-1] * float(rng.uniform(0.6, 1.15)) + float(rng.uniform(6, 14))
        cranes.append(
            Crane(
                base=(x, y),
                height_m=high,
                boom_m=float(rng.uniform(28, 50)),
                luffing=bool(rng.random() < 0.3),
                look="crane",
            )
        )
    return tuple(cranes)


def moments_of(site: Site, frames: int, rng: np.random.Generator) -> tuple[Moment, ...]:
    """Frames spread over the works of the first building, or (a steady camera) over some weeks of them."""
    schedule = site.buildings[0].faces[0].schedule
    begin, last = float(schedule.begun.min()), last_day(schedule)
    north, latitude = float(rng.uniform(0, 6.28)), float(rng.uniform(20, 45))
    first = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=int(rng.integers(0, 365)))
    days = _window(begin, last, frames, rng) if site.steady else _spread(begin, last, frames, rng)
    moments: dict[datetime, Moment] = {}
    for day, kind in zip(days, _weathers(frames, rng, keeps=0.4 if site.steady else 0.0), strict=True):
        at = utc_of(first + timedelta(days=int(day) + 60), local_hour(kind, rng))
        moments[at] = moment_at(site, at, kind=kind, day=float(day), north=north, latitude=latitude, rng=rng)
    return tuple(moments[at] for at in sorted(moments))


def _spread(begin: float, last: float, frames: int, rng: np.random.Generator) -> Floats:
    bounds = np.linspace(0.1, 1.02, frames + 1)
    return np.asarray(begin + rng.uniform(bounds[:-1], bounds[1:]) * (last - begin))


def _window(begin: float, last: float, frames: int, rng: np.random.Generator) -> Floats:
    """One frame every other day, in a window that lies somewhere in the works (a little before and after too)."""
    start = begin - 4 + rng.uniform(0, 1) * max(last - begin + 6 - 2 * frames, 0.0)
    return np.asarray(start + 2.0 * np.arange(frames))


def _weathers(frames: int, rng: np.random.Generator, *, keeps: float) -> list[str]:
    """A kind of weather for each frame; with probability `keeps` that of the frame before."""
    kinds: list[str] = []
    for _ in range(frames):
        fresh = str(rng.choice(KINDS, p=TRAIN_SHARES))
        kinds.append(kinds[-1] if kinds and rng.random() < keeps else fresh)
    return kinds


def moment_at(site: Site, at: datetime, *, rng: np.random.Generator, **light: Any) -> Moment:
    """One moment of a site; `light` holds kind, day, north and latitude."""
    forward = axes(site.view)[2]
    weather = make_weather(
        light["kind"],
        at + timedelta(hours=8),
        latitude=light["latitude"],
        north=light["north"],
        view_azimuth=float(np.arctan2(forward[1], forward[0])),
        rng=rng,
        reach_m=float(np.linalg.norm(np.asarray(site.view.target) - np.asarray(site.view.position))),
    )
    return Moment(
        at=at,
        day=light["day"],
        weather=weather,
        view=site.view,
        boom_yaw=float(rng.uniform(0, 2 * np.pi)),
        hook=float(rng.random()),
        seed=int(rng.integers(0, 2**31)),
    )


def stage_counts(site: Site) -> Floats:
    """(6,) how many cells of each stage the site's frames hold over all measured faces."""
    counts = np.zeros(6)
    for moment in site.moments:
        for building in site.buildings:
            for face in building.faces:
                if face.measured:
                    counts += np.bincount(stage_at(face.schedule, moment.day).ravel(), minlength=6)
    return counts
