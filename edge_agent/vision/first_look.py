"""How a face looked when its camera first saw it well: kept small, for every later look to be compared with.

One look has the light and weather of its hour; three of other days tell what the wall is (decision 0055).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge_agent.vision.errors import MemoryFormatError
from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import Mask

SHRINK = 2  # what is kept has half the canvas's resolution: colours and what stands where, no small parts
JPEG_QUALITY = 85
SHOWN_FROM = 0.5  # share of the cells in view that a look must show to be worth comparing with


LOOKS_MOST = 3
APART_S = 20 * 3600.0  # a look in the same light says nothing new
WITHIN_S = 14 * 86400.0  # later the works may have begun


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLooks:
    """What is kept of a face of rows x cols cells: each look as `kept` writes it, and when it was (Unix seconds)."""

    face_id: str
    rows: int
    cols: int
    jpegs: tuple[bytes, ...]
    at_s: tuple[float, ...]

    def wants(self, now_s: float) -> bool:
        """True while a look of this time would be kept beside them."""
        apart, within = now_s - self.at_s[-1] >= APART_S, now_s - self.at_s[0] <= WITHIN_S
        return len(self.jpegs) < LOOKS_MOST and apart and within

    def plus(self, canvas: Image, now_s: float) -> "FirstLooks":
        """With one look more."""
        return replace(self, jpegs=(*self.jpegs, kept(canvas)), at_s=(*self.at_s, now_s))


def worth_keeping(visible: Mask, in_view: Mask) -> bool:
    """True when a look shows at least half of the cells that this camera can see at all; rows x cols both."""
    return bool(in_view.any()) and float(visible[in_view].mean()) >= SHOWN_FROM


def kept(canvas: Image) -> bytes:
    """JPEG of a canvas (height x width x 3, BGR, both even) at half its size."""
    height, width = canvas.shape[:2]
    small = cv2.resize(canvas, (width // SHRINK, height // SHRINK), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes()


def shown(jpeg: bytes) -> Image:
    """The canvas again, in its first size; MemoryFormatError when the bytes are no picture."""
    small = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if jpeg else None
    if small is None:
        raise MemoryFormatError(problem="a first look is no JPEG", expected="what first_look.kept wrote")
    return enlarged(np.asarray(small, np.uint8))


def enlarged(small: Image) -> Image:
    """A kept canvas in the size of a canvas."""
    height, width = small.shape[:2]
    size = (width * SHRINK, height * SHRINK)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)
