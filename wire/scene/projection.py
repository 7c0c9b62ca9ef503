"""The projective map between two quads, and points through it."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def projection(source: npt.ArrayLike, target: npt.ArrayLike) -> Array:
    """3 x 3 map that takes four points to four points; numpy's LinAlgError when three of them lie on a line."""
    rows, values = [], []
    for (x, y), (u, v) in zip(np.asarray(source, float), np.asarray(target, float), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.append(np.linalg.solve(np.array(rows, float), np.array(values, float)), 1.0).reshape(3, 3)


def projected(points: npt.ArrayLike, matrix: Array) -> Array:
    """The points (n x 2) through the map; what lies on its horizon goes far away, not to infinity."""
    plain = np.asarray(points, float).reshape(-1, 2)
    through = np.column_stack([plain, np.ones(len(plain))]) @ matrix.T
    depth = through[:, 2:]
    safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
    return np.asarray(through[:, :2] / safe, float)
