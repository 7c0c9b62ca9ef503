"""Evidence stills: the face alone, masks black, whoever passes unreadable."""

import hashlib

import cv2
import numpy as np
import pytest

from edge_agent.vision.evidence import evidence_still, passing_cells, pixelated
from edge_agent.vision.frame import Image
from edge_agent.vision.persons import person_boxes
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_SIDE_PX, NO_SHIFT, Shift
from edge_agent.vision.scene import Scene
from edge_agent.vision.stages import OCCLUDERS
from tests.edge_agent.vision.drawing import a_frame, a_scene, draw, stages_on

ROWS, COLS = 5, 4
NOISE = np.random.default_rng(0).integers(60, 256, (384, 512, 3), dtype=np.uint8)


def still_of(
    image: Image, *, scene: Scene | None = None, occluder: np.ndarray | None = None, shift: Shift = NO_SHIFT
) -> Image:
    scene = scene or a_scene()
    still = evidence_still(a_frame(image), scene, scene.faces[0], occluder=occluder, shift=shift)
    assert still.sha256 == hashlib.sha256(still.jpeg).hexdigest()
    found = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    assert found.shape[:2] == (still.height_px, still.width_px)
    return np.asarray(found, np.uint8)


def somebody_in(row: int, col: int, *, probability: float = 0.3) -> np.ndarray:
    occluder = np.zeros((ROWS, COLS, len(OCCLUDERS)), np.float32)
    occluder[..., 0] = 1.0
    occluder[row, col] = 0.0
    occluder[row, col, OCCLUDERS.index("vehicle_person")] = probability
    occluder[row, col, 0] = 1 - probability
    return occluder


def test_nothing_beside_the_face_is_shown() -> None:
    still = still_of(NOISE)
    assert still.shape[:2] == (MARGIN_ABOVE_PX + ROWS * CELL_PX, COLS * CELL_PX + 2 * MARGIN_SIDE_PX)
    for beside in (still[: MARGIN_ABOVE_PX - 8], still[:, : MARGIN_SIDE_PX - 8], still[:, 8 - MARGIN_SIDE_PX :]):
        assert beside.max() < 12  # JPEG leaves a trace of the edge, no picture
    assert still[MARGIN_ABOVE_PX + 8 :, MARGIN_SIDE_PX + 8 : -MARGIN_SIDE_PX - 8].min(axis=2).mean() > 60


def test_what_is_under_a_privacy_mask_is_black() -> None:
    masked = still_of(NOISE, scene=a_scene(privacy_masks=[[[0, 0], [511, 0], [511, 383], [0, 383]]]))
    assert masked.max() < 12


def test_a_privacy_mask_goes_with_a_shifted_view() -> None:
    """What is private has moved in the frame as everything has."""
    scene = a_scene(privacy_masks=[[[240, 0], [511, 0], [511, 383], [240, 383]]])
    image = np.zeros_like(NOISE)
    image[:, 240:] = 255
    moved = np.asarray(cv2.warpAffine(image, np.array([[1, 0, -11.0], [0, 1, 0]]), (512, 384)), np.uint8)
    assert still_of(moved, scene=scene, shift=Shift(dx_px=-11.0)).max() < 12


def test_the_cell_somebody_passes_is_a_mosaic_and_its_neighbours_but_one_are_not() -> None:
    plain, hidden = still_of(NOISE), still_of(NOISE, occluder=somebody_in(2, 1))
    top, left = MARGIN_ABOVE_PX + (ROWS - 1 - 2) * CELL_PX, MARGIN_SIDE_PX + CELL_PX
    inside = (slice(top, top + CELL_PX), slice(left, left + CELL_PX))
    assert detail(hidden[inside]) < 0.35 * detail(plain[inside])
    far = (slice(MARGIN_ABOVE_PX, None), slice(MARGIN_SIDE_PX + 3 * CELL_PX, -MARGIN_SIDE_PX))
    assert np.array_equal(hidden[far], plain[far])


def detail(image: Image) -> float:
    return float(np.abs(np.diff(image.astype(float), axis=1)).mean())


@pytest.mark.parametrize(("probability", "found"), [(0.05, 0), (0.16, 1), (0.9, 1)])
def test_a_low_probability_is_enough(probability: float, found: int) -> None:
    assert passing_cells(somebody_in(0, 0, probability=probability)).sum() == found


def test_the_still_follows_a_shifted_view() -> None:
    image = draw(stages_on(10))
    moved = np.asarray(cv2.warpAffine(image, np.array([[1, 0, 6.0], [0, 1, 4.0]]), (512, 384)), np.uint8)
    straight, followed = still_of(image), still_of(moved, shift=Shift(dx_px=6.0, dy_px=4.0))
    assert np.abs(straight.astype(int) - followed).mean() < 3


def test_people_are_looked_for_only_where_they_are_large_enough() -> None:
    scene = a_scene()
    assert person_boxes(a_frame(NOISE), scene, scene.faces[0]) == ()
    large = a_scene(
        corners=[(10, 390), (400, 390), (400, 10), (10, 10)],
        rows=3,
        cols=3,
        camera={"id": "cam-1", "width": 512, "height": 384},
    )
    assert isinstance(person_boxes(a_frame(NOISE), large, large.faces[0]), tuple)


@pytest.mark.requirement("C31")
def test_masked_pixels_become_a_mosaic() -> None:
    masked = pixelated(NOISE[:96, :96], (((0.0, 0.0), (48.0, 0.0), (48.0, 95.0), (0.0, 95.0)),))
    assert np.array_equal(masked[:, 60:], NOISE[:96, 60:96])
    assert len(np.unique(masked[:, :40].reshape(-1, 3), axis=0)) <= 18
