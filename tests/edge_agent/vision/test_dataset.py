"""The data set layout: whole ones are read in time order, broken ones refused with file, place and expectation."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_agent.vision.dataset import UNKNOWN, read_dataset
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
