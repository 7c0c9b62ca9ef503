"""A wall in other paints, stage by stage: boards are told by their joints and a coat by its evenness, not by the
colours that training happened to show. A stage keeps its paint on another day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.dataset import UNKNOWN, FaceTruth
from edge_agent.vision.stages import COVERS

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
LUMA = np.array([0.114, 0.587, 0.299])  # of blue, green, red (ITU-R BT.601)
NETS = tuple(index for index, name in enumerate(COVERS) if name.startswith("net"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paint:
    """What a stage's colours are multiplied by: 3 x 3, blue, green, red."""

    mix: Floats


def paints(count: int, rng: np.random.Generator) -> tuple[Paint, ...]:
    """So many paints: half of them of any hue, the others near the one that was drawn."""
    return tuple(_paint(rng) for _ in range(count))


def _paint(rng: np.random.Generator) -> Paint:
    turn = rng.uniform(-np.pi, np.pi) if rng.random() < 0.5 else rng.normal(0, 0.25)
    grey = np.tile(LUMA, (3, 1))
    chroma = rng.uniform(0.3, 1.7) * _turned(turn) @ (np.eye(3) - grey)
    gains = np.exp(rng.uniform(-0.35, 0.3) + rng.normal(0, 0.1, 3))
    return Paint(mix=gains[:, None] * (grey + chroma))


def _turned(angle: float) -> Floats:
    """Rotation round the grey axis of blue, green, red (Rodrigues)."""
    axis = np.ones(3) / np.sqrt(3)
    across = np.cross(np.eye(3), axis)
    return np.asarray(np.cos(angle) * np.eye(3) - np.sin(angle) * across + (1 - np.cos(angle)) * np.outer(axis, axis))


def repainted(image: Image, nodes: Floats, truth: FaceTruth, of: Sequence[Paint]) -> Image:
    """A copy in which each stage of a face has its paint; cells that are hidden, netted or untold stay as they are.

    `nodes` (rows + 1) x (cols + 1) x 2: where the lines of the face meet, pixels of `image`, rows from the ground up.
    """
    bare = ~truth.occluded & ~truth.cover[..., NETS].any(axis=-1) & (truth.stage != UNKNOWN)
    changed = image.copy()
    for stage in np.unique(truth.stage[bare]).tolist():
        mask = np.zeros(image.shape[:2], np.uint8)
        for row, col in np.argwhere(bare & (truth.stage == stage)):
            ring = nodes[[row, row, row + 1, row + 1], [col, col + 1, col + 1, col]]
            cv2.fillConvexPoly(mask, np.round(ring).astype(np.int32), 255)
        cv2.copyTo(np.asarray(cv2.transform(image, of[stage].mix), np.uint8), mask, changed)
    return changed
