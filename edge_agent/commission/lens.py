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
STEPS, NUDGE = 25, 1e-5


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
    best = _descend(bent, plain, terms=2 if len(bent) >= MIN_POINTS else 1)
    return LensGuess(
        k1=round(best.k1, 4),
        k2=round(best.k2, 4),
        before_px=round(_bend(bent, plain), 3),
        after_px=round(_bend(bent, best), 3),
    )


def _descend(lines: list[Array], start: Camera, *, terms: int) -> Camera:
    """Damped Gauss-Newton steps on the distances of all points from their lines."""
    best, damping = start, 1e-3
    for _ in range(STEPS):
        distances = _distances(lines, best)
        slopes = np.stack([(_distances(lines, _moved(best, term, NUDGE)) - distances) / NUDGE for term in range(terms)])
        square = slopes @ slopes.T
        step = -np.linalg.solve(square + damping * np.diag(np.diag(square) + 1e-9), slopes @ distances)
        tried = best
        for term in range(terms):
            tried = _moved(tried, term, float(step[term]))
        if _bend(lines, tried) < _bend(lines, best):
            best, damping = tried, damping / 5
        else:
            damping *= 10
    return best


def _moved(camera: Camera, term: int, by: float) -> Camera:
    if term == 0:
        return replace(camera, k1=float(np.clip(camera.k1 + by, -K1_REACH, K1_REACH)))
    return replace(camera, k2=float(np.clip(camera.k2 + by, -K2_REACH, K2_REACH)))


def _distances(lines: list[Array], camera: Camera) -> Array:
    return np.concatenate([_from_line(to_ideal(line, camera)) for line in lines])


def _bend(lines: list[Array], camera: Camera) -> float:
    """Root mean square distance of the ideal points from the straight lines through them."""
    squares = [float(np.mean(_from_line(to_ideal(line, camera)) ** 2)) for line in lines]
    return float(np.sqrt(np.mean(squares)))


def _from_line(points: Array) -> Array:
    centred = points - points.mean(axis=0)
    normal = np.linalg.svd(centred, full_matrices=False)[2][1]
    return np.asarray(centred @ (normal * np.sign(normal[np.abs(normal).argmax()])))
