"""Writes a commissioning: the scene as the JSON that `load_scene` reads, and the file at once or not at all."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge_agent.commission.shapes import FaceGuess
from edge_agent.vision.scene import Camera, Face, Polyline, Scene
from edge_agent.writing import write_whole


def scene_json(scene: Scene) -> dict[str, Any]:
    """The scene in the form of `siteprogress.scene/1`; reading it back gives the same scene to 0.1 px."""
    camera, place = scene.camera, scene.place
    return {
        "schema": "siteprogress.scene/1",
        "scene_id": scene.scene_id,
        "work_type": scene.work_type,
        "camera": camera_json(camera),
        "anchors": [_points(polygon) for polygon in scene.anchors],
        "privacy_masks": [_points(polygon) for polygon in scene.privacy_masks],
        "faces": [_face(face) for face in scene.faces],
    } | ({} if place is None else {"place": asdict(place)})


def camera_json(camera: Camera) -> dict[str, Any]:
    """The camera section."""
    size = {"width": camera.width_px, "height": camera.height_px}
    return {"id": camera.camera_id, **size, "k1": camera.k1, "k2": camera.k2}


def face_json(guess: FaceGuess, *, face_id: str, building: str) -> dict[str, Any]:
    """A guessed face as an entry of `faces`; lines that are only assumed stay in, those left open are null."""
    return {
        "face_id": face_id,
        "building": building,
        "rows": guess.rows.number,
        "cols": guess.cols.number,
        "row_lines": [None if line.points is None else _points(line.points) for line in guess.row_lines],
        "col_x": [_points(line.points) for line in guess.col_lines if line.points is not None],
        "cell_weight_bp": None,
    }


def write_scene(scene: dict[str, Any], path: Path) -> None:
    """Replace the file in one step; OSError when the folder cannot be written."""
    write_whole(path, _pretty(scene))


def _pretty(scene: dict[str, Any]) -> str:
    """One line of the facade on one line of text: people read and compare these files."""
    lines: list[str] = []
    for key, value in scene.items():
        if key != "faces":
            lines.append(f" {json.dumps(key)}: {_dump(value)}")
            continue
        faces = [_pretty_face(face) for face in value]
        lines.append(' "faces": [\n' + ",\n".join(faces) + "\n ]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _pretty_face(face: dict[str, Any]) -> str:
    parts = []
    for key, value in face.items():
        if key in ("row_lines", "col_x") and value:
            inner = ",\n".join(f"    {_dump(line)}" for line in value)
            parts.append(f"   {json.dumps(key)}: [\n{inner}\n   ]")
        else:
            parts.append(f"   {json.dumps(key)}: {_dump(value)}")
    return "  {\n" + ",\n".join(parts) + "\n  }"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _face(face: Face) -> dict[str, Any]:
    weights = face.cell_weight_bp
    return {
        "face_id": face.face_id,
        "building": face.building,
        "rows": face.rows,
        "cols": face.cols,
        "row_lines": [None if line is None else _points(line) for line in face.row_lines],
        "col_x": [_points(line) for line in face.col_x],
        "cell_weight_bp": None if weights is None else [list(row) for row in weights],
    }


def _points(line: Polyline) -> list[list[float]]:
    return [[round(float(x), 1), round(float(y), 1)] for x, y in line]
