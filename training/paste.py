"""Things pasted in front of a canvas: booms, vehicles, trees, dirt on the lens, other buildings, loose cut-outs."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.dataset import UNKNOWN
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX
from edge_agent.vision.stages import OCCLUDERS

Image = npt.NDArray[np.uint8]
Rng = np.random.Generator
HIDDEN_SHARE = 0.5  # share of a cell's pixels behind something from which it counts as occluded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pasted:
    """An image with something pasted in front of it, the share of each cell (rows from the top) that it hides, and
    what it is: an index into OCCLUDERS, UNKNOWN for a thing without a name.
    """

    image: Image
    hidden: npt.NDArray[np.float64]
    kind: int


def paste(image: Image, rng: Rng, *, other: Image) -> Pasted:
    """Put one thing in front; `other` is any picture, whose pieces serve as other buildings and cut-outs."""
    name, draw = THINGS[int(rng.integers(0, len(THINGS)))]
    mask = np.zeros(image.shape[:2], np.uint8)
    filling = draw(mask, rng, other)
    if name == "lens":  # dirt lets some light through and has no sharp rim
        soft = cv2.blur(mask.astype(np.float32), (13, 13)) * np.float32(rng.uniform(0.8, 1.0))
        shown = cv2.blendLinear(image, filling, 1 - soft, soft)
    else:
        shown = cv2.copyTo(filling, mask, image.copy())
    kind = OCCLUDERS.index(name) if name else UNKNOWN
    return Pasted(image=np.asarray(shown, np.uint8), hidden=_per_cell(mask), kind=kind)


def _plain(mask: Image, rng: Rng, colour: npt.ArrayLike) -> Image:
    """One colour with a coarse grain and a shade from one side to the other."""
    height, width = mask.shape
    grain = rng.normal(0, rng.uniform(1, 22), (height // 3 + 1, width // 3 + 1, 1)).astype(np.float32)
    shade = np.linspace(*rng.uniform(0.6, 1.2, 2), width, dtype=np.float32)[None, :, None]
    grown = cv2.resize(grain, (width, height), interpolation=cv2.INTER_NEAREST)[..., None]
    return np.asarray(np.clip(np.asarray(colour, np.float32) * shade + grown, 0, 255), np.uint8)


def _any_colour(rng: Rng) -> npt.NDArray[np.float64]:
    return rng.uniform(10, 240, 3)


def _crane(mask: Image, rng: Rng, _: Image) -> Image:
    """A lattice boom from side to side, or a mast from top to bottom: two chords with diagonals between them."""
    high, wide = mask.shape
    upright = rng.random() < 0.4
    length, across = (high, wide) if upright else (wide, high)
    start, end = (float(v) for v in rng.uniform(0, across, 2))
    end = start if upright else end
    gap, chord = float(rng.uniform(8, 55)), int(rng.integers(2, 8))
    steps = np.linspace(0, length, int(rng.integers(8, 24)))
    upper = np.stack([steps, start + (end - start) * steps / length], axis=1)
    lower = upper + np.array([0.0, gap])
    zigzag = np.where((np.arange(len(steps)) % 2 == 0)[:, None], upper, lower)
    lines = [line[:, ::-1] if upright else line for line in (upper, lower, zigzag)]
    for line, thickness in zip(lines, (chord, chord, max(1, chord - 1)), strict=True):
        cv2.polylines(mask, [line.astype(np.int32)], isClosed=False, color=1, thickness=thickness)
    if rng.random() < 0.35:  # a boom close to the camera is nearly solid
        cv2.fillPoly(mask, [np.concatenate([lines[0], lines[1][::-1]]).astype(np.int32)], 1)
    paint = np.array([20, 170, 235]) * rng.uniform(0.6, 1.0) if rng.random() < 0.4 else _any_colour(rng)
    return _plain(mask, rng, paint)


def _vehicle(mask: Image, rng: Rng, _: Image) -> Image:
    """A truck (body, cab, wheels) or a person, mostly low in the picture."""
    high, wide = mask.shape
    x, foot = int(rng.uniform(-0.1, 0.9) * wide), int(rng.uniform(0.45, 1.1) * high)
    filling = _plain(mask, rng, _any_colour(rng))
    if rng.random() < 0.3:
        tall = int(rng.integers(30, 130))
        cv2.ellipse(mask, (x, foot - tall // 2), (max(3, tall // 6), tall // 2), 0, 0, 360, 1, -1)
        cv2.circle(mask, (x, foot - tall), max(2, tall // 9), 1, -1)
        return filling
    long, tall = int(rng.integers(60, 230)), int(rng.integers(30, 120))
    cv2.rectangle(mask, (x, foot - tall), (x + long, foot), 1, -1)
    cab = int(long * rng.uniform(0.2, 0.35))
    cv2.rectangle(mask, (x + long, foot - int(tall * rng.uniform(0.6, 1.2))), (x + long + cab, foot), 1, -1)
    cv2.rectangle(filling, (x + long, 0), (x + long + cab, high), tuple(map(int, _any_colour(rng))), -1)
    for wheel in (x + long // 6, x + long // 2, x + long + cab // 2):
        for picture, colour in ((mask, 1), (filling, (25, 25, 25))):
            cv2.circle(picture, (wheel, foot), max(4, tall // 6), colour, -1)
    return filling


def _tree(mask: Image, rng: Rng, _: Image) -> Image:
    """A crown of many leaves with gaps, from below or from the side."""
    high, wide = mask.shape
    x, y = rng.uniform(0, wide), rng.uniform(0.3, 1.1) * high
    reach = rng.uniform(40, 150)
    for dx, dy in rng.normal(0, reach / 2, (int(rng.integers(60, 220)), 2)).tolist():
        cv2.circle(mask, (int(x + dx), int(y + dy)), int(rng.integers(3, 12)), 1, -1)
    cv2.line(mask, (int(x), int(y)), (int(x), high), 1, int(rng.integers(3, 12)))
    green = np.array([rng.uniform(10, 70), rng.uniform(40, 130), rng.uniform(15, 110)])
    return _plain(mask, rng, green)


def _lens(mask: Image, rng: Rng, _: Image) -> Image:
    """A large drop, dirt, a leaf or a web close to the lens: out of focus."""
    high, wide = mask.shape
    centre = int(rng.uniform(0, wide)), int(rng.uniform(0, high))
    axes = int(rng.integers(25, 110)), int(rng.integers(25, 110))
    cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    return np.asarray(np.full((*mask.shape, 3), rng.uniform(20, 220) + rng.uniform(-15, 15, 3)), np.uint8)


def _building(mask: Image, rng: Rng, other: Image) -> Image:
    """A neighbour nearer to the camera: an upright block with a picture's own texture."""
    high, wide = mask.shape
    left, right = sorted(rng.uniform(-0.5, 1.5, 2) * wide)
    right = min(right, left + 0.6 * wide)
    cv2.rectangle(mask, (int(left), int(rng.uniform(-0.2, 0.7) * high)), (int(right), high), 1, -1)
    return np.asarray(cv2.resize(other, (wide, high)), np.uint8)


