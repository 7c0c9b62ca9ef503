"""What `commission guess` does between the frame and the file: start a scene, find the quad, put the face in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge_agent.commission.anchors import guess_anchors
from edge_agent.commission.arguments import UsageError, pair_of, points_of
from edge_agent.commission.face import guess_face
from edge_agent.commission.quad import guess_quad
from edge_agent.commission.scene_file import face_json
from edge_agent.commission.shapes import FaceGuess, Quad, QuadGuess
from edge_agent.vision.frame import Image
from edge_agent.vision.mask import filled
from edge_agent.vision.scene import Camera, load_scene, parse_scene
from wire.scene.spelling import scene_json


def started(path: Path | None, image: Image, *, camera: str, scene_id: str | None, face: str) -> dict[str, Any]:
    """The scene to add a face to: the one in the file, or a new one of the frame's size.

    UsageError when the file has that face, or was commissioned on frames of another size.
    """
    height, width = image.shape[:2]
    if path is None:
        size = {"width": width, "height": height}
        return {
            "schema": "siteprogress.scene/1",
            "scene_id": scene_id or camera,
            "work_type": "",
            "camera": {"id": camera, **size, "k1": 0.0, "k2": 0.0},
            "anchors": [],
            "privacy_masks": [],
            "faces": [],
        }
    scene = load_scene(path)
    if any(one.face_id == face for one in scene.faces):
        raise UsageError(f"{path} has a face {face}; expected another id with --face, or `commission edit`")
    if (width, height) != (scene.camera.width_px, scene.camera.height_px):
        asked = f"{scene.camera.width_px} x {scene.camera.height_px} px as {path} has"
        raise UsageError(f"frame of {width} x {height} px; expected {asked}: the same stream of the same camera")
    return scene_json(scene)


def quad_for(image: Image, text: str | None, *, near: str | None, work_type: str) -> tuple[Quad, QuadGuess | None]:
    """The quad as it was typed, or a proposal (then both). UsageError when there is none, or it is off the frame."""
    height, width = image.shape[:2]
    if text is not None:
        points = points_of(text)
        if len(points) != 4:
            raise UsageError(f'--quad "{text}" has {len(points)} points, expected 4 from lower left, anticlockwise')
        corners = tuple((x, y) for x, y in points)
        if not filled([corners], width=width, height=height).any():
            raise UsageError(f'--quad "{text}" is off the frame; expected x 0 to {width}, y 0 (top) to {height}')
        return Quad(corners=(corners[0], corners[1], corners[2], corners[3])), None
    if work_type == "road":
        raise UsageError("a road strip cannot be guessed; expected --quad: near left, near right, far right, far left")
    spot = None if near is None else pair_of(near, what="--near")
    if spot is not None and not (0 <= spot[0] < width and 0 <= spot[1] < height):
        raise UsageError(f'--near "{near}" is off the frame; expected x 0 to {width}, y 0 (top) to {height}')
    proposed = guess_quad(image, near=spot)
    if proposed is None:
        raise UsageError("no facade stands out in this frame; expected --quad with its four corners")
    return proposed.quad, proposed


def guessed_face(
    image: Image, quad: Quad, start: dict[str, Any], *, rows: int | None, cols: int | None, above: int
) -> FaceGuess:
    """The face inside the quad, by the camera and the work type of the scene."""
    known = start["camera"]
    camera = Camera(
        camera_id=known["id"], width_px=known["width"], height_px=known["height"], k1=known["k1"], k2=known["k2"]
    )
    return guess_face(image, quad, rows=rows, cols=cols, above=above, work_type=start["work_type"], camera=camera)


def with_face(
    start: dict[str, Any], guessed: FaceGuess, image: Image, *, face: str, building: str, anchors: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The scene with the face in it, checked; and the anchors that were proposed."""
    start["faces"].append(face_json(guessed, face_id=face, building=building))
    scene = parse_scene(start, file="guessed scene")
    if not anchors or scene.anchors:
        return scene_json(scene), []
    proposed = guess_anchors(image, scene.faces, masks=scene.privacy_masks)
    raw = scene_json(scene) | {"anchors": [[list(point) for point in anchor.polygon] for anchor in proposed]}
    return raw, [asdict(anchor) for anchor in proposed]
