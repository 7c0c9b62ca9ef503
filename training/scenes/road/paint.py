"""What one cell of a road looks like in each stage. Pure.

Every painter draws the whole cell in the strip's coordinates through a pen whose window may be only a part of it, so
that a front can stand anywhere in a cell. Height 0 is the finished surface.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from training.scenes.road.marks import draw_marks
from training.scenes.road.pen import LIFT_M, Pen, cuts
from training.scenes.site import Floats

BOTTOM_M = -1.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A whole cell: its place in the grid and its extent in metres."""

    row: int
    col: int
    cols: int
    x: tuple[float, float]
    y: tuple[float, float]

    @property
    def area(self) -> float:
        return (self.x[1] - self.x[0]) * (self.y[1] - self.y[0])

    def spot(self, rng: np.random.Generator) -> tuple[float, float]:
        """A random place in it."""
        return float(rng.uniform(*self.x)), float(rng.uniform(*self.y))

    def some(self, rng: np.random.Generator, per_m2: float, *, most: int = 30) -> range:
        """A count of things thrown at random over it."""
        return range(min(most, int(rng.poisson(per_m2 * self.area))))


def paint_lot(pen: Pen, lot: Lot, stage: int) -> None:
    """One cell (the part of it in the pen's window) in a stage of edge_agent.vision.stages.ROAD."""
    if pen.y[1] - pen.y[0] < 1e-3:
        return
    rng = pen.random(lot.row, lot.col, stage)
    PAINTERS[stage](pen, lot, rng)


def surface_z(pen: Pen, stage: int) -> float:
    """Height of the layer on top in a stage."""
    return (0.0, *(-drop for drop in pen.strip.drop_m), 0.0, 0.0)[stage]


def _bands(pen: Pen, lot: Lot, name: str, z: float, *, width: float, tints: Floats) -> None:
    """Lengthwise bands whose tints follow each other: wheel paths, roller passes."""
    lines = cuts(*lot.x, width)
    for index, (left, right) in enumerate(pairwise(lines)):
        pen.rect(name, (float(left), float(right)), lot.y, z, tint=float(tints[index % len(tints)]))


