"""The generator's camera projects as a pinhole, and its distortion can be undone."""

from dataclasses import replace

import numpy as np
import pytest

from training.scenes.shot.camera import axes, distort, project, turned, undistort_map
from training.scenes.site import View

VIEW = View(
    position=(0.0, -50.0, 10.0),
    target=(0.0, 0.0, 10.0),
    roll=0.0,
    focal_px=500.0,
    width=640,
    height=480,
    k1=0.0,
    k2=0.0,
)


@pytest.mark.parametrize(
    ("point", "pixel"),
    [((0, 0, 10), (320, 240)), ((5, 0, 10), (370, 240)), ((0, 0, 15), (320, 190)), ((0, 50, 15), (320, 215))],
)
def test_pinhole(point: tuple[float, float, float], pixel: tuple[float, float]) -> None:
    pixels, depth = project(VIEW, np.array([point], dtype=float))
    assert pixels[0] == pytest.approx(pixel)
    assert depth[0] == pytest.approx(point[1] + 50)


def test_a_point_behind_has_no_positive_depth() -> None:
    assert project(VIEW, np.array([[0.0, -60.0, 10.0]]))[1][0] < 0


def test_axes_are_orthonormal_with_roll() -> None:
    frame = axes(replace(VIEW, roll=0.1, target=(3.0, 2.0, 30.0)))
    assert frame @ frame.T == pytest.approx(np.eye(3), abs=1e-9)


@pytest.mark.parametrize("k1", [-0.09, 0.03])
def test_the_undistortion_map_inverts_the_distortion(k1: float) -> None:
    view = replace(VIEW, k1=k1)
    xs, ys = undistort_map(view)
    ideal = np.stack([xs, ys], axis=-1).astype(float) + 0.5
    native = distort(view, ideal)
    rows, cols = np.mgrid[0:480, 0:640]
    assert np.abs(native - np.stack([cols + 0.5, rows + 0.5], axis=-1)).max() < 0.05


def test_a_knocked_camera_shows_the_scene_moved_by_its_angle() -> None:
    knocked = turned(VIEW, yaw=0.14, pitch=-0.05)
    moved, _ = project(knocked, np.array([[0.0, 0.0, 10.0]]))
    assert moved[0] == pytest.approx([320 + 500 * np.tan(0.14), 240 - 500 * np.tan(0.05)], abs=2)
    assert knocked.position == VIEW.position
