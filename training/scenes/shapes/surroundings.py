"""Ground, hoarding, material piles, trees, vehicles and the town behind a site. Pure."""

from dataclasses import dataclass

import numpy as np

from training.scenes.shapes.machines import draw_person, draw_tree, draw_vehicle, tree_hull, vehicle_hull
from training.scenes.shapes.solids import Solids
from training.scenes.site import Floats, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A thing on the ground: kind "tree", "vehicle" or "person", place, size (tree height or vehicle kind)."""

    kind: str
    at: tuple[float, float]
    size: float


def footprints(site: Site, *, margin: float) -> list[tuple[Floats, float, float]]:
    """(centre, half width, half depth) of every building, grown by `margin`."""
    out = []
    for building in site.buildings:
        cos, sin = np.cos(building.yaw), np.sin(building.yaw)
        local = np.array([building.width_m / 2, building.depth_m / 2])
        centre = np.array(building.origin[:2]) + np.array(
            [cos * local[0] - sin * local[1], sin * local[0] + cos * local[1]]
        )
        out.append((centre, building.width_m / 2 + margin, building.depth_m / 2 + margin))
    return out


def spots(site: Site) -> tuple[Spot, ...]:
    """Where trees and vehicles stand: off the buildings, some between camera and site, most beside it."""
    rng = np.random.default_rng((site.palette_seed, site.seed, 11))
    camera = np.asarray(site.view.position[:2])
    centre = np.mean([spot[0] for spot in footprints(site, margin=0)], axis=0)
    forward = (centre - camera) / np.linalg.norm(centre - camera)
    side = np.array([-forward[1], forward[0]])
    far = float(np.linalg.norm(centre - camera))
    wide = max(max(f[1] for f in footprints(site, margin=0)) * 1.6, 15.0)
    found: list[Spot] = []
    for index in range(site.trees + site.vehicles):
        tree = index < site.trees
        near = rng.random() < (0.3 if tree else 0.75)
        along = rng.uniform(0.45, 0.85) * far if near else far + rng.uniform(0.2, 1.2) * wide
        across = rng.normal(0, 0.5) * wide if near else rng.choice([-1, 1]) * rng.uniform(0.8, 2.2) * wide
        at = camera + forward * along + side * across
        if along < 9 or any(np.all(np.abs(at - c) < max(hw, hd) + 5) for c, hw, hd in footprints(site, margin=2)):
            continue
        size = float(rng.uniform(4, 11)) if tree else float(rng.integers(0, 5))
        found.append(Spot(kind="tree" if tree else "vehicle", at=(float(at[0]), float(at[1])), size=size))
    return (*found, *_people(site, camera, centre))


def _people(site: Site, camera: Floats, centre: Floats) -> list[Spot]:
    """Workers and passers-by on the ground between the camera and the buildings."""
    rng = np.random.default_rng((site.palette_seed, site.seed, 12))
    reach = float(np.linalg.norm(centre - camera))
    forward = (centre - camera) / reach
    side = np.array([-forward[1], forward[0]])
    places = [
        camera + forward * max(rng.uniform(0.35, 0.95) * reach, 7.0) + side * rng.normal(0, 0.35) * reach
        for _ in range(site.people)
    ]
    clear = footprints(site, margin=1)
    return [
        Spot(kind="person", at=(float(at[0]), float(at[1])), size=float(rng.uniform(1.6, 1.85)))
        for at in places
        if not any(np.all(np.abs(at - c) < max(hw, hd)) for c, hw, hd in clear)
    ]


def draw_spots(solids: Solids, site: Site, *, hull: bool) -> None:
    """Trees and vehicles, or the hulls of them."""
    for index, spot in enumerate(spots(site)):
        match spot.kind, hull:
            case "tree", False:
                draw_tree(solids, spot.at, height=spot.size, rng=np.random.default_rng((site.seed, 21, index)))
            case "tree", True:
                tree_hull(solids, spot.at, height=spot.size)
            case "person", _:
                draw_person(solids, (*spot.at, 0.0), height=spot.size, look="vehicle_person" if hull else "")
            case _, False:
                draw_vehicle(solids, spot.at, kind=int(spot.size))
            case _, True:
                vehicle_hull(solids, spot.at, kind=int(spot.size))


def draw_ground(solids: Solids, site: Site) -> None:
    """Bare earth round the buildings, grass or street beyond, hoarding, piles of material."""
    rng = np.random.default_rng((site.palette_seed, site.seed, 31))
    prints = footprints(site, margin=0)
    centre = np.mean([spot[0] for spot in prints], axis=0)
    reach = max(float(np.linalg.norm(spot[0] - centre)) + spot[1] for spot in prints) + 14
    _flat(solids, "grass" if site.background != "city" else "road", centre, 1500.0, -0.25)
    _flat(solids, "ground", centre, reach * 1.5, -0.05)
    if rng.random() < 0.7:
        _hoarding(solids, centre, reach * float(rng.uniform(0.95, 1.4)))
    for _ in range(int(rng.integers(8, 26))):
        at = centre + rng.uniform(-reach, reach, 2)
        if any(np.all(np.abs(at - c) < max(hw, hd)) for c, hw, hd in prints):
            continue
        size = rng.uniform(0.5, 3.5, 3) * np.array([1, 1, 0.35])
        look = str(rng.choice(["ply", "rust", "concrete", "hut", "vehicle", "white", "dark"]))
        solids.box(look, (at[0], at[0] + size[0]), (at[1], at[1] + size[1]), (-0.1, size[2]), tint=float(rng.random()))


def _flat(solids: Solids, look: str, centre: Floats, half: float, z: float) -> None:
    x, y = float(centre[0]), float(centre[1])
    corners = [[x - half, y - half, z], [x + half, y - half, z], [x + half, y + half, z], [x - half, y + half, z]]
    solids.sheet(look, np.array([corners]), np.array([0.5]))


def _hoarding(solids: Solids, centre: Floats, half: float) -> None:
    x, y = float(centre[0]), float(centre[1])
    for side in (-1, 1):
        solids.box("hoarding", (x - half, x + half), (y + side * half, y + side * half + 0.1), (0, 2.3))
        solids.box("hoarding", (x + side * half, x + side * half + 0.1), (y - half, y + half), (0, 2.3))


def draw_town(solids: Solids, site: Site) -> None:
    """Finished blocks, hills or trees far behind the site (and some near ones beside it)."""
    rng = np.random.default_rng((site.palette_seed, site.seed, 41))
    camera = np.asarray(site.view.position[:2])
    centre = np.mean([spot[0] for spot in footprints(site, margin=0)], axis=0)
    forward = (centre - camera) / np.linalg.norm(centre - camera)
    side = np.array([-forward[1], forward[0]])
    far = float(np.linalg.norm(centre - camera))
    count = {"city": 26, "park": 9, "hills": 5}[site.background]
    for _ in range(count):
        at = (
            camera
            + forward * (far * rng.uniform(1.5, 2.2) + rng.uniform(20, 260))
            + side * rng.normal(0, 0.9) * (far + 90)
        )
        _block(solids, at, rng)
    if site.background == "hills":
        for _ in range(7):
            at = camera + forward * rng.uniform(350, 900) + side * rng.normal(0, 420)
            _hill(solids, at, rng)


def _block(solids: Solids, at: Floats, rng: np.random.Generator) -> None:
    width, depth, height = (
        rng.uniform(12, 34),
        rng.uniform(10, 20),
        rng.choice([rng.uniform(8, 20), rng.uniform(20, 75)]),
    )
    look = str(rng.choice(["far", "far2"]))
    x, y = float(at[0]), float(at[1])
    solids.box(look, (x, x + width), (y, y + depth), (-0.2, height), tint=float(rng.random()))
    solids.box("concrete", (x - 0.2, x + width + 0.2), (y - 0.2, y + depth + 0.2), (height, height + 0.8), tint=0.7)


def _hill(solids: Solids, at: Floats, rng: np.random.Generator) -> None:
    """A low cone of quads with a ragged rim."""
    radius, height, count = rng.uniform(120, 320), rng.uniform(18, 70), 16
    angles = np.linspace(0, 2 * np.pi, count + 1)
    rim = np.stack([at[0] + radius * np.cos(angles), at[1] + radius * np.sin(angles), np.full(count + 1, -1.0)], axis=1)
    mid = rim * [0.55, 0.55, 0] + [at[0] * 0.45, at[1] * 0.45, 0]
    mid[:, 2] = height * np.r_[wave := rng.uniform(0.5, 0.85, count), wave[0]]
    top = np.array([at[0], at[1], height])
    low = np.stack([rim[:-1], rim[1:], mid[1:], mid[:-1]], axis=1)
    high = np.stack([mid[:-1], mid[1:], np.repeat(top[None], count, 0), np.repeat(top[None], count, 0)], axis=1)
    solids.sheet("hill", np.concatenate([low, high]), rng.random(2 * count))
