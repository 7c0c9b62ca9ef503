"""What stands about the blocks of an estate: trees before the windows, parked cars, boards and sand. Pure."""

from dataclasses import dataclass

import numpy as np

from training.scenes.kinds import Meshes
from training.scenes.shapes.facing import to_world
from training.scenes.shapes.machines import draw_tree, tree_hull
from training.scenes.shapes.solids import Solids
from training.scenes.shapes.surroundings import draw_ground, draw_spots, draw_town
from training.scenes.site import Building, Moment, Site

CAR_LOOKS = ("white", "dark", "vehicle", "galvanised", "hut", "crane")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A tree or a car before a block; `size` is a tree's height."""

    kind: str
    at: tuple[float, float]
    size: float
    look: str


def planted(site: Site) -> tuple[Planted, ...]:
    """Trees along the fronts, parked cars further out; none of a kind that the site has none of."""
    rng = np.random.default_rng((site.palette_seed, site.seed, 61))
    camera = np.asarray(site.view.position[:2])
    found: list[Planted] = []
    for building in site.buildings:
        for _ in range(int(rng.integers(0, site.trees + 1)) if site.trees else 0):
            height = float(rng.uniform(2.5, 11))
            found.append(_before(building, "tree", 0.33 * height + float(rng.uniform(1.6, 5)), height, rng))
        row = float(rng.uniform(9, 15))
        for _ in range(int(rng.integers(0, site.vehicles + 1)) if site.vehicles else 0):
            found.append(_before(building, "car", row, 1.5, rng))
    return tuple(spot for spot in found if np.linalg.norm(np.asarray(spot.at) - camera) > 9)


def _before(building: Building, kind: str, out_m: float, size: float, rng: np.random.Generator) -> Planted:
    front = building.faces[0]
    point = to_world(building, front, np.array([rng.uniform(-2, building.width_m + 2), -out_m, 0.0]))
    look = CAR_LOOKS[int(rng.integers(0, len(CAR_LOOKS)))]
    return Planted(kind=kind, at=(float(point[0]), float(point[1])), size=size, look=look)


def around(site: Site, moment: Moment) -> Meshes:
    """All that stands about the blocks."""
    solids = Solids()
    draw_ground(solids, site)
    draw_spots(solids, site, hull=False)
    draw_town(solids, site)
    for index, spot in enumerate(planted(site)):
        if spot.kind == "tree":
            draw_tree(solids, spot.at, height=spot.size, rng=np.random.default_rng((site.seed, 62, index)))
        else:
            _car(solids, spot)
    for building in site.buildings:
        if (
            float(building.faces[0].schedule.begun.min())
            < moment.day
            < float(building.faces[0].schedule.finished.max())
        ):
            _materials(solids, building)
    return solids.mesh()


def around_hull(site: Site, _moment: Moment) -> Meshes:
    """What of it can hide a face, by kind of occluder."""
    solids = Solids()
    draw_spots(solids, site, hull=True)
    for spot in planted(site):
        if spot.kind == "tree":
            tree_hull(solids, spot.at, height=spot.size)
        else:
            x, y = spot.at
            solids.box("vehicle_person", (x - 2.2, x + 2.2), (y - 0.9, y + 0.9), (0.0, 1.45))
    return solids.mesh()


def _car(solids: Solids, spot: Planted) -> None:
    x, y = spot.at
    solids.box(spot.look, (x - 2.2, x + 2.2), (y - 0.9, y + 0.9), (0.35, 0.95), tint=(x * 3) % 1)
    solids.box("dark", (x - 1.3, x + 1.5), (y - 0.82, y + 0.82), (0.95, 1.35), tint=0.6)
    solids.box(spot.look, (x - 1.1, x + 1.2), (y - 0.8, y + 0.8), (1.35, 1.45), tint=(x * 3) % 1)
    for shift in (-1.4, 1.4):
        solids.box("dark", (x + shift - 0.32, x + shift + 0.32), (y - 0.92, y + 0.92), (0.0, 0.62), tint=0.3)


def _materials(solids: Solids, building: Building) -> None:
    """Stacks of boards, bags and a heap before a block under works."""
    rng = np.random.default_rng((building.seed, 106))
    front = building.faces[0]
    looks = (f"{building.key}.board", f"{building.key}.coat", "ply", f"{building.key}.bare", "white")
    for _ in range(int(rng.integers(1, 7))):
        point = to_world(building, front, np.array([rng.uniform(0, building.width_m), -rng.uniform(3.5, 9), 0.0]))
        x, y, wide, high = float(point[0]), float(point[1]), float(rng.uniform(0.8, 2.2)), float(rng.uniform(0.4, 1.8))
        look = looks[int(rng.integers(0, len(looks)))]
        solids.box(look, (x, x + wide), (y, y + 0.9), (-0.05, high), tint=float(rng.random()))
