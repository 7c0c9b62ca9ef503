"""A strip of road drawn flat, layer by layer: rows are chainage, columns are lanes."""

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.rectify import CELL_PX
from training.sketch import matter
from training.sketch.matter import Floats, Image, Rng, Size

Ints = npt.NDArray[np.int64]
EXISTING, EXCAVATED, SUBGRADE, BASE, BINDER, SURFACE, MARKED = range(7)


def draw(stage: Ints, *, seed: int, light: Rng) -> Image:
    """A strip of rows x cols cells (from the far end), CELL_PX each, with its verges; one `seed` is one road."""
    rows, cols = stage.shape
    size = (rows * CELL_PX, cols * CELL_PX)
    picture = np.zeros((*size, 3), np.uint8)
    which = matter.ragged(np.random.default_rng((seed, 10)), stage, most=5)
    for index in np.unique(stage).tolist():
        layer = matter.done(LAYERS[index](np.random.default_rng((seed, min(index, SURFACE))), size))
        cv2.copyTo(layer, (which == index).astype(np.uint8), picture)
    _steps(picture, stage, np.random.default_rng((seed, 11)))
    _lanes(picture, stage, np.random.default_rng((seed, 12)))
    _verges(picture, np.random.default_rng((seed, 13)))
    _clutter(picture, stage, light)
    return picture


def _asphalt(rng: Rng, size: Size, *, low: float, high: float, rough: float) -> Floats:
    colour = matter.drab(rng, low=low, high=high)
    plane = matter.mottled(rng, size, colour, rough=0.7)
    return np.asarray(plane * (1 + np.float32(rough) * matter.noise(rng, size, grain=1))[..., None], np.float32)


def _existing(rng: Rng, size: Size) -> Floats:
    kind = rng.random()
    if kind < 0.65:
        plane = _asphalt(rng, size, low=85, high=165, rough=rng.uniform(0.02, 0.08))
        if rng.random() < 0.7:
            fill = _asphalt(rng, size, low=50, high=110, rough=0.05)
            plane = matter.patched(rng, plane, fill, share=rng.uniform(0.02, 0.2), grain=int(rng.choice((12, 30))))
    elif kind < 0.85:
        colour = matter.drab(rng, low=140, high=205)
        plane = matter.coursed(
            rng,
            size,
            colour,
            unit=(CELL_PX * rng.uniform(0.8, 1.2), CELL_PX * rng.uniform(0.8, 1.5)),
            bond=0.0,
            spread=0.05,
            joint=rng.uniform(0.6, 2),
            joint_colour=colour * 0.6,
        )
    else:
        plane = matter.mottled(rng, size, matter.earth(rng, low=90), rough=2)
    plane = matter.stained(rng, plane, strength=rng.uniform(0.3, 1.6))
    picture = matter.done(plane)
    for _ in range(int(rng.integers(2, 25))):  # cracks
        at = rng.uniform((0, 0), size[::-1])
        path = at + np.cumsum(rng.normal(0, 5, (int(rng.integers(4, 16)), 2)), axis=0)
        cv2.polylines(picture, [path.astype(np.int32)], False, (45, 45, 45), 1, cv2.LINE_AA)
    return picture.astype(np.float32)


def _excavated(rng: Rng, size: Size) -> Floats:
    colour = matter.earth(rng, low=60, high=180)
    plane = matter.mottled(rng, size, colour, rough=rng.uniform(2, 4))
    lit = matter.noise(rng, size, grain=12) - np.roll(matter.noise(rng, size, grain=12), 3, 0)
    plane = plane * (1 + rng.uniform(0.05, 0.25) * np.clip(lit, -2, 2))[..., None]
    if rng.random() < 0.4:
        wet = np.broadcast_to(np.asarray(colour, np.float32) * 0.55 + 25, plane.shape).astype(np.float32)
        plane = matter.patched(rng, np.asarray(plane, np.float32), wet, share=rng.uniform(0.03, 0.2), grain=30)
    return np.asarray(plane, np.float32)


def _subgrade(rng: Rng, size: Size) -> Floats:
    """Levelled and rolled soil, sometimes whitened by lime."""
    colour = matter.earth(rng, low=95, high=205)
    if rng.random() < 0.3:
        colour = colour * 0.5 + 100
    plane = matter.mottled(rng, size, colour, rough=rng.uniform(0.5, 1.4))
    return _rolled(rng, plane, strength=rng.uniform(0.01, 0.09))


def _base(rng: Rng, size: Size) -> Floats:
    """Crushed stone or stone bound with cement, pale; now and then under a sheet."""
    colour = matter.drab(rng, low=125, high=215)
    plane = matter.mottled(rng, size, colour, rough=0.8)
    grain = rng.uniform(0.03, 0.16)
    plane *= (1 + np.float32(grain) * matter.noise(rng, size, grain=int(rng.choice((1, 2)))))[..., None]
    if rng.random() < 0.15:
        sheet = matter.mottled(rng, size, rng.uniform(150, 250, 3), rough=0.7)
        plane = matter.patched(rng, plane, sheet, share=rng.uniform(0.2, 0.8), grain=70)
    return _rolled(rng, plane, strength=rng.uniform(0, 0.04))


def _binder(rng: Rng, size: Size) -> Floats:
    """Coarse asphalt: open, matt, stones to be seen."""
    plane = _asphalt(rng, size, low=42, high=95, rough=rng.uniform(0.08, 0.2))
    return _rolled(rng, plane * (1 + 0.05 * matter.noise(rng, size, grain=2))[..., None], strength=0.03)


def _surface(rng: Rng, size: Size) -> Floats:
    """Fine asphalt: close, dark, even, the roller's lines."""
    plane = _asphalt(rng, size, low=28, high=82, rough=rng.uniform(0.01, 0.05))
    return _rolled(rng, plane, strength=rng.uniform(0, 0.08))


