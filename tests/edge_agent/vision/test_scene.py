"""Commissioning files: what is accepted, and that a refusal names file, place and expectation."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_agent.vision.errors import SceneError
from edge_agent.vision.scene import load_scene, parse_scene
from tests.edge_agent.vision.drawing import CORNERS, a_scene, scene_json
from wire.scene.grid import node_grid


def with_face(**over: Any) -> dict[str, Any]:
    raw = scene_json()
    raw["faces"][0] |= over
    return raw


def renamed(key: str, name: str) -> dict[str, Any]:
    return {name if found == key else found: value for found, value in scene_json().items()}


@pytest.mark.parametrize(
    ("raw", "where", "expected"),
    [
        ([], "(root)", "an object"),
        (scene_json() | {"schema": "siteprogress.scene/9"}, "schema", "siteprogress.scene/1"),
        (scene_json() | {"work_type": "bridge"}, "(root)", "new_build"),
        (scene_json() | {"faces": []}, "faces", "at least 1"),
        (with_face(rows=7), "faces[0]", "expected rows + 1 = 8"),
        (with_face(cols=9), "faces[0]", "expected cols + 1 = 10"),
        (with_face(row_lines=[None] * 6), "faces[0]", "at least 2"),
        (with_face(row_lines=["x"] * 6), "faces[0].row_lines[0]", "tuple"),
        (with_face(col_x=[[[1, 2, 3], [4, 5]]] * 5), "faces[0].col_x[0][0]", "at most 2"),
        (with_face(col_x=[[[float("nan"), 2], [4, 5]]] * 5), "faces[0].col_x[0][0][0]", "finite"),
        (with_face(row_lines=with_face()["faces"][0]["row_lines"][::-1]), "faces[0]", "from the ground up"),
        (with_face(col_x=with_face()["faces"][0]["col_x"][::-1]), "faces[0]", "from left to right"),
        (with_face(face_id="x" * 129), "faces[0].face_id", "at most 128"),
        (renamed("privacy_masks", "privacy_mask"), "(root)", "unknown key 'privacy_mask', expected privacy_masks"),
        (with_face(cell_weight_bp=[[1, 2]]), "faces[0]", "5 rows x 4 columns"),
        (with_face(cell_weight_bp=[[0] * 4] * 5), "faces[0]", "all zero"),
    ],
)
def test_refusal_names_place_and_expectation(raw: object, where: str, expected: str) -> None:
    with pytest.raises(SceneError, match=r"site/scene\.json") as caught:
        parse_scene(raw, file="site/scene.json")
    assert caught.value.where == where
    assert expected in caught.value.expected


def test_two_faces_of_one_name_are_refused() -> None:
    raw = scene_json()
    raw["faces"] *= 2
    with pytest.raises(SceneError, match="used twice"):
        parse_scene(raw, file="scene.json")


@pytest.mark.parametrize(("text", "problem"), [("{", "JSON"), ("", "JSON"), ("[" * 100_000, "JSON")])
def test_unreadable_file(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "scene.json"
    path.write_text(text)
    with pytest.raises(SceneError, match=problem):
        load_scene(path)
    with pytest.raises(SceneError, match="readable file"):
        load_scene(tmp_path / "none.json")


def test_load_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "scene.json"
    path.write_text(json.dumps(scene_json(anchors=[[[0, 0], [9, 0], [9, 9]]])))
    scene = load_scene(path)
    assert (scene.camera.width_px, scene.faces[0].rows, len(scene.anchors)) == (512, 5, 1)


@pytest.mark.parametrize("seen", [(0, 5), (0, 3), (0, 1, 2), (2, 4), (0, 2, 5)])
def test_unseen_storeys_follow_the_perspective(seen: tuple[int, ...]) -> None:
    """Lines left null come back where the full commissioning has them, also above the last visible one."""
    steep = [(150.0, 350.0), (350.0, 310.0), (340.0, 60.0), (165.0, 40.0)]
    full = node_grid(a_scene(corners=steep).faces[0]).inner
    guessed = node_grid(a_scene(corners=steep, seen_rows=seen).faces[0]).inner
    assert np.abs(full - guessed).max() < 1.5


def test_parallel_edges_space_storeys_equally() -> None:
    corners = [(100.0, 300.0), (300.0, 300.0), (300.0, 100.0), (100.0, 100.0)]
    inner = node_grid(a_scene(corners=corners, seen_rows=(0, 2)).faces[0]).inner
    assert inner[:, 0, 1] == pytest.approx([300, 260, 220, 180, 140, 100])


def test_bowed_row_lines_are_followed() -> None:
    raw = scene_json()
    lines = raw["faces"][0]["row_lines"]
    for line in lines:
        line[1][1] -= 9.0
    inner = node_grid(parse_scene(raw, file="scene.json").faces[0]).inner
    straight = node_grid(a_scene().faces[0]).inner
    # The columns lean a little, so the bow is measured along them.
    assert (straight - inner)[:, 2, 1] == pytest.approx(9.0, abs=0.2)
    assert (straight - inner)[:, 0, 1] == pytest.approx(0.0, abs=0.2)


def test_outline_starts_at_the_lower_left_corner() -> None:
    assert node_grid(a_scene().faces[0]).inner[0, 0] == pytest.approx(CORNERS[0], abs=1e-6)
