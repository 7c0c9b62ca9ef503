"""A building that grows, drawn flat: what stands in each cell, before a sky or somebody else's houses."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.rectify import CELL_PX
from training.sketch import matter
from training.sketch.matter import Floats, Image, Rng, Size

Ints = npt.NDArray[np.int64]
VOID, FORMWORK, STRUCTURE, INFILL, BASE, FINISHED = range(6)
Box = tuple[int, int, int, int]
GLAZED_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a building is made: its slabs' and columns' pixels, solid walls or a skeleton, openings (x0, y0, x1, y1 of
    a cell) by column.
    """

    slab: int
    column: int
    solid: tuple[bool, ...]
    openings: tuple[Box, ...]
    mullions: bool  # curtain walling: infill is framing, and what is finished is glass from slab to slab
    glazed: bool  # panes are in before the wall round them is coated


def draw(stage: Ints, *, seed: int, light: Rng) -> Image:
    """A face of rows x cols cells (from the top down), CELL_PX each. The same `seed` is the same building."""
    rows, cols = stage.shape
    size = (rows * CELL_PX, cols * CELL_PX)
    frame = _frame(cols, np.random.default_rng((seed, 1)))
    picture = _behind(size, np.random.default_rng((seed, 2)), light)
    planes = Planes(seed=seed, size=size)
    for row in range(rows):
        for col in range(cols):
            at = int(stage[row, col])
            if at != VOID:
                rng = np.random.default_rng((seed, 5, row if frame.solid[col] else 0, col, at))
                _cell(picture, planes, frame=frame, place=(row, col), stage=at, rng=rng)
    _edges(picture, stage, planes, frame, np.random.default_rng((seed, 6)))
    return picture


def _frame(cols: int, rng: Rng) -> Frame:
    mullions, share = rng.random() < 0.35, rng.random()
    boxes = []
    kinds = [_opening(rng) for _ in range(2)]
    for col in range(cols):
        boxes.append(kinds[col % 2] if rng.random() < 0.8 else _opening(rng))
    return Frame(
        slab=int(rng.integers(3, 9)),
        column=int(rng.integers(3, 9)),
        solid=tuple(not mullions and bool(rng.random() < share) for _ in range(cols)),
        openings=tuple(boxes),
        mullions=mullions,
        glazed=bool(rng.random() < GLAZED_SHARE),
    )


def _opening(rng: Rng) -> Box:
    wide, high = round(CELL_PX * rng.uniform(0.25, 0.85)), round(CELL_PX * rng.uniform(0.35, 0.75))
    left, top = round((CELL_PX - wide) * rng.uniform(0.25, 0.75)), round((CELL_PX - high) * rng.uniform(0.2, 0.8))
    return left, top, left + wide, top + high


def _behind(size: Size, rng: Rng, light: Rng) -> Image:
    """Sky, often with houses or hills before it: none of it is being built."""
    picture = matter.done(matter.sky(light, size))
    height, width = size
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.6 else 0):
        x0, wide, top = int(rng.integers(-60, width)), int(rng.integers(40, 220)), int(rng.integers(0, height))
        x1 = min(width, x0 + wide)
        x0 = max(0, x0)
        if x1 - x0 < 8 or height - top < 8:
            continue
        house = matter.coursed(
            rng,
            (height - top, x1 - x0),
            rng.uniform(20, 140, 3),
            unit=(rng.uniform(6, 30), rng.uniform(6, 30)),
            bond=0.0,
            spread=rng.uniform(0.02, 0.3),
            joint=rng.uniform(2, 9),
            joint_colour=matter.paint(rng),
        )
        veil = rng.uniform(0, 0.6)
        picture[top:, x0:x1] = matter.done(house * (1 - veil) + 200 * veil)
    if rng.random() < 0.3:
        line = height * rng.uniform(0.2, 1.0) + 25 * matter.noise(rng, (1, width), grain=70)[0]
        hill = matter.done(matter.mottled(rng, size, matter.plants(rng), rough=2))
        mask = (np.arange(height)[:, None] > line[None]).astype(np.uint8) * 255
        cv2.copyTo(hill, mask, picture)
    return picture


