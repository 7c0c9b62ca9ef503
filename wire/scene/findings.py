"""What is wrong or worth a look in a commissioning, told apart by code; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from wire.scene.errors import SceneError
from wire.scene.grid import NodeGrid, node_grid
from wire.scene.polygon import filled
from wire.scene.reading import parse_scene
from wire.scene.shapes import Face, Finding, Polyline, Scene, Severity
from wire.scene.sight import MIN_STOREY_PX, CellSight, cell_sight

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]

UNEVEN = 1.7  # a storey (bay) so much higher (wider) than its smaller neighbour is worth a look
UNEVEN_BAY = 3.0
SHORT_BAYS = 0.75  # a storey line that ends so many bays before the face's side is prolonged, and that is a guess
COVERAGE_MIN_BP = 6000
OVERLAP_MAX = 0.25  # share of the smaller face
ANCHORS_WANTED = 2
ANCHOR_ON_FACE = 0.10
FLAT_TEXTURE = 6.0  # standard deviation of grey levels under which an anchor holds nothing to recognise


def check_scene(scene: Scene | Mapping[str, Any], image: Image | None = None) -> tuple[Finding, ...]:
    """All findings, errors first. `scene` may be the decoded JSON: what breaks the schema is one finding then.

    With a frame, size and anchors are looked at as well. Lines are numbered from 0: line 0 is the ground.
    """
    if not isinstance(scene, Scene):
        try:
            scene = parse_scene(dict(scene), file="scene.json")
        except SceneError as wrong:
            values: dict[str, str | int | float] = {"where": wrong.where, "expected": wrong.expected}
            return (_finding("schema", "error", wrong.where, values),)
    found = [*_camera(scene, image), *_anchors(scene, image), *_masks(scene), *_overlaps(scene)]
    for index, face in enumerate(scene.faces):
        found += _face(scene, face, at=f"faces[{index}]")
    order = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))


def _finding(code: str, severity: Severity, where: str, values: dict[str, str | int | float]) -> Finding:
    return Finding(code=code, severity=severity, where=where, message_key=code, values=values)


def _camera(scene: Scene, image: Image | None) -> Iterator[Finding]:
    camera = scene.camera
    if image is None:
        return
    height, width = image.shape[:2]
    if (width, height) != (camera.width_px, camera.height_px):
        size: dict[str, str | int | float] = {"width": width, "height": height}
        size |= {"expected_width": camera.width_px, "expected_height": camera.height_px}
        yield _finding("frame_size", "error", "camera", size)


def _anchors(scene: Scene, image: Image | None) -> Iterator[Finding]:
    if len(scene.anchors) < ANCHORS_WANTED:
        counts: dict[str, str | int | float] = {"number": len(scene.anchors), "wanted": ANCHORS_WANTED}
        yield _finding("few_anchors", "warning", "anchors", counts)
    width, height = scene.camera.width_px, scene.camera.height_px
    hulls = filled([_outline(node_grid(face).inner) for face in scene.faces], width=width, height=height)
    for index, polygon in enumerate(scene.anchors):
        inside = filled([polygon], width=width, height=height)
        where, number = f"anchors[{index}]", {"number": index + 1}
        if inside.sum() < 64:
            yield _finding("anchor_outside", "error", where, {**number})
            continue
        share = float(hulls[inside].mean())
        if share > ANCHOR_ON_FACE:
            yield _finding("anchor_on_face", "warning", where, {**number, "percent": round(100 * share)})
        if image is not None and image.shape[:2] == (height, width):
            spread = float(image.mean(axis=2)[inside].std())
            if spread < FLAT_TEXTURE:
                yield _finding("anchor_flat", "warning", where, {**number})


def _masks(scene: Scene) -> Iterator[Finding]:
    if not scene.privacy_masks:
        yield _finding("no_masks", "note", "privacy_masks", {})


def _overlaps(scene: Scene) -> Iterator[Finding]:
    width, height = scene.camera.width_px, scene.camera.height_px
    areas = [filled([_outline(node_grid(face).inner)], width=width, height=height) for face in scene.faces]
    for one in range(len(areas)):
        for two in range(one + 1, len(areas)):
            least = min(int(areas[one].sum()), int(areas[two].sum()))
            share = int((areas[one] & areas[two]).sum()) / max(least, 1)
            if share > OVERLAP_MAX:
                ids: dict[str, str | int | float] = {
                    "face": scene.faces[one].face_id,
                    "other": scene.faces[two].face_id,
                }
                yield _finding("faces_overlap", "warning", f"faces[{two}]", ids | {"percent": round(100 * share)})


def _outline(nodes: Array) -> Array:
    return np.concatenate([nodes[0], nodes[1:, -1], nodes[-1, -2::-1], nodes[-2:0:-1, 0]])


def _face(scene: Scene, face: Face, *, at: str) -> Iterator[Finding]:
    grid = node_grid(face)
    crossings = [*_row_crossings(scene, face, grid, at=at), *_col_crossings(scene, face, grid, at=at)]
    yield from crossings
    if crossings:
        return  # sizes of cells that are turned inside out say nothing
    yield from _lengths(scene, face, grid, at=at)
    yield from _spacing(scene, face, grid, at=at)
    yield from _open_lines(scene, face, at=at)
    yield from _sight(scene, face, cell_sight(grid, scene.camera, scene.privacy_masks), at=at)


def _base(scene: Scene, face: Face) -> dict[str, str | int | float]:
    return {"face": face.face_id, "work_type": scene.work_type}


def _row_crossings(scene: Scene, face: Face, grid: NodeGrid, *, at: str) -> Iterator[Finding]:
    """A storey line that is not above the one before it, at every bay line."""
    nodes = grid.inner
    steps = np.diff(nodes, axis=0)
    up = nodes[-1] - nodes[0]
    rises = (steps * up[None]).sum(axis=-1) > 1e-6
    for row in np.flatnonzero(~rises.all(axis=1)):
        x = float(nodes[row + 1][~rises[row]][0, 0])
        values = _base(scene, face) | {"line": int(row) + 1, "other": int(row), "x": round(x)}
        yield _finding("rows_cross", "error", f"{at}.row_lines[{row + 1}]", values)


def _col_crossings(scene: Scene, face: Face, grid: NodeGrid, *, at: str) -> Iterator[Finding]:
    nodes = grid.inner
    steps = np.diff(nodes, axis=1)
    along = nodes[:, -1:] - nodes[:, :1]
    goes = (steps * along).sum(axis=-1) > 1e-6
    for col in np.flatnonzero(~goes.all(axis=0)):
        y = float(nodes[~goes[:, col], col + 1][0, 1])
        values = _base(scene, face) | {"line": int(col) + 1, "other": int(col), "y": round(y)}
        yield _finding("cols_cross", "error", f"{at}.col_x[{col + 1}]", values)


def _lengths(scene: Scene, face: Face, grid: NodeGrid, *, at: str) -> Iterator[Finding]:
    """Storey lines drawn over a part of the face only."""
    for row, line in enumerate(face.row_lines):
        if line is None:
            continue
        nodes = grid.inner[row]
        chord = nodes[-1] - nodes[0]
        bays = (np.asarray(line)[[0, -1]] - nodes[0]) @ chord / max(float(chord @ chord), 1e-6) * face.cols
        missing = max(float(bays.min()), face.cols - float(bays.max()))
        if missing > SHORT_BAYS:
            values = _base(scene, face) | {"line": row, "bays": round(missing, 1)}
            yield _finding("row_short", "warning", f"{at}.row_lines[{row}]", values)


def _spacing(scene: Scene, face: Face, grid: NodeGrid, *, at: str) -> Iterator[Finding]:
    """A storey far higher than its neighbours is usually a line that was forgotten."""
    for axis, limit, name in ((0, UNEVEN, "row"), (1, UNEVEN_BAY, "col")):
        sizes = np.linalg.norm(np.diff(grid.inner, axis=axis), axis=-1).mean(axis=1 - axis)
        for index in range(len(sizes) if scene.work_type != "road" else 0):
            near = [sizes[k] for k in (index - 1, index + 1) if 0 <= k < len(sizes)]
            if near and sizes[index] > limit * max(near) and not (axis == 0 and index == 0):
                times = round(float(sizes[index] / max(near)), 1)
                values = _base(scene, face) | {"number": index + 1, "times": times}
                where = f"{at}.row_lines[{index + 1}]" if axis == 0 else f"{at}.col_x[{index + 1}]"
                yield _finding(f"{name}_uneven", "warning", where, values)


def _open_lines(scene: Scene, face: Face, *, at: str) -> Iterator[Finding]:
    lines = [row for row, line in enumerate(face.row_lines) if line is None]
    if not lines:
        return
    values = _base(scene, face) | {"number": len(lines), "of": face.rows + 1}
    if len(lines) > (face.rows + 1) / 2:
        yield _finding("mostly_extrapolated", "warning", f"{at}.row_lines", values)
    else:
        yield _finding("extrapolated", "note", f"{at}.row_lines", values)


def _sight(scene: Scene, face: Face, sight: CellSight, *, at: str) -> Iterator[Finding]:
    cells = face.rows * face.cols
    reasons = (("small", sight.small), ("oblique", sight.oblique), ("outside", sight.outside), ("masked", sight.masked))
    for code, cells_hit in reasons:
        number = int(cells_hit.sum())
        if number:
            values = _base(scene, face) | {"number": number, "of": cells}
            if code == "small":
                values |= {"least": round(float(sight.heights_px.min()), 1), "limit": round(MIN_STOREY_PX)}
            yield _finding(f"cells_{code}", "note", at, values)
    seen = round(10000 * observable_share(face, sight))
    if seen == 0:
        yield _finding("nothing_observable", "error", at, _base(scene, face))
    elif seen < COVERAGE_MIN_BP:
        values = _base(scene, face) | {"percent": round(seen / 100), "wanted": COVERAGE_MIN_BP // 100}
        yield _finding("low_coverage", "warning", at, values)


def observable_share(face: Face, sight: CellSight) -> float:
    """Share of the face, by cell weight, that the camera can observe; 0 … 1."""
    weights = np.ones((face.rows, face.cols)) if face.cell_weight_bp is None else np.asarray(face.cell_weight_bp, float)
    return float(weights[sight.observable].sum() / weights.sum())


def outline(face: Face) -> Polyline:
    """The outline of a face in native pixels, counter-clockwise from its lower left corner."""
    return tuple((float(x), float(y)) for x, y in _outline(node_grid(face).inner))
