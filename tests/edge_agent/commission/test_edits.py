"""Corrections: each does what it says, nothing else changes, and what cannot be is refused with the reason."""

from typing import Any

import pytest

from edge_agent.vision.scene import parse_scene
from tests.edge_agent.vision.drawing import a_scene
from wire.scene.edits import apply_edit
from wire.scene.errors import SceneError
from wire.scene.grid import node_grid
from wire.scene.spelling import scene_json

BOX = [[10, 10], [60, 10], [60, 40], [10, 40]]


@pytest.mark.parametrize(
    ("edit", "path", "held"),
    [
        ({"op": "move_row", "face": "A-front", "line": 2, "points": [[150, 250], [350, 240]]}, "row_lines.2",
         [[150.0, 250.0], [350.0, 240.0]]),
        ({"op": "open_row", "face": "A-front", "line": 3}, "row_lines.3", None),
        ({"op": "move_col", "face": "A-front", "line": 1, "points": [[200, 320], [210, 80]]}, "col_x.1",
         [[200.0, 320.0], [210.0, 80.0]]),
        ({"op": "set_rows", "face": "A-front", "rows": 8}, "rows", 8),
        ({"op": "set_cols", "face": "A-front", "cols": 1}, "cols", 1),
        ({"op": "name_face", "face": "A-front", "face_id": "B-east", "building": "B"}, "building", "B"),
    ],
)  # fmt: skip
def test_a_correction_of_a_face(edit: dict[str, Any], path: str, held: object) -> None:
    found: Any = scene_json(apply_edit(a_scene(), edit))["faces"][0]
    for step in path.split("."):
        found = found[int(step) if step.isdigit() else step]
    assert found == held


def test_other_numbers_keep_the_outline() -> None:
    before = scene_json(a_scene())["faces"][0]
    after = scene_json(apply_edit(apply_edit(a_scene(), {"op": "set_rows", "face": "A-front", "rows": 9}),
                                  {"op": "set_cols", "face": "A-front", "cols": 3}))["faces"][0]  # fmt: skip
    assert after["row_lines"] == [before["row_lines"][0], *[None] * 8, before["row_lines"][-1]]
    assert (after["col_x"][0], after["col_x"][-1]) == (before["col_x"][0], before["col_x"][-1])


def test_a_correction_keeps_where_the_camera_stands() -> None:
    raw = scene_json(a_scene()) | {"place": {"latitude": 31.2, "longitude": 121.5}}
    scene = parse_scene(raw, file="scene.json")
    after = apply_edit(scene, {"op": "set_cols", "face": "A-front", "cols": 2})
    assert after.place == scene.place is not None
    assert scene_json(after)["place"] == raw["place"]


@pytest.mark.parametrize(("op", "count", "lines"), [("row", "rows", "row_lines"), ("col", "cols", "col_x")])
def test_a_line_more_or_less_moves_no_other(op: str, count: str, lines: str) -> None:
    before = scene_json(a_scene())["faces"][0]
    for after in (1, before[count]):
        more = apply_edit(a_scene(), {"op": f"add_{op}", "face": "A-front", "after": after})
        face = scene_json(more)["faces"][0]
        assert face[count] == before[count] + 1
        assert [*face[lines][: after + 1], *face[lines][after + 2 :]] == before[lines]
        back = apply_edit(more, {"op": f"remove_{op}", "face": "A-front", "line": after + 1})
        assert scene_json(back)["faces"][0] == before


def test_moved_corners_take_all_lines_with_them() -> None:
    corners = [(140.0, 340.0), (360.0, 320.0), (355.0, 80.0), (150.0, 60.0)]
    after = apply_edit(a_scene(), {"op": "move_corners", "face": "A-front", "corners": corners})
    nodes = node_grid(after.faces[0]).inner
    for corner, node in zip(corners, (nodes[0, 0], nodes[0, -1], nodes[-1, -1], nodes[-1, 0]), strict=True):
        assert node == pytest.approx(corner, abs=1.0)


def test_a_face_is_drawn_evenly_between_four_corners() -> None:
    corners = [(10, 200), (110, 200), (110, 100), (10, 100)]
    edit = {"op": "draw_face", "face": "B", "building": "B", "rows": 4, "cols": 2, "corners": corners}
    face = apply_edit(a_scene(), edit).faces[1]
    assert [line[0][1] for line in face.row_lines if line] == [200, 175, 150, 125, 100]
    assert [line[0][0] for line in face.col_x] == [10, 60, 110]
    flat = edit | {"face": "C", "corners": [(0, 0), (1, 1), (2, 2), (3, 3)]}
    with pytest.raises(SceneError, match="no three on one line"):
        apply_edit(a_scene(), flat)


def test_areas_come_and_go() -> None:
    scene = apply_edit(a_scene(), {"op": "add_mask", "points": BOX})
    scene = apply_edit(scene, {"op": "add_anchor", "points": BOX})
    assert len(scene.privacy_masks) == len(scene.anchors) == 1
    scene = apply_edit(scene, {"op": "remove_mask", "index": 0})
    assert (len(scene.privacy_masks), len(scene.anchors)) == (0, 1)


def test_an_area_is_moved_where_it_stands_in_the_list() -> None:
    scene = a_scene()
    for dx in (0, 20, 40):
        scene = apply_edit(scene, {"op": "add_mask", "points": [[x + dx, y] for x, y in BOX]})
    before, wanted = scene.privacy_masks, [[x, y + 7] for x, y in BOX]
    after = apply_edit(scene, {"op": "move_mask", "index": 1, "points": wanted}).privacy_masks
    assert (after[0], after[2]) == (before[0], before[2])
    assert [list(point) for point in after[1]] == wanted


def test_a_face_is_put_beside_and_taken_out() -> None:
    scene = a_scene()
    other = scene_json(scene)["faces"][0] | {"face_id": "A-side"}
    both = apply_edit(scene, {"op": "put_face", "value": other})
    assert [face.face_id for face in both.faces] == ["A-front", "A-side"]
    assert apply_edit(both, {"op": "remove_face", "face": "A-side"}) == parse_scene(scene_json(scene), file="x")


def test_shift_moves_every_point() -> None:
    before, after = a_scene(), apply_edit(a_scene(), {"op": "shift_face", "face": "A-front", "dx_px": 4, "dy_px": -2})
    assert after.faces[0].col_x[0][0][0] == pytest.approx(before.faces[0].col_x[0][0][0] + 4, abs=0.1)
    assert after.faces[0].col_x[0][0][1] == pytest.approx(before.faces[0].col_x[0][0][1] - 2, abs=0.1)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({"op": "move_row", "face": "C", "line": 2, "points": [[1, 2], [3, 4]]}, "one of the faces A-front"),
        ({"op": "move_row", "face": "A-front", "line": 9, "points": [[1, 2], [3, 4]]}, "a line from 0 to 5"),
        ({"op": "move_row", "face": "A-front", "line": 1, "points": [[1, 2]]}, "at least 2"),
        ({"op": "grow"}, "op"),
        ({"op": "remove_mask", "index": 0}, "one of the 0 there are"),
        ({"op": "move_anchor", "index": 0, "points": BOX}, "one of the 0 there are"),
        ({"op": "remove_face", "face": "A-front"}, "at least 1"),
        ({"op": "set_lens", "k1": float("nan")}, "k1"),
    ],
)
def test_what_cannot_be_is_refused(edit: dict[str, Any], says: str) -> None:
    with pytest.raises(SceneError, match=says):
        apply_edit(a_scene(), edit)