def _inside(rng: Rng, size: Size) -> Floats:
    """What is seen through open storeys: dark rooms, lighter towards the slab or the far side."""
    y = (np.arange(size[0]) % CELL_PX) / CELL_PX
    ramp = rng.uniform(0.5, 1.3) + (y - 0.5) * rng.uniform(-1.0, 1.4)
    gain = np.clip(ramp, 0.15, 2)[:, None] * np.clip(1 + 0.3 * matter.noise(rng, size, grain=12), 0.3, 2)
    return matter.tinted(np.full(3, rng.uniform(18, 95)), np.asarray(gain, np.float32))


def _concrete(rng: Rng, size: Size) -> Floats:
    wall = matter.mottled(rng, size, matter.drab(rng, low=90, high=205), rough=rng.uniform(0.6, 2.2))
    if rng.random() < 0.6:  # the boards' print
        y = np.arange(size[0]) % max(4, int(rng.integers(6, 24)))
        wall *= np.where(y < 1, rng.uniform(0.8, 0.97), 1.0).astype(np.float32)[:, None, None]
    return matter.stained(rng, wall, strength=rng.uniform(0, 1.2))


def _shutters(rng: Rng, size: Size) -> Floats:
    """Plywood, film-faced boards, steel or aluminium panels with their walers."""
    kinds = ((70, 125, 175), (45, 70, 125), (50, 90, 190), (175, 170, 165), (60, 160, 205), (90, 60, 50))
    colour = np.clip(np.array(kinds[int(rng.integers(0, len(kinds)))]) * rng.uniform(0.6, 1.25), 10, 245)
    return matter.coursed(
        rng,
        size,
        colour,
        unit=(rng.uniform(6, 30), rng.uniform(10, 48)),
        bond=0.0,
        spread=rng.uniform(0.04, 0.2),
        joint=rng.uniform(0.5, 2.2),
        joint_colour=np.clip(colour * rng.uniform(0.35, 1.3), 5, 250),
    )


def _coat(rng: Rng, size: Size) -> Floats:
    """Plaster, insulation boards, or the sub-frame before the cladding."""
    kind = rng.random()
    if kind < 0.45:
        return matter.mottled(rng, size, matter.drab(rng, low=120, high=235), rough=rng.uniform(0.2, 0.9))
    colour, joint_colour = matter.board(rng)
    if kind < 0.85:
        unit, joint = (rng.uniform(10, 24), rng.uniform(6, 14)), rng.uniform(0.3, 1.5)
        bond = float(rng.choice((0.5, 0.0)))
    else:
        unit, joint, bond = (rng.uniform(8, 20), rng.uniform(12, 30)), rng.uniform(1, 2.2), 0.0
        joint_colour = np.full(3, rng.uniform(120, 240), np.float32)
    return matter.coursed(rng, size, colour, unit=unit, bond=bond, spread=0.04, joint=joint, joint_colour=joint_colour)


def _clad(rng: Rng, size: Size) -> Floats:
    kind, colour = rng.random(), matter.paint(rng)
    if kind < 0.4:
        return matter.mottled(rng, size, colour, rough=rng.uniform(0.1, 0.5))
    unit = (rng.uniform(3, 7), rng.uniform(2.5, 5)) if kind < 0.6 else (rng.uniform(12, 48), rng.uniform(12, 48))
    return matter.coursed(
        rng,
        size,
        colour,
        unit=unit,
        bond=float(rng.choice((0.0, 0.5))),
        spread=rng.uniform(0, 0.06),
        joint=rng.uniform(0.3, 1.3),
        joint_colour=colour * rng.uniform(0.5, 1.1),
    )


def _glass(rng: Rng, size: Size) -> Floats:
    """Panes: the sky in them, darker or lighter from one to the next; or the film that protects them."""
    sky = matter.sky(rng, size) * rng.uniform(0.3, 0.95)
    tint = np.array([rng.uniform(0.9, 1.3), rng.uniform(0.85, 1.15), rng.uniform(0.6, 1.05)])
    if rng.random() < 0.12:
        tint = np.array([1.3, 0.8, 0.4])  # blue film
    panes = matter.coursed(
        rng,
        size,
        np.ones(3),
        unit=(rng.uniform(10, 30), CELL_PX / int(rng.integers(1, 4))),
        bond=0.0,
        spread=rng.uniform(0.02, 0.18),
        joint=rng.uniform(0.6, 2.0),
        joint_colour=np.full(3, rng.uniform(0.3, 1.7)),
    )
    return np.asarray(np.clip(sky * tint, 5, 250) * panes, np.float32)


