"""The radial lens: native pixels to ideal ones and back, and its terms from lines that a person calls straight."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Image
from edge_agent.vision.scene import Camera, Polyline

Array = npt.NDArray[np.float64]

K1_REACH, K2_REACH = 0.5, 0.2
MIN_POINTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LensGuess:
    """Radial terms and how straight the lines became: root mean square distance from their chords, pixels."""

    k1: float
    k2: float
    before_px: float
    after_px: float


def to_native(points: Array, camera: Camera) -> Array:
    """Ideal pixels to native ones: p' = c + (p - c)(1 + k1 r² + k2 r⁴), r in half diagonals from the centre c."""
    centre = np.array([camera.width_px / 2, camera.height_px / 2])
    offset = points - centre
    r2 = (offset**2).sum(axis=-1, keepdims=True) / (centre**2).sum()
    return np.asarray(centre + offset * (1 + camera.k1 * r2 + camera.k2 * r2 * r2))


def to_ideal(points: Array, camera: Camera) -> Array:
    """The inverse of `to_native`, by fixed-point steps (exact to 0.01 px for lenses whose |k1| is under 0.3)."""
    centre = np.array([camera.width_px / 2, camera.height_px / 2])
    native = points - centre
    ideal = native.copy()
    for _ in range(30):
        r2 = (ideal**2).sum(axis=-1, keepdims=True) / (centre**2).sum()
        ideal = native / np.maximum(1 + camera.k1 * r2 + camera.k2 * r2 * r2, 0.2)
    return np.asarray(ideal + centre)


def straight_image(image: Image, camera: Camera) -> Image:
    """The frame as a lens without distortion would have drawn it, same size; the frame itself when k1 = k2 = 0."""
    if camera.k1 == 0 and camera.k2 == 0:
        return image
    height, width = image.shape[:2]
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(float)
    maps = to_native(grid, camera).astype(np.float32)
    return np.asarray(cv2.remap(image, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR), np.uint8)


def fit_lens(lines: Sequence[Polyline], camera: Camera) -> LensGuess:
    """k1 and k2 under which the lines (each at least 3 points, native pixels) are straightest; k2 from 3 lines on.

    ValueError when no line has 3 points: two points are straight under every lens.
    """
    bent = [np.asarray(line, float) for line in lines if len(line) >= MIN_POINTS]
    if not bent:
        msg = f"{len(lines)} lines of 2 points, expected at least one line with 3 points or more"
        raise ValueError(msg)
    plain = replace(camera, k1=0.0, k2=0.0)
    best = plain
    steps = [(0.1, 0.0), (0.02, 0.0), (0.004, 0.0), (0.001, 0.0)]
    if len(bent) >= MIN_POINTS:
        steps = [(0.1, 0.05), (0.02, 0.02), (0.004, 0.004), (0.001, 0.001)]
    for k1_step, k2_step in steps:
        best = _descend(bent, best, k1_step=k1_step, k2_step=k2_step)
    return LensGuess(
        k1=round(best.k1, 4),
        k2=round(best.k2, 4),
        before_px=round(_bend(bent, plain), 3),
        after_px=round(_bend(bent, best), 3),
    )


def _descend(lines: list[Array], start: Camera, *, k1_step: float, k2_step: float) -> Camera:
    best, least = start, _bend(lines, start)
    moved = True
    while moved:
        moved = False
        for d1, d2 in ((k1_step, 0), (-k1_step, 0), (0, k2_step), (0, -k2_step)):
            tried = replace(best, k1=best.k1 + d1, k2=best.k2 + d2)
            if abs(tried.k1) > K1_REACH or abs(tried.k2) > K2_REACH or (d1 == 0 and d2 == 0):
                continue
            bend = _bend(lines, tried)
            if bend < least - 1e-6:
                best, least, moved = tried, bend, True
    return best


def _bend(lines: list[Array], camera: Camera) -> float:
    """Root mean square distance of the ideal points from the straight lines through them."""
    squares = [float(np.mean(_from_line(to_ideal(line, camera)) ** 2)) for line in lines]
    return float(np.sqrt(np.mean(squares)))


def _from_line(points: Array) -> Array:
    centred = points - points.mean(axis=0)
    normal = np.linalg.svd(centred, full_matrices=False)[2][1]
    return np.asarray(centred @ normal)
