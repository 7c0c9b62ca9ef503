"""Warps the native frame to the canvas of a face: 48 px a storey, 48 px a bay, whatever the view."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Frame, Image
from wire.scene.grid import node_grid
from wire.scene.shapes import Camera, Face, Polyline, Scene
from wire.scene.sight import cell_sight

CELL_PX = 48
MARGIN_ABOVE_PX = 48
MARGIN_BELOW_PX = 24
MARGIN_SIDE_PX = 24
BLUR_FROM_SCALE = 1.5  # native px per canvas px from which the native frame is smoothed before sampling

Map = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceMap:
    """Everything about a face that does not change from frame to frame.

    `map_x`, `map_y`: native pixel for each canvas pixel. `observable` and `in_view`: rows x cols from the ground up.
    """

    map_x: Map
    map_y: Map
    observable: Mask
    in_view: Mask
    px_per_storey: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canvas:
    """The rectified face, BGR uint8: top margin of a storey, lower and side margins of half a cell."""

    image: Image
    observable: Mask
    in_view: Mask
    px_per_storey: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Where the commissioned view lies in this frame: `native = (a b; c d) commissioned + (dx_px, dy_px)`."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    dx_px: float = 0.0
    dy_px: float = 0.0

    @property
    def is_none(self) -> bool:
        """True when nothing would move by a tenth of a pixel."""
        turns = max(abs(self.a - 1), abs(self.b), abs(self.c), abs(self.d - 1))
        return turns < 1e-4 and max(abs(self.dx_px), abs(self.dy_px)) < 0.1


NO_SHIFT = Shift()


def rectify(frame: Frame, scene: Scene, face: Face, *, shift: Shift = NO_SHIFT) -> Canvas:
    """Canvas of one face; pixels outside the frame are black, and cells under privacy masks not observable."""
    face_map = face_map_of(face, scene.camera, scene.privacy_masks)
    map_x, map_y = _moved(face_map, shift)
    height, width = frame.image.shape[:2]
    left, top = max(0, int(map_x.min()) - 8), max(0, int(map_y.min()) - 8)
    right, bottom = min(width, int(map_x.max()) + 9), min(height, int(map_y.max()) + 9)
    if right - left < 2 or bottom - top < 2:
        blank = np.zeros((*map_x.shape, 3), np.uint8)
        nothing = np.zeros_like(face_map.observable)
        return Canvas(image=blank, observable=nothing, in_view=nothing, px_per_storey=0.0)
    source = _smoothed(frame.image[top:bottom, left:right], native_per_canvas=face_map.px_per_storey / CELL_PX)
    image = cv2.remap(source, map_x - np.float32(left), map_y - np.float32(top), cv2.INTER_LINEAR)
    return Canvas(
        image=np.asarray(image, np.uint8),
        observable=face_map.observable,
        in_view=face_map.in_view,
        px_per_storey=face_map.px_per_storey,
    )


@lru_cache(maxsize=64)
def face_map_of(face: Face, camera: Camera, privacy_masks: tuple[Polyline, ...]) -> FaceMap:
    """Maps of a face, computed once per commissioning."""
    grid = node_grid(face)
    sight = cell_sight(grid, camera, privacy_masks)
    map_x, map_y = (dense_map(grid.points[..., axis], rows=face.rows, cols=face.cols) for axis in (0, 1))
    px_per_storey = float(np.median(sight.heights_px))
    return FaceMap(
        map_x=map_x, map_y=map_y, observable=sight.observable, in_view=sight.in_view, px_per_storey=px_per_storey
    )


def canvas_size(rows: int, cols: int) -> tuple[int, int]:
    """Height and width in pixels of the canvas of a face."""
    return rows * CELL_PX + MARGIN_ABOVE_PX + MARGIN_BELOW_PX, cols * CELL_PX + 2 * MARGIN_SIDE_PX


def dense_map(nodes: npt.NDArray[np.float64], *, rows: int, cols: int) -> Map:
    """One coordinate of the node grid, bilinear at each canvas pixel centre."""
    height, width = canvas_size(rows, cols)
    storey_y = height - np.array([0, *(MARGIN_BELOW_PX + CELL_PX * r for r in range(rows + 1)), height], float)
    bay_x = np.array([0, *(MARGIN_SIDE_PX + CELL_PX * c for c in range(cols + 1)), width], float)
    down = _weights(storey_y[::-1], count=height)
    across = _weights(bay_x, count=width)
    # einsum, because BLAS threads spin longer than these small products take (19 ms against 1.4 ms, measured)
    return np.asarray(np.einsum("yj,xj->yx", np.einsum("yi,ij->yj", down, nodes[::-1]), across), np.float32)


def _weights(knots: npt.NDArray[np.float64], *, count: int) -> npt.NDArray[np.float64]:
    """count x knots matrix of linear interpolation weights at pixel centres."""
    centres = np.arange(count) + 0.5
    return np.stack([np.interp(centres, knots, unit) for unit in np.eye(len(knots))], axis=1)


def _moved(face_map: FaceMap, shift: Shift) -> tuple[Map, Map]:
    if shift.is_none:
        return face_map.map_x, face_map.map_y
    x, y = face_map.map_x, face_map.map_y
    moved_x = shift.a * x + shift.b * y + shift.dx_px
    moved_y = shift.c * x + shift.d * y + shift.dy_px
    return np.asarray(moved_x, np.float32), np.asarray(moved_y, np.float32)


def _smoothed(image: Image, *, native_per_canvas: float) -> Image:
    if native_per_canvas < BLUR_FROM_SCALE:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.4 * native_per_canvas), np.uint8)
