"""Proposes anchors: rectangles off the building with texture that stays, neither sky nor the ground in front."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Image
from edge_agent.vision.mask import filled
from edge_agent.vision.scene import Face, Polyline
from wire.scene.grid import node_grid

TILES = (6, 8)  # rows, columns of the raster in which anchors are looked for
BURNT_IN = 0.07  # of the height at top and bottom: cameras write time and name there
RICH = 12.0  # corners a tile must hold
GREEN_MAX = 0.40  # of a tile: leaves move with wind and season
GROUND_SHARE = 0.25  # what a tile under the lowest face is worth: ground and vehicles change
MAX_ANCHORS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorGuess:
    """A proposed anchor: native polygon, corners found in it, confidence 0 … 1."""

    polygon: Polyline
    corners: int
    confidence: float


def guess_anchors(
    image: Image, faces: tuple[Face, ...], *, masks: tuple[Polyline, ...] = (), wanted: int = 3
) -> tuple[AnchorGuess, ...]:
    """Up to `wanted` tiles off the faces and masks, richest first, apart; may be fewer."""
    height, width = image.shape[:2]
    taken = _taken(faces, masks, width=width, height=height)
    corners = _corner_map(image)
    green = _green(image)
    ground_y = max((float(node_grid(face).inner[0, :, 1].max()) for face in faces), default=float(height))
    scored: list[tuple[float, int, Polyline]] = []
    for x0, y0, x1, y1 in _tiles(width, height):
        if taken[y0:y1, x0:x1].mean() > 0.02 or green[y0:y1, x0:x1].mean() > GREEN_MAX:
            continue
        found = int(corners[y0:y1, x0:x1].sum())
        worth = found * (GROUND_SHARE if (y0 + y1) / 2 > ground_y else 1.0)
        if found >= RICH:
            scored.append((worth, found, _box(x0, y0, x1, y1)))
    return _apart(sorted(scored, key=lambda item: -item[0]), wanted=min(wanted, MAX_ANCHORS))


def _taken(faces: tuple[Face, ...], masks: tuple[Polyline, ...], *, width: int, height: int) -> Image:
    """1 on faces with a storey and half a bay around them, on all above them (cranes), and under masks."""
    hulls = [cv2.convexHull(node_grid(face).points.reshape(-1, 2).astype(np.float32))[:, 0] for face in faces]
    mask = filled([*hulls, *masks], width=width, height=height)
    for hull in hulls:
        left, right = (int(np.clip(v, 0, width)) for v in (hull[:, 0].min(), hull[:, 0].max()))
        mask[: max(0, int(hull[:, 1].min())), left:right] = 1
    return np.asarray(mask, np.uint8)


def _corner_map(image: Image) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    found = cv2.goodFeaturesToTrack(grey, maxCorners=2000, qualityLevel=0.01, minDistance=max(3, width // 200))
    marked = np.zeros((height, width), np.uint8)
    for x, y in np.asarray([] if found is None else found, float).reshape(-1, 2):
        marked[int(y), int(x)] = 1
    return marked


def _green(image: Image) -> npt.NDArray[np.bool_]:
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    return np.asarray((hsv[..., 0] > 32) & (hsv[..., 0] < 88) & (hsv[..., 1] > 50), np.bool_)


def _tiles(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Overlapping boxes x0, y0, x1, y1, two tiles wide and high, clear of burnt-in text."""
    low, high = int(height * BURNT_IN), int(height * (1 - BURNT_IN))
    step_y, step_x = (high - low) // TILES[0], width // TILES[1]
    boxes = []
    for row in range(TILES[0] - 1):
        for col in range(TILES[1] - 1):
            x0, y0 = col * step_x, low + row * step_y
            boxes.append((x0, y0, x0 + 2 * step_x, y0 + 2 * step_y))
    return boxes


def _apart(scored: list[tuple[float, int, Polyline]], *, wanted: int) -> tuple[AnchorGuess, ...]:
    chosen: list[AnchorGuess] = []
    for worth, found, box in scored:
        if len(chosen) == wanted:
            break
        if any(_overlap(box, other.polygon) for other in chosen):
            continue
        chosen.append(AnchorGuess(polygon=box, corners=found, confidence=round(min(1.0, worth / (10 * RICH)), 2)))
    return tuple(chosen)


def _box(x0: int, y0: int, x1: int, y1: int) -> Polyline:
    return ((float(x0), float(y0)), (float(x1), float(y0)), (float(x1), float(y1)), (float(x0), float(y1)))


def _overlap(one: Polyline, two: Polyline) -> bool:
    return one[0][0] < two[2][0] and two[0][0] < one[2][0] and one[0][1] < two[2][1] and two[0][1] < one[2][1]
