"""What is said of a face does not fall by less than it is unsure of, and follows a true fall."""

import io
from itertools import pairwise

import numpy as np
import pytest

from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.reading import STEADY_SIGMAS, FaceReading, steadied
from edge_agent.vision.see import see
from tests.edge_agent.vision.drawing import a_frame, a_scene, daylight, draw
from tests.edge_agent.vision.fixed_network import ColourNetwork

SCENE, NET = a_scene(), ColourNetwork()
BEGUN = np.array([[5] * 4, [4] * 4, [3] * 4, [2] * 4, [0] * 4])


@pytest.mark.parametrize(
    ("held_bp", "said_bp", "said_now_bp"),
    [
        (4000.0, float("nan"), 4000.0),  # nothing was said before
        (4100.0, 4000.0, 4100.0),  # a rise is said as it is
        (3900.0, 4000.0, 4000.0),  # within the doubt
        (4000.0 - 400 * STEADY_SIGMAS, 4000.0, 4000.0),
        (3000.0, 4000.0, 3000.0 + 400 * STEADY_SIGMAS),  # beyond it: all but that doubt
    ],
)
def test_a_fall_is_said_only_beyond_the_doubt(held_bp: float, said_bp: float, said_now_bp: float) -> None:
    assert steadied(held_bp, said_bp=said_bp, sigma_bp=400) == pytest.approx(said_now_bp)


def follow(stages: list[np.ndarray], memory: CameraMemory | None = None) -> tuple[list[FaceReading], CameraMemory]:
    """A look a day at a drawn site."""
    kept, readings = memory or CameraMemory(), []
    for day, table in enumerate(stages):
        seen = see(a_frame(daylight(draw(table), day), day=day), SCENE, NET, kept)
        readings.append(seen.readings[0])
        kept = seen.memory
    return readings, kept


def test_a_wall_that_is_torn_down_falls() -> None:
    torn = BEGUN.copy()
    torn[1:] = 0
    readings, _ = follow([BEGUN] * 5 + [torn] * 25)
    assert readings[4].held_bp is not None
    assert readings[-1].held_bp is not None
    assert readings[-1].held_bp < readings[4].held_bp - 1500


def test_what_was_said_is_kept_over_a_restart_and_unknown_to_older_memories() -> None:
    readings, memory = follow([BEGUN] * 3)
    (_, belief), *_ = memory.faces
    assert belief.said_bp == readings[-1].held_bp
    ((_, again),) = CameraMemory.from_bytes(memory.to_bytes()).faces
    assert again.said_bp == belief.said_bp
    with np.load(io.BytesIO(memory.to_bytes())) as arrays:
        older = {name: arrays[name] for name in arrays.files if not name.startswith("said_bp")}
    written = io.BytesIO()
    np.savez(written, **older)
    ((_, before),) = CameraMemory.from_bytes(written.getvalue()).faces
    assert np.isnan(before.said_bp)


def test_one_cell_told_a_stage_lower_now_and_then_is_no_fall() -> None:
    lower = BEGUN.copy()
    lower[2, 1] = 2
    readings, _ = follow([BEGUN, BEGUN, BEGUN, lower, BEGUN, BEGUN, lower, lower, BEGUN, BEGUN])
    values = [reading.held_bp or 0 for reading in readings]
    assert all(later >= earlier for earlier, later in pairwise(values[2:]))
