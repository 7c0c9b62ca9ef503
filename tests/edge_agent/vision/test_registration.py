"""VERIFIED, UNVERIFIED, MOVED: growth, light and fog are no movement; a knock is; putting it back is seen."""

import cv2
import numpy as np
import pytest

from edge_agent.vision.frame import Image
from edge_agent.vision.landmarks import frame_landmarks
from edge_agent.vision.quality import QualityHistory, judge
from edge_agent.vision.registration import ReferenceBank, Registered, Registration, register
from edge_agent.vision.scene import Scene
from tests.edge_agent.vision.drawing import a_frame, a_scene, draw, stages_on

SCENE = a_scene()
ANCHORED = a_scene(
    anchors=[[[0, 150], [140, 150], [140, 383], [0, 383]], [[370, 150], [511, 150], [511, 383], [370, 383]]]
)


def look(image: Image, bank: ReferenceBank, *, day: float, scene: Scene = SCENE) -> Registered:
    frame = a_frame(image, day=day)
    marks = frame_landmarks(frame, scene)
    quality = judge(frame, QualityHistory(), marks=marks, place=None)
    return register(marks, quality, bank, captured_s=frame.captured_at.timestamp())


def run(images: list[Image], *, scene: Scene = SCENE) -> list[Registration]:
    bank, found = ReferenceBank(), []
    for day, image in enumerate(images):
        registered = look(image, bank, day=day, scene=scene)
        bank = registered.bank
        found.append(registered.registration)
    return found


def shifted(image: Image, dx: float, dy: float = 0.0, *, turn: float = 0.0) -> Image:
    matrix = cv2.getRotationMatrix2D((256, 192), turn, 1.0)
    matrix[:, 2] += np.array([dx, dy])
    return np.asarray(cv2.warpAffine(image, matrix, (512, 384), borderMode=cv2.BORDER_REFLECT), np.uint8)


def noisy(image: Image, seed: int, sigma: float = 6.0) -> Image:
    rng = np.random.default_rng(seed)
    return np.asarray(np.clip(image + rng.normal(0, sigma, image.shape), 0, 255), np.uint8)


def rain(image: Image, seed: int) -> Image:
    rng = np.random.default_rng(seed)
    wet = np.asarray(image * 0.7 + 50, np.uint8)
    for _ in range(250):
        x, y = int(rng.integers(0, 512)), int(rng.integers(0, 384))
        cv2.line(wet, (x, y), (x + 3, y + 14), (210, 210, 210), 1)
    return wet


def fog(image: Image, share: float) -> Image:
    return np.asarray(image * (1 - share) + 205 * share, np.uint8)


def grown(day: int) -> Image:
    return noisy(draw(stages_on(day)), day)


@pytest.mark.parametrize("scene", [SCENE, ANCHORED])
def test_a_growing_building_is_no_movement(scene: Scene) -> None:
    found = run([grown(day) for day in range(0, 40, 3)], scene=scene)
    assert {registration.status for registration in found} == {"VERIFIED"}
    assert max(registration.residual_px for registration in found) < 1.0


@pytest.mark.parametrize("scene", [SCENE, ANCHORED])
@pytest.mark.parametrize(
    "disturb",
    [
        lambda image: rain(image, 3),
        lambda image: fog(image, 0.75),
        lambda image: np.asarray(image * 0.35, np.uint8),
        lambda image: np.asarray(np.clip(image * 1.6, 0, 255), np.uint8),
        lambda image: noisy(image, 5, 25.0),
    ],
)
def test_weather_and_light_never_say_moved(scene: Scene, disturb: object) -> None:
    images = [grown(0), grown(2), *(disturb(grown(day)) for day in (4, 6, 8, 10)), grown(12)]  # type: ignore[operator]
    statuses = [registration.status for registration in run(images, scene=scene)]
    assert "MOVED" not in statuses
    assert statuses[-1] == "VERIFIED"


@pytest.mark.parametrize(("dx", "dy"), [(2.0, 1.0), (-6.0, 3.0), (0.0, -8.0)])
def test_a_small_shift_is_measured_and_corrected(dx: float, dy: float) -> None:
    found = run([grown(0), shifted(grown(2), dx, dy)])[-1]
    assert found.status == "VERIFIED"
    assert (found.shift.dx_px, found.shift.dy_px) == pytest.approx((dx, dy), abs=0.6)
    assert found.residual_px == pytest.approx(np.hypot(dx, dy), abs=0.6)


@pytest.mark.parametrize("scene", [SCENE, ANCHORED])
@pytest.mark.parametrize(
    "knock",
    [
        lambda image: shifted(image, 30),
        lambda image: shifted(image, -70, 20),
        lambda image: shifted(image, 90, -35, turn=4),
        lambda image: shifted(draw(stages_on(9), seed=77), 0),  # turned to something else altogether
    ],
)
def test_a_knock_says_moved_at_the_second_frame_and_verified_when_put_back(scene: Scene, knock: object) -> None:
    images = [grown(day) for day in range(4)] + [knock(grown(day)) for day in range(4, 8)] + [grown(8), grown(9)]  # type: ignore[operator]
    found = run(images, scene=scene)
    assert [registration.status for registration in found[4:]] == ["UNVERIFIED", *["MOVED"] * 3, *["VERIFIED"] * 2]
    assert not any(registration.may_update for registration in found[4:8])


def test_fog_while_moved_does_not_clear_the_camera() -> None:
    images = [grown(0), grown(1), *(shifted(grown(day), 60) for day in (2, 3)), fog(shifted(grown(4), 60), 0.8)]
    last = run(images)[-1]
    assert (last.status, last.may_update) == ("MOVED", False)
