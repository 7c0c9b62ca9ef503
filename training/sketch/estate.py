"""An old facade made better, drawn flat: windows and balconies stay, the wall between them changes its matter."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.rectify import CELL_PX
from training.sketch import matter
from training.sketch.matter import Floats, Image, Rng, Size

Ints = npt.NDArray[np.int64]
OLD, STRIPPED, INSULATED, BASE_COAT, FINISHED = range(5)


def draw(stage: Ints, *, seed: int, light: Rng) -> Image:
    """A wall of rows x cols cells (from the top down), CELL_PX each, its top row above the last storey.

    The same `seed` is the same wall on every day.
    """
    rows, cols = stage.shape
    size = (rows * CELL_PX, cols * CELL_PX)
    picture = np.zeros((*size, 3), np.uint8)
    which = matter.ragged(np.random.default_rng((seed, 10)), stage, most=6)
    for index in np.unique(stage).tolist():
        cv2.copyTo(_wall(seed, index, size), (which == index).astype(np.uint8), picture)
    openings = _openings(stage, np.random.default_rng((seed, 11)))
    _surrounds(picture, stage, openings, np.random.default_rng((seed, 12)))
    for opening in openings:
        opening.draw(picture, light, np.random.default_rng((seed, 13, opening.number)))
    _above_and_below(picture, np.random.default_rng((seed, 14)))
    return picture


@lru_cache(maxsize=10)
def _wall(seed: int, stage: int, size: Size) -> Image:
    """All of a wall in one stage: the same on every day."""
    return matter.done(WALLS[stage](np.random.default_rng((seed, stage)), size))


def _old(rng: Rng, size: Size) -> Floats:
    kind, colour = rng.random(), matter.paint(rng) * rng.uniform(0.5, 0.95)
    if kind < 0.35:
        wall = matter.mottled(rng, size, colour, rough=1.5)
    elif kind < 0.5:
        wall = matter.mottled(rng, size, matter.drab(rng, low=70, high=170), rough=2.2)
    elif kind < 0.67:
        wall = _tiles(rng, size, colour)
    elif kind < 0.9:
        wall = matter.bricks(rng, size)
    else:
        wall = matter.mottled(rng, size, colour, rough=1.5)
        wall *= (1 + 0.12 * matter.noise(rng, size, grain=2))[..., None]  # exposed stones
    if rng.random() < 0.4:
        wall = _banded(rng, wall, matter.paint(rng) * rng.uniform(0.5, 0.95))
    if rng.random() < 0.5:
        bare = matter.mottled(rng, size, matter.drab(rng), rough=1.5)
        wall = matter.patched(rng, wall, bare, share=rng.uniform(0.01, 0.2), grain=12)
    return matter.stained(rng, wall, strength=rng.uniform(0.2, 1.8))


def _stripped(rng: Rng, size: Size) -> Floats:
    """What is left: mortar or masonry with remains of what was there, chiselled, filled in places."""
    masonry = rng.random() < 0.4  # clean, it would be an old wall of bricks
    under = matter.bricks(rng, size) if masonry else _raw(rng, size)
    remains = _raw(rng, size) if rng.random() < 0.6 else _old(rng, size)
    share = rng.uniform(0.2 if masonry else 0.05, 0.5)
    wall = matter.patched(rng, under, remains, share=share, grain=int(rng.choice((5, 12, 30))))
    if rng.random() < 0.5:
        fill = matter.mottled(rng, size, matter.drab(rng, low=120, high=225))
        wall = matter.patched(rng, wall, fill, share=rng.uniform(0.03, 0.2), grain=int(rng.choice((5, 12))))
    return np.asarray(wall * (1 + rng.uniform(0, 0.1) * matter.noise(rng, size, grain=2))[..., None], np.float32)


def _raw(rng: Rng, size: Size) -> Floats:
    return matter.mottled(rng, size, matter.drab(rng, low=75, high=180), rough=rng.uniform(1.2, 3.0))


def _insulated(rng: Rng, size: Size) -> Floats:
    colour, joint_colour = matter.board(rng)
    unit = (rng.uniform(11, 26), rng.uniform(7, 14))
    if rng.random() < 0.15:
        unit = unit[::-1]
    bond, joint = float(rng.choice((0.5, 0.5, 0.33, 0.0))), rng.uniform(0.4, 1.8)
    wall = matter.coursed(
        rng, size, colour, unit=unit, bond=bond, spread=rng.uniform(0.005, 0.06), joint=joint, joint_colour=joint_colour
    )
    if rng.random() < 0.3:  # wool
        tufts = matter.noise(rng, size, grain=int(rng.choice((2, 5))))
        wall = np.asarray(wall * (1 + rng.uniform(0.03, 0.12) * tufts)[..., None], np.float32)
    if rng.random() < 0.6:
        _dowels(wall, rng, unit=unit, colour=joint_colour if rng.random() < 0.5 else np.full(3, rng.uniform(20, 250)))
    if rng.random() < 0.25:  # glue and filler over the joints
        wall = matter.patched(
            rng, wall, matter.mottled(rng, size, colour * rng.uniform(0.8, 1.1)), share=rng.uniform(0.05, 0.25), grain=5
        )
    return wall


def _dowels(wall: Floats, rng: Rng, *, unit: tuple[float, float], colour: npt.ArrayLike) -> None:
    """A dot in the middle of each board, or at its quarters."""
    step = unit[0] / int(rng.integers(1, 3))
    at_y = np.arange(rng.uniform(0, unit[1]), wall.shape[0] - 2, unit[1]).astype(int)
    at_x = np.arange(rng.uniform(0, step), wall.shape[1] - 2, step).astype(int)
    side = int(rng.integers(1, 3))
    for y in range(side):
        for x in range(side):
            dots = np.ix_(at_y + y, at_x + x)
            wall[dots] = wall[dots] * 0.4 + np.float32(0.6) * np.asarray(colour, np.float32)


def _base_coat(rng: Rng, size: Size) -> Floats:
    """Mortar over mesh: grey, drying in patches, the strokes of a trowel, no joints."""
    colour = matter.drab(rng, low=95, high=205) * (1 + np.array([-1, 0, 1], np.float32) * rng.uniform(-0.02, 0.06))
    wall = matter.mottled(rng, size, colour, rough=rng.uniform(0.4, 1.4))
    if rng.random() < 0.4:
        wet = matter.mottled(rng, size, colour * rng.uniform(0.7, 0.92), rough=0.6)
        wall = matter.patched(rng, wall, wet, share=rng.uniform(0.05, 0.5), grain=int(rng.choice((30, 70))))
    strokes = matter.noise(rng, size, grain=5, along=float(rng.choice((0.3, 1.0, 4.0))))
    return np.asarray(wall * (1 + rng.uniform(0, 0.04) * strokes)[..., None], np.float32)


def _finished(rng: Rng, size: Size) -> Floats:
    kind, colour = rng.random(), _fresh(rng)
    if kind < 0.6:
        wall = matter.mottled(rng, size, colour, rough=rng.uniform(0.1, 0.5))
    elif kind < 0.72:
        wall = _tiles(rng, size, colour)
    else:  # panels, stone, or a coat with joints drawn in
        unit = (rng.uniform(20, 80), rng.uniform(14, 52))
        lines = colour * (rng.uniform(0.5, 0.85) if rng.random() < 0.7 else 1.2)
        stone = rng.random() < 0.4
        wall = matter.coursed(
            rng,
            size,
            colour,
            unit=unit,
            bond=float(rng.choice((0.0, 0.5))),
            spread=rng.uniform(0.04, 0.14) if stone else rng.uniform(0, 0.03),
            joint=rng.uniform(0.4, 1.5),
            joint_colour=lines,
        )
        if stone or rng.random() < 0.3:
            wall *= (1 + 0.06 * matter.noise(rng, size, grain=1))[..., None]
    return _banded(rng, wall, _fresh(rng)) if rng.random() < 0.5 else wall


def _fresh(rng: Rng) -> Floats:
    """A colour that a wall is given at last: where it is grey at all, lighter than mortar or a good deal darker."""
    colour = matter.paint(rng)
    most, least = float(colour.max()), float(colour.min())
    if most - least > 0.12 * most or not 85 < most < 212:
        return colour
    bright = rng.uniform(214, 250) if rng.random() < 0.8 else rng.uniform(45, 85)
    return np.asarray(colour * bright / most, np.float32)


def _tiles(rng: Rng, size: Size, colour: Floats) -> Floats:
    return matter.coursed(
        rng,
        size,
        colour,
        unit=(rng.uniform(2.5, 8), rng.uniform(2.2, 5)),
        bond=float(rng.choice((0.0, 0.5))),
        spread=rng.uniform(0.01, 0.1),
        joint=rng.uniform(0.3, 1.0),
        joint_colour=np.clip(colour * rng.uniform(0.6, 1.3), 5, 250),
    )


def _banded(rng: Rng, wall: Floats, colour: Floats) -> Floats:
    """A second colour: bands at the storeys, pillars, or the lower storeys."""
    height, width = wall.shape[:2]
    second = matter.mottled(rng, (height, width), colour, rough=0.5)
    kind, at, wide = rng.random(), int(rng.integers(0, CELL_PX)), int(rng.integers(5, 20))
    y, x = np.arange(height)[:, None], np.arange(width)[None]
    if kind < 0.45:
        mask = (y + at) % CELL_PX < wide
    elif kind < 0.8:
        every = CELL_PX * int(rng.integers(1, 4))
        mask = (x + at) % every < wide
    else:
        mask = y > height - CELL_PX * rng.integers(1, 4)
    return np.where(mask[..., None], second, wall)


WALLS = (_old, _stripped, _insulated, _base_coat, _finished)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A window or an open balcony: its box in the picture, and what hangs about it. `fresh`: after the works."""

    number: int
    box: tuple[int, int, int, int]
    balcony: bool
    open: bool
    things: tuple[int, ...]
    fresh: bool
    foiled: bool

    def draw(self, picture: Image, light: Rng, rng: Rng) -> None:
        """Glass, frame, reveal and what hangs about it, into the picture."""
        x0, y0, x1, y1 = self.box
        glass = np.full(3, rng.uniform(25, 120)) + np.array([rng.uniform(0, 40), rng.uniform(0, 15), 0])
        if self.foiled:
            glass = np.array([rng.uniform(150, 235), rng.uniform(150, 220), rng.uniform(130, 220)])
        part = picture[y0:y1, x0:x1]
        ramp = np.linspace(rng.uniform(0.6, 1.0), rng.uniform(0.8, 1.5), y1 - y0)[:, None, None]
        part[:] = np.clip(glass * ramp + light.uniform(-8, 25), 0, 255).astype(np.uint8)
        if rng.random() < 0.4 and not self.foiled:  # a curtain, or somebody's room
            half = int(rng.integers(x0, x1))
            picture[y0:y1, x0:half] = np.clip(
                picture[y0:y1, x0:half] * 0.5 + matter.paint(rng) * rng.uniform(0.2, 0.6), 0, 255
            )
        depth = int(rng.integers(1, 4))
        picture[y0 : y0 + depth, x0:x1] = picture[y0 : y0 + depth, x0:x1] // 3
        if not self.open:
            frame = (np.full(3, rng.uniform(190, 250)) if self.fresh else matter.metal(rng)).tolist()
            cv2.rectangle(picture, (x0, y0), (x1 - 1, y1 - 1), frame, 1)
            for k in range(1, int(rng.integers(1, 4))):
                x = x0 + (x1 - x0) * k // 3
                cv2.line(picture, (x, y0), (x, y1), frame, 1)
        cv2.line(picture, (x0 - 1, y1), (x1, y1), (rng.uniform(0.5, 1.2) * np.full(3, 180)).tolist(), 1)
        if self.balcony:
            cv2.line(picture, (x0 - 3, y1 + 1), (x1 + 3, y1 + 1), (60, 60, 60), 1)
        for thing in self.things:
            HANGING[thing](picture, self.box, rng)


