"""What is really there and what the camera can see of it: stage, occlusion and cover of every cell. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.stages import StageList
from training.scenes.schedule import stage_at
from training.scenes.shapes.covers import cover_table
from training.scenes.shapes.facing import outward, to_world
from training.scenes.shapes.solids import MeshArrays
from training.scenes.shot.camera import project
from training.scenes.site import Building, Facade, Floats, View

GRID = 5  # points per cell side
CLEARANCE_M = 0.01  # what lies nearer to the facade plane than this belongs to it
STEEPEST = np.cos(np.radians(80))
SCREEN = "screen"  # a building's own nets and sheets: they hide, and are told as covers

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceTruth:
    """The truth of one face in one frame; rows bottom to top. Stage None: it cannot be known from this frame.

    `occluder`: what hides an occluded cell, "" where nothing does or a cover.
    """

    stage: tuple[tuple[str | None, ...], ...]
    occluded: tuple[tuple[int, ...], ...]
    cover: tuple[tuple[str, ...], ...]
    occluder: tuple[tuple[str, ...], ...]


def triangles(meshes: Iterable[MeshArrays]) -> Floats:
    """(T, 3, 3) corners of all quads of the meshes, each as two triangles."""
    parts = [mesh.vertices[mesh.quads] for mesh in meshes]
    if not parts:
        return np.zeros((0, 3, 3))
    quads = np.concatenate(parts)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def hidden(origin: Floats, points: Floats, hulls: Floats) -> NDArray[np.bool_]:
    """Whether the segment from `origin` to each of `points` (N, 3) meets a triangle (Möller–Trumbore)."""
    out = np.zeros(len(points), dtype=bool)
    if not len(hulls):
        return out
    first = hulls[:, 0]
    edge1, edge2 = hulls[:, 1] - first, hulls[:, 2] - first
    start = origin - first
    q = np.cross(start, edge1)
    for low in range(0, len(points), 512):
        ray = points[low : low + 512] - origin
        p = np.cross(ray[:, None], edge2[None])
        near = 1 - CLEARANCE_M / np.linalg.norm(ray, axis=1, keepdims=True)
        det = (p * edge1[None]).sum(-1)
        safe = np.where(np.abs(det) < 1e-12, np.nan, det)
        u = (p * start[None]).sum(-1) / safe
        v = (ray @ q.T) / safe
        t = (edge2 * q).sum(-1)[None] / safe
        out[low : low + 512] = ((u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1e-4) & (t < near)).any(axis=1)
    return out


def cell_points(building: Building, face: Facade) -> Floats:
    """(rows, cols, GRID², 3) world points of each cell on the facade plane, half a step from its edges."""
    share = (np.arange(GRID) + 0.5) / GRID
    u, z = np.asarray(face.u_m), np.asarray(building.row_z)
    us = u[:-1, None] + share * np.diff(u)[:, None]
    zs = z[:-1, None] + share * np.diff(z)[:, None]
    rows, cols = len(z) - 1, len(u) - 1
    points = np.zeros((rows, cols, GRID, GRID, 3))
    points[..., 0] = us[None, :, None, :]
    points[..., 2] = zs[:, None, :, None]
    return to_world(building, face, points.reshape(rows, cols, GRID * GRID, 3))


def face_truth(
    building: Building, face: Facade, *, view: View, day: float, hulls: dict[str, Floats], stages: StageList
) -> FaceTruth:
    """Stage, occlusion (at least half of the points hidden), its cause and cover; cells out of the frame have no stage.

    `hulls`: triangles by kind of occluder, SCREEN for the building's own covers. The cause is what hides most points.
    """
    points = cell_points(building, face)
    rows, cols = points.shape[:2]
    pixels, depth = project(view, points)
    inside = (depth > 0.1) & (pixels >= 0).all(-1) & (pixels[..., 0] < view.width) & (pixels[..., 1] < view.height)
    seen = inside.mean(axis=-1) >= 0.5
    eye, flat = np.asarray(view.position), points.reshape(-1, 3)
    blocked = {kind: hidden(eye, flat, shape).reshape(rows, cols, -1) for kind, shape in hulls.items()}
    hidden_share = (np.any([~inside, *blocked.values()], axis=0)).mean(axis=-1)
    towards = eye - points.mean(axis=2)
    facing = (towards @ outward(building, face)) / np.linalg.norm(towards, axis=-1) > STEEPEST
    now = stage_at(face.schedule, day)
    known, occluded = seen & facing, (hidden_share >= 0.5) | ~facing
    shares = {kind: hits.mean(axis=-1) for kind, hits in blocked.items()}
    return FaceTruth(
        stage=_table(rows, cols, lambda r, c: stages.names[now[r, c]] if known[r, c] else None),
        occluded=_table(rows, cols, lambda r, c: int(occluded[r, c])),
        cover=tuple(tuple(row) for row in cover_table(face, day)),
        occluder=_table(rows, cols, lambda r, c: _cause(shares, r, c) if occluded[r, c] and known[r, c] else ""),
    )


def _cause(shares: dict[str, Floats], row: int, col: int) -> str:
    """The kind that hides most of a cell; "" for covers, which have a table of their own."""
    kind = max(shares, key=lambda name: float(shares[name][row, col]))
    return "" if kind == SCREEN else kind


def _table(rows: int, cols: int, value: Callable[[int, int], Value]) -> tuple[tuple[Value, ...], ...]:
    return tuple(tuple(value(row, col) for col in range(cols)) for row in range(rows))
