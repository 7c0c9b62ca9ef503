"""Draws facades with known storeys and bays, in perspective and bowed, for the tests of commissioning."""

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.commission.shapes import Quad
from edge_agent.vision.frame import Image

WIDTH, HEIGHT = 640, 480
CORNERS = ((140.0, 430.0), (520.0, 400.0), (500.0, 70.0), (150.0, 40.0))
QUAD = Quad(corners=CORNERS)
UP_PX = 80  # pixels of a storey and of a bay in the flat drawing


def flat(*, rows: int, cols: int, standing: int | None = None) -> Image:
    """The facade square on, UP_PX a cell: slab edges, walls, windows; above `standing` storeys only sky."""
    image = np.full((rows * UP_PX, cols * UP_PX, 3), (225, 205, 180), np.uint8)
    for row in range(rows if standing is None else standing):
        bottom = (rows - row) * UP_PX
        cv2.rectangle(image, (0, bottom - UP_PX), (cols * UP_PX, bottom), (150, 160, 170), -1)
        cv2.rectangle(image, (0, bottom - 6), (cols * UP_PX, bottom), (95, 100, 105), -1)
        for col in range(cols):
            left = col * UP_PX
            cv2.rectangle(image, (left + 22, bottom - 60), (left + 58, bottom - 24), (70, 50, 40), -1)
            cv2.rectangle(image, (left + 22, bottom - 24), (left + 58, bottom - 20), (200, 210, 215), -1)
    return image


def facade(
    *,
    rows: int,
    cols: int,
    standing: int | None = None,
    bow_px: float = 0.0,
    corners: tuple[tuple[float, float], ...] = CORNERS,
    noise: float = 4.0,
) -> Image:
    """A frame of a facade; its storey lines bow upwards in the middle by `bow_px` (native, about)."""
    wall = flat(rows=rows, cols=cols, standing=standing)
    height, width = wall.shape[:2]
    source = np.array([[0, height], [width, height], [width, 0], [0, 0]], np.float32)
    there = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    y, x = np.indices((HEIGHT, WIDTH)).astype(np.float32)
    left, right = min(p[0] for p in corners), max(p[0] for p in corners)
    across = np.clip((x - left) / (right - left) * 2 - 1, -1, 1)
    grid = np.stack([x, y + np.float32(bow_px) * (1 - across**2)], axis=-1)
    at = cv2.perspectiveTransform(grid.reshape(-1, 1, 2), np.linalg.inv(there)).reshape(HEIGHT, WIDTH, 2)
    maps = at.astype(np.float32)
    seen = cv2.remap(wall, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderValue=(120, 140, 110))
    rng = np.random.default_rng(3)
    return np.asarray(np.clip(seen + rng.normal(0, noise, seen.shape), 0, 255), np.uint8)


def true_row(row: float, *, rows: int, cols: int) -> npt.NDArray[np.float64]:
    """End points of a storey line of an unbowed `facade`, left and right, native pixels."""
    source = np.array([[0, rows], [cols, rows], [cols, 0], [0, 0]], np.float32)
    there = cv2.getPerspectiveTransform(source, np.array(CORNERS, np.float32))
    flat_points = np.array([[[0, rows - row]], [[cols, rows - row]]], np.float64)
    return np.asarray(cv2.perspectiveTransform(flat_points, there)[:, 0])
