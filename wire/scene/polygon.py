"""Filled polygons without OpenCV, so that both sides see the same cells."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


def filled(polygons: Iterable[npt.ArrayLike], *, width: int, height: int) -> Mask:
    """Height x width: True where a pixel's place (its integer x, y) is inside any polygon, by the even-odd rule."""
    mask = np.zeros((height, width), np.bool_)
    for polygon in polygons:
        mask |= _one(np.asarray(polygon, float).reshape(-1, 2), width=width, height=height)
    return mask


def _one(points: npt.NDArray[np.float64], *, width: int, height: int) -> Mask:
    """Each edge turns all pixels to its right over; those turned an odd number of times are inside."""
    ys = np.arange(height)
    turns = np.zeros((height, width + 1), np.int32)
    for (xa, ya), (xb, yb) in zip(points, np.roll(points, -1, axis=0), strict=True):
        rows = np.flatnonzero((ya <= ys) != (yb <= ys))
        xs = xa + (rows - ya) * (xb - xa) / (yb - ya if yb != ya else 1.0)
        np.add.at(turns, (rows, np.clip(np.ceil(xs), 0, width).astype(int)), 1)
    return np.asarray(np.cumsum(turns[:, :-1], axis=1) % 2 == 1, np.bool_)
