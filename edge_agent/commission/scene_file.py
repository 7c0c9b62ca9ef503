"""Writes a commissioning: a guessed face as an entry of the scene, and the file at once or not at all."""

import json
from pathlib import Path
from typing import Any

from edge_agent.commission.shapes import FaceGuess
from edge_agent.writing import write_whole
from wire.scene.spelling import points_json


def face_json(guess: FaceGuess, *, face_id: str, building: str) -> dict[str, Any]:
    """A guessed face as an entry of `faces`; lines that are only assumed stay in, those left open are null."""
    return {
        "face_id": face_id,
        "building": building,
        "rows": guess.rows.number,
        "cols": guess.cols.number,
        "row_lines": [None if line.points is None else points_json(line.points) for line in guess.row_lines],
        "col_x": [points_json(line.points) for line in guess.col_lines if line.points is not None],
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
