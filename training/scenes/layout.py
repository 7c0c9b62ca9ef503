"""The data set layout: scene.json, truth.json and where they lie. Pure but for the two writers."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.scenes.shapes.facing import to_world
from training.scenes.shot.camera import project
from training.scenes.site import Building, Facade, Floats, Site, View
from training.scenes.truth import FaceTruth

POLYLINE_POINTS = 5


def scene_id_of(split: str, work_type: str, number: int) -> str:
    """The id of a generated scene."""
    return f"{split}-{work_type}-{number:05d}"


def parse_scene_id(scene_id: str) -> tuple[str, str, int]:
    """Split, work type and number of a generated scene's id."""
    split, work_type, number = scene_id.split("-")
    return split, work_type, int(number)


def frame_name(at: datetime) -> str:
    """The file name stem of a frame: its capture time in UTC."""
    return at.strftime("%Y%m%dT%H%M%SZ")


def _rounded(points: Floats) -> list[list[float]]:
    return [[round(float(x), 1), round(float(y), 1)] for x, y in points]


def row_lines(building: Building, face: Facade, view: View) -> list[list[list[float]]]:
    """One polyline per storey line, bottom to top: straight faces of few bays need fewer points."""
    straight = building.design.bow_m == 0 and view.k1 == 0
    u = np.linspace(face.u_m[0], face.u_m[-1], 2 if straight else POLYLINE_POINTS)
    lines = []
    for z in building.row_z:
        points = np.stack([u, np.zeros_like(u), np.full_like(u, z)], axis=-1)
        lines.append(_rounded(project(view, to_world(building, face, points))[0]))
    return lines


def col_lines(building: Building, face: Facade, view: View) -> list[list[list[float]]]:
    """One polyline per bay line, left to right, each bottom to top."""
    straight = view.k1 == 0 and (building.strip is None or building.strip.bends_per_m == 0)
    picks = np.linspace(0, building.rows, 2 if straight else POLYLINE_POINTS)
    z = np.interp(picks, np.arange(building.rows + 1), building.row_z)  # rows of a road are longer far away
    lines = []
    for u in face.u_m:
        points = np.stack([np.full_like(z, u), np.zeros_like(z), z], axis=-1)
        lines.append(_rounded(project(view, to_world(building, face, points))[0]))
    return lines


def anchors(site: Site, masks: list[Floats]) -> list[list[list[int]]]:
    """Up to three rectangles off all buildings, where the picture should stay as it is.

    `masks` are pixels round each face, (N, 2).
    """
    view = site.view
    taken: NDArray[np.uint8] = np.zeros((view.height, view.width), np.uint8)
    for hull in masks:
        cv2.fillConvexPoly(taken, cv2.convexHull(np.round(hull).astype(np.int32)), (1,))
    w, h = view.width, view.height
    found: list[list[list[int]]] = []
    for x, y in ((0.0, 0.62), (0.72, 0.62), (0.0, 0.3), (0.72, 0.3), (0.36, 0.78), (0.0, 0.8), (0.72, 0.8)):
        x0, y0, x1, y1 = int(x * w), int(y * h), int((x + 0.28) * w) - 1, int(min(y + 0.2, 1) * h) - 1
        clash = taken[y0:y1, x0:x1].mean() > 0.02 or any(_overlap((x0, y0, x1, y1), other) for other in found)
        if not clash:
            found.append([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        if len(found) == 3:
            break
    return found


def _overlap(box: tuple[int, int, int, int], other: list[list[int]]) -> bool:
    return box[0] < other[2][0] and other[0][0] < box[2] and box[1] < other[2][1] and other[0][1] < box[3]


def measured_faces(site: Site) -> list[tuple[Building, Facade]]:
    """The faces that are commissioned, in order."""
    return [(building, face) for building in site.buildings for face in building.faces if face.measured]


def scene_json(site: Site, *, camera_id: str) -> dict[str, Any]:
    """The commissioning of the site's camera from its true geometry."""
    view = site.view
    faces: list[dict[str, Any]] = []
    outlines: list[Floats] = []
    for building, face in measured_faces(site):
        rows, cols = row_lines(building, face, view), col_lines(building, face, view)
        outlines.append(np.array([*rows[0], *rows[-1]]))
        faces.append(
            {
                "face_id": face.face_id,
                "building": building.building_id,
                "rows": building.rows,
                "cols": len(face.u_m) - 1,
                "row_lines": rows,
                "col_x": cols,
                "cell_weight_bp": None,
            }
        )
    return {
        "schema": "siteprogress.scene/1",
        "scene_id": site.scene_id,
        "work_type": site.work_type,
        "camera": {"id": camera_id, "width": view.width, "height": view.height, "k1": view.k1, "k2": view.k2},
        "anchors": anchors(site, outlines),
        "privacy_masks": [],
        "faces": faces,
    }


def truth_entry(conditions: tuple[str, ...], faces: dict[str, FaceTruth]) -> dict[str, Any]:
    """One frame's part of truth.json."""
    return {
        "conditions": list(conditions),
        "faces": {
            name: {
                "stage": truth.stage,
                "occluded": truth.occluded,
                "cover": truth.cover,
                "occluder": truth.occluder,
            }
            for name, truth in faces.items()
        },
    }


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write through a temporary file, so that a reader never sees half of it."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    part.replace(path)
