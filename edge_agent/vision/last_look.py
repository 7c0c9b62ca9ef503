"""How each cell of a face looked a day ago or longer: what the next look is compared with."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge_agent.vision.change import Change, Floats, cell_box, change_evidence, shrunk
from edge_agent.vision.errors import MemoryFormatError
from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import Mask

DAY_S = 86400.0
JPEG_QUALITY = 90
APART_S = 20 * 3600.0  # looks of one day share their light, and a day's work is seen better than an hour's


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LastLook:
    """What each cell of a face looked like when it was last compared, as one canvas at half its size (JPEG), and when
    that was (`seen_s`, rows x cols from the ground up, Unix seconds, NaN for cells never seen).
    """

    face_id: str
    jpeg: bytes
    seen_s: Floats

    def change(self, canvas: Image, visible: Mask, *, now_s: float) -> Change:
        """What a new look, which shows the `visible` cells, tells of those that were seen a day ago or longer."""
        due = self._due(visible, now_s) & ~np.isnan(self.seen_s)
        days = np.where(due, (now_s - self.seen_s) / DAY_S, 0.0)
        evidence = change_evidence(self.picture, shrunk(canvas), due) if due.any() else np.zeros(due.shape)
        return Change(evidence=evidence, days=days)

    def plus(self, canvas: Image, visible: Mask, *, now_s: float) -> "LastLook":
        """With what a new look shows of cells that were compared with it, or never seen before."""
        due = self._due(visible, now_s)
        seen_s = np.where(due, now_s, np.minimum(self.seen_s, now_s))  # a clock that was ahead is right again
        if not due.any():
            return replace(self, seen_s=seen_s)
        picture, now = self.picture, shrunk(canvas)
        for row, col in np.argwhere(due):
            box = cell_box(int(row), int(col), rows=len(due))
            picture[box] = now[box]
        return replace(self, jpeg=_jpeg(picture), seen_s=seen_s)

    def _due(self, visible: Mask, now_s: float) -> Mask:
        return np.asarray(visible & ~(now_s - self.seen_s < APART_S))

    @property
    def picture(self) -> Image:
        """BGR uint8, half a canvas's height and width; MemoryFormatError when the bytes are no picture."""
        picture = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR) if self.jpeg else None
        if picture is None:
            raise MemoryFormatError(problem="a last look is no JPEG", expected="what LastLook.plus wrote")
        return np.asarray(picture, np.uint8)


def looked_at(face_id: str, canvas: Image, visible: Mask, *, now_s: float) -> LastLook:
    """The first of a face's last looks."""
    return LastLook(face_id=face_id, jpeg=_jpeg(shrunk(canvas)), seen_s=np.where(visible, now_s, np.nan))


def _jpeg(picture: Image) -> bytes:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes()
