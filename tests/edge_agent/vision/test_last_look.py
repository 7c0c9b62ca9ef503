"""How each cell looked a day ago is kept, cell by cell, over hiding, restarts and clocks that go back."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edge_agent.vision.change import Change
from edge_agent.vision.errors import MemoryFormatError
from edge_agent.vision.frame import Image
from edge_agent.vision.last_look import APART_S, LastLook, looked_at
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.quality import Quality, judge
from edge_agent.vision.rectify import CELL_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX, Mask, canvas_size
from edge_agent.vision.see import see
from tests.edge_agent.vision.drawing import a_frame, a_scene, daylight, draw, stages_on
from tests.edge_agent.vision.fixed_network import ColourNetwork

SCENE, NET = a_scene(), ColourNetwork()
EVERY = np.ones((2, 3), bool)
DAY = 86400.0


def canvas(seed: int) -> Image:
    """A wall of 2 x 3 cells with something on it."""
    return np.random.default_rng(seed).integers(40, 200, (*canvas_size(2, 3), 3)).astype(np.uint8)


def painted(seed: int) -> Image:
    """The same wall, its cell at the lower left with something else on it."""
    picture, low = canvas(seed), MARGIN_BELOW_PX
    picture[-low - CELL_PX : -low, MARGIN_SIDE_PX : MARGIN_SIDE_PX + CELL_PX] = (
        canvas(seed + 99)[:CELL_PX, :CELL_PX] // 3
    )
    return picture


def test_looks_of_one_day_are_not_compared_with_each_other() -> None:
    last = looked_at("f", canvas(1), EVERY, now_s=0.0)
    soon = last.change(painted(1), EVERY, now_s=APART_S - 1)
    assert not soon.evidence.any()
    assert not soon.days.any()
    assert last.plus(painted(1), EVERY, now_s=APART_S - 1).jpeg == last.jpeg
    later = last.change(painted(1), EVERY, now_s=DAY)
    assert np.argwhere(later.evidence > 1).tolist() == [[0, 0]]
    assert (later.days == 1).all()
    assert last.change(canvas(1), EVERY, now_s=DAY).evidence.max() < -1


def test_a_cell_that_is_hidden_is_compared_with_how_it_looked_before() -> None:
    shown = EVERY.copy()
    shown[0, 0] = False
    last = looked_at("f", canvas(1), EVERY, now_s=0.0).plus(painted(1), shown, now_s=DAY)
    change = last.change(painted(1), EVERY, now_s=2 * DAY)
    assert change.days[0, 0] == 2
    assert np.argwhere(change.evidence > 1).tolist() == [[0, 0]]
    assert (change.days[shown] == 1).all()


def test_a_cell_never_seen_is_compared_with_nothing() -> None:
    shown = EVERY.copy()
    shown[0] = False
    last = looked_at("f", canvas(1), shown, now_s=0.0)
    assert not last.change(painted(1), ~shown, now_s=DAY).evidence.any()
    known = last.plus(painted(1), ~shown, now_s=60.0)
    assert not np.isnan(known.seen_s).any()
    assert known.change(painted(1), EVERY, now_s=2 * DAY).evidence[0].max() < -1


def test_a_clock_that_was_ahead_and_is_right_again_is_not_waited_for() -> None:
    last = looked_at("f", canvas(1), EVERY, now_s=400 * DAY).plus(canvas(1), EVERY, now_s=5 * DAY)
    assert (last.seen_s == 5 * DAY).all()
    assert last.change(painted(1), EVERY, now_s=6 * DAY).evidence.max() > 1


def test_a_picture_that_is_none_is_refused_in_words() -> None:
    broken = LastLook(face_id="f", jpeg=b"no picture", seen_s=np.zeros((2, 3)))
    with pytest.raises(MemoryFormatError, match="a last look is no JPEG"):
        broken.change(canvas(1), EVERY, now_s=DAY)


def looked(memory: CameraMemory, day: float) -> CameraMemory:
    return see(a_frame(daylight(draw(stages_on(day)), day), day=day), SCENE, NET, memory).memory


def test_it_survives_a_kill_but_no_other_grid_and_no_new_commissioning() -> None:
    memory = looked(looked(CameraMemory(), 6), 8)
    again = CameraMemory.from_bytes(memory.to_bytes())
    (kept,), (before,) = again.last_looks, memory.last_looks
    assert (kept.face_id, kept.jpeg) == (before.face_id, before.jpeg)
    assert np.array_equal(kept.seen_s, before.seen_s, equal_nan=True)
    face = SCENE.faces[0]
    assert again.last_look_at(face) is kept
    assert again.last_look_at(replace(face, rows=face.rows - 1, row_lines=face.row_lines[:-1])) is None
    assert again.under("another view").last_looks == ()


def test_a_memory_of_an_older_version_begins_with_the_next_look() -> None:
    older = CameraMemory.from_bytes(replace(looked(CameraMemory(), 6), last_looks=()).to_bytes())
    assert older.last_looks == ()
    assert len(looked(older, 8).last_looks) == 1


def test_what_fog_shows_is_neither_compared_nor_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, asked = looked(CameraMemory(), 6), list[float]()
    judged, compared = judge, LastLook.change

    def foggy(*given: Any, **named: Any) -> Quality:
        return replace(judged(*given, **named), codes=("fog",))

    def change(self: LastLook, canvas: Image, visible: Mask, *, now_s: float) -> Change:
        asked.append(now_s)
        return compared(self, canvas, visible, now_s=now_s)

    monkeypatch.setattr(LastLook, "change", change)
    with monkeypatch.context() as in_fog:
        in_fog.setattr("edge_agent.vision.see.judge", foggy)
        through = looked(memory, 8)
    assert asked == []
    assert through.last_looks == memory.last_looks
    assert looked(through, 10).last_looks != memory.last_looks
    assert len(asked) == 1


def test_a_frame_that_is_not_trusted_is_not_compared_with_later() -> None:
    memory = looked(CameraMemory(), 6)
    dark = np.full_like(draw(stages_on(6)), 3)
    unusable = see(a_frame(dark, day=8), SCENE, NET, memory).memory
    assert unusable.last_looks == memory.last_looks
