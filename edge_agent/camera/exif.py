"""The capture time in a JPEG's EXIF block (DateTimeOriginal, OffsetTimeOriginal): bounds checked, nothing trusted."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from edge_agent.camera.names import YEARS, zone_of

HEAD_BYTES = 128 * 1024  # the block lies before the picture and is at most 64 KiB
EXIF_IFD, DATE_TIME, DATE_TIME_ORIGINAL = 0x8769, 0x0132, 0x9003
OFFSET_TIME, OFFSET_TIME_ORIGINAL = 0x9010, 0x9011
ENTRIES_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tiff:
    data: bytes
    order: str  # "<" or ">"

    def entries(self, at: int) -> dict[int, bytes]:
        """Tag -> value bytes of the directory at an offset; damaged ones are left out."""
        found: dict[int, bytes] = {}
        (count,) = struct.unpack_from(f"{self.order}H", self.data, at)
        for index in range(min(count, ENTRIES_MAX)):
            tag, kind, length = struct.unpack_from(f"{self.order}HHI", self.data, at + 2 + 12 * index)
            field = at + 2 + 12 * index + 8
            size = length if kind == 2 else 4
            start = struct.unpack_from(f"{self.order}I", self.data, field)[0] if size > 4 else field
            found[tag] = self.data[start : start + min(size, 64)]
        return found

    def pointer(self, value: bytes) -> int:
        """An offset held in a value."""
        return int(struct.unpack(f"{self.order}I", value)[0])


def exif_time(head: bytes, *, zone: tzinfo) -> datetime | None:
    """Aware UTC capture time from the first HEAD_BYTES of a file; None when it has none or the block is damaged.

    A time without an offset is of `zone`.
    """
    for block in _exif_blocks(head):
        try:
            instant = _time_in(block, zone=zone)
        except (struct.error, ValueError, IndexError, OverflowError):
            continue
        if instant is not None and instant.year in YEARS:  # a clock that was never set says 0001, 1970 or 1980
            return instant
    return None


def _exif_blocks(head: bytes) -> Iterator[bytes]:
    at = 2
    while head.startswith(b"\xff\xd8") and at + 4 <= len(head) and head[at] == 0xFF:
        marker, length = struct.unpack_from(">BH", head, at + 1)
        if marker == 0xDA:  # the picture begins
            return
        if marker == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            yield head[at + 10 : at + 2 + length]
        at += 2 + length


def _time_in(block: bytes, *, zone: tzinfo) -> datetime | None:
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return None
    tiff = _Tiff(data=block, order=order)
    main = tiff.entries(tiff.pointer(block[4:8]))
    detail = tiff.entries(tiff.pointer(main[EXIF_IFD])) if EXIF_IFD in main else {}
    for tags, tag, offset_tag in (
        (detail, DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL),
        (main | detail, DATE_TIME, OFFSET_TIME),
    ):
        if tag in tags:
            local = datetime.strptime(_text(tags[tag]), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  its zone follows
            offset = _text(tags.get(offset_tag, b""))
            return local.replace(tzinfo=zone_of(offset) if offset else zone).astimezone(UTC)
    return None


def _text(value: bytes) -> str:
    return value.split(b"\0")[0].decode("ascii").strip()
