"""A pile of boxes, beams and quads by material, turned into mesh arrays in one go. Pure numpy."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.scenes.site import Floats

Bend = Callable[[Floats], Floats]

_CORNERS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]])
_FACES = np.array([[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [2, 3, 7, 6], [1, 2, 6, 5], [3, 0, 4, 7]])
_FACE_UV = ((0, 1), (0, 1), (0, 2), (0, 2), (1, 2), (1, 2))  # local axes that give u and v of each face


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshArrays:
    """vertices (V, 3) metres; quads (F, 4) vertex indices; uv (F, 4, 2) metres; tint (F,) 0..1."""

    vertices: Floats
    quads: NDArray[np.int32]
    uv: Floats
    tint: Floats


@dataclass(slots=True)
class Solids:
    """Collects solids in a local frame; `mesh` bends them, places them and gives arrays by material."""

    boxes: dict[str, list[tuple[float, ...]]] = field(default_factory=lambda: defaultdict(list))
    beams: dict[str, list[tuple[float, ...]]] = field(default_factory=lambda: defaultdict(list))
    quads: dict[str, list[tuple[Floats, Floats]]] = field(default_factory=lambda: defaultdict(list))

    def box(
        self, look: str, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], *, tint: float = 0.5
    ) -> None:
        """An axis-parallel box; ends may come in either order, an empty one is ignored."""
        if x[0] == x[1] or y[0] == y[1] or z[0] == z[1]:
            return
        self.boxes[look].append((min(x), max(x), min(y), max(y), min(z), max(z), tint))

    def beam(
        self, look: str, start: tuple[float, ...], end: tuple[float, ...], *, thick: float, tint: float = 0.5
    ) -> None:
        """A square bar from `start` to `end`."""
        self.beams[look].append((*start, *end, thick, tint))

    def sheet(self, look: str, corners: Floats, tint: Floats) -> None:
        """Free quads: corners (N, 4, 3), tint (N,)."""
        if len(corners):
            self.quads[look].append((np.asarray(corners, dtype=float), np.asarray(tint, dtype=float)))

    def mesh(
        self, *, origin: tuple[float, float, float] = (0, 0, 0), yaw: float = 0.0, bend: Bend | None = None
    ) -> dict[str, MeshArrays]:
        """Mesh arrays in world coordinates by look."""
        out: dict[str, MeshArrays] = {}
        for look in {*self.boxes, *self.beams, *self.quads}:
            parts = [
                part
                for part in (_boxes(self.boxes.get(look)), _beams(self.beams.get(look)), _quads(self.quads.get(look)))
                if part is not None
            ]
            mesh = join(parts)
            vertices = bend(mesh.vertices) if bend else mesh.vertices
            out[look] = MeshArrays(
                vertices=place(vertices, origin=origin, yaw=yaw), quads=mesh.quads, uv=mesh.uv, tint=mesh.tint
            )
        return out


def place(points: Floats, *, origin: tuple[float, float, float], yaw: float) -> Floats:
    """Local (…, 3) points turned about z and moved to `origin`."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    turned = points @ np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(turned + np.asarray(origin))


def join(parts: list[MeshArrays]) -> MeshArrays:
    """Several meshes as one."""
    offsets = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return MeshArrays(
        vertices=np.concatenate([part.vertices for part in parts]),
        quads=np.concatenate([part.quads + shift for part, shift in zip(parts, offsets, strict=True)]).astype(np.int32),
        uv=np.concatenate([part.uv for part in parts]),
        tint=np.concatenate([part.tint for part in parts]),
    )


def _boxes(rows: list[tuple[float, ...]] | None) -> MeshArrays | None:
    if not rows:
        return None
    table = np.array(rows)
    low, high = table[:, [0, 2, 4]], table[:, [1, 3, 5]]
    corners = low[:, None, :] + _CORNERS[None] * (high - low)[:, None, :]
    return _hexes(corners, table[:, 6])


def _beams(rows: list[tuple[float, ...]] | None) -> MeshArrays | None:
    if not rows:
        return None
    table = np.array(rows)
    start, axis = table[:, :3], table[:, 3:6] - table[:, :3]
    along = axis / np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
    helper = np.where(np.abs(along[:, 2:3]) > 0.9, [[1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]])
    right = np.cross(along, helper)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    up = np.cross(right, along)
    half = table[:, 6:7]
    right, up = right * half, up * half
    origin = start - right / 2 - up / 2
    corners = (
        origin[:, None]
        + _CORNERS[None, :, 0:1] * right[:, None]
        + _CORNERS[None, :, 1:2] * axis[:, None]
        + _CORNERS[None, :, 2:3] * up[:, None]
    )
    return _hexes(corners, table[:, 7])


def _hexes(corners: Floats, tint: Floats) -> MeshArrays:
    count = len(corners)
    quads = _FACES[None] + 8 * np.arange(count)[:, None, None]
    uv = np.stack([corners[:, _FACES[face]][:, :, list(axes)] for face, axes in enumerate(_FACE_UV)], axis=1)
    return MeshArrays(
        vertices=corners.reshape(-1, 3),
        quads=quads.reshape(-1, 4).astype(np.int32),
        uv=uv.reshape(-1, 4, 2),
        tint=np.repeat(tint, 6),
    )


def _quads(parts: list[tuple[Floats, Floats]] | None) -> MeshArrays | None:
    if not parts:
        return None
    corners = np.concatenate([part[0] for part in parts])
    edge_u = corners[:, 1] - corners[:, 0]
    edge_v = corners[:, 3] - corners[:, 0]
    size = np.stack([np.linalg.norm(edge_u, axis=1), np.linalg.norm(edge_v, axis=1)], axis=1)
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
    return MeshArrays(
        vertices=corners.reshape(-1, 3),
        quads=np.arange(len(corners) * 4, dtype=np.int32).reshape(-1, 4),
        uv=unit[None] * size[:, None],
        tint=np.concatenate([part[1] for part in parts]),
    )
