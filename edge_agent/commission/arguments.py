"""What a person types to commission: points, lines and corrections as text, made into edits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_agent.vision.scene import Polyline, Scene


class UsageError(Exception):
    """The command line asks for something that does not go together, or holds text that is no point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The options of `commission edit` as they were typed; None or empty = not asked for."""

    face: str | None = None
    move_row: tuple[str, ...] = ()
    open_row: tuple[int, ...] = ()
    move_col: tuple[str, ...] = ()
    rows: int | None = None
    cols: int | None = None
    shift: str | None = None
    rename: str | None = None
    building: str | None = None
    remove_face: bool = False
    add_anchor: tuple[str, ...] = ()
    remove_anchor: int | None = None
    add_mask: tuple[str, ...] = ()
    remove_mask: int | None = None
    lens: str | None = None
    straight: tuple[str, ...] = ()
    edits: Path | None = None


def edits_of(asked: Corrections, scene: Scene) -> list[dict[str, Any]]:
    """The edits in the order in which they are to be made. UsageError when there are none.

    New numbers come before single lines: lines are numbered as they will be.
    """
    made = [*_read_edits(asked.edits), *_scene_edits(asked, scene)]
    if _touches_face(asked):
        made += _face_edits(asked, _only_face(scene, asked.face))
    if not made:
        raise UsageError("no correction given; expected at least one, see --help")
    return made


def points_of(text: str) -> list[list[float]]:
    """`x,y x,y …` as points; ValueError names the part that is none."""
    points = []
    for part in re.sub(r"\s*[,，]\s*", ",", re.sub("[;；]", " ", text)).split():
        numbers = re.fullmatch(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)", part)
        if numbers is None:
            raise UsageError(f'{part!r} in "{text}" is no point; expected x,y in pixels, points apart by spaces')
        points.append([float(numbers[1]), float(numbers[2])])
    return points


def pair_of(text: str, *, what: str) -> tuple[float, float]:
    points = points_of(text)
    if len(points) != 1:
        raise UsageError(f'{what} "{text}"; expected two numbers apart by a comma')
    return points[0][0], points[0][1]


def _numbered(text: str, *, what: str) -> tuple[int, list[list[float]]]:
    number, found, rest = text.partition(":")
    if not found or not number.strip().isdigit():
        raise UsageError(f'{what} "{text}"; expected "LINE: x,y x,y", line 0 the lowest or leftmost')
    return int(number), points_of(rest)


def lens_of(text: str | None) -> dict[str, float]:
    if text is None:
        return {}
    k1, k2 = pair_of(text if "," in text else f"{text},0", what="--lens")
    return {"k1": k1, "k2": k2}


def _read_edits(path: Path | None) -> list[dict[str, Any]]:
    from edge_agent.vision.json_file import read_json
    from wire.scene.errors import SceneError

    if path is None:
        return []
    try:
        raw = read_json(path)
    except (ValueError, RecursionError) as error:
        raise SceneError(file=str(path), where="(file)", expected=f"JSON text: {error}") from error
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise SceneError(file=str(path), where="(root)", expected="a list of objects, each with op")
    return raw


def _only_face(scene: Scene, face: str | None) -> str:
    if face is not None:
        return face
    if len(scene.faces) > 1:
        ids = ", ".join(one.face_id for one in scene.faces)
        raise UsageError(f"the scene has {len(scene.faces)} faces; expected --face with one of {ids}")
    return scene.faces[0].face_id


def _scene_edits(asked: Corrections, scene: Scene) -> Iterator[dict[str, Any]]:
    if asked.straight:
        yield _straightening(scene, asked.straight)
    if asked.lens is not None:
        yield {"op": "set_lens", **lens_of(asked.lens)}
    for op, number in (("remove_anchor", asked.remove_anchor), ("remove_mask", asked.remove_mask)):
        if number is not None:
            yield {"op": op, "index": number - 1}
    for op, texts in (("add_anchor", asked.add_anchor), ("add_mask", asked.add_mask)):
        for text in texts:
            yield {"op": op, "points": points_of(text)}


def _touches_face(asked: Corrections) -> bool:
    numbers = (asked.rows, asked.cols, asked.shift, asked.rename, asked.building)
    return bool(asked.move_row or asked.open_row or asked.move_col or asked.remove_face) or any(
        value is not None for value in numbers
    )


def _face_edits(asked: Corrections, face: str) -> Iterator[dict[str, Any]]:
    if asked.rows is not None:
        yield {"op": "set_rows", "face": face, "rows": asked.rows}
    if asked.cols is not None:
        yield {"op": "set_cols", "face": face, "cols": asked.cols}
    if asked.shift is not None:
        dx, dy = pair_of(asked.shift, what="--shift")
        yield {"op": "shift_face", "face": face, "dx_px": dx, "dy_px": dy}
    for op, texts in (("move_row", asked.move_row), ("move_col", asked.move_col)):
        for text in texts:
            line, points = _numbered(text, what=f"--{op.replace('_', '-')}")
            yield {"op": op, "face": face, "line": line, "points": points}
    for line in asked.open_row:
        yield {"op": "open_row", "face": face, "line": line}
    if asked.rename is not None or asked.building is not None:
        yield {"op": "name_face", "face": face, "face_id": asked.rename, "building": asked.building}
    if asked.remove_face:
        yield {"op": "remove_face", "face": asked.rename or face}


def _straightening(scene: Scene, texts: tuple[str, ...]) -> dict[str, Any]:
    from edge_agent.commission.lens import fit_lens

    lines: list[Polyline] = [tuple((x, y) for x, y in points_of(text)) for text in texts]
    found = fit_lens(lines, scene.camera)
    return {"op": "set_lens", "k1": found.k1, "k2": found.k2}
