"""A scene as the JSON of `siteprogress.scene/1`."""

from dataclasses import asdict
from typing import Any

from wire.scene.shapes import Camera, Face, Polyline, Scene


def scene_json(scene: Scene) -> dict[str, Any]:
    """The scene in the form of `siteprogress.scene/1`; reading it back gives the same scene to 0.1 px."""
    camera, place = scene.camera, scene.place
    return {
        "schema": "siteprogress.scene/1",
        "scene_id": scene.scene_id,
        "work_type": scene.work_type,
        "camera": camera_json(camera),
        "anchors": [points_json(polygon) for polygon in scene.anchors],
        "privacy_masks": [points_json(polygon) for polygon in scene.privacy_masks],
        "faces": [_face(face) for face in scene.faces],
    } | ({} if place is None else {"place": asdict(place)})


def camera_json(camera: Camera) -> dict[str, Any]:
    """The camera section."""
    size = {"width": camera.width_px, "height": camera.height_px}
    return {"id": camera.camera_id, **size, "k1": camera.k1, "k2": camera.k2}


def _face(face: Face) -> dict[str, Any]:
    weights = face.cell_weight_bp
    return {
        "face_id": face.face_id,
        "building": face.building,
        "rows": face.rows,
        "cols": face.cols,
        "row_lines": [None if line is None else points_json(line) for line in face.row_lines],
        "col_x": [points_json(line) for line in face.col_x],
        "cell_weight_bp": None if weights is None else [list(row) for row in weights],
    }


def points_json(line: Polyline) -> list[list[float]]:
    """Points to 0.1 px."""
    return [[round(float(x), 1), round(float(y), 1)] for x, y in line]