def _rolled(rng: Rng, plane: Floats, *, strength: float) -> Floats:
    lines = matter.noise(rng, plane.shape[:2], grain=5, along=20)
    return np.asarray(plane * (1 + np.float32(strength) * lines)[..., None], np.float32)


# What is marked is the wearing course with its lines, on the same asphalt.
LAYERS = (_existing, _excavated, _subgrade, _base, _binder, _surface, _surface)


def _steps(picture: Image, stage: Ints, rng: Rng) -> None:
    """The step between two layers: a lit or shaded edge."""
    tone = float(rng.uniform(0.4, 1.3))
    for row, col in np.argwhere(stage[1:] != stage[:-1]).tolist():
        y = (row + 1) * CELL_PX + int(rng.integers(-2, 3))
        strip = picture[y : y + int(rng.integers(1, 4)), col * CELL_PX : (col + 1) * CELL_PX]
        strip[:] = np.clip(strip * tone, 0, 255).astype(np.uint8)
    for row, col in np.argwhere(stage[:, 1:] != stage[:, :-1]).tolist():
        x = (col + 1) * CELL_PX
        strip = picture[row * CELL_PX : (row + 1) * CELL_PX, x : x + 2]
        strip[:] = np.clip(strip * tone, 0, 255).astype(np.uint8)


def _lanes(picture: Image, stage: Ints, rng: Rng) -> None:
    """Lines between lanes: bright on what is marked, more or less worn on most old roads."""
    size = (picture.shape[0], picture.shape[1])
    lines = _lines(size, stage.shape[1], rng) > 0
    colour = np.array([225, 230, 232]) * rng.uniform(0.8, 1.05) if rng.random() < 0.8 else np.array([60, 190, 225])
    worn = matter.noise(rng, size, grain=2) > rng.uniform(-3.0, 0.8)  # hardly any of it gone, or most
    faded = lines & _grown(stage == EXISTING) & worn & (rng.random() < 0.8)
    picture[lines & _grown(stage == MARKED)] = np.clip(colour, 0, 255).astype(np.uint8)
    kept = rng.uniform(0.3, 0.95)
    picture[faded] = (picture[faded] * (1 - kept) + np.clip(colour, 0, 255) * kept * 0.95).astype(np.uint8)


def _lines(size: Size, cols: int, rng: Rng) -> Image:
    """Where a road's lines run, 255 there: between lanes, unbroken at the outer ones; arrows, now and then a crossing.

    A marked cell may lie between two dashes.
    """
    layer, (height, width) = np.zeros(size, np.uint8), size
    wide = int(rng.integers(1, 4))
    dash = None if rng.random() < 0.3 else (int(rng.integers(12, 50)), int(rng.integers(10, 50)))
    for col in range(cols + 1):
        x = min(col * CELL_PX + int(rng.integers(-3, 4)), width - 1)
        if dash and 1 < col < cols - 1:
            for y in range(int(rng.integers(0, sum(dash))), height, sum(dash)):
                cv2.line(layer, (x, y), (x, y + dash[0]), (255,), wide)
        else:
            cv2.line(layer, (x, 0), (x, height), (255,), wide)
    for col in range(cols):
        if rng.random() < 0.6:
            x, y = col * CELL_PX + CELL_PX // 2, int(rng.integers(0, height))
            cv2.arrowedLine(layer, (x, y + 40), (x, y), (255,), wide + 1, tipLength=0.4)
    if rng.random() < 0.2:
        y = int(rng.integers(0, height))
        for x in range(0, width, 8):
            cv2.rectangle(layer, (x, y), (x + 4, y + 22), (255,), -1)
    return layer


def _grown(member: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The pixels of some cells."""
    return np.asarray(np.kron(member, np.ones((CELL_PX, CELL_PX), bool)), bool)


def _verges(picture: Image, rng: Rng) -> None:
    """Beside the outer lanes: grass, soil, pavement, a barrier."""
    height, width = picture.shape[:2]
    for side in (0, 1):
        if rng.random() < 0.25:
            continue
        wide = CELL_PX - int(rng.integers(0, 6))
        colours = (matter.plants(rng), matter.earth(rng))
        strip = matter.mottled(rng, (height, wide), colours[int(rng.integers(0, 2))], rough=2.5)
        if rng.random() < 0.4:
            strip = matter.coursed(
                rng,
                (height, wide),
                matter.drab(rng, low=110, high=200),
                unit=(rng.uniform(4, 12), rng.uniform(4, 12)),
                bond=0.0,
                spread=0.08,
                joint=0.7,
                joint_colour=np.full(3, 90.0),
            )
        x0 = 0 if side == 0 else width - wide
        picture[:, x0 : x0 + wide] = matter.done(strip)
        if rng.random() < 0.5:
            kerb = x0 + wide - 2 if side == 0 else x0
            cv2.line(picture, (kerb, 0), (kerb, height), np.full(3, rng.uniform(120, 230)).tolist(), 2)


def _clutter(picture: Image, stage: Ints, rng: Rng) -> None:
    """Cones, boards and heaps, too small to hide a cell."""
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(0, 7))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        row, col = min(y // CELL_PX, len(stage) - 1), min(x // CELL_PX, stage.shape[1] - 1)
        colour = (30, 90, 230) if rng.random() < 0.5 else rng.uniform(20, 240, 3).tolist()
        if stage[row, col] < MARKED and rng.random() < 0.3:
            cv2.ellipse(picture, (x, y), (9, 5), 0, 0, 360, matter.earth(rng).tolist(), -1)
        else:
            cv2.rectangle(picture, (x, y), (x + 3, y + int(rng.integers(4, 10))), colour, -1)
