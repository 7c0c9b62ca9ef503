"""Small messages that would be large: what reading one may cost is BOMB_BYTES_MAX, whatever is in it."""

from __future__ import annotations

import zlib

from wire.codec import INFLATED_BYTES_MAX, MESSAGE_BYTES_MAX

BOMB_BYTES_MAX = 10 * 1024 * 1024


def _json(filling: bytes, *, size: int, start: bytes = b'{"v":1,"recs":[', end: bytes = b"0]}") -> bytes:
    return start + filling * ((size - len(start) - len(end)) // len(filling)) + end


FILLINGS = {
    "empty lists": b"[],",
    "empty objects": b"{},",
    "small objects": b'{"":0},',
    "small texts": b'"ab",',
    "numbers": b"300,",
    "long numbers": b"123456789012345678901,",
    "wide letters": "\U0001f600".encode(),
    "escapes": b'"\\u4e00",',
    "depth": b"[",
    "deep objects": b'{"":',
}
FRAMES = {
    "64 MiB of blanks": zlib.compress(b" " * (64 * INFLATED_BYTES_MAX), 9),
    "a bomb in a bomb": zlib.compress(zlib.compress(b"\0" * (64 * INFLATED_BYTES_MAX), 9), 9),
} | {
    f"frame of {name}": zlib.compress(_json(filling, size=INFLATED_BYTES_MAX), 9) for name, filling in FILLINGS.items()
}
MESSAGES = {
    f"message of {name}": _json(filling, size=MESSAGE_BYTES_MAX, start=b'{"v":1,"gw":[')
    for name, filling in FILLINGS.items()
} | {"one long text": _json(b"x", size=MESSAGE_BYTES_MAX, start=b'{"v":1,"gw":"', end=b'"}')}
