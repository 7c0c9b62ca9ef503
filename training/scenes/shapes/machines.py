"""Cranes, vehicles, huts, trees, lamp posts: shapes, and hulls for ray casts, named by what they count as. Pure."""

import numpy as np

from training.scenes.shapes.solids import Solids
from training.scenes.site import Crane, Floats


def draw_crane(solids: Solids, crane: Crane, *, boom_yaw: float, hook: float) -> None:
    """A lattice mast with cab, lattice boom, counter-jib, rope, hook and load."""
    x, y = crane.base
    top = crane.height_m
    _lattice(solids, "crane", (x, y, 0.0), (x, y, top), side=1.8, step=2.2, thick=0.2)
    tip, tail = boom_ends(crane, boom_yaw)
    _lattice(solids, "crane", (x, y, top + 0.8), tip, side=1.3, step=2.0, thick=0.13)
    _lattice(solids, "crane", (x, y, top + 0.8), tail, side=1.2, step=2.4, thick=0.13)
    tower = (x, y, top + (9.0 if not crane.luffing else 6.0))
    solids.beam("crane", (x, y, top), tower, thick=0.5)
    for end in (tip, tail):
        solids.beam("dark", tower, end, thick=0.1)
    solids.box("white", (x + 0.9, x + 2.4), (y - 0.8, y + 0.8), (top - 0.6, top + 1.6))
    block = np.asarray(tail)
    solids.box(
        "concrete", (block[0] - 1.2, block[0] + 1.2), (block[1] - 1.2, block[1] + 1.2), (block[2] - 2.2, block[2])
    )
    solids.box("concrete", (x - 3, x + 3), (y - 3, y + 3), (-0.3, 0.8))
    hang = hook_point(crane, boom_yaw, hook)
    drop = max(hang[2] - (6 + 10 * hook), 4.0)
    solids.beam("dark", (hang[0], hang[1], hang[2]), (hang[0], hang[1], drop), thick=0.08)
    solids.box(
        "ply" if hook > 0.5 else "rust",
        (hang[0] - 1.2, hang[0] + 1.2),
        (hang[1] - 0.4, hang[1] + 0.4),
        (drop - 1.0, drop),
    )


def crane_hull(solids: Solids, crane: Crane, *, boom_yaw: float) -> None:
    """Outline boxes of mast, boom and counter-jib."""
    x, y = crane.base
    solids.box("crane", (x - 0.9, x + 0.9), (y - 0.9, y + 0.9), (0, crane.height_m + 2))
    tip, tail = boom_ends(crane, boom_yaw)
    for end in (tip, tail):
        solids.beam("crane", (x, y, crane.height_m + 0.8), end, thick=1.3)


def boom_ends(crane: Crane, boom_yaw: float) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """World points of the boom's tip and of the counter-jib's end."""
    raise_by = 0.75 if crane.luffing else 0.02
    reach = np.array([np.cos(boom_yaw) * np.cos(raise_by), np.sin(boom_yaw) * np.cos(raise_by), np.sin(raise_by)])
    root = np.array([*crane.base, crane.height_m + 0.8])
    tip = root + crane.boom_m * reach
    tail = root - 0.28 * crane.boom_m * np.array([np.cos(boom_yaw), np.sin(boom_yaw), 0.0])
    return (float(tip[0]), float(tip[1]), float(tip[2])), (float(tail[0]), float(tail[1]), float(tail[2]))


def hook_point(crane: Crane, boom_yaw: float, hook: float) -> Floats:
    """Where the rope leaves the boom."""
    tip, _ = boom_ends(crane, boom_yaw)
    root = np.array([*crane.base, crane.height_m + 0.8])
    share = 1.0 if crane.luffing else 0.3 + 0.65 * hook
    return np.asarray(root + share * (np.asarray(tip) - root))


