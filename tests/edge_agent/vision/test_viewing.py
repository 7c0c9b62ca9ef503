"""Obliquity from the commissioning alone, against cameras whose angle is known."""

import numpy as np
import pytest

from edge_agent.vision.scene import Camera, Face
from edge_agent.vision.viewing import obliquity_deg

WIDTH, HEIGHT = 1920, 1080


def seen_face(*, yaw_deg: float, pitch_deg: float, focal_px: float, rows: int = 8, cols: int = 5) -> tuple[Face, float]:
    """A facade of 3 m storeys and 4 m bays 60 m away, and the true angle of its middle in degrees."""
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    nod = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    rotation = nod @ turn
    middle = np.array([0.0, 0.0, 60.0])

    def placed(col: float, row: float) -> np.ndarray:
        return np.asarray(rotation @ np.array([4.0 * (col - cols / 2), -3.0 * (row - rows / 2), 0.0]) + middle)

    def pixel(col: float, row: float) -> tuple[float, float]:
        x, y, z = placed(col, row)
        return float(WIDTH / 2 + focal_px * x / z), float(HEIGHT / 2 + focal_px * y / z)

    face = Face(
        face_id="A-front",
        building="A",
        rows=rows,
        cols=cols,
        row_lines=tuple((pixel(0, r), pixel(cols, r)) for r in range(rows + 1)),
        col_x=tuple((pixel(c, 0), pixel(c, rows)) for c in range(cols + 1)),
        cell_weight_bp=None,
    )
    normal = rotation @ np.array([0.0, 0.0, 1.0])
    return face, float(np.degrees(np.arccos(abs(normal[2]))))


def camera() -> Camera:
    return Camera(camera_id="cam", width_px=WIDTH, height_px=HEIGHT, k1=0.0, k2=0.0)


@pytest.mark.parametrize("focal_px", [1100.0, 1900.0, 3800.0])
@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(35, 20), (-50, 15), (60, -25), (25, 60), (70, 10)])
def test_the_angle_is_found_where_two_vanishing_points_tell_the_focal_length(
    yaw_deg: float, pitch_deg: float, focal_px: float
) -> None:
    face, true_deg = seen_face(yaw_deg=yaw_deg, pitch_deg=pitch_deg, focal_px=focal_px)
    assert obliquity_deg(face, camera()) == pytest.approx(true_deg, abs=1.0)


@pytest.mark.parametrize("yaw_deg", [0, 30, 60])
def test_level_views_take_the_usual_focal_length(yaw_deg: float) -> None:
    """With level storey lines and upright bays no picture tells the focal length; the band is still about right."""
    face, true_deg = seen_face(yaw_deg=yaw_deg, pitch_deg=0, focal_px=1500.0)
    assert obliquity_deg(face, camera()) == pytest.approx(true_deg, abs=8.0)