def _cut_out(mask: Image, rng: Rng, other: Image) -> Image:
    """A polygon of one colour or of another picture: sheets, containers, signs, whatever has no name."""
    high, wide = mask.shape
    centre = np.array([rng.uniform(0, wide), rng.uniform(0.2 * high, high)])
    points = centre + rng.uniform(-80, 80, (int(rng.integers(3, 7)), 2))
    cv2.fillPoly(mask, [cv2.convexHull(points.astype(np.int32))], 1)
    if rng.random() < 0.5:
        return _plain(mask, rng, _any_colour(rng))
    return np.asarray(cv2.resize(other, (wide, high)), np.uint8)


THINGS: tuple[tuple[str, Callable[[Image, Rng, Image], Image]], ...] = (
    ("crane", _crane),
    ("crane", _crane),
    ("vehicle_person", _vehicle),
    ("vegetation", _tree),
    ("lens", _lens),
    ("other_building", _building),
    ("", _cut_out),
    ("", _cut_out),
)


def _per_cell(mask: Image) -> npt.NDArray[np.float64]:
    inner = mask[MARGIN_ABOVE_PX:-MARGIN_BELOW_PX, MARGIN_SIDE_PX:-MARGIN_SIDE_PX].astype(float)
    rows, cols = inner.shape[0] // CELL_PX, inner.shape[1] // CELL_PX
    return np.asarray(inner.reshape(rows, CELL_PX, cols, CELL_PX).mean(axis=(1, 3)))