def _lattice(
    solids: Solids,
    look: str,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    *,
    side: float,
    step: float,
    thick: float,
) -> None:
    """Four chords with zigzag diagonals on all sides."""
    a, b = np.asarray(start), np.asarray(end)
    length = float(np.linalg.norm(b - a))
    along = (b - a) / length
    helper = np.array([1.0, 0, 0]) if abs(along[2]) > 0.9 else np.array([0, 0, 1.0])
    right = np.cross(along, helper)
    right /= np.linalg.norm(right)
    up = np.cross(right, along)
    offsets = [side / 2 * (sx * right + sy * up) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    for offset in offsets:
        solids.beam(look, tuple(a + offset), tuple(b + offset), thick=thick)
    count = max(2, round(length / step))
    for index in range(count):
        low, high = a + along * length * index / count, a + along * length * (index + 1) / count
        for corner in range(4):
            first, second = offsets[corner], offsets[(corner + 1) % 4]
            if index % 2:
                first, second = second, first
            solids.beam(look, tuple(low + first), tuple(high + second), thick=thick * 0.6)


def draw_tree(solids: Solids, spot: tuple[float, float], *, height: float, rng: np.random.Generator) -> None:
    """A trunk and a crown of leaf cards."""
    x, y = spot
    crown = np.array([x, y, height * 0.65])
    solids.beam("trunk", (x, y, 0), (x, y, height * 0.6), thick=0.05 * height)
    count = 260
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    centres = crown + directions * rng.uniform(0.35, 1.0, (count, 1)) ** 0.5 * np.array([0.32, 0.32, 0.4]) * height
    one, two = rng.normal(size=(2, count, 3)) * 0.055 * height
    corners = np.stack([centres - one - two, centres + one - two, centres + one + two, centres - one + two], axis=1)
    solids.sheet("leaf", corners, rng.random(count))


def tree_hull(solids: Solids, spot: tuple[float, float], *, height: float) -> None:
    """Two crossed boxes inside the crown."""
    x, y = spot
    for wide, low, high in ((0.24, 0.35, 0.95), (0.3, 0.45, 0.85)):
        solids.box(
            "vegetation",
            (x - wide * height, x + wide * height),
            (y - wide * height, y + wide * height),
            (low * height, high * height),
        )


def draw_vehicle(solids: Solids, spot: tuple[float, float], *, kind: int) -> None:
    """0 tipper truck, 1 excavator, 2 site hut, 3 stacked huts, 4 lamp post. The hull is `vehicle_hull`."""
    x, y = spot
    match kind:
        case 0:
            solids.box("vehicle", (x, x + 2.0), (y, y + 2.4), (0.5, 2.9))
            solids.box("dark", (x + 0.1, x + 1.5), (y - 0.02, y + 2.42), (1.8, 2.6))
            solids.box("steel", (x + 2.3, x + 8), (y, y + 2.4), (1.2, 2.9))
            solids.box("dark", (x, x + 8), (y + 0.1, y + 2.3), (0.0, 1.0))
        case 1:
            solids.box("dark", (x, x + 4), (y, y + 3), (0, 0.9))
            solids.box("vehicle", (x, x + 3.2), (y + 0.2, y + 2.8), (0.9, 2.4))
            solids.box("dark", (x + 2.2, x + 3.4), (y + 0.3, y + 1.4), (1.4, 3.0))
            solids.beam("vehicle", (x + 3, y + 1.5, 1.6), (x + 6, y + 1.5, 5.2), thick=0.5)
            solids.beam("vehicle", (x + 6, y + 1.5, 5.2), (x + 8, y + 1.5, 2.0), thick=0.4)
        case 2 | 3:
            for level in range(kind - 1):
                solids.box("hut", (x, x + 6), (y, y + 2.5), (2.7 * level, 2.7 * level + 2.6))
                for shift in (0.6, 2.4, 4.3):
                    solids.box(
                        "dark", (x + shift, x + shift + 1.0), (y - 0.03, y), (2.7 * level + 1.0, 2.7 * level + 2.0)
                    )
        case _:
            solids.beam("steel", (x, y, 0), (x, y, 8.5), thick=0.2)
            solids.beam("steel", (x, y, 8.5), (x + 1.8, y, 8.7), thick=0.14)
            solids.box("white", (x + 1.2, x + 2.1), (y - 0.15, y + 0.15), (8.55, 8.7))


def draw_person(solids: Solids, feet: tuple[float, float, float], *, height: float, look: str = "") -> None:
    """Legs, a vest and a helmet; with `look` all in that one (hulls)."""
    x, y, z = feet
    parts = (("dark", 0.13, 0.0, 0.48), ("vest", 0.22, 0.48, 0.84), ("helmet", 0.11, 0.86, 1.0))
    for part, half, low, high in parts:
        solids.box(
            look or part,
            (x - half, x + half),
            (y - 0.6 * half, y + 0.6 * half),
            (z + low * height, z + high * height),
            tint=(x * 7 + y) % 1,
        )


def vehicle_hull(solids: Solids, spot: tuple[float, float], *, kind: int) -> None:
    """The box around `draw_vehicle`'s shape; a lamp post hides nothing."""
    x, y = spot
    size = {0: (8.0, 2.4, 2.9), 1: (4.0, 3.0, 2.6), 2: (6.0, 2.5, 2.6), 3: (6.0, 2.5, 5.3)}.get(kind)
    if size:
        solids.box("vehicle_person", (x, x + size[0]), (y, y + size[1]), (0, size[2]))
