"""Draws a commissioning over a frame, the rectified canvases beside it: a person sees what the eye will."""

from datetime import UTC, datetime
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.rectify import (
    CELL_PX,
    MARGIN_ABOVE_PX,
    MARGIN_SIDE_PX,
    rectify,
)
from edge_agent.vision.scene import Face, Polyline, Scene
from wire.scene.grid import NodeGrid, node_grid
from wire.scene.sight import CellSight, cell_sight, hidden_reasons

Array = npt.NDArray[np.float64]
Colour = tuple[int, int, int]

# BGR, from the design language: ink, data lines, masks, anchors; grey for what cannot be observed.
ROW, COL, EDGE = (60, 200, 250), (200, 160, 40), (40, 40, 235)
ANCHOR, MASK, HATCH, INK, PAPER = (90, 170, 60), (30, 30, 30), (190, 190, 190), (20, 20, 20), (250, 250, 250)
FONT = cv2.FONT_HERSHEY_SIMPLEX
REASONS = {"small": "S", "oblique": "O", "outside": "F", "masked": "M"}  # letters drawn in hatched cells
WIDTH_MIN_PX, WIDTH_MAX_PX = 900, 1920
GAP_PX = 12


def draw_preview(image: Image, scene: Scene, *, canvases: bool = True) -> Image:
    """The frame (BGR) with the grid of each face, and each canvas to its right.

    Lines that are extrapolated are dashed. Cells that cannot be observed are hatched and lettered: S under 16 px a
    storey, O over 70 degrees, F out of the frame, M masked. ValueError when the frame is of another size.
    """
    height, width = image.shape[:2]
    camera = scene.camera
    if (width, height) != (camera.width_px, camera.height_px):
        msg = f"frame of {width} x {height} px, expected {camera.width_px} x {camera.height_px} px as in the scene"
        raise ValueError(msg)
    zoom = _zoom(width)
    way = cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA
    drawn = np.array(cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=way), np.uint8)
    for mask in scene.privacy_masks:
        _shade(drawn, np.asarray(mask, float) * zoom, MASK, strength=0.75)
    for number, anchor in enumerate(scene.anchors):
        _polygon(drawn, np.asarray(anchor, float) * zoom, ANCHOR)
        _label(drawn, f"anchor {number + 1}", np.asarray(anchor[0], float) * zoom + (4, 14), ANCHOR)
    for face in scene.faces:
        _draw_face(drawn, face, cell_sight(node_grid(face), camera, scene.privacy_masks), zoom=zoom)
    return _beside(drawn, [_canvas(image, scene, face) for face in scene.faces]) if canvases else drawn


def _zoom(width: int) -> float:
    return WIDTH_MIN_PX / width if width < WIDTH_MIN_PX else min(1.0, WIDTH_MAX_PX / width)


def _draw_face(drawn: Image, face: Face, sight: CellSight, *, zoom: float) -> None:
    grid = node_grid(face)
    nodes = grid.inner * zoom
    reasons = hidden_reasons(sight)
    for row in range(face.rows):
        for col in range(face.cols):
            if reasons[row][col]:
                cell = np.array([nodes[row, col], nodes[row, col + 1], nodes[row + 1, col + 1], nodes[row + 1, col]])
                _hatch(drawn, cell, REASONS[reasons[row][col]])
    for row in range(face.rows + 1):
        line = face.row_lines[row]
        points = nodes[row] if line is None else np.asarray(line, float) * zoom
        _polyline(drawn, points, EDGE if row == 0 else ROW, dashed=line is None)
    for col, line in enumerate(face.col_x):
        _polyline(drawn, np.asarray(line, float) * zoom, COL, dashed=False)
        if not _reaches(line, grid, col):
            _polyline(drawn, nodes[:, col], COL, dashed=True)
    _numbers(drawn, face, nodes)


def _reaches(line: Polyline, grid: NodeGrid, col: int) -> bool:
    top = grid.inner[-1, col]
    return bool(np.linalg.norm(np.asarray(line[-1]) - top) < 0.5 * np.linalg.norm(top - grid.inner[-2, col]))


def _numbers(drawn: Image, face: Face, nodes: Array) -> None:
    """Storey numbers left of the face, bay numbers under it, its name above."""
    for row in range(face.rows):
        side = (nodes[row, 0] + nodes[row + 1, 0]) / 2
        _label(drawn, str(row + 1), side - (22, -5), ROW)
    for col in range(face.cols):
        foot = (nodes[0, col] + nodes[0, col + 1]) / 2
        _label(drawn, str(col + 1), foot - (5, -16), COL)
    _label(drawn, face.face_id, nodes[-1, 0] - (0, 10), EDGE)