def _cage(picture: Image, box: tuple[int, int, int, int], rng: Rng) -> None:
    x0, y0, x1, y1 = box
    colour = np.full(3, rng.uniform(30, 220)).tolist()
    for x in range(x0 - 2, x1 + 3, int(rng.integers(3, 6))):
        cv2.line(picture, (x, y0 - 1), (x, y1 + 3), colour, 1)
    for y in range(y0 - 1, y1 + 4, int(rng.integers(5, 9))):
        cv2.line(picture, (x0 - 2, y), (x1 + 2, y), colour, 1)


def _conditioner(picture: Image, box: tuple[int, int, int, int], rng: Rng) -> None:
    """A white or grey box with its fan, and the shadow that it throws."""
    x, y = box[2] + int(rng.integers(-8, 4)), box[3] + int(rng.integers(1, 6))
    wide = int(rng.integers(5, 14))
    high, aside, down = round(wide * rng.uniform(0.6, 0.9)), int(rng.integers(-4, 5)), int(rng.integers(1, 7))
    shade = float(rng.uniform(110, 240))
    shadow = picture[max(0, y + down) : y + down + high, max(0, x + aside) : max(0, x + aside + wide)]
    shadow[:] = (shadow * rng.uniform(0.35, 0.8)).astype(np.uint8)
    cv2.rectangle(picture, (x, y), (x + wide, y + high), (shade, shade, shade), -1)
    cv2.circle(picture, (x + wide // 2, y + high // 2), max(1, high // 2 - 1), np.full(3, shade * 0.5).tolist(), -1)


def _laundry(picture: Image, box: tuple[int, int, int, int], rng: Rng) -> None:
    for _ in range(int(rng.integers(1, 5))):
        x = int(rng.integers(box[0], box[2]))
        cv2.rectangle(picture, (x, box[3] - 5), (x + 3, box[3] + 5), rng.uniform(20, 240, 3).tolist(), -1)


def _pipe(picture: Image, box: tuple[int, int, int, int], rng: Rng) -> None:
    x = max(1, box[0] - int(rng.integers(4, 9)))
    high = CELL_PX // 2 + 2
    middle = (box[1] + box[3]) // 2
    cv2.line(picture, (x, middle - high), (x, middle + high), np.full(3, rng.uniform(60, 230)).tolist(), 1)


HANGING = (_cage, _conditioner, _laundry, _pipe)


def _openings(stage: Ints, rng: Rng) -> list[Opening]:
    """One opening a cell in most columns; all cells of a column are alike, as in most blocks."""
    rows, cols = stage.shape
    wides, hung = rng.uniform(0.18, 0.75, 4), rng.uniform(0, 0.8, len(HANGING))  # shares of a cell; of the cells
    mirrored, balconies, gone = rng.random() < 0.5, rng.random() * 0.7, rng.random() < 0.5
    new_windows_from = int(rng.integers(STRIPPED, FINISHED + 2))
    foil_share = rng.random() * (rng.random() < 0.4)
    found = []
    for col in range(cols):
        kind = col % 2 if mirrored else int(rng.integers(0, 2))
        wide = round(CELL_PX * (wides[kind] if rng.random() < 0.8 else rng.uniform(0.15, 0.9)))
        high = round(CELL_PX * rng.uniform(0.3, 0.6))
        if rng.random() < 0.1:
            continue  # a blank gable
        left = round((CELL_PX - wide) * rng.uniform(0.3, 0.7))
        top = round((CELL_PX - high) * rng.uniform(0.25, 0.6))
        drop = CELL_PX // 2 if rng.random() < 0.07 else 0  # a staircase
        balcony = rng.random() < balconies
        for row in range(rows):
            at = int(stage[row, col])
            x, y = col * CELL_PX + left, row * CELL_PX + top + drop
            if y + high + 1 >= rows * CELL_PX or rng.random() < 0.02:
                continue
            chances = rng.random(len(HANGING))
            kept = at in (OLD, FINISHED) or not gone
            share = hung * (0.6 if at == FINISHED else 1.0) * kept
            things = tuple(np.flatnonzero(chances < share).tolist())
            foiled = at in (STRIPPED, INSULATED, BASE_COAT) and rng.random() < foil_share
            found.append(
                Opening(
                    number=row * 64 + col,
                    box=(x, y, x + max(wide, 4), y + max(high, 4)),
                    balcony=balcony,
                    open=balcony and chances[0] < 0.4,
                    things=things,
                    fresh=at >= new_windows_from,
                    foiled=foiled,
                )
            )
    return found


def _surrounds(picture: Image, stage: Ints, openings: list[Opening], rng: Rng) -> None:
    """Frames of another colour round windows, and their sills' shadows on the wall."""
    framed, colour = rng.random() < 0.35, matter.paint(rng)
    sun, deep = int(rng.integers(-6, 7)), float(rng.uniform(0.45, 0.95))
    for opening in openings:
        x0, y0, x1, y1 = opening.box
        if framed and stage[min(y0 // CELL_PX, len(stage) - 1), min(x0 // CELL_PX, stage.shape[1] - 1)] == FINISHED:
            cv2.rectangle(picture, (x0 - 3, y0 - 3), (x1 + 2, y1 + 2), colour.tolist(), -1)
        low = picture[y1 + 1 : y1 + 5, max(0, x0 + sun) : x1 + sun]
        low[:] = (low * deep).astype(np.uint8)
        if opening.balcony:
            slab = picture[y1 + 2 : y1 + 4, max(0, x0 - 4) : x1 + 4]
            slab[:] = (slab * 0.6).astype(np.uint8)


def _above_and_below(picture: Image, rng: Rng) -> None:
    """The top row: sky over an eave, or more of the wall; the lowest: often the ground."""
    height, width = picture.shape[:2]
    if rng.random() < 0.55:
        edge = CELL_PX - int(rng.integers(0, 12))
        picture[:edge] = matter.done(matter.sky(rng, (edge, width)))
        eave = matter.metal(rng).tolist()
        cv2.line(picture, (0, edge), (width, edge), eave, int(rng.integers(1, 5)))
    if rng.random() < 0.5:
        edge = height - CELL_PX + int(rng.integers(0, 10))
        colour = matter.plants(rng) if rng.random() < 0.3 else matter.earth(rng)
        ground = matter.mottled(rng, (height - edge, width), colour, rough=2)
        picture[edge:] = matter.done(ground)
