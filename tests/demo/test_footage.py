"""Footage in the data-set layout: truth by building, rounds of stills, and what is said when it is broken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from demo.errors import DemoError
from demo.footage import NAME, load_footage

FIRST = datetime(2026, 9, 1, 2, 3, tzinfo=UTC)


def a_scene(
    root: Path, camera: str, faces: dict[str, str], *, times: Sequence[datetime], stage: str = "structure"
) -> Path:
    """One scene folder; `faces` maps face id to building, each face 1 x 2 cells: `stage` and void."""
    folder = root / "scenes" / camera
    (folder / "frames").mkdir(parents=True)
    told = [{"face_id": f, "building": b, "rows": 1, "cols": 2, "row_lines": [], "col_x": []} for f, b in faces.items()]
    scene = {"schema": "siteprogress.scene/1", "camera": {"id": camera}, "faces": told}
    (folder / "scene.json").write_text(json.dumps(scene))
    truth = {at.strftime(NAME): {"faces": {f: {"stage": [[stage, "void"]]} for f in faces}} for at in times}
    (folder / "truth.json").write_text(json.dumps({"frames": truth}))
    for at in times:
        (folder / "frames" / f"{at.strftime(NAME)}.jpg").write_bytes(b"jpeg")
    return folder


def _times(count: int, *, shift_min: int = 0) -> list[datetime]:
    return [FIRST + timedelta(days=n // 2, hours=5 * (n % 2), minutes=shift_min) for n in range(count)]


def test_truth_is_the_mean_credit_of_a_buildings_cells(tmp_path: Path) -> None:
    times = _times(2)
    a_scene(tmp_path, "c1", {"f1": "b1", "f2": "b2"}, times=times)
    a_scene(tmp_path, "c2", {"f3": "b1"}, times=times, stage="finished")
    footage = load_footage(tmp_path)
    assert footage.truth == {"b1": dict.fromkeys(times, 3750), "b2": dict.fromkeys(times, 2500)}
    assert footage.true_by_day["b2"] == {date(2026, 9, 1): 2500}


def test_cells_that_cannot_be_known_are_left_out(tmp_path: Path) -> None:
    folder = a_scene(tmp_path, "c1", {"f1": "b1"}, times=_times(1))
    told = json.loads((folder / "truth.json").read_text())
    told["frames"][FIRST.strftime(NAME)]["faces"]["f1"]["stage"] = [["base", None]]
    (folder / "truth.json").write_text(json.dumps(told))
    assert load_footage(tmp_path).truth == {"b1": {FIRST: 8000}}


def test_rounds_take_one_still_of_each_camera(tmp_path: Path) -> None:
    a_scene(tmp_path, "c1", {"f1": "b1"}, times=_times(6))
    a_scene(tmp_path, "c2", {"f2": "b2"}, times=_times(6, shift_min=9))
    rounds = load_footage(tmp_path).rounds
    assert [[s.camera for s in each] for each in rounds] == [["c1", "c2"]] * 6
    assert [each[0].at for each in rounds] == _times(6)


def test_a_camera_that_missed_a_round_keeps_its_own_time(tmp_path: Path) -> None:
    a_scene(tmp_path, "c1", {"f1": "b1"}, times=_times(4))
    a_scene(tmp_path, "c2", {"f2": "b2"}, times=_times(4, shift_min=9)[1:2])
    assert [len(each) for each in load_footage(tmp_path).rounds] == [1, 2, 1, 1]


def test_only_the_first_days(tmp_path: Path) -> None:
    a_scene(tmp_path, "c1", {"f1": "b1"}, times=_times(8))
    assert len(load_footage(tmp_path, days=2).stills) == 4


def test_nothing_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"expected scenes/SCENE_ID/scene\.json"):
        load_footage(tmp_path)


def test_a_wrong_name_is_explained(tmp_path: Path) -> None:
    folder = a_scene(tmp_path, "c1", {"f1": "b1"}, times=_times(1))
    (folder / "frames" / "monday.jpg").write_bytes(b"")
    with pytest.raises(DemoError, match=r"monday\.jpg.*20260901T020000Z"):
        load_footage(tmp_path)


def test_broken_truth_is_explained(tmp_path: Path) -> None:
    folder = a_scene(tmp_path, "c1", {"f1": "b1"}, times=_times(1))
    (folder / "truth.json").write_text("{")
    with pytest.raises(DemoError, match=r"truth\.json cannot be read"):
        _ = load_footage(tmp_path).truth
