"""What the eye remembers across a switch of scenes, and after one that was taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import CameraState, Outbox
from edge_agent.remote.carry import carry_over, changed_faces, give_back
from edge_agent.remote.state import FOLDER, State, read_state, write_state
from edge_agent.vision.filter import blank_belief
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.scene import Scene, parse_scene
from edge_agent.vision.stages import NEW_BUILD
from tests.edge_agent.vision.drawing import scene_json

NEW = 7


def two_faces(**second: Any) -> Scene:
    """Faces A-front and B-front; the second may differ."""
    raw = scene_json()
    other = raw["faces"][0] | {"face_id": "B-front", "building": "B"}
    if "rows" in second:
        other |= {key: scene_json(rows=second["rows"])["faces"][0][key] for key in ("rows", "row_lines", "col_x")}
    raw["faces"].append(other | second)
    return parse_scene(raw, file="scene.json")


BEFORE = two_faces()
SHIFTED = [[[x + 3, y] for x, y in line] for line in scene_json()["faces"][0]["row_lines"]]


@pytest.mark.parametrize(
    ("now", "others"),
    [
        (BEFORE, set()),
        (two_faces(row_lines=SHIFTED), set()),
        (two_faces(building="C"), {"B-front"}),
        (two_faces(rows=6), {"B-front"}),
        (two_faces(face_id="B-back"), set()),
        (replace(BEFORE, work_type="renovation"), {"A-front", "B-front"}),
        (replace(BEFORE, privacy_masks=(((0, 0), (9, 0), (9, 9)),)), set()),
    ],
    ids=["same", "marked anew", "another building", "a storey more", "another id", "other work", "a mask"],
)
def test_faces_that_are_other_work_now(now: Scene, others: set[str]) -> None:
    assert changed_faces(BEFORE, now) == others


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = open_outbox(tmp_path, gateway="gw-1", now_ms=lambda: 1)
    belief = blank_belief(5, 4, stages=NEW_BUILD)
    memory = CameraMemory(faces=(("A-front", belief), ("B-front", belief)))
    outbox.commit((), camera=CameraState(camera="cam-1", frames=3, memory=memory.to_bytes()))
    (tmp_path / FOLDER / str(NEW)).mkdir(parents=True)
    yield outbox
    outbox.close()


def remembered(outbox: Outbox) -> list[str]:
    memory = outbox.camera("cam-1").memory
    assert memory is not None
    return [face for face, _ in CameraMemory.from_bytes(memory).faces]


def test_another_building_is_not_believed_what_was_seen_of_the_first(outbox: Outbox, tmp_path: Path) -> None:
    before = outbox.camera("cam-1").memory
    for _ in range(2):  # again, as after a kill
        carry_over(
            outbox, data_dir=tmp_path, config=NEW, before={"cam-1": BEFORE}, now={"cam-1": two_faces(building="C")}
        )
        assert remembered(outbox) == ["A-front"]
    write_state(tmp_path / FOLDER, State(current=0, newest=NEW, restore=NEW))
    for _ in range(2):
        give_back(outbox, data_dir=tmp_path)
        assert outbox.camera("cam-1").memory == before
    assert outbox.camera("cam-1").frames == 3
    assert read_state(tmp_path / FOLDER).restore == 0


def test_a_scene_that_stays_costs_no_copy(outbox: Outbox, tmp_path: Path) -> None:
    carry_over(outbox, data_dir=tmp_path, config=NEW, before={"cam-1": BEFORE}, now={"cam-1": BEFORE})
    assert list((tmp_path / FOLDER / str(NEW)).iterdir()) == []
