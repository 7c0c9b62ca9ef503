"""How a face looked when its camera first saw it well: kept small, for every later look to be compared with."""

from dataclasses import dataclass

import cv2
import numpy as np

from edge_agent.vision.errors import MemoryFormatError
from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import Mask

SHRINK = 2  # what is kept has half the canvas's resolution: colours and what stands where, no small parts
JPEG_QUALITY = 85
SHOWN_FROM = 0.5  # share of the cells in view that a look must show to be worth comparing with


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """What is kept of a face of rows x cols cells; `jpeg` as `kept` writes it."""

    face_id: str
    rows: int
    cols: int
    jpeg: bytes


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
