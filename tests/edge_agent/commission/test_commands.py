"""The command line: guess, edit, preview, check on real files, and what it answers to what cannot be."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from edge_agent.cli import app
from edge_agent.commission.arguments import points_of
from edge_agent.vision.scene import load_scene
from tests.edge_agent.commission.drawing import CORNERS, facade

QUAD = " ".join(f"{x:g},{y:g}" for x, y in CORNERS)


def call(*words: object) -> Result:
    return CliRunner().invoke(app, ["commission", *map(str, words)])


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    path = tmp_path / "20261121T040000Z.png"
    cv2.imwrite(str(path), facade(rows=6, cols=4))
    return path


@pytest.fixture
def scene(frame: Path) -> Path:
    path = frame.with_name("scene.json")
    done = call("guess", frame, "--quad", QUAD, "--rows", 6, "--cols", 4, "--out", path)
    assert done.exit_code == 0, done.output
    return path


def test_from_a_frame_to_a_checked_scene(frame: Path, tmp_path: Path) -> None:
    out, preview, report = (tmp_path / name for name in ("s.json", "p.jpg", "r.json"))
    done = call("guess", tmp_path, "--quad", QUAD, "--face", "B-east", "--building", "B", "--camera", "cam-7",
                "--out", out, "--preview", preview, "--report", report)  # fmt: skip
    assert done.exit_code == 0, done.output
    scene = load_scene(out)
    assert (scene.camera.camera_id, scene.faces[0].face_id, scene.faces[0].rows) == ("cam-7", "B-east", 6)
    assert cv2.imread(str(preview)).shape[1] > 900
    told: dict[str, Any] = json.loads(report.read_text())
    assert told["face"]["rows"]["origin"] == "counted"
    checked = call("check", out, frame, "--lang", "en")
    assert checked.exit_code == 0 and "0 wrong" in checked.output


def test_a_correction_is_written_and_drawn(scene: Path, frame: Path) -> None:
    picture = frame.with_name("p.png")
    done = call("edit", scene, "--move-row", "3: 145,240 510,230", "--open-row", 5, "--add-mask", "0,0 50,0 50,50",
                "--frame", frame, "--preview", picture)  # fmt: skip
    assert done.exit_code == 0, done.output
    after = load_scene(scene)
    assert after.faces[0].row_lines[3] == ((145.0, 240.0), (510.0, 230.0))
    assert after.faces[0].row_lines[5] is None and len(after.privacy_masks) == 1
    assert call("preview", scene, frame, "--out", picture).exit_code == 0


def test_crossing_lines_are_told_in_both_languages_and_exit_1(scene: Path) -> None:
    call("edit", scene, "--move-row", "4: 145,420 510,410")
    found = call("check", scene)
    assert found.exit_code == 1
    assert "crosses storey line" in found.output and "层线" in found.output
    as_json = json.loads(call("check", scene, "--json").output)
    assert as_json[0]["code"] == "rows_cross" and as_json[0]["zh"] and as_json[0]["en"]


def test_a_second_face_goes_beside_the_first(scene: Path, frame: Path) -> None:
    side = "520,400 600,390 580,80 500,70"
    assert call("guess", frame, "--quad", side, "--rows", 6, "--cols", 2, "--out", scene).exit_code == 2
    done = call("guess", frame, "--quad", side, "--rows", 6, "--cols", 2, "--out", scene, "--face", "A-side", "--add")
    assert done.exit_code == 0, done.output
    assert [face.face_id for face in load_scene(scene).faces] == ["A-front", "A-side"]
    assert call("edit", scene, "--cols", 3).exit_code == 2  # which face?
    assert call("edit", scene, "--face", "A-side", "--cols", 3).exit_code == 0


def test_lines_called_straight_give_the_lens(scene: Path) -> None:
    x = np.linspace(20, 620, 7)
    bent = " ".join(f"{v:.1f},{60 + 20 * (1 - ((v - 320) / 300) ** 2):.1f}" for v in x)
    assert call("edit", scene, "--straight", bent).exit_code == 0
    assert load_scene(scene).camera.k1 != 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("check", "missing.json"), 1, "missing.json"),
        (("guess", "missing.png", "--out", "s.json", "--quad", QUAD), 1, "cannot be read"),
        (("guess", ".", "--out", "s.json", "--quad", QUAD), 1, "folder without an image"),
        (("edit", "scene.json"), 2, "no correction given"),
        (("edit", "scene.json", "--move-row", "3 1,2 3,4"), 2, 'expected "LINE: x,y x,y"'),
        (("edit", "scene.json", "--move-row", "3: 1,2 3;4 x,5"), 2, "is no point"),
        (("edit", "scene.json", "--move-row", "33: 1,2 3,4"), 1, "a line from 0 to 6"),
        (("check", "scene.json", "--lang", "fr"), 2, "expected zh, en or both"),
    ],
)
def test_what_cannot_be_is_told(scene: Path, words: tuple[str, ...], code: int, says: str) -> None:
    empty = scene.with_name("empty")
    empty.mkdir()
    places = {"scene.json": scene, "missing.json": empty / "missing.json", "missing.png": empty / "missing.png"}
    places |= {".": empty, "s.json": empty / "s.json"}
    before = scene.read_bytes()
    done = call(*(places.get(word, word) for word in words))
    assert (done.exit_code, scene.read_bytes()) == (code, before)
    assert says in done.output.replace("\n", " ")


def test_a_scene_that_cannot_be_written_leaves_the_old_one_and_no_rest(scene: Path) -> None:
    folder = scene.with_name("folder.json")
    folder.mkdir()
    before = sorted(scene.parent.iterdir())
    done = call("edit", scene, "--cols", 3, "--out", folder)
    assert done.exit_code == 2 and "expected the name of a file" in done.output.replace("\n", " ")
    assert sorted(scene.parent.iterdir()) == before
    assert load_scene(scene).faces[0].cols == 4


def test_another_face_comes_from_a_frame_of_the_same_size_under_an_id_of_its_own(scene: Path, frame: Path) -> None:
    before = scene.read_bytes()
    other = frame.with_name("20261122T040000Z.png")
    cv2.imwrite(str(other), np.zeros((200, 300, 3), np.uint8))
    add = ("--quad", QUAD, "--rows", 6, "--cols", 4, "--out", scene, "--add")
    small, twice = call("guess", other, *add, "--face", "B"), call("guess", frame, *add)
    assert (small.exit_code, twice.exit_code) == (2, 2)
    assert "300 x 200 px" in small.output and "has a face A-front" in twice.output
    assert scene.read_bytes() == before
    assert call("guess", frame, *add, "--face", "B").exit_code == 0
    assert [face.face_id for face in load_scene(scene).faces] == ["A-front", "B"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--quad", "2080,3300 2300,3300 2300,3100 2080,3100"), "off the frame"),
        (("--near", "9000,9000"), "off the frame"),
        (("--quad", QUAD, "--report", "{tmp}/none/r.json"), "there is no folder"),
    ],
)
def test_what_cannot_come_to_anything_is_told_at_once(frame: Path, words: tuple[str, ...], told: str) -> None:
    done = call("guess", frame, "--out", frame.with_name("s.json"), *(w.format(tmp=frame.parent) for w in words))
    assert done.exit_code == 2 and told in done.output
    assert not frame.with_name("s.json").exists()


def test_points_may_be_typed_with_spaces_and_full_width_commas() -> None:
    assert points_of("80, 300  300，280;1,-2.5") == [[80.0, 300.0], [300.0, 280.0], [1.0, -2.5]]
