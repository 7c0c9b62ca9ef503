"""What stands beside a road: open lanes, kerbs, footpaths, fences, trees, houses, the land. Pure."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from edge_agent.vision.stages import ROAD
from training.scenes.road.marks import draw_marks
from training.scenes.road.paint import BOTTOM_M, Lot, old_asphalt
from training.scenes.road.pen import LIFT_M, Pen
from training.scenes.schedule import stage_at
from training.scenes.shapes.facing import bend_of
from training.scenes.shapes.machines import draw_tree, tree_hull
from training.scenes.shapes.solids import MeshArrays, Solids
from training.scenes.site import Building, Floats, Site, Strip
from training.scenes.truth import cell_points, hidden, triangles

OPEN_LANE_M = 3.4
BEFORE_M, AFTER_M = 60.0, 140.0  # how far all goes on before and after the strip
LAND_M = 48.0  # half width of the land that follows the bends


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross:
    """The cross-section in metres: carriageway edges, outer edges of the footpaths."""

    works: tuple[float, float]
    left: float
    right: float
    walk_left: float
    walk_right: float


def strip_of(site: Site) -> tuple[Building, Strip]:
    """The one strip of a road site; ValueError when it has none."""
    building = site.buildings[0]
    if building.strip is None:
        raise ValueError(f"{site.scene_id}: building {building.building_id} is no strip of road")
    return building, building.strip


def cross_of(building: Building, strip: Strip) -> Cross:
    """Where everything lies across the road."""
    u_m = building.faces[0].u_m
    left = u_m[0] - (strip.median_m if strip.open_left else 0.0) - strip.open_left * OPEN_LANE_M
    right = u_m[-1] + strip.open_right * OPEN_LANE_M
    return Cross(
        works=(u_m[0], u_m[-1]),
        left=left,
        right=right,
        walk_left=left - strip.walk_m,
        walk_right=right + strip.walk_m,
    )


def open_lanes(building: Building, strip: Strip) -> list[tuple[float, float]]:
    """The lanes that carry traffic beside the works, left to right."""
    cross = cross_of(building, strip)
    left = [cross.left + OPEN_LANE_M * index for index in range(strip.open_left)]
    right = [cross.works[1] + OPEN_LANE_M * index for index in range(strip.open_right)]
    return [(low, low + OPEN_LANE_M) for low in (*left, *right)]


def draw_land(pen: Pen, building: Building, site: Site) -> None:
    """Verges, footpaths, medians, open lanes and the land on both sides; the works themselves are a hole in it."""
    strip, cross = pen.strip, cross_of(building, pen.strip)
    along = (-BEFORE_M, building.row_z[-1] + AFTER_M)
    land = "walk" if site.background == "city" and strip.roadside == "shops" else "field"
    for x in ((-LAND_M, cross.walk_left), (cross.walk_right, LAND_M)):
        pen.body("soil", x, along, (BOTTOM_M, -0.12))
        pen.rect(land, x, along, -0.06)
    for x in ((cross.walk_left, cross.left), (cross.right, cross.walk_right)):
        pen.body("soil", x, along, (BOTTOM_M, 0.04))
        pen.rect("walk", x, along, 0.12)
        pen.body("kerb_old", (x[0], x[1]), along, (0.0, 0.1))
    if strip.open_left and strip.median_m:
        x = (cross.works[0] - strip.median_m, cross.works[0])
        pen.body("kerb_old", x, along, (BOTTOM_M, 0.14))
        pen.rect("field" if strip.median_m > 1 else "slab", (x[0] + 0.2, x[1] - 0.2), along, 0.16)
    lanes = open_lanes(building, strip)
    for index, x in enumerate(lanes):
        lot = Lot(row=900, col=index, cols=len(lanes), x=x, y=along)
        fresh = pen.random(61).random() < 0.3
        part = Pen(solids=pen.solids, strip=strip, key=pen.key, seed=pen.seed, wet=pen.wet, x=x, y=along)
        if fresh:
            pen.body("soil", x, along, (BOTTOM_M, -0.05))
            pen.rect("open", x, along, 0.0)
            draw_marks(part, x, along, first=index == 0, last=index == len(lanes) - 1, worn=False)
        else:
            old_asphalt(part, lot, pen.random(62, index))


def draw_kerbs(pen: Pen, building: Building, day: float) -> None:
    """Kerb stones along the works: the old ones until they are dug out, new ones from the base or binder on."""
    stages = stage_at(building.faces[0].schedule, day)
    set_from = int(pen.random(63).integers(3, 5))
    edges = ((0, building.faces[0].u_m[0], -1.0), (-1, building.faces[0].u_m[-1], 1.0))
    for row, (low, high) in enumerate(pairwise(building.row_z)):
        for col, edge, side in edges:
            stage = int(stages[row, col])
            has_old = pen.strip.old in ("asphalt", "concrete")
            if not pen.strip.kerbs or (stage == 0 and not has_old) or 0 < stage < set_from:
                continue
            x = (edge, edge + 0.18 * side) if side > 0 else (edge - 0.18, edge)
            pen.body("kerb_old" if stage == 0 else "kerb", x, (low, high), (-0.3, 0.16))


def draw_guards(pen: Pen, building: Building, eye_x: float) -> None:
    """Cones or barriers between works and traffic; a fence on the far side of the works now and then."""
    cross, rng = cross_of(building, pen.strip), pen.random(64)
    along = (-10.0, building.row_z[-1] + 20.0)
    edges = [
        edge for edge, lanes in ((cross.works[0], pen.strip.open_left), (cross.works[1], pen.strip.open_right)) if lanes
    ]
    for edge in edges:
        x = edge - 0.5 if edge == cross.works[0] else edge + 0.5
        cones = rng.random() < 0.45
        step = 6.0 if cones else 2.1
        for index, y in enumerate(np.arange(*along, step)):
            if cones:
                _cone(pen, x, float(y))
            else:
                name = "barrier" if index % 2 else "white"
                pen.solids.box(pen.look(name), (x - 0.2, x + 0.2), (float(y), float(y) + 1.9), (0.0, 0.85))
    if rng.random() < 0.35:
        left = eye_x > (cross.works[0] + cross.works[1]) / 2
        x = cross.walk_left - 0.4 if left else cross.walk_right + 0.4
        pen.body("fence", (x, x + 0.1), along, (-0.1, float(rng.uniform(1.8, 2.5))))


def draw_cones(pen: Pen, building: Building, day: float) -> None:
    """Cones along the lanes between works and finished or untouched road, and a sign before the first section."""
    stages = stage_at(building.faces[0].schedule, day)
    idle = (stages == 0) | (stages == ROAD.index("marked"))
    rng = pen.random(66)
    step, chance = float(rng.uniform(3.5, 8)), 0.7
    for row, (low, high) in enumerate(pairwise(building.row_z)):
        for col in np.flatnonzero(idle[row, 1:] != idle[row, :-1]):
            if pen.random(67, row, int(col)).random() > chance:
                continue
            x = building.faces[0].u_m[col + 1]
            for y in np.arange(low, high, step):
                _cone(pen, x, float(y))
    if rng.random() < 0.5 and not idle.all():
        x = building.faces[0].u_m[-1] + 0.6
        pen.solids.box(pen.look("gold"), (x - 0.6, x + 0.6), (-3.05, -3.0), (0.5, 1.5))
        for side in (-0.5, 0.5):
            pen.solids.beam("dark", (x + side, -2.97, 0.0), (x + side, -2.97, 1.5), thick=0.06)


def _cone(pen: Pen, x: float, y: float) -> None:
    pen.solids.box(pen.look("cone"), (x - 0.16, x + 0.16), (y - 0.16, y + 0.16), (-0.1, 0.38))
    pen.solids.box(pen.look("white"), (x - 0.1, x + 0.1), (y - 0.1, y + 0.1), (0.38, 0.52))
    pen.solids.box(pen.look("cone"), (x - 0.06, x + 0.06), (y - 0.06, y + 0.06), (0.52, 0.72))


def tree_places(site: Site) -> list[tuple[float, float, float]]:
    """Trees beside the road and on a wide median: x, chainage, height; none that hides much of the works."""
    building, strip = strip_of(site)
    cross, rng = cross_of(building, strip), np.random.default_rng((site.seed, 71))
    places: list[tuple[float, float, float]] = []
    points, eye = _middles(building), np.asarray(site.view.position)
    for _ in range(site.trees):
        side = int(rng.integers(0, 3 if strip.median_m > 1.5 and strip.open_left else 2))
        edge = (cross.walk_left - 0.8, cross.walk_right + 0.8, cross.works[0] - strip.median_m / 2)[side]
        y = round(float(rng.uniform(-5, building.row_z[-1] + 40)) / 7) * 7.0 + 1.0
        high = float(rng.uniform(3.5, 9) if side < 2 else rng.uniform(2.5, 4.5))
        solids = Solids()
        tree_hull(solids, (edge, y), height=high)
        near = np.hypot(edge - eye[0], y - eye[1]) < 0.7 * high
        if near or hidden(eye, points, triangles(_meshes(solids, building).values())).mean() > 0.12:
            continue
        places.append((float(edge), y, high))
    return places


def draw_trees(solids: Solids, site: Site, *, hull: bool) -> None:
    """Trees, or what of them hides."""
    for index, (x, y, high) in enumerate(tree_places(site)):
        if hull:
            tree_hull(solids, (x, y), height=high)
        else:
            draw_tree(solids, (x, y), height=high, rng=np.random.default_rng((site.seed, 72, index)))


def draw_houses(solids: Solids, site: Site, key: str) -> None:
    """Houses or shops along the road where they hide nothing of the works from the camera; lamp posts."""
    building, strip = strip_of(site)
    cross, rng = cross_of(building, strip), np.random.default_rng((site.seed, 73))
    points, eye = _middles(building), np.asarray(site.view.position)
    count = {"houses": 9, "shops": 11, "trees": 4, "fields": 2}[strip.roadside]
    for side in (-1, 1):
        for _ in range(count):
            y = float(rng.uniform(-10, building.row_z[-1] + 90))
            wide, long, high = (
                rng.uniform(6, 14),
                rng.uniform(7, 18),
                rng.choice([rng.uniform(3, 8), rng.uniform(8, 22)]),
            )
            edge = cross.walk_right + 3 if side > 0 else cross.walk_left - 3 - wide
            x = edge + side * float(rng.uniform(0, 4))
            trial = Solids()
            trial.box("house", (x, x + wide), (y, y + long), (-0.2, high + 0.6))
            apart = x - 3 > eye[0] or eye[0] > x + wide + 3 or y - 3 > eye[1] or eye[1] > y + long + 3
            if not apart or hidden(eye, points, triangles(_meshes(trial, building).values())).any():
                continue
            _house(solids, key, (x, x + wide), (y, y + long), float(high), rng)
    for y in np.arange(4.0, building.row_z[-1] + 60, 28.0):
        x = cross.walk_right + 0.3
        solids.beam("steel", (x, float(y), 0.0), (x, float(y), 7.5), thick=0.16)
        solids.beam("steel", (x, float(y), 7.5), (x - 1.6, float(y), 7.7), thick=0.12)


def _house(
    solids: Solids,
    key: str,
    x: tuple[float, float],
    y: tuple[float, float],
    high: float,
    rng: np.random.Generator,
) -> None:
    look = str(rng.choice([f"{key}.house", "far", "far2", "hut"]))
    solids.box(look, x, y, (-0.2, high), tint=float(rng.random()))
    solids.box(
        f"{key}.roof", (x[0] - 0.4, x[1] + 0.4), (y[0] - 0.4, y[1] + 0.4), (high, high + 0.4), tint=float(rng.random())
    )
    if look in ("far", "far2"):
        return
    for storey in range(int(high // 3)):
        for low in np.arange(y[0] + 0.8, y[1] - 1.6, 2.6):
            span = (float(low), float(low) + 1.3)
            level = (3 * storey + 0.9, 3 * storey + 2.3)
            solids.box("dark", (x[0] - 0.03, x[1] + 0.03), span, level, tint=float(rng.random()))


def draw_far(solids: Solids, site: Site) -> None:
    """The plain below and beyond, blocks and hills far off; not bent with the road."""
    rng = np.random.default_rng((site.seed, 74))
    building, _ = strip_of(site)
    look = {"city": "road", "hills": "grass", "park": "grass"}[site.background]
    corners = [[-1500, -1500, -2.2], [1500, -1500, -2.2], [1500, 1500, -2.2], [-1500, 1500, -2.2]]
    solids.sheet(look, np.array([corners], dtype=float), np.array([0.5]))
    ahead = np.asarray(site.view.target[:2]) - np.asarray(site.view.position[:2])
    ahead /= np.linalg.norm(ahead)
    side = np.array([-ahead[1], ahead[0]])
    start = np.asarray(site.view.position[:2]) + ahead * (building.row_z[-1] + 150)
    for _ in range({"city": 24, "park": 8, "hills": 5}[site.background]):
        at = start + ahead * rng.uniform(20, 320) + side * rng.normal(0, 170)
        high = float(rng.choice([rng.uniform(6, 20), rng.uniform(20, 70)]))
        x, y, wide = float(at[0]), float(at[1]), float(rng.uniform(12, 34))
        solids.box(str(rng.choice(["far", "far2"])), (x, x + wide), (y, y + 14), (-2.2, high), tint=float(rng.random()))


def draw_snow(pen: Pen, building: Building, amount: float) -> None:
    """Snow on the land and, thinner and in patches, on the works; it never hides half of a cell."""
    cross = cross_of(building, pen.strip)
    along = (-BEFORE_M, building.row_z[-1] + AFTER_M)
    for span in ((-LAND_M, cross.walk_left), (cross.walk_right, LAND_M)):
        pen.rect("snow", span, along, -0.03)
    rng = pen.random(65)
    for _ in range(int(0.02 * amount * (cross.works[1] - cross.works[0]) * building.row_z[-1])):
        x, y = float(rng.uniform(*cross.works)), float(rng.uniform(0, building.row_z[-1]))
        for step in range(int(rng.integers(1, 4))):
            pen.disc("slush", (x, y + 0.9 * step), float(rng.uniform(0.3, 1.1)), 0.2 + 0.3 * step * LIFT_M)


def _middles(building: Building) -> Floats:
    return np.asarray(cell_points(building, building.faces[0]).mean(axis=2).reshape(-1, 3))


def _meshes(solids: Solids, building: Building) -> dict[str, MeshArrays]:
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))
