"""The data set layout: whole ones are read in time order, broken ones refused with file, place and expectation."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent.vision.dataset import UNKNOWN, check_frames, read_dataset
from edge_agent.vision.errors import DatasetError, SceneError
from tests.edge_agent.vision.drawing import write_dataset

FIRST = "20260901T020000Z"


def small(root: Path) -> Path:
    return write_dataset(root, scenes=1, days=4, step=2)


def edit_truth(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = root / "scenes" / "drawn-0" / "truth.json"
    truth = json.loads(path.read_text())
    change(truth)
    path.write_text(json.dumps(truth))


def face_of(truth: dict[str, Any]) -> dict[str, Any]:
    return dict(truth)["frames"][FIRST]["faces"]["A-front"]  # type: ignore[no-any-return]


def test_a_whole_data_set_is_read_in_time_order(tmp_path: Path) -> None:
    (folder,) = read_dataset(small(tmp_path))
    assert [frame.path.stem for frame in folder.frames] == [FIRST, "20260903T020000Z"]
    truth = folder.frames[0].truth["A-front"]
    assert truth.stage.shape == (5, 4)
    assert truth.occluded[1, 2]
    assert folder.frames[0].conditions == ("clear",)


def test_null_is_unknown_and_covers_may_be_joined(tmp_path: Path) -> None:
    def change(truth: dict[str, Any]) -> None:
        face_of(truth)["stage"][0][0] = None
        face_of(truth)["cover"][4][3] = "scaffold+net_opaque"

    edit_truth(small(tmp_path), change)
    truth = read_dataset(tmp_path)[0].frames[0].truth["A-front"]
    assert truth.stage[0, 0] == UNKNOWN
    assert np.array_equal(truth.cover[4, 3], [True, True, False])


def test_footage_without_truth_is_read(tmp_path: Path) -> None:
    (small(tmp_path) / "scenes" / "drawn-0" / "truth.json").unlink()
    assert read_dataset(tmp_path)[0].frames[0].truth == {}


@pytest.mark.parametrize(
    ("change", "where", "expected"),
    [
        (lambda t: t.update(schema="siteprogress.truth/7"), "schema", "siteprogress.truth/1"),
        (lambda t: face_of(t)["stage"].pop(), f"frames.{FIRST}.faces.A-front.stage", "5 rows x 4 columns"),
        (
            lambda t: face_of(t)["stage"][1].__setitem__(2, "roof"),
            f"frames.{FIRST}.faces.A-front.stage[1][2]",
            "formwork",
        ),
        (lambda t: face_of(t)["cover"][0].__setitem__(0, "tarp"), f"frames.{FIRST}.faces.A-front.cover[0][0]", "net"),
        (lambda t: face_of(t)["occluded"][0].__setitem__(0, 3), f"frames.{FIRST}.faces.A-front.occluded[0][0]", "1"),
        (lambda t: t["frames"][FIRST]["faces"].update(B=face_of(t)), f"frames.{FIRST}.faces.B", "A-front"),
        (lambda t: t["frames"].update({"20270101T000000Z": t["frames"][FIRST]}), "frames.20270101T000000Z", "frame"),
        (lambda t: t.update(frames=None), "frames", "an object"),
        (lambda t: t["frames"].update({FIRST: None}), f"frames.{FIRST}", "(got None)"),
        (lambda t: t["frames"][FIRST].update(faces={"A-front": None}), f"frames.{FIRST}.faces.A-front", "(got None)"),
        (lambda t: face_of(t).update(stage=None), f"frames.{FIRST}.faces.A-front.stage", "list"),
        (lambda t: face_of(t).update(stage=[]), f"frames.{FIRST}.faces.A-front.stage", "5 rows x 4 columns"),
        (lambda t: face_of(t)["stage"].__setitem__(2, None), f"frames.{FIRST}.faces.A-front.stage[2]", "list"),
        (
            lambda t: face_of(t)["occluded"][0].__setitem__(0, None),
            f"frames.{FIRST}.faces.A-front.occluded[0][0]",
            "int",
        ),
        (
            lambda t: face_of(t)["occluded"][0].__setitem__(0, 10**400),
            f"frames.{FIRST}.faces.A-front.occluded[0][0]",
            "1",
        ),
        (
            lambda t: face_of(t)["occluded"][0].__setitem__(0, float("nan")),
            f"frames.{FIRST}.faces.A-front.occluded[0][0]",
            "finite",
        ),
        (
            lambda t: face_of(t).update(occluder=[["", "", "", "dragon"]] * 5),
            f"frames.{FIRST}.faces.A-front.occluder[0][3]",
            "vegetation",
        ),
        (
            lambda t: face_of(t).update(occluder=[[""] * 4]),
            f"frames.{FIRST}.faces.A-front.occluder",
            "5 rows x 4 columns",
        ),
    ],
)
def test_a_broken_truth_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], where: str, expected: str
) -> None:
    edit_truth(small(tmp_path), change)
    with pytest.raises(DatasetError, match=r"truth\.json") as caught:
        read_dataset(tmp_path)
    assert caught.value.where == where
    assert expected in caught.value.expected


def test_other_broken_things_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="at least one scene folder"):
        read_dataset(tmp_path)
    folder = small(tmp_path) / "scenes" / "drawn-0"
    (folder / "frames" / "monday.jpg").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"monday\.jpg.*YYYYMMDDTHHMMSSZ"):
        read_dataset(tmp_path)
    (folder / "truth.json").write_text("{")
    with pytest.raises(DatasetError, match="JSON"):
        read_dataset(tmp_path)
    (folder / "scene.json").write_text("{}")
    with pytest.raises(SceneError, match="schema"):
        read_dataset(tmp_path)


def test_what_hides_is_read_and_may_be_untold(tmp_path: Path) -> None:
    edit_truth(small(tmp_path), lambda t: face_of(t).update(occluder=[["crane", "", None, "lens"]] * 5))
    first, second = read_dataset(tmp_path)[0].frames
    assert first.truth["A-front"].occluder[0].tolist() == [1, 0, 0, 5]
    assert not second.truth["A-front"].occluder.any()


def edit_scene(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = root / "scenes" / "drawn-0" / "scene.json"
    scene = json.loads(path.read_text())
    change(scene)
    path.write_text(json.dumps(scene))


def face(scene: dict[str, Any]) -> dict[str, Any]:
    return scene["faces"][0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: face(s).update(rows=0),
        lambda s: face(s).update(rows=10**9),
        lambda s: face(s).update(rows=None),
        lambda s: s.update(faces=[]),
        lambda s: s.update(faces=None),
        lambda s: s.update(faces=[face(s), face(s)]),
        lambda s: s["camera"].update(width=float("inf")),
        lambda s: s["camera"].update(width=10**400),
        lambda s: face(s)["col_x"].__setitem__(0, [[float("nan"), 1], [1, 2]]),
        lambda s: face(s)["col_x"].__setitem__(0, [[None, 1], [1, 2]]),
        lambda s: face(s)["col_x"].__setitem__(0, [[-1e300, 330], [1, 2]]),
        lambda s: face(s)["col_x"].__setitem__(0, [[1e9, 330], [1e9, 2]]),
        lambda s: face(s).update(col_x=[[[5, 5], [5, 5]]] * 5),
        lambda s: s.update(privacy_masks=[[[0, 0], [1e12, 0], [9, 9]]]),  # was drawn for hours
        lambda s: s.update(anchors=[[[0, 0], [1e300, 0], [9, 9]]]),
        lambda s: s.update({f"schema{n}": 0 for n in range(100_000)}),  # so many near misses took minutes
    ],
)
def test_a_commissioning_that_cannot_be_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    edit_scene(small(tmp_path), change)
    with pytest.raises((DatasetError, SceneError), match=r"scene\.json: at "):
        read_dataset(tmp_path)


def test_a_number_too_long_to_read_is_refused(tmp_path: Path) -> None:
    folder = small(tmp_path) / "scenes" / "drawn-0"
    for name in ("truth.json", "scene.json"):
        (folder / name).write_text((folder / name).read_text().replace('"schema"', f'"x": {"9" * 5000}, "schema"', 1))
        with pytest.raises((DatasetError, SceneError), match=name.replace(".", r"\.")):
            read_dataset(tmp_path)


@pytest.mark.parametrize("name", ["truth.json", "scene.json"])
@pytest.mark.parametrize(
    "spoil",
    [os.mkfifo, lambda p: p.symlink_to("/dev/zero"), lambda p: p.symlink_to("nowhere")],
    ids=["pipe", "device", "nowhere"],
)
def test_what_has_no_end_or_leads_nowhere_is_refused(tmp_path: Path, name: str, spoil: Callable[[Path], None]) -> None:
    path = small(tmp_path) / "scenes" / "drawn-0" / name
    path.unlink()
    spoil(path)
    with pytest.raises((DatasetError, SceneError), match=re.escape(f"{name}: at (file): expected")):
        read_dataset(tmp_path)


def test_lists_without_end_are_refused(tmp_path: Path) -> None:
    path = small(tmp_path) / "scenes" / "drawn-0" / "truth.json"
    path.write_text("[" * 100_000)
    with pytest.raises(DatasetError, match=r"truth\.json"):
        read_dataset(tmp_path)


def test_a_key_told_twice_is_refused(tmp_path: Path) -> None:
    path = small(tmp_path) / "scenes" / "drawn-0" / "truth.json"
    path.write_text(path.read_text().replace('"frames": {', f'"frames": {{"{FIRST}": {{"faces": {{}}}}, ', 1))
    with pytest.raises(DatasetError, match=f"{FIRST}.*twice"):
        read_dataset(tmp_path)


def test_a_key_told_twice_is_found_among_many(tmp_path: Path) -> None:
    path = small(tmp_path) / "scenes" / "drawn-0" / "truth.json"
    path.write_text("{" + "".join(f'"{n}": 0, ' for n in range(200_000)) + '"199999": 1}')
    with pytest.raises(DatasetError, match="'199999' stands twice"):
        read_dataset(tmp_path)


def test_two_scenes_of_one_name_are_refused(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, scenes=2, days=2)
    path = root / "scenes" / "drawn-1" / "scene.json"
    path.write_text(path.read_text().replace("drawn-1", "drawn-0"))
    with pytest.raises(DatasetError, match=r"drawn-1.*scene_id.*'drawn-0'"):
        read_dataset(tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026091T020000Z.jpg", "YYYYMMDDTHHMMSSZ"),
        ("20260901T020000.jpg", "YYYYMMDDTHHMMSSZ"),
        ("20260901T020000+0800.jpg", "YYYYMMDDTHHMMSSZ"),
        ("20261341T020000Z.jpg", "YYYYMMDDTHHMMSSZ"),
        ("20260901T020000Z.png", "one frame per time"),
        ("20260909T020000Z.jpeg", "ending in .jpg or .png"),
    ],
)
def test_a_frame_of_another_name_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    (small(tmp_path) / "scenes" / "drawn-0" / "frames" / name).write_bytes(b"")
    with pytest.raises(DatasetError, match=re.escape(expected)) as caught:
        read_dataset(tmp_path)
    assert name.split(".", maxsplit=1)[0] in caught.value.file


def test_hidden_and_foreign_files_are_passed_over_and_links_followed(tmp_path: Path) -> None:
    root = small(tmp_path / "real")
    frames = root / "scenes" / "drawn-0" / "frames"
    (frames / ".DS_Store").write_bytes(b"")
    (frames / "notes.txt").write_text("weather was fine")
    linked = tmp_path / "linked" / "scenes"
    linked.mkdir(parents=True)
    (linked / "drawn-0").symlink_to(root / "scenes" / "drawn-0", target_is_directory=True)
    check_frames(read_dataset(tmp_path / "linked"))


def in_place_a_pipe(path: Path) -> None:
    """What opens it to read waits for somebody to write."""
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[:-200]), "truncated"),
        (lambda p: p.write_bytes(b""), "a JPEG or PNG file"),
        (
            lambda p: cv2.imwrite(str(p), np.zeros((100, 100, 3), np.uint8)),
            "512 x 384 px as in scene.json (got 100 x 100)",
        ),
        (lambda p: (p.unlink(), p.symlink_to(p.parent / "nowhere.jpg")), "a readable file"),
        (lambda p: (p.unlink(), p.mkdir()), "a readable file"),
        (in_place_a_pipe, "a readable file: a pipe or a device"),
        (lambda p: (p.unlink(), p.symlink_to("/dev/zero")), "a readable file: a pipe or a device"),
    ],
)
def test_a_frame_that_cannot_be_read_is_refused_by_its_header(
    tmp_path: Path, spoil: Callable[[Path], object], expected: str
) -> None:
    path = small(tmp_path) / "scenes" / "drawn-0" / "frames" / f"{FIRST}.jpg"
    spoil(path)
    with pytest.raises(DatasetError, match=re.escape(expected)) as caught:
        check_frames(read_dataset(tmp_path))
    assert caught.value.file == str(path)


def test_a_key_nearly_right_is_refused_not_ignored(tmp_path: Path) -> None:
    """`ocluded` ignored would score every hidden cell as if it were in sight."""

    def misspelt(truth: dict[str, Any]) -> None:
        face = face_of(truth)
        face["ocluded"] = face.pop("occluded")

    edit_truth(small(tmp_path), misspelt)
    with pytest.raises(
        DatasetError, match=rf"frames\.{FIRST}\.faces\.A-front: unknown key 'ocluded', expected occluded"
    ):
        read_dataset(tmp_path)


def test_a_byte_order_mark_and_a_hidden_folder_do_no_harm(tmp_path: Path) -> None:
    scene = small(tmp_path) / "scenes" / "drawn-0"
    for name in ("scene.json", "truth.json"):
        path = scene / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    (scene.with_name(".git")).mkdir()
    assert len(read_dataset(tmp_path)) == 1


def test_a_misnamed_frame_is_told_before_the_truth_that_misses_it(tmp_path: Path) -> None:
    frame = small(tmp_path) / "scenes" / "drawn-0" / "frames" / f"{FIRST}.jpg"
    frame.rename(frame.with_name("IMG_0001.jpg"))
    with pytest.raises(DatasetError, match=r"IMG_0001\.jpg: at \(name\): expected a capture time in UTC"):
        read_dataset(tmp_path)


@pytest.mark.parametrize(
    ("named", "told"),
    [("none", "there is no such folder"), ("scenes", "name the folder above"), ("scenes/drawn-0/scene.json", "a file")],
)
def test_another_folder_than_a_data_set_is_told(tmp_path: Path, named: str, told: str) -> None:
    with pytest.raises(DatasetError, match=told):
        read_dataset(small(tmp_path) / named)
