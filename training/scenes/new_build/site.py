"""A training or hold-out site of new buildings as a pure function of (split, number)."""

from dataclasses import replace

import numpy as np

from training.scenes.assets import FAMILIES, SPLIT_IDS, Archetype, Family, Hole
from training.scenes.layout import scene_id_of
from training.scenes.new_build.gear import make_covers, make_cranes
from training.scenes.new_build.schedule import Pace, make_schedule
from training.scenes.schedule import last_day
from training.scenes.shot.exposure import camera_curve
from training.scenes.shot.framing import make_view, with_measured
from training.scenes.shot.moments import moments_of
from training.scenes.site import Building, Design, Facade, Schedule, Site, View

PODIUM_OUT_M = 3.0


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
        scene_id=scene_id_of(split, "new_build", number),
        split=split,
        work_type="new_build",
        seed=number * 10 + SPLIT_IDS[split],
        buildings=buildings,
        cranes=make_cranes(buildings, family, rng),
        view=view,
        moments=(),
        palette_seed=int(rng.integers(*family.palettes)),
        trees=int(rng.integers(0, 14)),
        vehicles=int(rng.integers(0, 9)),
        people=int(rng.integers(0, 10)),
        background=str(rng.choice(["city", "hills", "park"])),
        overlay=str(rng.choice(["", "time", "name"])),
        camera_look=camera_curve(rng),
        jpeg=int(rng.integers(30, 93)),
        steady=split == "holdout",
    )
    return replace(site, moments=moments_of(site, frames, rng))


def _design(archetype: Archetype, rng: np.random.Generator) -> Design:
    return Design(
        archetype=archetype.name,
        frame=archetype.frame,
        system="curtain" if archetype.system == "recessed" else archetype.system,
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
        recess_m=float(rng.uniform(0.3, 1.0)) if archetype.system == "recessed" else 0.0,
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
    """The bays [low, high) of a schedule."""
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
    return Building(
        building_id=key,
        key=key,
        origin=origin,
        yaw=yaw,
        row_z=tuple(float(z) + origin[2] for z in row_z),
        depth_m=u_side[-1],
        faces=_faces(key, side, whole, u_front=u_front, u_side=u_side, rng=rng),
        design=_design(archetype, rng),
        seed=int(rng.integers(0, 2**31)),
        peopled=True,
    )


def _faces(
    key: str,
    side: str,
    whole: Schedule,
    *,
    u_front: tuple[float, ...],
    u_side: tuple[float, ...],
    rng: np.random.Generator,
) -> tuple[Facade, ...]:
    """The front and one side; `whole` holds the bays of both, the front's first."""
    rows, cols, side_cols = len(whole.cast), len(u_front) - 1, len(u_side) - 1
    front = _split_schedule(whole, 0, cols)
    edge = cols - 1 if side == "right" else 0
    last = last_day(front)
    return (
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
            tower, low = _tower_and_podium(archetype, rows=rows, cols=cols, side=side, rng=rng)
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


def _tower_and_podium(
    archetype: Archetype, *, rows: int, cols: int, side: str, rng: np.random.Generator
) -> tuple[Building, Building]:
    """A tower that is begun when its podium stands, PODIUM_OUT_M behind the podium's edges on every side."""
    plain = replace(archetype, podium=False, bowed=False)
    low = _building(plain, 8, rows=3, cols=cols + 2, start=-40.0, side=side, origin=(0.0, 0.0, 0.0), yaw=0.0, rng=rng)
    begun = max(0.0, float(low.faces[0].schedule.cast.max())) + 1
    origin = (PODIUM_OUT_M, PODIUM_OUT_M, 0.0)
    tower = _building(archetype, 0, rows=rows, cols=cols, start=begun, side=side, origin=origin, yaw=0.0, rng=rng)
    tower = replace(tower, row_z=tuple(z + low.row_z[-1] for z in tower.row_z))
    return tower, _resized(low, width_m=tower.width_m + 2 * PODIUM_OUT_M, depth_m=tower.depth_m + 2 * PODIUM_OUT_M)


def _resized(building: Building, *, width_m: float, depth_m: float) -> Building:
    """The same building with its bays stretched to a width and a depth."""
    faces = []
    for face in building.faces:
        wanted = width_m if face.side == "front" else depth_m
        faces.append(replace(face, u_m=tuple(u * wanted / face.u_m[-1] for u in face.u_m)))
    return replace(building, depth_m=depth_m, faces=tuple(faces))


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
