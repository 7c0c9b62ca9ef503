"""Cloths and climbing screens that nothing is seen through, before a canvas: what they hide is not to be guessed."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX
from training.sketch import matter
from training.sketch.matter import Floats, Image, Rng, Size
from training.veil import CLOTHS, cells_of, light_on, some_bays

# Screens guard the storey in work: on everybody's sites they end a storey above the highest one begun, seldom with it.
GUARDS_SHARE, ABOVE_SHARE = 0.75, 0.8
MOST_ROWS = 6
EDGE = 0.25  # of a cell: how far the rims are off the lines of the storeys


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Screened:
    """An image behind a screen, and which cells (rows x cols, rows from the top) it hides."""

    image: Image
    hidden: npt.NDArray[np.bool_]


def screen(image: Image, rng: Rng, *, top: int) -> Screened:
    """A screen before some cells of a canvas whose highest row in work is `top` (0: the uppermost; rows: none is)."""
    rows, cols = cells_of(image)
    high, low = _span(rows, rng, top=top)
    bays, across = some_bays(image, rng)
    off = rng.uniform(-EDGE, EDGE, 2) * CELL_PX
    y0 = 0 if high == 0 and top == 0 else max(0, round(MARGIN_ABOVE_PX + high * CELL_PX + off[0]))
    y1 = image.shape[0] if low == rows else round(MARGIN_ABOVE_PX + low * CELL_PX + off[1])
    place = (slice(y0, y1), across)
    shown = image.copy()
    hung = (_cloth if rng.random() < 0.5 else _panels)(rng, (y1 - y0, across.stop - across.start))
    behind = rng.uniform(0, 0.1)
    shown[place] = matter.done(hung * light_on(image) * (1 - behind) + shown[place] * behind)
    hidden = np.zeros((rows, cols), np.bool_)
    hidden[high:low, bays] = True
    return Screened(image=shown, hidden=hidden)


def _span(rows: int, rng: Rng, *, top: int) -> tuple[int, int]:
    """The rows (from the top, half open) that a screen hangs before: about the storey in work, or anywhere."""
    if top < rows and rng.random() < GUARDS_SHARE:
        high = max(0, top - int(rng.random() < ABOVE_SHARE))
        return high, min(rows, high + int(rng.integers(1, MOST_ROWS + 1)))
    high, low = sorted(rng.choice(rows + 1, 2, replace=False).tolist())
    return high, low


def _colour(rng: Rng) -> Floats:
    """That of nets mostly, brighter and darker than those; now and then any."""
    if rng.random() < 0.75:
        cloth = np.array(CLOTHS[int(rng.integers(0, len(CLOTHS)))], np.float32)
        faded = cloth + (cloth.mean() - cloth) * rng.uniform(0, 0.7)
        return np.asarray(np.clip(faded * rng.uniform(0.35, 1.35), 5, 250), np.float32)
    return matter.paint(rng)


def _cloth(rng: Rng, size: Size) -> Floats:
    """Nets of close mesh and tarpaulins: in folds, their lengths sewn or tied to each other."""
    colour = _colour(rng)
    cloth = matter.coursed(
        rng,
        size,
        colour,
        unit=(CELL_PX * rng.uniform(0.3, 1.2), CELL_PX * rng.uniform(0.5, 1.3)),
        bond=0.0,
        spread=rng.uniform(0.02, 0.16),
        joint=rng.uniform(0.3, 1.6),
        joint_colour=np.clip(colour * rng.uniform(0.4, 1.4), 0, 255),
    )
    folds = 1 + rng.uniform(0, 0.16) * matter.noise(rng, size, grain=int(rng.integers(3, 12)), along=6.0)
    cloth *= np.clip(folds, 0.4, 1.6)[..., None]
    return _tubes(rng, cloth) if rng.random() < 0.4 else cloth


def _panels(rng: Rng, size: Size) -> Floats:
    """Perforated sheets in frames, as climbing screens have them, a walkway's edge at every storey or half of one."""
    colour, frame = _colour(rng), rng.uniform(30, 230)
    wall = matter.coursed(
        rng,
        size,
        colour,
        unit=(CELL_PX * rng.uniform(0.2, 1.0), CELL_PX * rng.uniform(0.4, 1.05)),
        bond=0.0,
        spread=rng.uniform(0.0, 0.1),
        joint=rng.uniform(0.6, 2.6),
        joint_colour=np.full(3, frame, np.float32),
    )
    if rng.random() < 0.5:
        y, x = np.indices(size)
        wall *= (1 - rng.uniform(0, 0.3) * ((x + y) % int(rng.integers(2, 5)) == 0))[..., None].astype(np.float32)
    lift, thick = CELL_PX * float(rng.choice((0.5, 1.0))), int(rng.integers(1, 5))
    edges = (np.arange(size[0]) + rng.uniform(0, lift)) % lift < thick
    wall[edges] = np.asarray(rng.uniform(0.3, 1.5) * colour, np.float32)
    return wall


def _tubes(rng: Rng, cloth: Floats) -> Floats:
    """Standards and ledgers before the cloth."""
    steel = np.full(3, rng.uniform(40, 210)).tolist()
    for y in np.arange(rng.uniform(0, CELL_PX), cloth.shape[0], CELL_PX * rng.uniform(0.4, 1.0)):
        cv2.line(cloth, (0, int(y)), (cloth.shape[1], int(y)), steel, 1)
    for x in np.arange(rng.uniform(0, CELL_PX), cloth.shape[1], CELL_PX * rng.uniform(0.3, 1.0)):
        cv2.line(cloth, (int(x), 0), (int(x), cloth.shape[0]), steel, 1)
    return cloth
