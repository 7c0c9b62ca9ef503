"""How each cell of a face lies in the view: what is observable, and why the others are not."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wire.scene.grid import NodeGrid
from wire.scene.polygon import filled
from wire.scene.shapes import Camera, Polyline

MIN_STOREY_PX = 16.0
MIN_FORESHORTENING = 0.30  # bay width over storey height below which a view is beyond about 70 degrees

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


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


def cell_sight(grid: NodeGrid, camera: Camera, privacy_masks: tuple[Polyline, ...]) -> CellSight:
    """How each cell lies in the view: what is observable, and why the others are not."""
    heights_px, widths_px = _cell_sizes(grid)
    inside, clear = _visible_shares(grid, camera, privacy_masks)
    return CellSight(heights_px=heights_px, widths_px=widths_px, inside=inside, clear=clear)


def hidden_reasons(sight: CellSight) -> tuple[tuple[str, ...], ...]:
    """Why each cell cannot be observed: outside, masked, small, oblique; "" where it can. Rows from the ground up."""
    rows, cols = sight.small.shape
    order = (("outside", sight.outside), ("masked", sight.masked), ("small", sight.small), ("oblique", sight.oblique))

    def reason(row: int, col: int) -> str:
        return next((name for name, hit in order if hit[row, col]), "")

    return tuple(tuple(reason(row, col) for col in range(cols)) for row in range(rows))


def _cell_sizes(grid: NodeGrid) -> tuple[Floats, Floats]:
    """Mean height and width in native pixels of each cell, rows x cols."""
    up = np.linalg.norm(np.diff(grid.inner, axis=0), axis=-1)
    along = np.linalg.norm(np.diff(grid.inner, axis=1), axis=-1)
    return (up[:, :-1] + up[:, 1:]) / 2, (along[:-1] + along[1:]) / 2


def _visible_shares(grid: NodeGrid, camera: Camera, privacy_masks: tuple[Polyline, ...]) -> tuple[Floats, Floats]:
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


def _in_frame(points: Floats, *, masked: Mask) -> Mask:
    height, width = masked.shape
    x, y = np.floor(points[..., 0]), np.floor(points[..., 1])
    return np.asarray((x >= 0) & (y >= 0) & (x < width) & (y < height), np.bool_)


def _unmasked(points: Floats, *, masked: Mask) -> Mask:
    height, width = masked.shape
    x, y = (np.floor(points[..., axis]).clip(-1, 1e6).astype(int) for axis in (0, 1))
    return np.asarray(~masked[y.clip(0, height - 1), x.clip(0, width - 1)], np.bool_)
