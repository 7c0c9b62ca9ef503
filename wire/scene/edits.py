"""Corrections by a person, each a small JSON object; a scene and an edit give the next scene, or the reason why not."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, cast

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from wire.scene.errors import SceneError
from wire.scene.grid import node_grid
from wire.scene.projection import projected, projection
from wire.scene.reading import first_place, first_problem, parse_scene
from wire.scene.shapes import Face, Scene
from wire.scene.spelling import scene_json

_Points = Annotated[list[tuple[float, float]], Field(min_length=2, max_length=64)]
_Polygon = Annotated[list[tuple[float, float]], Field(min_length=3, max_length=64)]
_Corners = Annotated[list[tuple[float, float]], Field(min_length=4, max_length=4)]
_Name = Annotated[str, Field(min_length=1, max_length=128)]
_Count = Annotated[int, Field(ge=1, le=120)]


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class MoveRow(_Edit):
    """Draw a storey line anew, left to right; line 0 is the ground."""

    op: Literal["move_row"]
    face: str
    line: int = Field(ge=0)
    points: _Points


class OpenRow(_Edit):
    """Leave a storey line to extrapolation: it cannot be seen yet."""

    op: Literal["open_row"]
    face: str
    line: int = Field(ge=0)


class MoveCol(_Edit):
    """Draw a bay line anew, bottom to top; line 0 is the left side."""

    op: Literal["move_col"]
    face: str
    line: int = Field(ge=0)
    points: _Points


class SetRows(_Edit):
    """Another number of storeys between the lowest and the highest visible line; those between are left open."""

    op: Literal["set_rows"]
    face: str
    rows: _Count


class SetCols(_Edit):
    """Another number of bays between the two sides, equally wide on the wall."""

    op: Literal["set_cols"]
    face: str
    cols: _Count


class AddLine(_Edit):
    """One more line half-way to the next one; after the last, one beyond it. The lines there are stay."""

    op: Literal["add_row", "add_col"]
    face: str
    after: int = Field(ge=0)


class RemoveLine(_Edit):
    """One line less: the storeys (bays) on both sides of it become one."""

    op: Literal["remove_row", "remove_col"]
    face: str
    line: int = Field(ge=0)


class ShiftFace(_Edit):
    """Move a whole face by so many pixels (y down)."""

    op: Literal["shift_face"]
    face: str
    dx_px: float
    dy_px: float


class MoveCorners(_Edit):
    """Other corners of a face, from the lower left anticlockwise: all its lines go with them as a wall would."""

    op: Literal["move_corners"]
    face: str
    corners: _Corners


class DrawFace(_Edit):
    """A new face within four corners, its lines evenly spaced on the wall."""

    op: Literal["draw_face"]
    face: _Name
    building: _Name
    rows: _Count
    cols: _Count
    corners: _Corners


class NameFace(_Edit):
    """Another face id or building."""

    op: Literal["name_face"]
    face: str
    face_id: _Name | None = None
    building: _Name | None = None


class PutFace(_Edit):
    """Add a face, or replace the one with its id; `value` is an entry of `faces`."""

    op: Literal["put_face"]
    value: dict[str, Any]


class RemoveFace(_Edit):
    """Take a face out."""

    op: Literal["remove_face"]
    face: str


class AddArea(_Edit):
    """Add an anchor or a privacy mask."""

    op: Literal["add_anchor", "add_mask"]
    points: _Polygon


class MoveArea(_Edit):
    """Other points of an anchor or a privacy mask, which keeps its place in the list, from 0."""

    op: Literal["move_anchor", "move_mask"]
    index: int = Field(ge=0)
    points: _Polygon


class RemoveArea(_Edit):
    """Take out an anchor or a privacy mask by its place in the list, from 0."""

    op: Literal["remove_anchor", "remove_mask"]
    index: int = Field(ge=0)


class SetLens(_Edit):
    """Other lens terms."""

    op: Literal["set_lens"]
    k1: float = Field(ge=-10, le=10)
    k2: float = Field(0.0, ge=-10, le=10)


Edit = Annotated[
    MoveRow | OpenRow | MoveCol | SetRows | SetCols | AddLine | RemoveLine | ShiftFace | MoveCorners | DrawFace
    | NameFace | PutFace | RemoveFace | AddArea | MoveArea | RemoveArea | SetLens,
    Field(discriminator="op"),
]  # fmt: skip
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))  # lower left, lower right, upper right, upper left
_EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)


def parse_edit(raw: object) -> Edit:
    """Check a decoded edit; SceneError names what was expected."""
    try:
        return _EDIT.validate_python(raw)
    except ValidationError as error:
        raise SceneError(file="edit", where=first_place(error), expected=first_problem(error)) from error


def apply_edit(scene: Scene, edit: Edit | dict[str, Any]) -> Scene:
    """The scene after a correction; the one given stays as it is. SceneError when it cannot be made."""
    parsed = parse_edit(edit) if isinstance(edit, dict) else edit
    raw = scene_json(scene)
    _CHANGES[parsed.op](raw, parsed, scene)
    return parse_scene(raw, file=f"scene {scene.scene_id} after {parsed.op}")


def _face_of(raw: dict[str, Any], face_id: str) -> dict[str, Any]:
    for face in raw["faces"]:
        if face["face_id"] == face_id:
            return cast("dict[str, Any]", face)
    ids = ", ".join(face["face_id"] for face in raw["faces"])
    raise SceneError(file="edit", where="face", expected=f"one of the faces {ids} (got {face_id!r})")


def _noun(scene: Scene, face_id: str) -> Face:
    return next(face for face in scene.faces if face.face_id == face_id)


def _line_of(lines: list[Any], index: int) -> int:
    if index >= len(lines):
        raise SceneError(file="edit", where="line", expected=f"a line from 0 to {len(lines) - 1} (got {index})")
    return index


def _move_row(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    lines = _face_of(raw, edit.face)["row_lines"]
    lines[_line_of(lines, edit.line)] = [list(point) for point in edit.points]


def _open_row(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    lines = _face_of(raw, edit.face)["row_lines"]
    lines[_line_of(lines, edit.line)] = None


def _move_col(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    lines = _face_of(raw, edit.face)["col_x"]
    lines[_line_of(lines, edit.line)] = [list(point) for point in edit.points]


def even_lines(corners: npt.ArrayLike, *, number: int, upright: bool) -> list[list[list[float]]]:
    """number + 1 lines, equally spaced on the wall whose corners are given from the lower left anticlockwise.

    Storey lines from the ground up, or with `upright` bay lines from left to right. SceneError: they are no quad.
    """
    try:
        to_native = projection(SQUARE, corners)
    except np.linalg.LinAlgError as flat:
        raise SceneError(file="edit", where="corners", expected="four corners, no three on one line") from flat
    made = []
    for k in range(number + 1):
        line = [(k / number, end) if upright else (end, k / number) for end in (0.0, 1.0)]
        made.append([[round(float(x), 1), round(float(y), 1)] for x, y in projected(line, to_native)])
    return made


def _set_rows(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    """Highest line included: where the top is still open, it is taken from where the grid extrapolates it."""
    face = _face_of(raw, edit.face)
    nodes = node_grid(_noun(scene, edit.face)).inner
    low, high = face["row_lines"][0], face["row_lines"][-1]
    ends = [line or [[float(x), float(y)] for x, y in nodes[k]] for line, k in ((low, 0), (high, -1))]
    face["rows"] = edit.rows
    face["row_lines"] = [ends[0], *(None for _ in range(edit.rows - 1)), ends[1]]
    face["cell_weight_bp"] = None


def _set_cols(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    face = _face_of(raw, edit.face)
    nodes = node_grid(_noun(scene, edit.face)).inner
    corners = (nodes[0, 0], nodes[0, -1], nodes[-1, -1], nodes[-1, 0])
    between = even_lines(corners, number=edit.cols, upright=True)[1:-1]
    face["cols"] = edit.cols
    face["col_x"] = [face["col_x"][0], *between, face["col_x"][-1]]
    face["cell_weight_bp"] = None


def _add_line(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    face, lines, count = _lines_of(raw, edit)
    after = _line_of(lines, edit.after)
    nodes = node_grid(_noun(scene, edit.face)).inner
    if edit.op == "add_col":
        nodes = nodes.swapaxes(0, 1)
    beyond = after == len(nodes) - 1
    line = nodes[-1] + (nodes[-1] - nodes[-2]) if beyond else (nodes[after] + nodes[after + 1]) / 2
    shown = line[sorted({0, len(line) // 2, len(line) - 1})]
    lines.insert(after + 1, [[round(float(x), 1), round(float(y), 1)] for x, y in shown])
    face[count] += 1
    face["cell_weight_bp"] = None


def _remove_line(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    face, lines, count = _lines_of(raw, edit)
    if face[count] == 1:
        raise SceneError(file="edit", where="line", expected="a face of at least two of them to take one away")
    del lines[_line_of(lines, edit.line)]
    face[count] -= 1
    face["cell_weight_bp"] = None


def _lines_of(raw: dict[str, Any], edit: Any) -> tuple[dict[str, Any], list[Any], str]:
    """The face, its lines along the edit's axis, and the name of their count."""
    face = _face_of(raw, edit.face)
    return (face, face["row_lines"], "rows") if edit.op.endswith("row") else (face, face["col_x"], "cols")


