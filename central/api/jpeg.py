"""Looks a JPEG over without decoding it: its size in pixels, and that every segment and the end are there.

The centre has no image decoder on purpose: bytes of a field device reach no native code here (ITU-T T.81 annex B).
"""

from __future__ import annotations

from dataclasses import dataclass

_SOI = b"\xff\xd8"
_EOI = 0xD9
_SOS = 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: what cameras and browsers know
_OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_SEGMENTS_MAX = 4096


class JpegError(ValueError):
    """Not a whole JPEG; `what` says what is wrong at which byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegSize:
    """Width and height in pixels, as the frame header says."""

    width_px: int
    height_px: int


def look_over(data: bytes) -> JpegSize:
    """Size of a whole JPEG; JpegError when it is none, is cut short, or is of a kind nobody can show."""
    if not data.startswith(_SOI):
        raise JpegError("no JPEG: expected FF D8 at byte 0")
    size: JpegSize | None = None
    scanned = False
    at = 2
    for _ in range(_SEGMENTS_MAX):
        marker, at = _marker(data, at)
        if marker == _EOI:
            return _finished(size, scanned)
        if marker in _BARE:
            continue
        body, at = _segment(data, at)
        if marker in _FRAMES:
            size = _frame_size(body, size)
        elif marker in _OTHER_FRAMES:
            raise JpegError(f"frame of kind {marker:02X}: expected C0, C1 or C2")
        elif marker == _SOS:
            at = _end_of_scan(data, at)
            scanned = True
    raise JpegError(f"more than {_SEGMENTS_MAX} segments")


def _marker(data: bytes, at: int) -> tuple[int, int]:
    start = at
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at == start or at >= len(data):
        raise JpegError(f"cut short or broken at byte {start} of {len(data)}: expected a marker")
    return data[at], at + 1


def _segment(data: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):
        raise JpegError(f"cut short at byte {at} of {len(data)}: expected a segment of {length} bytes")
    return data[at + 2 : at + length], at + length


def _frame_size(body: bytes, before: JpegSize | None) -> JpegSize:
    if before is not None:
        raise JpegError("two frame headers: expected one")
    if len(body) < 6:
        raise JpegError(f"frame header of {len(body)} bytes: expected at least 6")
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not (width and height and body[5] in (1, 3, 4)):
        raise JpegError(f"frame header {width} x {height}, {body[5]} components: expected a picture")
    return JpegSize(width_px=width, height_px=height)


def _end_of_scan(data: bytes, at: int) -> int:
    """Index of the next real marker after entropy-coded data (FF 00 and restart markers belong to it)."""
    start = at
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise JpegError(f"cut short in the scan that begins at byte {start}: expected its end")
        if data[at + 1] != 0 and data[at + 1] not in _BARE and data[at + 1] != 0xFF:
            if at == start:
                raise JpegError(f"empty scan at byte {start}: expected picture data")
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _finished(size: JpegSize | None, scanned: bool) -> JpegSize:
    if size is None or not scanned:
        raise JpegError("end without a picture: expected a frame header and a scan before it")
    return size
