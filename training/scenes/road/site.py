"""A road site as a pure function of (split, number): a strip, its camera, its moments.

Sections grow with distance, as an engineer commissioning the camera would choose them: between equal lengths and equal
heights in the picture, none under MIN_SECTION_PX.
"""

from dataclasses import dataclass, replace

import numpy as np

from training.scenes.assets import FAMILIES, SPLIT_IDS
from training.scenes.layout import col_lines, scene_id_of
from training.scenes.road.assets import ARCHETYPES, RoadArchetype
from training.scenes.road.schedule import road_schedule
from training.scenes.shapes.facing import bend_of
from training.scenes.shot.camera import axes, project
from training.scenes.shot.exposure import camera_curve
from training.scenes.shot.framing import FRAME_PX
from training.scenes.shot.moments import moments_of
from training.scenes.site import Building, Design, Facade, Floats, Site, Strip, View

MIN_SECTION_PX = 16.0
MIN_SIDE_PX = 14.0
MAX_BEND_PX = 3.0  # beyond this an engineer would make two faces of it
ROWS = (4, 14)
TRIES = 60
NO_DESIGN = Design(
    archetype="road",
    frame="",
    system="",
    openings=(),
    mullion_m=1.0,
    spandrel=0.0,
    column_m=0.0,
    column_inset_m=0.0,
    slab_m=0.0,
    balcony_m=0.0,
    balcony_every=0,
    bow_m=0.0,
    fins=False,
)  # a strip has no facade


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where the camera looks from: angles below the horizon of the near and the far edge, azimuth off the strip's."""

    height_m: float
    near: float
    far: float
    azimuth: float
    fill: float
    roll: float
    k1: float

    @property
    def reach_m(self) -> float:
        """Length of the strip between the two angles, seen along it."""
        return float(self.height_m / np.tan(self.far) - self.height_m / np.tan(self.near))


def road_site(split: str, number: int, *, frames: int) -> Site:
    """The site `number` of a split with `frames` moments spread over its works."""
    rng = np.random.default_rng((SPLIT_IDS[split], 3, number))
    kinds = ARCHETYPES[split]
    archetype = kinds[number % len(kinds)]
    building, view = _laid_out(archetype, rng)
    site = Site(
        scene_id=scene_id_of(split, "road", number),
        split=split,
        work_type="road",
        seed=number * 10 + SPLIT_IDS[split],
        buildings=(building,),
        cranes=(),
        view=view,
        moments=(),
        palette_seed=int(rng.integers(*FAMILIES[split].palettes)),
        trees=int(rng.integers(0, 16)),
        vehicles=int(rng.integers(0, 9)),
        people=int(rng.integers(0, 10)),
        background=str(rng.choice(["city", "hills", "park"])),
        overlay=str(rng.choice(["", "time", "name"])),
        camera_look=camera_curve(rng),
        jpeg=int(rng.integers(30, 93)),
        steady=split == "holdout",
    )
    return replace(site, moments=moments_of(site, frames, rng))


def _laid_out(archetype: RoadArchetype, rng: np.random.Generator) -> tuple[Building, View]:
    """The first of some random layouts whose sections are large enough in the picture; ValueError when none is."""
    for _ in range(TRIES):
        cols = int(rng.integers(*archetype.lanes))
        stand = _stand(rng)
        strip = _strip(archetype, cols, stand, rng)
        u_m = tuple(float(u) for u in np.cumsum([0.0, *rng.uniform(*archetype.lane_m, 1).repeat(cols)]))
        strip = replace(strip, axis_m=u_m[-1] / 2)
        frame = _building(strip, u_m, (0.0, stand.reach_m), rng)
        view = _view(frame, stand)
        row_z = _sections(frame, view, share=float(rng.uniform(0.25, 0.9)))
        if len(row_z) <= ROWS[0]:
            continue
        strip = replace(strip, zebra_rows=_zebras(archetype, len(row_z) - 1, rng))
        building = _building(strip, u_m, row_z, rng)
        if sides_px(building, view) >= 0.7 and bend_px(building, view) <= MAX_BEND_PX:
            return building, view
    raise ValueError(f"road {archetype.name}: no layout of {TRIES} shows sections of {MIN_SIDE_PX} px")