WALLS = (_concrete, _shutters, matter.bricks, _coat, _clad, _glass, _inside)
CONCRETE, SHUTTERS, MASONRY, COAT, CLAD, GLASS, INSIDE = range(7)


@lru_cache(maxsize=8)
def _plane(seed: int, kind: int, size: Size) -> Image:
    return matter.done(WALLS[kind](np.random.default_rng((seed, 3, kind)), size))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """All that a building is made of, each over the whole picture, made when it is first asked for."""

    seed: int
    size: Size

    def of(self, kind: int) -> Image:
        """One of WALLS."""
        return _plane(self.seed, kind, self.size)


def _cell(
    picture: Image,
    planes: Planes,
    *,
    frame: Frame,
    place: tuple[int, int],
    stage: int,
    rng: Rng,
) -> None:
    """What stands in one cell."""
    y, x = place[0] * CELL_PX, place[1] * CELL_PX
    cell = (slice(y, y + CELL_PX), slice(x, x + CELL_PX))
    a, b, c, d = frame.openings[place[1]]
    hole = (slice(y + b, y + d), slice(x + a, x + c))
    solid, part = frame.solid[place[1]], picture[cell]
    if stage == FORMWORK:
        _formwork(picture, planes, solid=solid, at=(x, y), rng=rng)
        return
    if stage == STRUCTURE:
        if solid:
            part[:] = planes.of(CONCRETE)[cell]
            picture[hole] = planes.of(INSIDE)[hole]
            return
        if rng.random() < 0.75:
            part[:] = planes.of(INSIDE)[cell]
        for side in (0, CELL_PX - frame.column // 2 - 1):
            strip = (cell[0], slice(x + side, x + side + frame.column // 2 + 1))
            picture[strip] = planes.of(CONCRETE)[strip]
        if rng.random() < 0.25:
            low = (slice(y + CELL_PX * 2 // 3, y + CELL_PX), cell[1])
            picture[low] = planes.of(CONCRETE)[low]
        return
    if frame.mullions:
        part[:] = planes.of(INSIDE)[cell] if stage < FINISHED else planes.of(GLASS)[cell]
        if stage < FINISHED:
            _mullions(picture, at=(x, y), rng=rng, backed=planes.of(COAT)[cell] if stage == BASE else None)
        return
    part[:] = planes.of({INFILL: MASONRY, BASE: COAT, FINISHED: CLAD}[stage])[cell]
    panes = stage == FINISHED or (stage == BASE and frame.glazed)
    picture[hole] = planes.of(GLASS)[hole] if panes else planes.of(INSIDE)[hole]
    rim = int(rng.integers(0, 2))
    if stage >= BASE and (stage == FINISHED or rim):
        shade = np.full(3, rng.uniform(30, 245)).tolist()
        cv2.rectangle(picture, (x + a, y + b), (x + c - 1, y + d - 1), shade, 1)
        cv2.line(picture, (x + (a + c) // 2, y + b), (x + (a + c) // 2, y + d), shade, 1)
    elif rng.random() < 0.6:  # a lintel
        band = (slice(max(y, y + b - 3), y + b), slice(max(x, x + a - 3), x + min(c + 3, CELL_PX)))
        picture[band] = planes.of(CONCRETE)[band]
    top = picture[y + b : y + b + 2, x + a : x + c]
    top[:] = top // 2


def _formwork(picture: Image, planes: Planes, *, solid: bool, at: tuple[int, int], rng: Rng) -> None:
    """Props under decking, shutters, or a cage of bars; what is behind shows between them."""
    x, y = at
    kind = rng.random()
    if kind < 0.35 or (solid and kind < 0.6):
        high = round(CELL_PX * rng.uniform(0.55, 1.0))
        part = (slice(y + CELL_PX - high, y + CELL_PX), slice(x, x + CELL_PX))
        picture[part] = planes.of(SHUTTERS)[part]
        if high < CELL_PX - 6:
            _bars(picture, (x, y, x + CELL_PX, y + CELL_PX - high), rng)
        return
    if kind < 0.5:
        _bars(picture, (x, y + int(rng.integers(0, 18)), x + CELL_PX, y + CELL_PX), rng)
        return
    if rng.random() < 0.6:
        behind = picture[y : y + CELL_PX, x : x + CELL_PX]
        behind[:] = (behind * rng.uniform(0.2, 0.7)).astype(np.uint8)
    deck = (slice(y, y + int(rng.integers(4, 13))), slice(x, x + CELL_PX))
    picture[deck] = planes.of(SHUTTERS)[deck]
    kinds = ((60, 80, 120), (40, 160, 220), (50, 50, 180), (190, 190, 190), (90, 90, 90), (40, 90, 160))
    colour = (np.array(kinds[int(rng.integers(0, len(kinds)))]) * rng.uniform(0.5, 1.2)).tolist()
    gap, thick = rng.uniform(4, 13), int(rng.integers(1, 3))
    for step in np.arange(rng.uniform(0, gap), CELL_PX, gap):
        cv2.line(picture, (int(x + step), y + 3), (int(x + step), y + CELL_PX), colour, thick)
    for _ in range(int(rng.integers(0, 3))):
        level = y + int(rng.integers(12, CELL_PX - 4))
        cv2.line(picture, (x, level), (x + CELL_PX, level), colour, 1)


def _bars(picture: Image, box: Box, rng: Rng) -> None:
    """Reinforcement that stands up, with its ties."""
    x0, y0, x1, y1 = box
    colour = (np.array([50, 65, 95]) * rng.uniform(0.4, 1.4)).tolist()
    for x in np.arange(x0 + rng.uniform(0, 4), x1, rng.uniform(2.5, 7)):
        cv2.line(picture, (int(x), y0 + int(rng.integers(0, 5))), (int(x), y1), colour, 1)
    for y in np.arange(y0 + 5, y1, rng.uniform(5, 14)):
        cv2.line(picture, (x0, int(y)), (x1, int(y)), colour, 1)


def _mullions(picture: Image, *, at: tuple[int, int], rng: Rng, backed: Image | None) -> None:
    """Framing without panes; `backed`: insulation behind it, below or all over."""
    x, y = at
    if backed is not None:
        high = int(rng.integers(CELL_PX // 2, CELL_PX + 1))
        picture[y + CELL_PX - high : y + CELL_PX, x : x + CELL_PX] = backed[CELL_PX - high :]
    shade = np.full(3, rng.uniform(90, 245)).tolist()
    for step in np.arange(0, CELL_PX + 1, CELL_PX / int(rng.integers(2, 5))):
        cv2.line(picture, (int(x + step), y), (int(x + step), y + CELL_PX), shade, int(rng.integers(1, 3)))
    for level in rng.integers(0, CELL_PX, int(rng.integers(1, 3))).tolist():
        cv2.line(picture, (x, y + level), (x + CELL_PX, y + level), shade, 1)


def _edges(picture: Image, stage: Ints, planes: Planes, frame: Frame, rng: Rng) -> None:
    """Edges of slabs where no cladding hides them, with the shadow under them; balconies that stick out."""
    if not (stage > VOID).any():
        return
    concrete = planes.of(CONCRETE)
    shadow, balconies = rng.uniform(0.35, 0.9), rng.random() < 0.35
    clad_edges = rng.random() < 0.4
    tone = rng.uniform(0.9, 1.35)
    for row, col in np.argwhere(stage > VOID).tolist():
        at, y, x = int(stage[row, col]), row * CELL_PX, col * CELL_PX
        above = int(stage[row - 1, col]) if row else at
        for level, shown in ((y + CELL_PX, at), (y, max(above, STRUCTURE) if at >= STRUCTURE else VOID)):
            if shown == VOID or (shown >= BASE and not clad_edges):
                continue
            top, low = max(0, level - frame.slab), min(len(picture), level)
            edge = picture[top:low, x : x + CELL_PX]
            edge[:] = np.clip(concrete[top:low, x : x + CELL_PX] * tone, 0, 255)
            under = picture[low : low + 3, x : x + CELL_PX]
            under[:] = (under * shadow).astype(np.uint8)
        if balconies and at >= STRUCTURE and col % 2:
            rail = picture[y + CELL_PX - 16 : y + CELL_PX - 2, x + 3 : x + CELL_PX - 3]
            front = concrete[: rail.shape[0], : rail.shape[1]] * 0.4 if at < FINISHED else 70
            rail[:] = np.clip(rail * 0.6 + front, 0, 255)
