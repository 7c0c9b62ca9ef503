"""The reference frame of a camera, for whoever commissions it from afar: the whole frame with nobody in it to know.

What passes nearer than the building is a mosaic, people and vehicles further back are too, and what lies under a
privacy mask is black: the same code makes it as makes the stills that are evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.commission.face import guess_face
from edge_agent.commission.scene_file import face_json
from edge_agent.commission.shapes import Quad
from edge_agent.vision.evidence import QUALITY, blanked, passing_cells, pixelated, shifted
from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.persons import people_boxes
from edge_agent.vision.rectify import Shift
from wire.scene.findings import check_scene
from wire.scene.grid import node_grid
from wire.scene.shapes import Face, Polyline, Scene
from wire.scene.words import spoken

LONG_SIDE_PX = 1600
BYTES_MAX = 2 << 20  # what the centre takes as a still
QUALITY_STEP = 15
TEXT_CHARS_MAX = 60_000
COLUMN_PX = 8

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """Where a trusted frame shows what was commissioned, and by face id what the network sees before each cell."""

    shift: Shift
    occluders: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The still as JPEG of at most LONG_SIDE_PX, and what the gateway would propose, as JSON text ('' = too long)."""

    jpeg: bytes
    width_px: int
    height_px: int
    guess: str


def reference_of(frame: Frame, scene: Scene, view: View) -> Reference:
    """Of a trusted frame of the scene's own size. ValueError or cv2.error: it cannot be made."""
    image = private(frame, scene, view)
    height, width = image.shape[:2]
    scale = min(1.0, LONG_SIDE_PX / max(height, width))
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    text = json.dumps(guess_of(frame.image, scene), ensure_ascii=False, separators=(",", ":"))
    return Reference(
        jpeg=_jpeg(image),
        width_px=image.shape[1],
        height_px=image.shape[0],
        guess=text if len(text) <= TEXT_CHARS_MAX else "",
    )


def private(frame: Frame, scene: Scene, view: View) -> Image:
    """The frame, native size, with people, vehicles and the ground before the work a mosaic and masks black."""
    near = nearer_than(scene, view.shift)
    passing = tuple(_passing(scene, view))
    seen = pixelated(frame.image, (*people_boxes(frame, scene), *passing, near))
    masks = (*scene.privacy_masks, *(shifted(mask, view.shift) for mask in scene.privacy_masks))
    return blanked(seen, masks)


def nearer_than(scene: Scene, shift: Shift) -> Polyline:
    """The part of the frame below the work: one storey under the ground lines of the faces, level beside them."""
    width, height = scene.camera.width_px, scene.camera.height_px
    xs = np.arange(0, width + COLUMN_PX, COLUMN_PX, dtype=float)
    lowest = np.full(len(xs), -np.inf)
    for face in scene.faces:
        foot = np.asarray(shifted(_ground(face), shift), float)
        foot = foot[np.argsort(foot[:, 0])]
        inside = (xs >= foot[0, 0] - COLUMN_PX) & (xs <= foot[-1, 0] + COLUMN_PX)
        lowest[inside] = np.maximum(lowest[inside], np.interp(xs[inside], foot[:, 0], foot[:, 1]))
    known = np.isfinite(lowest)
    level = np.interp(xs, xs[known], lowest[known]) if known.any() else np.zeros(len(xs))
    line = tuple((float(x), float(np.clip(y, 0, height))) for x, y in zip(xs, level, strict=True))
    return (*line, (float(xs[-1]), float(height)), (0.0, float(height)))


def _ground(face: Face) -> Polyline:
    nodes = node_grid(face).inner
    lowered = nodes[0] + np.maximum(nodes[0] - nodes[1], 0.0) * (0.0, 1.0)
    return tuple((float(x), float(y)) for x, y in lowered)


def _passing(scene: Scene, view: View) -> Iterator[Polyline]:
    """Native outlines, a cell wider on each side, of cells before which a person or a vehicle may be."""
    for face in scene.faces:
        occluder = view.occluders.get(face.face_id)
        if occluder is None:
            continue
        nodes = node_grid(face).points  # with the half cells around the face
        for row, col in np.argwhere(passing_cells(occluder)):
            low, high, left, right = row, row + 3, col, col + 3
            box = (nodes[low, left], nodes[low, right], nodes[high, right], nodes[high, left])
            yield shifted(tuple((float(x), float(y)) for x, y in box), view.shift)


def guess_of(image: Image, scene: Scene) -> dict[str, Any]:
    """What `commission guess` proposes within each face as it stands, and what `commission check` finds."""
    return {
        "faces": [_guessed(image, scene, face) for face in scene.faces],
        "findings": [spoken(finding) for finding in check_scene(scene, image)],
    }


def _guessed(image: Image, scene: Scene, face: Face) -> dict[str, Any]:
    """A face as an entry of a scene, each line with what it rests on; None where its corners are no quad."""
    nodes = node_grid(face).inner
    a, b, c, d = ((float(x), float(y)) for x, y in (nodes[0, 0], nodes[0, -1], nodes[-1, -1], nodes[-1, 0]))
    try:
        found = guess_face(
            image,
            Quad(corners=(a, b, c, d)),
            rows=face.rows,
            cols=face.cols,
            work_type=scene.work_type,
            camera=scene.camera,
        )
    except ValueError as bad:
        return {"face_id": face.face_id, "value": None, "problem": str(bad)[:300]}
    return {
        "face_id": face.face_id,
        "value": face_json(found, face_id=face.face_id, building=face.building),
        "row_origins": [line.origin for line in found.row_lines],
        "col_origins": [line.origin for line in found.col_lines],
    }


def _jpeg(image: Image) -> bytes:
    """The best quality that the centre takes."""
    for quality in range(QUALITY, 0, -QUALITY_STEP):
        done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        assert done, "OpenCV cannot encode a BGR image"
        if len(data) <= BYTES_MAX:
            return data.tobytes()
    raise ValueError(f"picture of {image.shape[1]} x {image.shape[0]} px, expected one of at most {BYTES_MAX} bytes")
