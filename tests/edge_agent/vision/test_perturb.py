"""Known errors are as large as they say, can be repeated, and leave alone what they must not touch."""

import numpy as np
import pytest

from edge_agent.vision.errors import VisionError
from edge_agent.vision.perturb import Disturbance, disturbances_of, parse_disturbance
from tests.edge_agent.vision.drawing import CORNERS, a_frame, a_scene, backdrop
from wire.scene.grid import node_grid


@pytest.mark.parametrize("amount", [2, 4])
def test_a_grid_is_off_by_so_many_pixels_at_its_corners(amount: int) -> None:
    scene = a_scene()
    off = Disturbance(kind="polygon_px", amount=amount).scene(scene)
    before, after = (node_grid(s.faces[0]).inner for s in (scene, off))
    corners = np.linalg.norm(after - before, axis=-1)[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners == pytest.approx([amount] * len(CORNERS), abs=0.25 * amount)
    assert off == Disturbance(kind="polygon_px", amount=amount).scene(scene)
    assert off != Disturbance(kind="polygon_px", amount=amount, seed=1).scene(scene)
    frame = a_frame(backdrop())
    assert Disturbance(kind="polygon_px", amount=amount).frame(frame, scene_id="s", first=False) is frame


def test_a_knock_moves_every_frame_but_the_first_by_the_same_way() -> None:
    frame, knock = a_frame(backdrop()), Disturbance(kind="shift_px", amount=8)
    assert knock.frame(frame, scene_id="s", first=True) is frame
    moved, again = (knock.frame(frame, scene_id="s", first=False) for _ in range(2))
    assert np.array_equal(moved.image, again.image)
    assert moved.sha256 != frame.sha256
    a, b = (np.float32(i.image[40:-40, 40:-40, 1]) for i in (frame, moved))
    best = min(
        (float(np.abs(a - np.roll(b, (dy, dx), (0, 1)))[20:-20, 20:-20].mean()), abs(dx + dy * 1j))
        for dy in range(-10, 11)
        for dx in range(-10, 11)
    )
    assert best[1] == pytest.approx(8, abs=1.0)


def test_a_poor_stream_changes_pixels_not_size() -> None:
    frame = a_frame(backdrop())
    poor = Disturbance(kind="jpeg", amount=10).frame(frame, scene_id="s", first=True)
    assert poor.image.shape == frame.image.shape
    assert not np.array_equal(poor.image, frame.image)


def test_what_is_asked_for_runs_once_and_nothing_runs_for_nothing() -> None:
    assert [d.name for d in disturbances_of(["jpeg:30", "shift_px:0", "jpeg:30"], full=False)] == ["jpeg:30"]
    full = [d.name for d in disturbances_of(["jpeg:30"], full=True)]
    assert full == [
        "polygon_px:2",
        "polygon_px:4",
        "shift_px:2",
        "shift_px:8",
        "shift_px:30",
        "jpeg:90",
        "jpeg:60",
        "jpeg:30",
    ]


@pytest.mark.parametrize(
    "text", ["", "fog:3", "jpeg", "jpeg:0", "jpeg:101", "shift_px:-2", "shift_px:9" * 40, "jpeg:３"]
)
def test_a_disturbance_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(VisionError, match=r"expected one of polygon_px"):
        parse_disturbance(text)
