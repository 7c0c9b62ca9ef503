"""A frame: one image with its capture time; decoding that refuses what is no usable image."""

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.errors import FrameError

Image = npt.NDArray[np.uint8]

MAX_PIXELS = 50_000_000
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
PNG_SIZE = slice(16, 24)  # width and height of the IHDR chunk, which is the first
# Start-of-frame markers that carry the size (C4, C8 and CC are tables, not frames).
JPEG_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One image: BGR uint8 height x width x 3, aware UTC capture time, SHA-256 of the bytes it came as."""

    image: Image
    captured_at: datetime
    sha256: str


class Size(NamedTuple):
    """Image size in pixels."""

    width_px: int
    height_px: int


def decode_frame(data: bytes, *, captured_at: datetime, source: str, max_pixels: int = MAX_PIXELS) -> Frame:
    """Decode JPEG or PNG bytes; FrameError when truncated, larger than `max_pixels`, or no image.

    The size is read from the header before anything is decoded, so a 200-megapixel file costs no memory.
    """
    size = size_of(data, source=source)
    if size.width_px * size.height_px > max_pixels:
        problem = f"image of {size.width_px} x {size.height_px} px"
        raise FrameError(source=source, problem=problem, expected=f"at most {max_pixels} px")
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise FrameError(source=source, problem="image data cannot be decoded", expected="a whole JPEG or PNG file")
    return Frame(image=np.asarray(image, np.uint8), captured_at=captured_at, sha256=hashlib.sha256(data).hexdigest())


def size_of(data: bytes, *, source: str) -> Size:
    """Size by the header of JPEG or PNG bytes; FrameError when they do not begin and end like one."""
    if data.startswith(JPEG_START):
        if JPEG_END not in data[-64:]:
            raise FrameError(source=source, problem="JPEG without an end marker (truncated)", expected="a whole file")
        return _jpeg_size(data, source=source)
    if data.startswith(PNG_START):
        if PNG_END not in data[-64:]:
            raise FrameError(source=source, problem="PNG without its IEND chunk (truncated)", expected="a whole file")
        if len(data) < PNG_SIZE.stop:
            raise FrameError(source=source, problem="PNG header without a size", expected="an IHDR chunk")
        width, height = struct.unpack(">II", data[PNG_SIZE])
        return Size(width, height)
    raise FrameError(source=source, problem=f"starts with {data[:4].hex() or 'nothing'}", expected="a JPEG or PNG file")


def _jpeg_size(data: bytes, *, source: str) -> Size:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in JPEG_SIZE_MARKERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Size(width, height)
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        at += 2 + length
    raise FrameError(source=source, problem="JPEG header without a size", expected="a start-of-frame marker")
