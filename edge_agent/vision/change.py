"""How likely a cell is in another stage than when it was last seen: two pictures of the same wall compared.

The network reads each look by itself, and misreads the same wall the same way every day. That a wall has changed is
seen without knowing what it is made of (decision 0057).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_SIDE_PX, Mask

Floats = npt.NDArray[np.float64]

SHRINK = 2  # pictures are compared at half the canvas's resolution: a camera trembles by a pixel
DARK = 16.0  # added to each colour before its logarithm: noise in the dark is no change
FINE_PX = 3.0  # what is wider than that is light and shadow, what is finer stands on the wall
FLAT = 1e-3  # least contrast (squared, summed over a cell): of two blank walls neither has anything that could change
# Logistic regression of "the stage differs" on 25 774 cells seen twice, one or two looks apart, of 45 sites that no run
# was taught (`python -m training.change`), each of the two answers as common as the other.
CONSTANT, OF_PATTERN, OF_COLOUR, OF_THE_FACE = 1.22, 1.43, 0.53, -0.83
LEAST_PATTERN, LEAST_COLOUR = 0.02, 0.02  # added before logarithms
MOST = 4.0  # no two pictures are worth more, as a logarithm of odds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """What comparing tells of each cell, rows x cols both: `evidence` is the logarithm of the odds by which its stage
    has changed, `days` how long ago it looked as it is compared with (0 where nothing was compared).
    """

    evidence: Floats
    days: Floats


def change_evidence(before: Image, now: Image, both: Mask) -> Floats:
    """Logarithm of the odds by which each cell's stage has changed, rows x cols from the ground up: −MOST … MOST.

    `before` and `now` are canvases at half their size (BGR uint8), `both` are the cells that both of them show; of the
    others nothing is said (0).
    """
    if not both.any():
        return np.zeros(both.shape)
    marks = change_marks(before, now, both)
    said = CONSTANT + marks @ np.array([OF_PATTERN, OF_COLOUR, OF_THE_FACE])
    return np.where(both, np.clip(said, -MOST, MOST), 0.0)


def change_marks(before: Image, now: Image, both: Mask) -> Floats:
    """What is compared, rows x cols x 3, logarithms: how differently a cell is patterned, by how much its colour has
    changed beside the face's, and how differently the face is patterned (its median: the light, the weather, a blur).
    """
    pattern_before, pattern = _pattern(before, both.shape), _pattern(now, both.shape)
    norms = np.sqrt((pattern_before**2).sum(axis=2) * (pattern**2).sum(axis=2) + FLAT)
    unlike = np.log(1 + LEAST_PATTERN - (pattern_before * pattern).sum(axis=2) / norms)
    moved = _colour(now, both.shape) - _colour(before, both.shape)
    moved -= np.median(moved[both], axis=0)
    recoloured = np.log(LEAST_COLOUR + np.abs(moved).sum(axis=-1))
    return np.stack([unlike, recoloured, np.full(both.shape, np.median(unlike[both]))], axis=-1)


def shrunk(canvas: Image) -> Image:
    """A canvas as it is compared."""
    height, width = canvas.shape[:2]
    return np.asarray(cv2.resize(canvas, (width // SHRINK, height // SHRINK), interpolation=cv2.INTER_AREA), np.uint8)


def cell_box(row: int, col: int, *, rows: int) -> tuple[slice, slice]:
    """The pixels of a cell (row from the ground up) in a half-size canvas of so many rows."""
    side = CELL_PX // SHRINK
    top = MARGIN_ABOVE_PX // SHRINK + (rows - 1 - row) * side
    left = MARGIN_SIDE_PX // SHRINK + col * side
    return slice(top, top + side), slice(left, left + side)


def _pattern(picture: Image, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Rows x cols x pixels: what is lighter and darker within each cell, broad light and shadow taken away."""
    grey = _logarithms(picture).mean(axis=2)
    fine = _by_cell(grey - cv2.GaussianBlur(grey, (0, 0), FINE_PX), shape)
    return np.asarray(fine - fine.mean(axis=2, keepdims=True), np.float32)


def _colour(picture: Image, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Rows x cols x 3: the usual colour of each cell (the wall round its window), logarithms."""
    colours = [np.median(_by_cell(part, shape), axis=2) for part in cv2.split(_logarithms(picture))]
    return np.asarray(np.stack(colours, axis=-1), np.float32)


def _by_cell(plane: npt.ArrayLike, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Rows x cols x pixels of one plane of a half-size canvas, rows from the ground up."""
    rows, cols = shape
    (top, left), side = (box.start for box in cell_box(rows - 1, 0, rows=rows)), CELL_PX // SHRINK
    part = np.asarray(plane, np.float32)[top : top + rows * side, left : left + cols * side]
    return part.reshape(rows, side, cols, side).swapaxes(1, 2)[::-1].reshape(rows, cols, -1)


def _logarithms(picture: Image) -> npt.NDArray[np.float32]:
    return np.asarray(np.log(picture.astype(np.float32) + DARK), np.float32)
