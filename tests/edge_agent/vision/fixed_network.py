"""A hand-written network for tests: says of each cell what the drawing shows at its centre."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_SIDE_PX
from edge_agent.vision.session import CanvasSpec, CellLikelihoods, ModelEntry
from edge_agent.vision.stages import COVERS, NEW_BUILD, StageList
from tests.edge_agent.vision.drawing import LOOKS

OCCLUDER = (0, 200, 255)


def an_entry(**over: object) -> ModelEntry:
    """A manifest entry that fits this version."""
    canvas = CanvasSpec(cell_px=48, margin_above_px=48, margin_below_px=24, margin_side_px=24)
    given = {"file": "none.onnx", "sha256": "0" * 64, "stages": NEW_BUILD.names, "covers": COVERS, "canvas": canvas}
    return ModelEntry.model_validate(given | over)


@dataclass(slots=True)
class ColourNetwork:
    """Reads the flat colours of `drawing.LOOKS`; `certainty` is the probability given to the colour it sees."""

    certainty: float = 0.9
    sha256: str = "0" * 64
    entry: ModelEntry = field(default_factory=an_entry)
    stages: StageList = NEW_BUILD

    def infer(self, canvas: Image, first: Sequence[bytes] = ()) -> CellLikelihoods:
        rows = (canvas.shape[0] - MARGIN_ABOVE_PX) // CELL_PX
        cols = (canvas.shape[1] - 2 * MARGIN_SIDE_PX) // CELL_PX
        kinds = len(self.stages.names)
        stage = np.full((rows, cols, kinds), (1 - self.certainty) / (kinds - 1), np.float32)
        occluded = np.full((rows, cols), 0.02, np.float32)
        for r in range(rows):
            for c in range(cols):
                colour = self._centre(canvas, rows - 1 - r, c)
                distances = [np.abs(colour - np.array(look)).sum() for look in (*LOOKS[:kinds], OCCLUDER)]
                best = int(np.argmin(distances))
                if best == len(distances) - 1:
                    occluded[r, c] = 0.98
                else:
                    stage[r, c, best] = self.certainty
        return CellLikelihoods(stage=stage, cover=np.zeros((rows, cols, 3), np.float32), occluded=occluded)

    @staticmethod
    def _centre(canvas: Image, row: int, col: int) -> np.ndarray:
        y, x = MARGIN_ABOVE_PX + row * CELL_PX + 24, MARGIN_SIDE_PX + col * CELL_PX + 24
        return np.asarray(np.median(canvas[y - 8 : y + 8, x - 8 : x + 8].reshape(-1, 3), axis=0), float)
