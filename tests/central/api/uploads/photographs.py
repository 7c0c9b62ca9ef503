"""Photos as phones make them, honest and not."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

RED, BLUE = (220, 30, 30), (30, 30, 220)
ZHENJIANG = (31.25, 121.5)  # degrees north, east


def a_photo(
    width: int = 96,
    height: int = 48,
    *,
    kind: str = "JPEG",
    taken: str | None = "2026:11:21 15:30:00",
    offset: str | None = "+08:00",
    at: tuple[float, float] | None = ZHENJIANG,
    orientation: int = 1,
    comment: bytes = b"",
    seed: int = 0,
) -> bytes:
    """Red at its left and blue at its right as the sensor saw it; `seed` makes another content of it."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2], pixels[:, width // 2 :] = RED, BLUE
    exif = Image.Exif()
    exif[271], exif[272], exif[274] = "Phone", "Mk 1", orientation
    detail, gps = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
    detail[42016] = f"{seed:032d}"
    if taken is not None:
        detail[36867] = taken
    if offset is not None:
        detail[36881] = offset
    if at is not None:
        gps[1], gps[2] = "N" if at[0] >= 0 else "S", _degrees(at[0])
        gps[3], gps[4] = "E" if at[1] >= 0 else "W", _degrees(at[1])
    made = BytesIO()
    more = {"comment": comment} if comment else {}
    Image.fromarray(pixels).save(made, kind, exif=exif.tobytes(), quality=92, **more)
    return made.getvalue()


def a_png_bomb(width: int, height: int) -> bytes:
    """A PNG of black pixels: a few kilobytes that would be gigabytes."""
    packed = zlib.compressobj(9)
    rows = b"".join(packed.compress(bytes(1 + 3 * width)) for _ in range(min(height, 2000))) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def a_jpeg_bomb(side: int = 65_000) -> bytes:
    """A JPEG whose header says that it is enormous."""
    plain = bytearray(a_photo(16, 16))
    frame = plain.index(b"\xff\xc0")
    plain[frame + 5 : frame + 9] = side.to_bytes(2, "big") * 2
    return bytes(plain)


def colours(jpeg: bytes) -> tuple[str, str]:
    """What is at the left and at the right of a picture: red, blue or mixed."""
    with Image.open(BytesIO(jpeg)) as picture:
        middle = picture.height // 2
        return _name(picture.getpixel((4, middle))), _name(picture.getpixel((picture.width - 5, middle)))


def _name(pixel: object) -> str:
    assert isinstance(pixel, tuple)
    return "red" if pixel[0] > 150 > pixel[2] else "blue" if pixel[2] > 150 > pixel[0] else "mixed"


def _degrees(value: float) -> tuple[float, float, float]:
    value = abs(value)
    minutes = (value - int(value)) * 60
    return float(int(value)), float(int(minutes)), (minutes - int(minutes)) * 60


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