def _existing(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    match pen.strip.old:
        case "asphalt":
            old_asphalt(pen, lot, rng)
        case "concrete":
            _old_concrete(pen, lot, rng)
        case _:
            _open_ground(pen, lot, rng)


def old_asphalt(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    """Worn asphalt: wheel paths, patches, cracks, oil, manholes, faded lines."""
    tone = float(pen.random(lot.col, 3).uniform(0.3, 0.6))
    pen.body("soil", lot.x, lot.y, (BOTTOM_M, -0.12))
    pen.body("old", lot.x, lot.y, (-0.12, -0.01))
    _bands(pen, lot, "old", 0.0, width=0.8, tints=np.array([tone, tone - 0.2, tone + 0.12, tone - 0.2, tone]))
    _wear(pen, lot, rng, fill="patch")
    for _ in lot.some(rng, 0.006):
        pen.disc("crack", lot.spot(rng), float(rng.uniform(0.15, 0.5)), LIFT_M, tint=float(rng.uniform(0.6, 1.0)))
    if rng.random() < 0.75:
        draw_marks(pen, lot.x, lot.y, first=lot.col == 0, last=lot.col == lot.cols - 1, worn=True)
    _manhole(pen, lot, rng, z=2 * LIFT_M, chance=0.3)


def _wear(pen: Pen, lot: Lot, rng: np.random.Generator, *, fill: str) -> None:
    """Patches and cracks: never none, so that old never looks new."""
    for _ in range(1 + len(lot.some(rng, 0.03, most=9))):
        x, y = lot.spot(rng)
        wide, long = float(rng.uniform(0.5, 2.4)), float(rng.uniform(0.6, 4.5))
        pen.rect(fill, (max(x - wide, lot.x[0]), min(x, lot.x[1])), (y, y + long), LIFT_M, tint=float(rng.random()))
    for _ in range(2 + len(lot.some(rng, 0.09, most=20))):
        x, y = lot.spot(rng)
        lengthwise = rng.random() < 0.45
        count = int(rng.integers(4, 9))
        step = rng.normal(0, 0.22, (count, 2)) + ([0.0, 0.7] if lengthwise else [0.55, 0.0])
        points = np.concatenate([[[x, y]], np.array([x, y]) + np.cumsum(step, axis=0)])
        pen.path("crack", points, float(rng.uniform(0.03, 0.11)), 1.5 * LIFT_M)


def _manhole(pen: Pen, lot: Lot, rng: np.random.Generator, *, z: float, chance: float) -> None:
    if rng.random() < chance:
        x, y = (lot.x[0] + lot.x[1]) / 2 + float(rng.normal(0, 0.3)), float(rng.uniform(*lot.y))
        pen.disc("iron", (x, y), 0.4, z)
        pen.disc("patch", (x, y), 0.6, z - 0.3 * LIFT_M)


def _old_concrete(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    """Slabs with joints, each of its own tone, some broken or filled with asphalt."""
    pen.body("soil", lot.x, lot.y, (BOTTOM_M, -0.2))
    pen.body("slab", lot.x, lot.y, (-0.2, -0.01))
    start = np.floor(lot.y[0] / 4.5) * 4.5
    for index, low in enumerate(np.arange(start, lot.y[1], 4.5)):
        tone = float(pen.random(lot.col, int(start) + 500, index).uniform(0.1, 0.9))
        span = (max(float(low), lot.y[0]), min(float(low) + 4.5, lot.y[1]))
        broken = rng.random() < 0.1
        pen.rect("patch" if broken else "slab", lot.x, span, 0.0, tint=tone)
        pen.rect("groove", lot.x, (float(low) - 0.04, float(low) + 0.04), LIFT_M)
    for x in lot.x:
        pen.rect("groove", (x - 0.04, x + 0.04), lot.y, LIFT_M)
    _wear(pen, lot, rng, fill="old")
    _manhole(pen, lot, rng, z=2 * LIFT_M, chance=0.2)


def _open_ground(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    """Grass, weeds or rubble, with tracks, tufts and stones."""
    rubble = pen.strip.old == "rubble"
    pen.body("soil", lot.x, lot.y, (BOTTOM_M, -0.25))
    pen.rough("rubble" if rubble else "field", z=0.0, height=0.16 if rubble else 0.1, step=0.9, spread=0.8)
    track = float(pen.random(7).uniform(0.2, 0.8)) * (lot.x[1] - lot.x[0])
    if pen.random(lot.col, 8).random() < 0.5:
        for side in (0.0, 1.7):
            ys = cuts(*lot.y, 2.0)
            xs = lot.x[0] + track + side - 0.85 + 0.35 * np.sin(ys / 6 + lot.col)
            pen.path("soil", np.stack([xs, ys], axis=1), 0.5, 0.15)
    for _ in lot.some(rng, 0.05 if rubble else 0.07, most=40):
        x, y = lot.spot(rng)
        size = float(rng.uniform(0.2, 0.9))
        pen.mound(
            "rubble" if rubble else "field", (x, y), size, z=0.02, height=size * float(rng.uniform(0.3, 0.7)), rng=rng
        )
    for _ in lot.some(rng, 0.02):
        pen.disc("soil", lot.spot(rng), float(rng.uniform(0.3, 1.2)), 0.15)


def _excavated(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    """Rough soil below grade with spoil along its edges, puddles and now and then a pipe."""
    z = -pen.strip.drop_m[0]
    pen.body("soil", lot.x, lot.y, (BOTTOM_M - 0.3, z - 0.3))
    pen.rough("soil", z=z, height=0.2, step=0.6, spread=1.0)
    for _ in lot.some(rng, 0.06, most=26):
        size = float(rng.uniform(0.25, 0.8))
        pen.mound("spoil" if rng.random() < 0.6 else "soil", lot.spot(rng), size, z=z, height=size * 0.6, rng=rng)
    for side, edge in ((lot.x[0] + 0.5, lot.col == 0), (lot.x[1] - 0.5, lot.col == lot.cols - 1)):
        if edge:
            for y in np.arange(lot.y[0], lot.y[1], 1.5):
                if rng.random() < 0.55:
                    pen.mound("spoil", (side, float(y)), float(rng.uniform(0.5, 1.1)), z=z, height=-0.6 * z, rng=rng)
    if rng.random() < (0.6 if pen.wet else 0.3):
        for _ in range(int(rng.integers(1, 5))):
            pen.disc("puddle", lot.spot(rng), float(rng.uniform(0.4, 1.3)), z + 0.06)
    if pen.random(lot.col, 17).random() < 0.3:
        x = lot.x[0] + float(pen.random(lot.col, 18).uniform(0.25, 0.75)) * (lot.x[1] - lot.x[0])
        thick = float(pen.random(lot.col, 19).uniform(0.25, 0.7))
        pen.body("pipe", (x, x + thick), lot.y, (z, z + thick))


def _subgrade(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    """Graded and rolled: level, roller bands, stakes along the edges, lime patches."""
    z = -pen.strip.drop_m[1]
    pen.body("soil", lot.x, lot.y, (BOTTOM_M, z - 0.02))
    tints = pen.random(lot.col, 4).uniform(0.0, 1.0, 4)
    pen.rough("subgrade", z=z - 0.02, height=0.015, step=1.6, spread=0.25)
    _bands(pen, lot, "subgrade", z, width=float(pen.random(5).uniform(0.7, 1.4)), tints=tints)
    for _ in lot.some(rng, 0.03, most=12):
        x, y = lot.spot(rng)
        track = np.array([[x, y], [x + float(rng.normal(0, 0.2)), y + 3.0]])
        pen.path("soil", track, 0.35, z + LIFT_M)
    if rng.random() < 0.25:
        for _ in range(int(rng.integers(1, 4))):
            x, y = lot.spot(rng)
            pen.disc("lime", (x, y), float(rng.uniform(0.6, 1.6)), z + 2 * LIFT_M)
    if rng.random() < 0.2:
        pen.mound("spoil", lot.spot(rng), 1.0, z=z, height=0.8, rng=rng)
    _stakes(pen, lot, z)


def _stakes(pen: Pen, lot: Lot, z: float) -> None:
    for edge in (lot.x[0] + 0.15,) * (lot.col == 0) + (lot.x[1] - 0.15,) * (lot.col == lot.cols - 1):
        for y in np.arange(np.ceil(lot.y[0] / 8) * 8, lot.y[1], 8.0):
            if pen.y[0] <= y <= pen.y[1]:
                pen.solids.beam(pen.look("white"), (edge, float(y), z), (edge, float(y), z + 1.0), thick=0.07)
                pen.solids.box(
                    pen.look("barrier"), (edge - 0.06, edge + 0.06), (y - 0.06, y + 0.06), (z + 0.7, z + 0.95)
                )


def _base(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    """Cement-stabilised stone: pale, even, in faint lanes; watered in parts, or under a curing film."""
    z = -pen.strip.drop_m[2]
    pen.body("soil", lot.x, lot.y, (BOTTOM_M, z - 0.18))
    pen.body("base", lot.x, lot.y, (z - 0.18, z - 0.01))
    tints = pen.random(lot.col, 6).uniform(0.38, 0.62, 3)
    _bands(pen, lot, "base", z, width=1.9, tints=tints)
    if rng.random() < 0.25 and not pen.wet:
        low = float(rng.uniform(*lot.y))
        pen.solids.sheet(*_watered(pen, lot, (low, low + float(rng.uniform(2, 8))), z + LIFT_M))
    if pen.random(12).random() < 0.35 and pen.random(lot.row, 13).random() < 0.6:
        for index, low in enumerate(cuts(*lot.y, 2.2)[:-1]):
            tint = float(pen.random(lot.row, lot.col, index).random())
            pen.rect(
                "film", lot.x, (float(low) + 0.04, float(low) + 2.3), z + (1.2 + 0.4 * (index % 2)) * LIFT_M, tint=tint
            )
    for _ in lot.some(rng, 0.01, most=4):
        x, y = lot.spot(rng)
        pen.path("dust", np.array([[x, y], [x + float(rng.normal(0, 0.4)), y + 5.0]]), 0.4, z + 2 * LIFT_M)


def _watered(pen: Pen, lot: Lot, span: tuple[float, float], z: float) -> tuple[str, Floats, Floats]:
    """A wet stretch of base, as what Solids.sheet takes; empty when it is out of the window."""
    low, high = max(span[0], pen.y[0], lot.y[0]), min(span[1], pen.y[1], lot.y[1])
    x0, x1 = lot.x
    flat = [[x0, low, z], [x1, low, z], [x1, high, z], [x0, high, z]]
    return f"{pen.key}.base.wet", np.array([flat] if high > low else np.zeros((0, 4, 3))), np.full(int(high > low), 0.6)


def _binder(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    """Coarse asphalt a little low: paving joints, works traffic's dust, manholes that stand out, tack coat."""
    z = -pen.strip.drop_m[3]
    pen.body("base", lot.x, lot.y, (BOTTOM_M, z - 0.1))
    pen.body("binder", lot.x, lot.y, (z - 0.1, z - 0.01))
    tints = pen.random(lot.col, 21).uniform(0.35, 0.65, 3)
    _bands(pen, lot, "binder", z, width=1.3, tints=tints)
    joint = float(pen.random(22).uniform(0.06, 0.14))
    pen.rect("joint", (lot.x[0] - joint / 2, lot.x[0] + joint / 2), lot.y, z + LIFT_M)
    middle = (lot.x[0] + lot.x[1]) / 2
    if pen.random(23).random() < 0.4:
        pen.rect("joint", (middle - joint / 2, middle + joint / 2), lot.y, z + LIFT_M)
    if rng.random() < 0.3:
        y = float(rng.uniform(*lot.y))
        pen.rect("joint", lot.x, (y, y + 0.15), z + LIFT_M)
    if pen.random(lot.col, lot.row // 3, 24).random() < 0.55:
        for centre in (0.27, 0.73):
            x = lot.x[0] + centre * (lot.x[1] - lot.x[0])
            pen.rect("dust", (x - 0.3, x + 0.3), lot.y, z + 2 * LIFT_M)
    if rng.random() < 0.12:
        pen.rect("tack", lot.x, (lot.y[0], lot.y[0] + float(rng.uniform(0.6, 3))), z + 1.5 * LIFT_M)
    if rng.random() < 0.22:
        x, y = middle + float(rng.normal(0, 0.3)), float(rng.uniform(*lot.y))
        pen.disc("iron", (x, y), 0.4, z + pen.strip.drop_m[3] + LIFT_M)
        pen.disc("base", (x, y), 0.65, z + LIFT_M)


def _surface(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    """Fine asphalt, even from kerb to kerb; no lines yet."""
    pen.body("base", lot.x, lot.y, (BOTTOM_M, -0.12))
    pen.body("surface", lot.x, lot.y, (-0.12, -0.01))
    tone = float(pen.random(lot.col, 31).uniform(0.45, 0.55))
    _bands(pen, lot, "surface", 0.0, width=2.2, tints=np.array([tone, tone + 0.04]))
    if pen.random(32).random() < 0.4 and pen.random(lot.col, lot.row // 3, 35).random() < 0.5:
        for centre in (0.28, 0.72):
            x = lot.x[0] + centre * (lot.x[1] - lot.x[0])
            pen.rect("dust", (x - 0.25, x + 0.25), lot.y, LIFT_M)
    if pen.random(lot.row, lot.col, 33).random() < 0.25:
        x = (lot.x[0] + lot.x[1]) / 2
        pen.disc("iron", (x, float(pen.random(lot.row, lot.col, 34).uniform(*lot.y))), 0.38, LIFT_M)


def _marked(pen: Pen, lot: Lot, rng: np.random.Generator) -> None:
    _surface(pen, lot, rng)
    zebra = lot.row in pen.strip.zebra_rows
    draw_marks(pen, lot.x, lot.y, first=lot.col == 0, last=lot.col == lot.cols - 1, worn=False, zebra=zebra)


PAINTERS = (_existing, _excavated, _subgrade, _base, _binder, _surface, _marked)
