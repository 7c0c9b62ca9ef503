"""World to clip space, of lights and of the camera. Pure numpy."""

import numpy as np

from training.scenes.shot.camera import axes
from training.scenes.site import Floats, Moment


def ortho(way: Floats, bounds: Floats) -> Floats:
    """(4, 4) rows: world to clip space of a light from `way`, just around the box `bounds` (2, 3)."""
    helper = np.array([0.0, 0.0, 1.0]) if abs(way[2]) < 0.95 else np.array([1.0, 0.0, 0.0])
    right = np.cross(helper, way)
    right /= np.linalg.norm(right)
    basis = np.stack([right, np.cross(way, right), -way])
    corners = np.array([[bounds[i, 0], bounds[j, 1], bounds[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    local = corners @ basis.T
    low, high = local.min(axis=0), local.max(axis=0)
    out = np.eye(4)
    out[:3, :3] = basis * (2 / (high - low))[:, None]
    out[:3, 3] = -(high + low) / (high - low)
    return out


def perspective(moment: Moment) -> Floats:
    """(4, 4) rows: world to clip space of the moment's camera (without its distortion), 0.5 m to 4 km."""
    view = moment.view
    right, down, forward = axes(view)
    near, far = 0.5, 4000.0
    out = np.zeros((4, 4))
    out[0, :3] = right * 2 * view.focal_px / view.width
    out[1, :3] = -down * 2 * view.focal_px / view.height
    out[2, :3] = forward * (far + near) / (far - near)
    out[3, :3] = forward
    out[:, 3] = -out[:, :3] @ np.asarray(view.position)
    out[2, 3] -= 2 * far * near / (far - near)
    return out


def view_rays(moment: Moment) -> Floats:
    """(3, 3) rows: right, down, forward, scaled so that right × ±1 and down × ±1 reach the picture's edges."""
    view = moment.view
    half = np.array([view.width / 2, view.height / 2, view.focal_px]) / view.focal_px
    return axes(view) * half[:, None]
