"""Cheap measures of one picture, all from the small grey image and a lattice of untouched pixels."""

from dataclasses import dataclass

import cv2
import numpy as np

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.landmarks import Landmarks
from edge_agent.vision.replay import THUMB_HEIGHT, THUMB_WIDTH, Picture

SAMPLES_WIDE, SAMPLES_HIGH = 96, 64
SKY_ROWS = 16  # rows of samples from the top that are mostly sky
WHITE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What the gate knows of a picture: grey levels 0–255, sharpness as variance of the Laplacian.

    `sky` is the lower quartile of the top rows; `chroma` the mean spread between colour channels (0 = infrared);
    `white` the burnt-out share of the building.
    """

    mean: float
    spread: float
    contrast: float
    sharpness: float
    sky: float
    chroma: float
    white: float
    picture: Picture


def measure(frame: Frame, marks: Landmarks) -> Measures:
    """Measure a frame."""
    grey = marks.grey
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel()
    levels, total = np.arange(256), counts.sum()
    mean = float((counts * levels).sum() / total)
    low, high = np.searchsorted(np.cumsum(counts) / total, (0.05, 0.95))
    fine = cv2.Laplacian(cv2.GaussianBlur(grey, (3, 3), 0), cv2.CV_32F)
    colours = _lattice(frame.image)
    return Measures(
        mean=mean,
        spread=float(np.sqrt((counts * (levels - mean) ** 2).sum() / total)),
        contrast=float((high - low) / (high + low + 1)),
        sharpness=float(cv2.meanStdDev(fine)[1][0, 0] ** 2),
        sky=float(np.percentile(colours[:SKY_ROWS].max(axis=2), 25)),
        chroma=float((colours.max(axis=2) - colours.min(axis=2)).mean()),
        white=_white_share(grey, marks.ground.mask),
        picture=Picture(
            sha256=frame.sha256,
            thumbnail=cv2.resize(grey, (THUMB_WIDTH, THUMB_HEIGHT), interpolation=cv2.INTER_AREA).tobytes(),
            samples=np.ascontiguousarray(colours[..., 1]).tobytes(),
        ),
    )


def _lattice(image: Image) -> Image:
    """Pixels on a regular lattice, not averaged, so that they keep the sensor's noise."""
    height, width = image.shape[:2]
    rows = np.linspace(0, height - 1, SAMPLES_HIGH).astype(int)
    cols = np.linspace(0, width - 1, SAMPLES_WIDE).astype(int)
    return np.asarray(image[rows[:, None], cols[None]], np.uint8)


def _white_share(grey: Image, static: Image) -> float:
    building = static == 0
    return float((grey[building] >= WHITE).mean()) if building.any() else 0.0