def _canvas(image: Image, scene: Scene, face: Face) -> Image:
    """The canvas as the network gets it, with its cells ruled and the rows numbered."""
    frame = Frame(image=image, captured_at=datetime.fromtimestamp(0, UTC), sha256="")
    canvas = rectify(frame, scene, face).image.copy()
    for row in range(face.rows + 1):
        y = MARGIN_ABOVE_PX + CELL_PX * row
        cv2.line(canvas, (MARGIN_SIDE_PX, y), (canvas.shape[1] - MARGIN_SIDE_PX, y), ROW, 1)
        if row < face.rows:
            _label(canvas, str(face.rows - row), np.array([2.0, y + CELL_PX / 2 + 5]), ROW)
    for col in range(face.cols + 1):
        x = MARGIN_SIDE_PX + CELL_PX * col
        cv2.line(canvas, (x, MARGIN_ABOVE_PX), (x, MARGIN_ABOVE_PX + CELL_PX * face.rows), COL, 1)
    _label(canvas, face.face_id, np.array([MARGIN_SIDE_PX, 16.0]), EDGE)
    return canvas


def _beside(picture: Image, canvases: list[Image]) -> Image:
    """Canvases to the right of the picture, in columns, each made to fit its height."""
    limit = picture.shape[0]
    fitted = [_fit(canvas, limit) for canvas in canvases]
    columns: list[list[Image]] = []
    room = 0
    for canvas in fitted:
        if not columns or canvas.shape[0] > room:
            columns.append([])
            room = limit
        columns[-1].append(canvas)
        room -= canvas.shape[0] + GAP_PX
    width = picture.shape[1] + sum(GAP_PX + max(canvas.shape[1] for canvas in column) for column in columns)
    sheet = np.full((limit, width, 3), PAPER, np.uint8)
    sheet[:, : picture.shape[1]] = picture
    x = picture.shape[1] + GAP_PX
    for column in columns:
        y = 0
        for canvas in column:
            sheet[y : y + canvas.shape[0], x : x + canvas.shape[1]] = canvas
            y += canvas.shape[0] + GAP_PX
        x += GAP_PX + max(canvas.shape[1] for canvas in column)
    return sheet


def _fit(canvas: Image, limit_px: int) -> Image:
    scale = min(1.0, limit_px / canvas.shape[0])
    if scale == 1.0:
        return canvas
    size = (max(1, int(canvas.shape[1] * scale)), max(1, int(canvas.shape[0] * scale)))
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), np.uint8)


def _polyline(drawn: Image, points: Array, colour: Colour, *, dashed: bool) -> None:
    if not dashed:
        cv2.polylines(drawn, [_pixels(points)], isClosed=False, color=colour, thickness=1, lineType=cv2.LINE_AA)
        return
    for start, stop in pairwise(points):
        dashes = max(1, int(np.linalg.norm(stop - start) // 8))
        for k in range(0, dashes, 2):
            ends = [start + (stop - start) * min(1.0, j / dashes) for j in (k, k + 1)]
            cv2.polylines(drawn, [_pixels(np.array(ends))], isClosed=False, color=colour, lineType=cv2.LINE_AA)


def _polygon(drawn: Image, points: Array, colour: Colour) -> None:
    cv2.polylines(drawn, [_pixels(points)], isClosed=True, color=colour, thickness=2, lineType=cv2.LINE_AA)


def _shade(drawn: Image, points: Array, colour: Colour, *, strength: float) -> None:
    layer = drawn.copy()
    cv2.fillPoly(layer, [_pixels(points)], colour)
    cv2.addWeighted(layer, strength, drawn, 1 - strength, 0, dst=drawn)


def _hatch(drawn: Image, cell: Array, letter: str) -> None:
    """45 degree hatch inside a cell, and why."""
    pixels = _pixels(cell)
    x, y, w, h = cv2.boundingRect(pixels)
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, drawn.shape[1]), min(y + h, drawn.shape[0])
    if x1 - x0 < 1 or y1 - y0 < 1:
        return
    inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(inside, [pixels - np.array([x0, y0], np.int32)], (1,))
    rows, cols = np.indices(inside.shape)
    lines = ((rows + cols + x0 + y0) % 8 < 2) & (inside > 0)
    drawn[y0:y1, x0:x1][lines] = HATCH
    if min(x1 - x0, y1 - y0) >= 12:
        _label(drawn, letter, cell.mean(axis=0) - (4, -4), HATCH)


def _label(drawn: Image, text: str, at: Array, colour: Colour) -> None:
    place = (int(np.clip(at[0], 0, drawn.shape[1] - 8)), int(np.clip(at[1], 10, drawn.shape[0] - 3)))
    cv2.putText(drawn, text, place, FONT, 0.42, INK, 3, cv2.LINE_AA)
    cv2.putText(drawn, text, place, FONT, 0.42, colour, 1, cv2.LINE_AA)


def _pixels(points: Array) -> npt.NDArray[np.int32]:
    return np.round(np.clip(points, -1e5, 1e5)).astype(np.int32)
