"""Faces drawn flat: of the right size, the same again from the same number, and no stage like another."""

from itertools import pairwise

import numpy as np
import pytest

from edge_agent.vision.first_look import SHRINK
from edge_agent.vision.rectify import canvas_size
from edge_agent.vision.stages import STAGE_LISTS, stages_of
from training.sketch.face import DRAW, MOST, drawn, sketches

KINDS = sorted(STAGE_LISTS)


@pytest.mark.parametrize("work_type", KINDS)
def test_a_face_fits_its_canvas_and_is_drawn_the_same_again(work_type: str) -> None:
    for sketch in sketches(work_type, 12, np.random.default_rng(3)):
        face = drawn(work_type, sketch.shape, seed=sketch.seed)
        assert face.canvas.shape == (*canvas_size(*sketch.shape), 3)
        assert face.stage.shape == sketch.shape
        assert 0 <= face.stage.min() <= face.stage.max() < len(stages_of(work_type).names)
        assert face.first is None or face.first.shape[:2] == tuple(side // SHRINK for side in face.canvas.shape[:2])
        again = drawn(work_type, sketch.shape, seed=sketch.seed)
        assert np.array_equal(face.canvas, again.canvas)
        assert (face.first is None) == (again.first is None)


def test_all_stages_of_all_kinds_come_up_and_nothing_stands_above_a_void() -> None:
    rng = np.random.default_rng(4)
    for work_type in KINDS:
        faces = [drawn(work_type, each.shape, seed=each.seed).stage for each in sketches(work_type, 60, rng)]
        share = np.bincount(np.concatenate([stage.ravel() for stage in faces])) / sum(stage.size for stage in faces)
        assert len(share) == len(stages_of(work_type).names)
        assert share.min() > 0.03, (work_type, share)
        if work_type == "new_build":
            assert all((np.diff(stage, axis=0) <= 0).all() for stage in faces)


@pytest.mark.parametrize("work_type", KINDS)
def test_a_wall_changes_with_its_stage_and_only_with_it(work_type: str) -> None:
    """Between two days without work a wall differs by what hangs or passes there, between two stages all over."""
    last = len(stages_of(work_type).names)
    for seed in range(6):
        whole = [np.full((5, 5), stage) for stage in range(last)]
        draw, lights = DRAW[work_type], [np.random.default_rng(day) for day in (1, 2)]
        days = [[draw(stage, seed=seed, light=light) for light in lights] for stage in whole]
        standing = slice(1, None) if work_type == "new_build" else slice(None)  # of a void one sees the day's sky
        same = [_share_changed(*pair) for pair in days[standing]]
        other = [_share_changed(a[0], b[0]) for a, b in pairwise(days)]
        if work_type == "road":
            other = other[:-1]  # what is marked differs by its lines alone
        assert max(same) < min(other), (seed, same, other)


def _share_changed(one: np.ndarray, two: np.ndarray) -> float:
    return float((np.abs(one.astype(int) - two).max(axis=-1) > 12).mean())


def test_a_face_is_at_most_as_large_as_the_network_is_shown() -> None:
    shapes = [each.shape for kind in KINDS for each in sketches(kind, 50, np.random.default_rng(1))]
    assert max(rows for rows, _ in shapes) == max(cols for _, cols in shapes) == MOST
