"""Warps the native frame to the canvas of a face: 48 px a storey, 48 px a bay, whatever the view."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.grid import NodeGrid, node_grid
from edge_agent.vision.mask import filled
from edge_agent.vision.scene import Camera, Face, Polyline, Scene

CELL_PX = 48
MARGIN_ABOVE_PX = 48
MARGIN_BELOW_PX = 24
MARGIN_SIDE_PX = 24
MIN_STOREY_PX = 16.0
MIN_FORESHORTENING = 0.30  # bay width over storey height below which a view is beyond about 70 degrees
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellSight:
    """How each cell of a face lies in the view, rows x cols from the ground up.

    Mean storey height and bay width in native pixels; shares of the cell inside the frame, and clear of masks as well.
    """

    heights_px: npt.NDArray[np.float64]
    widths_px: npt.NDArray[np.float64]
    inside: npt.NDArray[np.float64]
    clear: npt.NDArray[np.float64]

    @property
    def small(self) -> Mask:
        """Cells under MIN_STOREY_PX a storey."""
        return np.asarray(self.heights_px < MIN_STOREY_PX, np.bool_)

    @property
    def oblique(self) -> Mask:
        """Cells seen at more than about 70 degrees."""
        return np.asarray(self.widths_px / np.maximum(self.heights_px, 1e-6) < MIN_FORESHORTENING, np.bool_)

    @property
    def outside(self) -> Mask:
        """Cells more than half out of the frame."""
        return np.asarray(self.inside < 0.5, np.bool_)

    @property
    def masked(self) -> Mask:
        """Cells in the frame of which privacy masks leave less than half."""
        return np.asarray(~self.outside & (self.clear < 0.5), np.bool_)

    @property
    def in_view(self) -> Mask:
        """Cells at least half in the frame and clear of masks, however small."""
        return np.asarray(self.clear >= 0.5, np.bool_)

    @property
    def observable(self) -> Mask:
        """Cells that can be read."""
        return np.asarray(~(self.small | self.oblique) & self.in_view, np.bool_)


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


def cell_sight(grid: NodeGrid, camera: Camera, privacy_masks: tuple[Polyline, ...]) -> CellSight:
    """How each cell lies in the view: what is observable, and why the others are not."""
    heights_px, widths_px = _cell_sizes(grid)
    inside, clear = _visible_shares(grid, camera, privacy_masks)
    return CellSight(heights_px=heights_px, widths_px=widths_px, inside=inside, clear=clear)


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


def _cell_sizes(grid: NodeGrid) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean height and width in native pixels of each cell, rows x cols."""
    up = np.linalg.norm(np.diff(grid.inner, axis=0), axis=-1)
    along = np.linalg.norm(np.diff(grid.inner, axis=1), axis=-1)
    return (up[:, :-1] + up[:, 1:]) / 2, (along[:-1] + along[1:]) / 2


def _visible_shares(
    grid: NodeGrid, camera: Camera, privacy_masks: tuple[Polyline, ...]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Shares of 5 x 5 sample points of each cell that are inside the frame, and under no privacy mask as well."""
    masked = filled(privacy_masks, width=camera.width_px, height=camera.height_px)
    steps = np.linspace(0.1, 0.9, 5)
    low, high = grid.inner[:-1], grid.inner[1:]
    inside, clear = (np.zeros((low.shape[0], low.shape[1] - 1)) for _ in range(2))
    for t in steps:
        left, right = low[:, :-1] * (1 - t) + high[:, :-1] * t, low[:, 1:] * (1 - t) + high[:, 1:] * t
        for s in steps:
            points = left * (1 - s) + right * s
            in_frame = _in_frame(points, masked=masked)
            inside += in_frame
            clear += in_frame & _unmasked(points, masked=masked)
    return inside / 25, clear / 25


def _in_frame(points: npt.NDArray[np.float64], *, masked: Image) -> Mask:
    height, width = masked.shape
    x, y = np.floor(points[..., 0]), np.floor(points[..., 1])
    return np.asarray((x >= 0) & (y >= 0) & (x < width) & (y < height), np.bool_)


def _unmasked(points: npt.NDArray[np.float64], *, masked: Image) -> Mask:
    height, width = masked.shape
    x, y = (np.floor(points[..., axis]).clip(-1, 1e6).astype(int) for axis in (0, 1))
    return np.asarray(masked[y.clip(0, height - 1), x.clip(0, width - 1)] == 0, np.bool_)