def _stand(rng: np.random.Generator) -> Stand:
    """A pole of 6 to 12 m or a building of up to 40 m, beside or above the strip."""
    near, far = np.radians(rng.uniform(26, 62)), np.radians(rng.uniform(10.5, 19))
    return Stand(
        height_m=float(rng.uniform(6, 12) if rng.random() < 0.45 else rng.uniform(10, 40)),
        near=float(near),
        far=float(min(far, near - 0.2)),
        azimuth=float(rng.uniform(-0.15, 0.15) if rng.random() < 0.4 else rng.uniform(-0.85, 0.85)),
        fill=float(rng.uniform(0.82, 1.04)),
        roll=float(rng.normal(0, 0.015)),
        k1=round(float(rng.uniform(-0.09, 0.03)), 4) if rng.random() < 0.5 else 0.0,
    )


def _strip(archetype: RoadArchetype, cols: int, stand: Stand, rng: np.random.Generator) -> Strip:
    bends = archetype.bends and rng.random() < 0.55
    sharpest = min(1 / 160, 0.5 / stand.reach_m)
    deep = float(rng.uniform(0.45, 1.2))
    binder = float(rng.uniform(0.04, 0.07))
    base = binder + float(rng.uniform(0.05, 0.14))
    subgrade = min(base + float(rng.uniform(0.15, 0.35)), deep - 0.05)
    return Strip(
        archetype=archetype.name,
        old=archetype.olds[int(rng.integers(0, len(archetype.olds)))],
        axis_m=0.0,
        bends_per_m=float(rng.uniform(-sharpest, sharpest)) if bends else 0.0,
        kerbs=archetype.kerbs,
        walk_m=archetype.walk_m * float(rng.uniform(0.7, 1.4)),
        open_left=archetype.open_left,
        open_right=archetype.open_right,
        median_m=archetype.median_m,
        roadside=archetype.roadside,
        forward=bool(rng.random() < 0.5),
        drop_m=(deep, subgrade, base, binder),
        marks=archetype.marks,
        dash_m=archetype.dash_m,
        zebra_rows=(),
    )


def _zebras(archetype: RoadArchetype, rows: int, rng: np.random.Generator) -> tuple[int, ...]:
    if not archetype.zebra or rng.random() < 0.4:
        return ()
    return tuple(sorted({int(row) for row in rng.integers(0, rows, int(rng.integers(1, 3)))}))


def _building(strip: Strip, u_m: tuple[float, ...], row_z: tuple[float, ...], rng: np.random.Generator) -> Building:
    rows, cols = len(row_z) - 1, len(u_m) - 1
    face = Facade(
        face_id="r0-lanes",
        side="ground",
        u_m=u_m,
        schedule=road_schedule(rows, cols, forward=strip.forward, rng=rng),
        covers=(),
        measured=True,
    )
    return Building(
        building_id="r0",
        key="r0",
        origin=(0.0, 0.0, 0.0),
        yaw=0.0,
        row_z=row_z,
        depth_m=row_z[-1],
        faces=(face,),
        design=NO_DESIGN,
        seed=int(rng.integers(0, 2**31)),
        strip=strip,
    )


def _edge(building: Building, z: Floats) -> Floats:
    """World points of the left edge, the axis and the right edge at chainages, (3, N, 3)."""
    u_m = building.faces[0].u_m
    points = np.zeros((3, len(z), 3))
    points[..., 0] = np.array([u_m[0], (u_m[0] + u_m[-1]) / 2, u_m[-1]])[:, None]
    points[..., 1] = z
    return bend_of(building)(points)


