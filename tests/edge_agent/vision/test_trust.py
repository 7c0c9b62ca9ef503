"""A small, deterministic version of bench/trust.py: mishaps put on a site's days, through the whole chain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import cv2
import numpy as np
import pytest

from edge_agent.vision import disturb
from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.reading import FaceReading
from edge_agent.vision.see import see
from tests.edge_agent.vision.drawing import a_frame, a_scene, daylight, draw, stages_on
from tests.edge_agent.vision.fixed_network import ColourNetwork

SCENE, NET = a_scene(), ColourNetwork()
WARM, HALF_DAYS = 16, 0.5


def a_look(number: int, *, seed: int = 1) -> Frame:
    """The site at ten and at ten in turn, half a day apart, in the light and with the grain of its moment."""
    day = number * HALF_DAYS
    noise = np.random.default_rng(number).normal(0, 3, (384, 512, 3))
    image = daylight(draw(stages_on(day), seed=seed), day) + noise
    return a_frame(np.asarray(np.clip(image, 0, 255), np.uint8), day=day)


@lru_cache(maxsize=1)
def warm() -> CameraMemory:
    memory = CameraMemory()
    for number in range(WARM):
        seen = see(a_look(number), SCENE, NET, memory)
        memory = seen.memory
        assert seen.readings[0].quality == ()
        assert seen.readings[0].registration == "VERIFIED"
    return memory


def painted(change: Callable[[Image], Image]) -> list[Frame]:
    looks = [a_look(WARM + k) for k in range(3)]
    return [replace(look, image=change(look.image)) for look in looks]


def shown(frames: list[Frame]) -> tuple[list[FaceReading], CameraMemory]:
    memory, readings = CameraMemory.from_bytes(warm().to_bytes()), []
    for frame in frames:
        seen = see(frame, SCENE, NET, memory)
        memory = seen.memory
        readings.append(seen.readings[0])
    return readings, memory


def swapped() -> list[Frame]:
    return [a_look(WARM + k, seed=77) for k in range(3)]


def frozen() -> list[Frame]:
    return [replace(a_look(WARM - 1), captured_at=a_look(WARM + k).captured_at) for k in range(3)]


def replayed() -> list[Frame]:
    pairs = [(a_look(WARM + k), a_look(WARM - 4 + k)) for k in range(3)]
    return [replace(now, image=disturb.stamped(old.image, f"{now.captured_at:%H:%M}")) for now, old in pairs]


def set_back() -> list[Frame]:
    looks = [a_look(WARM + k) for k in range(2)]
    return [replace(look, captured_at=look.captured_at - timedelta(days=1.5)) for look in looks]


@pytest.mark.parametrize(
    ("deliver", "word"),
    [
        (swapped, "MOVED"),
        (lambda: painted(lambda i: disturb.knocked(i, dx_px=30)), "MOVED"),
        (lambda: painted(lambda i: disturb.knocked(i, dx_px=-21, dy_px=21)), "MOVED"),
        (lambda: painted(lambda i: disturb.knocked(i, turn_deg=3)), "MOVED"),
        (lambda: painted(lambda i: disturb.bagged(i, seed=int(i.sum()) % 997)), "covered"),
        (lambda: painted(lambda i: disturb.held(i, seed=int(i.sum()) % 997)), "covered"),
        (lambda: painted(lambda i: disturb.at_night(i, seed=1)), "dark"),
        (lambda: painted(disturb.blurred), "blur"),
        (lambda: painted(disturb.burnt_out), "overexposed"),
        (lambda: painted(lambda i: disturb.foggy(i, share=0.93)), "low_contrast"),
        (frozen, "frozen"),
        (replayed, "replayed"),
        (set_back, "clock_backwards"),
    ],
)
def test_is_noticed_with_its_reason_and_changes_no_cell(deliver: Callable[[], list[Frame]], word: str) -> None:
    readings, after = shown(deliver())
    assert word in {*readings[1].quality, readings[1].registration}
    before, held = warm().belief("A-front"), after.belief("A-front")
    assert before is not None
    assert held is not None
    assert np.array_equal(before.phases, held.phases)


@pytest.mark.parametrize(("dx", "dy"), [(2.0, 0.0), (-1.4, 1.4), (8.0, 0.0), (-5.7, 5.7)])
def test_a_small_shift_is_corrected_and_published(dx: float, dy: float) -> None:
    readings, _ = shown(painted(lambda image: disturb.knocked(image, dx_px=dx, dy_px=dy)))
    for reading in readings:
        assert reading.registration == "VERIFIED"
        assert reading.residual_px == pytest.approx(float(np.hypot(dx, dy)), abs=0.6)
        assert reading.completion_bp is not None


def test_calm_days_and_a_camera_put_back_are_trusted() -> None:
    knocked = painted(lambda image: disturb.knocked(image, dx_px=30))
    readings, _ = shown([*knocked, *(a_look(WARM + 3 + k) for k in range(4))])
    assert [reading.registration for reading in readings] == ["UNVERIFIED", "MOVED", "MOVED", *["VERIFIED"] * 4]
    assert {reading.quality for reading in readings[3:]} == {()}


def test_fog_is_said_and_read_with_care() -> None:
    readings, _ = shown(painted(lambda image: np.asarray(cv2.addWeighted(image, 0.3, image, 0, 130), np.uint8)))
    assert all("fog" in reading.quality and reading.registration != "MOVED" for reading in readings)
