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
    """Each edge turns all pixels to its right over; those turned an odd number of times are inside.

    Counted in bytes, which keep whether a number is odd, and only in the rows and columns where the polygon lies.
    """
    mask = np.zeros((height, width), np.bool_)
    low, high = np.clip(np.floor(points.min(axis=0)), 0, (width, height)).astype(int), points.max(axis=0) + 1
    right, bottom = np.clip(np.ceil(high), 0, (width, height)).astype(int)
    ys = np.arange(low[1], bottom)
    turns = np.zeros((len(ys), max(right - low[0], 0) + 1), np.uint8)
    for (xa, ya), (xb, yb) in zip(points, np.roll(points, -1, axis=0), strict=True):
        rows = np.flatnonzero((ya <= ys) != (yb <= ys))
        xs = xa + (ys[rows] - ya) * (xb - xa) / (yb - ya if yb != ya else 1.0)
        np.add.at(turns, (rows, np.clip(np.ceil(xs) - low[0], 0, turns.shape[1] - 1).astype(int)), 1)
    mask[low[1] : bottom, low[0] : right] = np.cumsum(turns[:, :-1], axis=1, dtype=np.uint8) % 2 == 1
    return mask
