"""Canvases cut from frames: of a whole face or a window of its cells, marked as a person would."""

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.rectify import dense_map

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


def cut(image: Image, nodes: Array) -> Image:
    """The canvas of a node grid with margins."""
    rows, cols = nodes.shape[0] - 3, nodes.shape[1] - 3
    map_x, map_y = (dense_map(nodes[..., axis], rows=rows, cols=cols) for axis in (0, 1))
    return np.asarray(cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR), np.uint8)


def window_nodes(nodes: Array, *, rows: tuple[int, int], cols: tuple[int, int]) -> Array:
    """The node grid of a window of cells, its margins taken from the neighbouring cells."""
    (a, b), (c, d) = rows, cols
    last = nodes.shape[1] - 3
    below = nodes[0] if a == 0 else (nodes[a] + nodes[a + 1]) / 2
    band = np.concatenate([below[None], nodes[a + 1 : b + 3]])
    left = band[:, 0] if c == 0 else (band[:, c] + band[:, c + 1]) / 2
    right = band[:, last + 2] if d == last else (band[:, d + 1] + band[:, d + 2]) / 2
    return np.concatenate([left[:, None], band[:, c + 1 : d + 2], right[:, None]], axis=1)


def jittered(nodes: Array, rng: np.random.Generator) -> Array:
    """A person's commissioning: corners off by some pixels, storey lines by up to a quarter of a storey."""
    rows, cols = nodes.shape[0], nodes.shape[1]
    corners = np.clip(rng.normal(0, 1.5, (2, 2, 2)), -4, 4)
    v, u = np.linspace(0, 1, rows)[:, None, None], np.linspace(0, 1, cols)[None, :, None]
    moved = (corners[0, 0] * (1 - u) + corners[0, 1] * u) * (1 - v) + (corners[1, 0] * (1 - u) + corners[1, 1] * u) * v
    storey = np.diff(nodes, axis=0, append=nodes[-1:] * 2 - nodes[-2:-1])
    bay = np.diff(nodes, axis=1, append=nodes[:, -1:] * 2 - nodes[:, -2:-1])
    up = np.clip(rng.normal(0, 0.07), -0.25, 0.25)
    along = np.clip(rng.normal(0, 0.04), -0.15, 0.15)
    lines = np.clip(rng.normal(0, 0.02, (rows, 1, 1)), -0.08, 0.08)
    return np.asarray(nodes + moved + storey * (up + lines) + bay * along)
