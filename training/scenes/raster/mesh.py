"""Meshes of a moment as one vertex array in drawing order, with the range of every look. Pure numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.scenes.palette import Look
from training.scenes.shapes.solids import MeshArrays
from training.scenes.site import Floats

VERTEX_FLOATS = 9  # position 3, normal 3, uv 2, tint 1
GROUND_M = 500.0  # a mesh wider than this is ground or hills: it receives shadows and casts none
BULKY_M2 = 0.5  # smaller faces do not shut off the sky
BACKDROP = ("far", "far2", "hill", "ground")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Part of the index array: `first` and `count` are numbers of indices."""

    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Casters:
    """What casts shadows, nets apart: positions only, corners shared, so that the many shadow passes are cheap."""

    corners: NDArray[np.float32]  # (V, 3)
    indices: NDArray[np.uint32]  # (I,)
    bulky: Span  # large faces: what shuts off the sky
    every: Span  # begins with `bulky`


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """All triangles of a moment; spans go bulky things, thin things, backdrop, nets (far to near)."""

    vertices: NDArray[np.float32]  # (V, 9)
    indices: NDArray[np.uint32]  # (I,)
    spans: dict[str, Span]
    casters: Casters
    solid: Span  # everything but nets
    bounds: Floats  # (2, 3) lowest and highest corner of what casts


def pile_up(meshes: dict[str, MeshArrays], looks: dict[str, Look], *, eye: Floats) -> Pile:
    """Sort, expand and index the meshes; `eye` orders the nets. An empty moment gives an empty pile."""
    kept = {name: mesh for name, mesh in meshes.items() if len(mesh.quads)}
    missing = sorted(set(kept) - set(looks))
    if missing:
        raise ValueError(f"meshes without a look: {', '.join(missing)}; the site has {len(looks)} looks")
    groups = {name: _group(name, mesh, looks[name]) for name, mesh in kept.items()}
    order = sorted(kept, key=lambda name: (groups[name], name))
    corners = {name: mesh.vertices[mesh.quads] for name, mesh in kept.items()}
    blocks: list[NDArray[np.float32]] = []
    spans: dict[str, Span] = {}
    solid, quads = 0, 0
    for name in order:
        mesh = kept[name]
        turn = _far_first(corners[name], eye) if looks[name].kind == "net" else slice(None)
        blocks.append(_block(corners[name][turn], mesh.uv[turn], mesh.tint[turn]))
        spans[name] = Span(first=6 * quads, count=6 * len(mesh.quads))
        quads += len(mesh.quads)
        solid = quads if groups[name] < 3 else solid
    vertices = np.concatenate(blocks) if blocks else np.zeros((0, VERTEX_FLOATS), np.float32)
    return Pile(
        vertices=vertices,
        indices=_indices(quads),
        spans=spans,
        casters=_casters([(kept[name], groups[name] == 0) for name in order if groups[name] < 2]),
        solid=Span(first=0, count=6 * solid),
        bounds=_bounds(kept, looks),
    )


def _group(name: str, mesh: MeshArrays, look: Look) -> int:
    """0 bulky, 1 thin or lofty, 2 backdrop, 3 nets."""
    if look.kind == "net":
        return 3
    if name in BACKDROP or float(np.ptp(mesh.vertices[:, :2], axis=0).max()) > GROUND_M:
        return 2
    return 0 if look.kind in ("speckle", "brick", "glass") else 1


def _far_first(corners: Floats, eye: Floats) -> NDArray[np.int64]:
    return np.argsort(-np.linalg.norm(corners.mean(axis=1) - eye, axis=1))


def _block(corners: Floats, uv: Floats, tint: Floats) -> NDArray[np.float32]:
    """(4 F, 9) vertices of F quads; a normal from the diagonals serves quads with a doubled corner too."""
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    out = np.empty((len(corners), 4, VERTEX_FLOATS), np.float32)
    out[..., :3] = corners
    out[..., 3:6] = normal[:, None]
    out[..., 6:8] = uv
    out[..., 8] = tint[:, None]
    return out.reshape(-1, VERTEX_FLOATS)


def _casters(meshes: list[tuple[MeshArrays, bool]]) -> Casters:
    """The meshes' quads, those of bulky meshes that are larger than BULKY_M2 first."""
    corners, large, small, offset = [np.zeros((0, 3))], [], [], 0
    for mesh, bulky in meshes:
        quads = mesh.quads + offset
        spot = mesh.vertices[mesh.quads]
        area = np.linalg.norm(np.cross(spot[:, 2] - spot[:, 0], spot[:, 3] - spot[:, 1]), axis=1) / 2
        wide = (area > BULKY_M2) & bulky
        large.append(quads[wide])
        small.append(quads[~wide])
        corners.append(mesh.vertices)
        offset += len(mesh.vertices)
    quads = np.concatenate([*large, *small]) if meshes else np.zeros((0, 4), np.int32)
    return Casters(
        corners=np.concatenate(corners).astype(np.float32),
        indices=quads[:, [0, 1, 2, 0, 2, 3]].astype(np.uint32).ravel(),
        bulky=Span(first=0, count=6 * sum(len(part) for part in large)),
        every=Span(first=0, count=6 * len(quads)),
    )


def _indices(quads: int) -> NDArray[np.uint32]:
    """Two triangles a quad."""
    corner = np.array([0, 1, 2, 0, 2, 3], np.uint32)
    return (4 * np.arange(quads, dtype=np.uint32)[:, None] + corner).ravel()


def _bounds(kept: dict[str, MeshArrays], looks: dict[str, Look]) -> Floats:
    """The buildings' box (their looks have a dot in the name), or that of all that casts."""
    own = [mesh for name, mesh in kept.items() if "." in name]
    cast = own or [mesh for name, mesh in kept.items() if _group(name, mesh, looks[name]) < 2]
    if not cast:
        return np.array([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]])
    low = np.min([mesh.vertices.min(axis=0) for mesh in cast], axis=0)
    high = np.max([mesh.vertices.max(axis=0) for mesh in cast], axis=0)
    return np.stack([low - 2.0, high + 2.0])
