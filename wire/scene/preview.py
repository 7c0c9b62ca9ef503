"""What a page draws over a frame: where the lines meet, which cells can be read and why others cannot, findings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wire.scene.findings import check_scene, observable_share
from wire.scene.grid import node_grid
from wire.scene.shapes import Finding, Point, Scene
from wire.scene.sight import cell_sight, hidden_reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class FacePreview:
    """One face. `nodes` (rows+1) x (cols+1) native points, `hidden` rows x cols reasons, '' = can be read.

    Rows from the ground up; `storey_px` least and median height of a storey; `share_bp` of the face, by weight, that
    can be observed.
    """

    face_id: str
    nodes: tuple[tuple[Point, ...], ...]
    hidden: tuple[tuple[str, ...], ...]
    storey_px: tuple[float, float]
    share_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All faces in their order, and what is found about the scene, errors first."""

    faces: tuple[FacePreview, ...]
    findings: tuple[Finding, ...]


def preview_of(scene: Scene) -> Preview:
    """The grid that the gateway would use, and what it would say of it without a frame."""
    made = []
    for face in scene.faces:
        grid = node_grid(face)
        sight = cell_sight(grid, scene.camera, scene.privacy_masks)
        made.append(
            FacePreview(
                face_id=face.face_id,
                nodes=tuple(tuple((round(float(x), 1), round(float(y), 1)) for x, y in row) for row in grid.inner),
                hidden=hidden_reasons(sight),
                storey_px=(round(float(sight.heights_px.min()), 1), round(float(np.median(sight.heights_px)), 1)),
                share_bp=round(10_000 * observable_share(face, sight)),
            )
        )
    return Preview(faces=tuple(made), findings=check_scene(scene))
