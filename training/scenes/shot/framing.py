"""Where the camera of a row of buildings stands, and which faces it sees well enough to be measured. Pure."""

from dataclasses import replace

import numpy as np

from training.scenes.shapes.facing import outward, to_world
from training.scenes.shot.camera import project
from training.scenes.site import Building, Facade, Floats, View

FRAME_PX = 160_000  # pixels of a training frame, whatever its shape
STEEPEST_MEASURED = np.cos(np.radians(67))


def make_view(buildings: tuple[Building, ...], yaw: float, rng: np.random.Generator) -> View:
    """A camera `yaw` off the first building's front normal; the frame's shape follows what it looks at."""
    main = buildings[0]
    low, high, width = main.row_z[0], main.row_z[-1], main.width_m
    if len(buildings) > 1 and low == 0 and rng.random() < 0.3:
        width = buildings[1].origin[0] + buildings[1].width_m
        high = max(high, buildings[1].row_z[-1])
    storey = (main.row_z[-1] - low) / main.rows
    fill = float(rng.uniform(0.72, 1.12))
    apparent = width * np.cos(yaw) + 0.8 * main.depth_m * abs(np.sin(yaw))
    aspect = float(np.clip(1.12 * apparent / (1.2 * high), 0.75, 1.9))
    frame_w = int(np.sqrt(FRAME_PX * aspect) / 16) * 16
    frame_h = int(FRAME_PX / frame_w / 16) * 16
    wide = rng.uniform(26, 68) if rng.random() < 0.75 else rng.uniform(68, 98)
    focal = frame_w / 2 / np.tan(np.radians(float(wide)) / 2)
    storey_px = min(fill * frame_h / (high / storey), fill * frame_w / (apparent / storey))
    storey_px = float(np.clip(storey_px, 17, 62))
    distance = max(focal * storey / storey_px, 12.0) + 0.3 * width * abs(np.sin(yaw))
    up = float(np.clip(rng.choice([rng.uniform(3, 12), rng.uniform(10, 60)]), 3, 0.75 * distance))
    aim = np.array([0.5 * width, 0.15 * main.depth_m, high * float(rng.uniform(0.44, 0.58))])
    position = (aim[0] + distance * np.sin(yaw), aim[1] - distance * np.cos(yaw), up)
    target = aim + rng.normal(0, 0.02, 3) * distance * 0.6
    return View(
        position=(float(position[0]), float(position[1]), up),
        target=(float(target[0]), float(target[1]), float(target[2])),
        roll=float(rng.normal(0, 0.015)),
        focal_px=float(focal),
        width=frame_w,
        height=frame_h,
        k1=round(float(rng.uniform(-0.12, 0.04)), 4) if rng.random() < 0.5 else 0.0,
        k2=0.0,
    )


def with_measured(building: Building, view: View) -> Building:
    """The same building with each face marked as measurable from `view` or not."""
    return replace(
        building, faces=tuple(replace(face, measured=is_measurable(building, face, view)) for face in building.faces)
    )


def is_measurable(building: Building, face: Facade, view: View) -> bool:
    """At most 67° off the normal, at least 14 px a storey and 6 px a bay, and half of it in the frame."""
    u, z = np.meshgrid(np.linspace(0, face.u_m[-1], 7), np.linspace(building.row_z[0], building.row_z[-1], 7))
    points: Floats = to_world(building, face, np.stack([u, np.zeros_like(u), z], axis=-1))
    pixels, depth = project(view, points)
    inside = (depth > 1) & (pixels >= 0).all(-1) & (pixels[..., 0] < view.width) & (pixels[..., 1] < view.height)
    towards = np.asarray(view.position) - points.mean(axis=(0, 1))
    cosine = float(towards @ outward(building, face) / np.linalg.norm(towards))
    storey_px = float(np.abs(np.diff(pixels[:, 3, 1])).sum()) / building.rows
    bay_px = float(np.linalg.norm(pixels[3, -1] - pixels[3, 0])) / (len(face.u_m) - 1)
    near = bool((depth > 2).all())
    return near and cosine > STEEPEST_MEASURED and inside.mean() >= 0.5 and storey_px >= 14 and bay_px >= 6