def _view(building: Building, stand: Stand) -> View:
    """A camera that sees the whole strip in `fill` of the frame, whose shape follows what it looks at."""
    outline = _edge(building, np.linspace(0, building.row_z[-1], 9))
    back = stand.height_m / np.tan(stand.near)
    foot = outline[1, 0] - back * np.array([np.sin(stand.azimuth), np.cos(stand.azimuth), 0.0])
    eye = foot + np.array([0.0, 0.0, stand.height_m])
    target = outline.mean(axis=(0, 1))
    for _ in range(4):
        unit = View(
            position=(float(eye[0]), float(eye[1]), float(eye[2])),
            target=(float(target[0]), float(target[1]), float(target[2])),
            roll=stand.roll,
            focal_px=1.0,
            width=0,
            height=0,
            k1=0.0,
            k2=0.0,
        )
        seen, depth = project_unit(unit, outline)
        low, high = seen.min(axis=(0, 1)), seen.max(axis=(0, 1))
        right, down, forward = axes(unit)
        middle = (low + high) / 2
        way = forward + middle[0] * right + middle[1] * down
        target = eye + way / np.linalg.norm(way) * float(np.median(depth))
    wide, tall = (float(value) for value in high - low)
    aspect = float(np.clip(wide / tall, 0.75, 1.9))
    frame_w = int(np.sqrt(FRAME_PX * aspect) / 16) * 16
    frame_h = int(FRAME_PX / frame_w / 16) * 16
    focal = stand.fill * min(frame_w / wide, frame_h / tall)
    return replace(unit, focal_px=float(min(focal, 2.4 * frame_w)), width=frame_w, height=frame_h, k1=stand.k1)


def project_unit(view: View, points: Floats) -> tuple[Floats, Floats]:
    """Points to the plane at distance 1 before the camera (x right, y down), and their depth."""
    local = (points - np.asarray(view.position)) @ axes(view).T
    depth = np.maximum(local[..., 2], 0.1)
    return local[..., :2] / depth[..., None], depth


def _sections(building: Building, view: View, *, share: float) -> tuple[float, ...]:
    """Chainages from near to far, to half metres: `share` 0 = equal lengths, 1 = equal heights in the picture."""
    z = np.linspace(0, building.row_z[-1], 200)
    pixels, _ = project(view, _edge(building, z)[1])
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(pixels, axis=0), axis=1))])
    mix = (1 - share) * z / z[-1] + share * run / run[-1]
    for rows in range(ROWS[1], ROWS[0] - 1, -1):
        lines = np.round(np.interp(np.linspace(0, 1, rows + 1), mix, z) * 2) / 2
        heights = np.diff(np.interp(lines, z, run))
        if heights.min() >= MIN_SECTION_PX and np.diff(lines).min() >= 2.5:
            return tuple(float(line) for line in lines)
    return ()


def bend_px(building: Building, view: View) -> float:
    """How far the lane lines of the commissioning, polylines of a few points, are off the true bends at most."""
    face = building.faces[0]
    true = project(view, _edge(building, np.asarray(building.row_z)))[0][[0, 2]]
    off = 0.0
    for side, line in enumerate((col_lines(building, face, view)[0], col_lines(building, face, view)[-1])):
        off = max(off, *(_to_polyline(point, np.asarray(line)) for point in true[side]))
    return off


def _to_polyline(point: Floats, line: Floats) -> float:
    start, way = line[:-1], np.diff(line, axis=0)
    share = np.clip(((point - start) * way).sum(axis=1) / (way**2).sum(axis=1), 0, 1)
    return float(np.linalg.norm(start + share[:, None] * way - point, axis=1).min())


def sides_px(building: Building, view: View) -> float:
    """The share of the sections whose cells have at least MIN_SIDE_PX in their shorter side."""
    z = np.asarray(building.row_z)
    pixels, _ = project(view, _edge(building, z))
    cols = len(building.faces[0].u_m) - 1
    across = np.linalg.norm(pixels[2] - pixels[0], axis=1) / cols
    along = np.linalg.norm(np.diff(pixels[1], axis=0), axis=1)
    return float((np.minimum((across[1:] + across[:-1]) / 2, along) >= MIN_SIDE_PX).mean())
