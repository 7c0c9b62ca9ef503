"""Where each storey line meets each bay line in the native frame, unseen storeys extrapolated."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from wire.scene.shapes import Face

Array = npt.NDArray[np.float64]

NEAR_STOREYS = 3  # storeys whose spacing an extrapolation continues


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodeGrid:
    """Native pixel positions of the grid of a face with its canvas margins.

    `points` is (rows + 3) x (cols + 3) x 2. First axis: the storey lines -1/2, 0 … rows, rows + 1 from the ground up;
    second axis: the bay lines -1/2, 0 … cols, cols + 1/2 from left to right; last: x, y with y down.
    """

    points: Array

    @property
    def inner(self) -> Array:
        """The commissioned nodes alone: (rows + 1) x (cols + 1) x 2."""
        return self.points[1:-1, 1:-1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Column:
    """A bay line with the positions along it (pixels from its foot) of the storey lines that are visible."""

    line: Array
    known: dict[int, float]
    vanishing: float | None

    def at(self, storey: float) -> float:
        """Position along the line of a storey line, by projective interpolation between two visible ones."""
        exact = self.known.get(int(storey)) if float(storey).is_integer() else None
        if exact is not None:
            return exact
        low, high = self._pair(storey)
        t = (storey - low) / (high - low)
        start, end = self.known[low], self.known[high]
        weight = _end_weight(start, end, vanishing=self.vanishing)
        return ((1 - t) * start + t * weight * end) / ((1 - t) + t * weight)

    def _pair(self, storey: float) -> tuple[int, int]:
        seen = sorted(self.known)
        if storey < seen[0]:
            return seen[0], seen[min(NEAR_STOREYS, len(seen) - 1)]
        if storey > seen[-1]:
            return seen[max(-1 - NEAR_STOREYS, -len(seen))], seen[-1]
        return max(r for r in seen if r <= storey), min(r for r in seen if r > storey)


@lru_cache(maxsize=64)
def node_grid(face: Face) -> NodeGrid:
    """Grid of a face. Storeys are taken as equally high where no line says otherwise; perspective from the edges."""
    lines = [np.asarray(line, float) for line in face.col_x]
    apex = _vanishing_point(lines[0], lines[-1])
    columns = [_column(face, line, apex=apex) for line in lines]
    storeys = [-0.5, *range(face.rows + 1), face.rows + 1.0]
    inner = np.array([[_point_at(c.line, c.at(v)) for c in columns] for v in storeys])
    left = inner[:, :1] - 0.5 * (inner[:, 1:2] - inner[:, :1])
    right = inner[:, -1:] + 0.5 * (inner[:, -1:] - inner[:, -2:-1])
    return NodeGrid(points=np.concatenate([left, inner, right], axis=1))


def _column(face: Face, line: Array, *, apex: Array | None) -> _Column:
    known = {
        r: _position_of(line, _crossing(np.asarray(row, float), line))
        for r, row in enumerate(face.row_lines)
        if row is not None
    }
    vanishing = None if apex is None else _position_of(line, apex)
    return _Column(line=line, known=known, vanishing=vanishing)


def _end_weight(start: float, end: float, *, vanishing: float | None) -> float:
    """Projective weight of the far node; 1 is equal spacing (also when the vanishing point is between the nodes)."""
    if vanishing is None:
        return 1.0
    near, far = start - vanishing, end - vanishing
    if near * far <= 0 or abs(far) < abs(end - start) * 0.2 or abs(near) < abs(end - start) * 0.2:
        return 1.0
    return near / far


def _vanishing_point(left: Array, right: Array) -> Array | None:
    """Where the two outer bay lines meet; None when they are parallel within 0.05 degrees."""
    a, b = left[-1] - left[0], right[-1] - right[0]
    cross = a[0] * b[1] - a[1] * b[0]
    if abs(cross) < 1e-3 * float(np.linalg.norm(a) * np.linalg.norm(b)):
        return None
    offset = right[0] - left[0]
    return np.asarray(left[0] + a * ((offset[0] * b[1] - offset[1] * b[0]) / cross))


def _position_of(line: Array, point: Array) -> float:
    chord = line[-1] - line[0]
    return float((point - line[0]) @ chord / np.linalg.norm(chord))


def _point_at(line: Array, position: float) -> Array:
    """Point of the prolonged line at a position along its chord."""
    positions = np.array([_position_of(line, point) for point in line])
    segment = int(np.clip(np.searchsorted(positions, position) - 1, 0, len(line) - 2))
    span = positions[segment + 1] - positions[segment]
    t = (position - positions[segment]) / (span or 1.0)
    return np.asarray(line[segment] + t * (line[segment + 1] - line[segment]))


def _crossing(row: Array, column: Array) -> Array:
    """Crossing of two polylines, both prolonged; among several the one that prolongs least."""
    best: tuple[float, Array] | None = None
    for i in range(len(row) - 1):
        for j in range(len(column) - 1):
            found = _segment_crossing(row[i : i + 2], column[j : j + 2])
            if found is None:
                continue
            t, s = found
            excess = _excess(t, first=i == 0, last=i == len(row) - 2) + _excess(
                s, first=j == 0, last=j == len(column) - 2
            )
            if best is None or excess < best[0]:
                best = (excess, row[i] + t * (row[i + 1] - row[i]))
    if best is None:  # parallel lines: the nearest point of the row line to the middle of the bay line
        middle = column.mean(axis=0)
        return np.asarray(row[np.argmin(np.linalg.norm(row - middle, axis=1))])
    return best[1]


def _segment_crossing(a: Array, b: Array) -> tuple[float, float] | None:
    d, e, offset = a[1] - a[0], b[1] - b[0], b[0] - a[0]
    cross = d[0] * e[1] - d[1] * e[0]
    if abs(cross) < 1e-9:
        return None
    return float((offset[0] * e[1] - offset[1] * e[0]) / cross), float((offset[0] * d[1] - offset[1] * d[0]) / cross)


def _excess(t: float, *, first: bool, last: bool) -> float:
    """How far outside its segment a crossing lies; an open end costs little, an inner end much."""
    below, above = max(0.0, -t), max(0.0, t - 1.0)
    return below * (1.0 if first else 1e3) + above * (1.0 if last else 1e3)
