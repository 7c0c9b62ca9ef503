"""Filled polygons as 0/1 images."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Image


def filled(polygons: Iterable[npt.ArrayLike], *, width: int, height: int, scale: float = 1.0) -> Image:
    """Height x width image: 1 inside any polygon, whose native points are multiplied by `scale`."""
    mask = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        points = np.round(np.asarray(polygon, float) * scale).astype(np.int32)
        cv2.fillPoly(mask, [points], (1,))
    return mask
