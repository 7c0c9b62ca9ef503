"""The looks that went worst, kept as small pictures with what was true and what was said."""

from dataclasses import dataclass, field
from datetime import datetime

import cv2
import numpy as np

from edge_agent.vision.dataset import UNKNOWN
from edge_agent.vision.looking import FaceLook
from edge_agent.vision.metrics import FaceRecord

KEPT = 12
JPEG_QUALITY = 82


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Still:
    """One look: the rectified canvas as JPEG and its cells, rows from the ground up, as stage indices.

    `true` is -1 where unknown, `held` where the agent never saw the cell. `error_pp`: held minus true, points.
    """

    scene: str
    face: str
    work_type: str
    captured_at: datetime
    conditions: tuple[str, ...]
    error_pp: float
    truth_pp: float
    jpeg: bytes
    true: tuple[tuple[int, ...], ...]
    held: tuple[tuple[int, ...], ...]
    said: tuple[tuple[int, ...], ...]
    occluded: tuple[tuple[bool, ...], ...]


@dataclass(slots=True)
class WorstLooks:
    """At most KEPT looks, one a face, with the greatest errors of what the agent held. Memory is bounded by that."""

    found: dict[tuple[str, str], Still] = field(default_factory=dict)

    def offer(self, look: FaceLook, record: FaceRecord) -> None:
        """Keep this look if it is among the worst so far; a look without a canvas shows nothing and is not kept."""
        value = record.values.get("filtered")
        if value is None or look.canvas is None or look.answer is None:
            return
        error = value - record.truth_pp
        key = (record.scene, record.face)
        mine = self.found.get(key)
        if mine is not None and abs(mine.error_pp) >= abs(error):
            return
        if mine is None and len(self.found) == KEPT:
            least = min(self.found, key=lambda k: abs(self.found[k].error_pp))
            if abs(self.found[least].error_pp) >= abs(error):
                return
            del self.found[least]
        self.found[key] = _still(look, record, error_pp=error)

    def sorted(self) -> tuple[Still, ...]:
        """Worst first."""
        return tuple(sorted(self.found.values(), key=lambda still: -abs(still.error_pp)))


def _still(look: FaceLook, record: FaceRecord, *, error_pp: float) -> Still:
    assert look.canvas is not None and look.answer is not None
    done, data = cv2.imencode(".jpg", look.canvas, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert done, "a uint8 canvas can be encoded"
    return Still(
        scene=record.scene,
        face=record.face,
        work_type=record.work_type,
        captured_at=record.captured_at,
        conditions=record.conditions,
        error_pp=error_pp,
        truth_pp=record.truth_pp,
        jpeg=data.tobytes(),
        true=_table(look.truth.stage),
        held=_table(np.where(look.belief.known, look.held.argmax(axis=-1), UNKNOWN)),
        said=_table(np.asarray(look.answer.stage).argmax(axis=-1)),
        occluded=tuple(tuple(bool(v) for v in row) for row in look.truth.occluded),
    )


def _table(cells: np.ndarray) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(v) for v in row) for row in cells)