def _shift_face(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    face = _face_of(raw, edit.face)
    for name in ("row_lines", "col_x"):
        face[name] = [
            None if line is None else [[x + edit.dx_px, y + edit.dy_px] for x, y in line] for line in face[name]
        ]


def _move_corners(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    face = _face_of(raw, edit.face)
    nodes = node_grid(_noun(scene, edit.face)).inner
    before = (nodes[0, 0], nodes[0, -1], nodes[-1, -1], nodes[-1, 0])
    try:
        moved = projection(before, edit.corners)
    except np.linalg.LinAlgError as flat:
        raise SceneError(file="edit", where="corners", expected="four corners, no three on one line") from flat
    for name in ("row_lines", "col_x"):
        face[name] = [None if line is None else projected(line, moved).tolist() for line in face[name]]


def _draw_face(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    if any(face["face_id"] == edit.face for face in raw["faces"]):
        raise SceneError(file="edit", where="face", expected=f"an id that no face has yet (got {edit.face!r})")
    lines = {"row_lines": even_lines(edit.corners, number=edit.rows, upright=False)}
    lines |= {"col_x": even_lines(edit.corners, number=edit.cols, upright=True)}
    size = {"rows": edit.rows, "cols": edit.cols, "cell_weight_bp": None}
    raw["faces"].append({"face_id": edit.face, "building": edit.building} | size | lines)


def _name_face(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    face = _face_of(raw, edit.face)
    face["face_id"] = edit.face_id or face["face_id"]
    face["building"] = edit.building or face["building"]


def _put_face(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    wanted = edit.value.get("face_id")
    kept = [face for face in raw["faces"] if face["face_id"] != wanted]
    at = next((k for k, face in enumerate(raw["faces"]) if face["face_id"] == wanted), len(kept))
    raw["faces"] = [*kept[:at], edit.value, *kept[at:]]


def _remove_face(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    face = _face_of(raw, edit.face)
    raw["faces"] = [other for other in raw["faces"] if other is not face]


def _add_area(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    raw[_area_key(edit.op)].append([list(point) for point in edit.points])


def _move_area(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    _areas_with(raw, edit)[edit.index] = [list(point) for point in edit.points]


def _remove_area(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    del _areas_with(raw, edit)[edit.index]


def _areas_with(raw: dict[str, Any], edit: Any) -> list[Any]:
    """The anchors or the masks, of which there is one at the edit's index."""
    areas: list[Any] = raw[_area_key(edit.op)]
    if edit.index >= len(areas):
        expected = f"one of the {len(areas)} there are, counted from 0 (got {edit.index})"
        raise SceneError(file="edit", where=f"index in {_area_key(edit.op)}", expected=expected)
    return areas


def _area_key(op: str) -> str:
    return "anchors" if op.endswith("anchor") else "privacy_masks"


def _set_lens(raw: dict[str, Any], edit: Any, scene: Scene) -> None:
    raw["camera"] |= {"k1": edit.k1, "k2": edit.k2}


_CHANGES: dict[str, Callable[[dict[str, Any], Any, Scene], None]] = {
    "move_row": _move_row,
    "open_row": _open_row,
    "move_col": _move_col,
    "set_rows": _set_rows,
    "set_cols": _set_cols,
    "add_row": _add_line,
    "add_col": _add_line,
    "remove_row": _remove_line,
    "remove_col": _remove_line,
    "shift_face": _shift_face,
    "move_corners": _move_corners,
    "draw_face": _draw_face,
    "name_face": _name_face,
    "put_face": _put_face,
    "remove_face": _remove_face,
    "add_anchor": _add_area,
    "add_mask": _add_area,
    "move_anchor": _move_area,
    "move_mask": _move_area,
    "remove_anchor": _remove_area,
    "remove_mask": _remove_area,
    "set_lens": _set_lens,
}
