"""The generator's camera: a pinhole with radial distortion; projection, rays and placing it. Pure."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from training.scenes.site import Floats, View


def axes(view: View) -> Floats:
    """(3, 3) rows: right, down and forward of the camera in world coordinates."""
    forward = np.asarray(view.target) - np.asarray(view.position)
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    cos, sin = np.cos(view.roll), np.sin(view.roll)
    return np.stack([cos * right + sin * down, cos * down - sin * right, forward])


def distort(view: View, pixels: Floats) -> Floats:
    """Ideal pixels to native ones: p' = c + (p - c)(1 + k1 r² + k2 r⁴), r in half diagonals from the centre."""
    centre = np.array([view.width, view.height]) / 2
    offset = pixels - centre
    r2 = (offset**2).sum(axis=-1, keepdims=True) / float((centre**2).sum())
    return np.asarray(centre + offset * (1 + view.k1 * r2 + view.k2 * r2**2))


def undistort_map(view: View) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For every native pixel the ideal pixel that it shows (maps for cv2.remap), by fixed-point iteration."""
    ys, xs = np.mgrid[0 : view.height, 0 : view.width].astype(np.float64) + 0.5
    native = np.stack([xs, ys], axis=-1)
    ideal = native.copy()
    for _ in range(8):
        ideal = native - (distort(view, ideal) - ideal)
    return ideal[..., 0].astype(np.float32) - 0.5, ideal[..., 1].astype(np.float32) - 0.5


def project(view: View, points: Floats) -> tuple[Floats, Floats]:
    """World points (…, 3) to native pixels (…, 2) and their depth in metres (≤ 0 is behind the camera)."""
    local = (np.asarray(points) - np.asarray(view.position)) @ axes(view).T
    depth = local[..., 2]
    safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
    ideal = local[..., :2] / safe[..., None] * view.focal_px + np.array([view.width, view.height]) / 2
    return distort(view, ideal), depth


def turned(view: View, *, yaw: float, pitch: float) -> View:
    """The same camera knocked about its own place by small angles."""
    offset = np.asarray(view.target) - np.asarray(view.position)
    cos, sin = np.cos(yaw), np.sin(yaw)
    offset = np.array([cos * offset[0] - sin * offset[1], sin * offset[0] + cos * offset[1], offset[2]])
    flat = float(np.hypot(offset[0], offset[1]))
    rise = np.arctan2(offset[2], flat) + pitch
    offset[2] = flat * np.tan(rise)
    target = np.asarray(view.position) + offset
    return replace(view, target=(float(target[0]), float(target[1]), float(target[2])))
