"""The commissioning file has all lines of the true geometry, and anchors off the buildings."""

import json
from pathlib import Path

import numpy as np
import pytest

from training.scenes.demo.district import CAMERAS
from training.scenes.demo.site import demo_site
from training.scenes.layout import measured_faces, scene_json, write_json
from training.scenes.shapes.facing import to_world
from training.scenes.shot.camera import project
from training.scenes.sites import make_site


@pytest.mark.parametrize("number", range(5))
def test_lines_are_complete_and_meet_at_the_corners(number: int) -> None:
    site = make_site("train", number, frames=1)
    scene = scene_json(site, camera_id="cam")
    for face in scene["faces"]:
        assert len(face["row_lines"]) == face["rows"] + 1 and len(face["col_x"]) == face["cols"] + 1
        assert all(2 <= len(line) <= 5 for line in face["row_lines"])
        for row, end in ((0, 0), (-1, -1)):
            assert face["row_lines"][row][0] == pytest.approx(face["col_x"][0][end], abs=0.2)
            assert face["row_lines"][row][-1] == pytest.approx(face["col_x"][-1][end], abs=0.2)


def test_a_storey_line_lies_on_the_floor_that_it_names() -> None:
    site = demo_site(CAMERAS[0])
    building, face = measured_faces(site)[1]
    line = scene_json(site, camera_id="cam")["faces"][1]["row_lines"][3]
    point = to_world(building, face, np.array([face.u_m[-1], 0.0, building.row_z[3]]))
    assert line[-1] == pytest.approx(project(site.view, point[None])[0][0], abs=0.06)


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.camera_id)
def test_anchors_are_off_the_buildings(camera: object) -> None:
    scene = scene_json(demo_site(camera), camera_id="cam")  # type: ignore[arg-type]
    assert scene["anchors"]
    for anchor in scene["anchors"]:
        (left, top), _, (right, bottom), _ = anchor
        for face in scene["faces"]:
            points = np.array([point for line in face["row_lines"] for point in line])
            inside = (points > [left, top]).all(axis=1) & (points < [right, bottom]).all(axis=1)
            assert not inside.any()


def test_writing_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "scene.json"
    write_json(path, {"name": "青坪"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"name": "青坪"}
    assert [item.name for item in tmp_path.iterdir()] == ["scene.json"]
