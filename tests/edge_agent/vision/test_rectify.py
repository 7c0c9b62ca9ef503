"""The canvas: each cell in its square, cells that cannot be observed marked, evidence cut to the face."""

import cv2
import numpy as np
import pytest

from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_SIDE_PX, Shift, canvas_size, face_map_of, rectify
from edge_agent.vision.scene import Scene
from tests.edge_agent.vision.drawing import CORNERS, LOOKS, a_frame, a_scene, draw

STAGES = np.arange(20).reshape(5, 4) % 5 + 1


def cell_colours(canvas: np.ndarray, rows: int, cols: int) -> np.ndarray:
    centres_y = [MARGIN_ABOVE_PX + (rows - 1 - r) * CELL_PX + 24 for r in range(rows)]
    centres_x = [MARGIN_SIDE_PX + c * CELL_PX + 24 for c in range(cols)]
    return canvas[np.ix_(centres_y, centres_x)]


def test_each_cell_lands_in_its_square() -> None:
    scene = a_scene()
    canvas = rectify(a_frame(draw(STAGES)), scene, scene.faces[0])
    assert canvas.image.shape == (*canvas_size(5, 4), 3)
    assert np.array_equal(cell_colours(canvas.image, 5, 4), np.array(LOOKS, np.uint8)[STAGES])
    assert canvas.observable.all()
    assert 40 < canvas.px_per_storey < 56


def test_a_measured_shift_is_undone() -> None:
    scene = a_scene()
    moved = cv2.warpAffine(draw(STAGES), np.array([[1, 0, 7.0], [0, 1, -5.0]]), (512, 384))
    canvas = rectify(a_frame(np.asarray(moved, np.uint8)), scene, scene.faces[0], shift=Shift(dx_px=7, dy_px=-5))
    straight = rectify(a_frame(draw(STAGES)), scene, scene.faces[0])
    inner = (slice(MARGIN_ABOVE_PX, -24), slice(24, -24))
    assert np.abs(canvas.image[inner].astype(int) - straight.image[inner]).mean() < 1.0


def observable(scene: Scene) -> np.ndarray:
    return face_map_of(scene.faces[0], scene.camera, scene.privacy_masks).observable


@pytest.mark.parametrize(
    ("scene", "seen"),
    [
        (a_scene(), 20),
        (a_scene(corners=[(x, 384 - (384 - y) * 0.25) for x, y in CORNERS]), 0),  # 12 px a storey
        (a_scene(corners=[(250.0, 330.0), (290.0, 326.0), (290.0, 85.0), (250.0, 80.0)]), 0),  # seen almost edge-on
        (a_scene(corners=[(x - 250, y) for x, y in CORNERS]), 10),  # half outside the frame
        (a_scene(privacy_masks=[[[0, 0], [512, 0], [512, 130], [0, 130]]]), 16),  # top storey masked
    ],
)
def test_cells_that_cannot_be_observed(scene: Scene, seen: int) -> None:
    assert observable(scene).sum() == seen


def test_a_face_outside_the_frame_gives_a_black_canvas() -> None:
    scene = a_scene(corners=[(x + 2000, y) for x, y in CORNERS])
    canvas = rectify(a_frame(draw(STAGES)), scene, scene.faces[0])
    assert not canvas.image.any()
    assert not canvas.observable.any()


def test_large_frames_are_smoothed_before_sampling() -> None:
    """One-pixel stripes at 190 px a storey average out instead of aliasing."""
    big = [(4 * x, 4 * y) for x, y in CORNERS]
    camera = {"id": "cam-1", "width": 2048, "height": 1536}
    scene = a_scene(corners=big, camera=camera)
    stripes = np.zeros((1536, 2048, 3), np.uint8)
    stripes[::2] = 255
    canvas = rectify(a_frame(stripes), scene, scene.faces[0])
    assert canvas.image[60:-60, 40:-40].std() < 12
