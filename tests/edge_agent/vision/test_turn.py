"""A turn or zoom is told from growth, light and a plain shift."""

import pytest

from edge_agent.vision.disturb import knocked, live
from edge_agent.vision.landmarks import frame_landmarks
from edge_agent.vision.turn import find_turn
from tests.edge_agent.vision.drawing import a_frame, a_scene, backdrop, draw, stages_on

SCENE = a_scene(corners=[(200.0, 250.0), (300.0, 245.0), (298.0, 120.0), (205.0, 110.0)])
BEFORE = frame_landmarks(a_frame(backdrop(3)), SCENE)


@pytest.mark.parametrize(("turn_deg", "zoom"), [(2.0, 1.0), (-1.5, 1.0), (0.0, 1.03), (1.5, 0.975)])
def test_is_measured(turn_deg: float, zoom: float) -> None:
    marks = frame_landmarks(a_frame(knocked(backdrop(3), turn_deg=turn_deg, zoom=zoom)), SCENE)
    turn = find_turn(BEFORE.gradient, marks, dx=0.0, dy=0.0)
    assert turn is not None
    # OpenCV turns anticlockwise for positive angles; in pixels with y down that is a negative rotation.
    assert turn.rotation_deg == pytest.approx(-turn_deg, abs=0.35)
    assert turn.zoom == pytest.approx(zoom - 1, abs=0.008)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("dx", "dy"), [(0.0, 0.0), (4.0, -3.0)])
def test_a_shift_in_other_light_is_none(seed: int, dx: float, dy: float) -> None:
    image = knocked(live(draw(stages_on(8), seed=3), seed=seed), dx_px=dx, dy_px=dy)
    before = frame_landmarks(a_frame(draw(stages_on(4), seed=3)), SCENE)
    scale = before.native_per_px
    assert find_turn(before.gradient, frame_landmarks(a_frame(image), SCENE), dx=dx / scale, dy=dy / scale) is None
