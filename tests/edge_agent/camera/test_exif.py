"""Capture times in EXIF blocks: good ones of both byte orders, and damaged ones that must harm nothing."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.camera.exif import exif_time

SHANGHAI = ZoneInfo("Asia/Shanghai")


def jpeg_with(block: bytes) -> bytes:
    segment = b"Exif\0\0" + block
    return b"\xff\xd8\xff\xe0\x00\x04JF\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + b"\xff\xda\x00\x02"


def exif_block(order: str, *, taken: str = "", offset: str = "", changed: str = "") -> bytes:
    """A TIFF block with DateTime in the main directory and the rest in the EXIF directory."""

    def directory(entries: list[tuple[int, str | int]], at: int) -> bytes:
        values, body = b"", struct.pack(f"{order}H", len(entries))
        data_at = at + 2 + 12 * len(entries) + 4
        for tag, value in entries:
            if isinstance(value, int):
                body += struct.pack(f"{order}HHII", tag, 4, 1, value)
            else:
                text = value.encode() + b"\0"
                body += struct.pack(f"{order}HHII", tag, 2, len(text), data_at + len(values))
                values += text
        return body + struct.pack(f"{order}I", 0) + values

    detail = [(tag, value) for tag, value in ((0x9003, taken), (0x9011, offset)) if value]
    first: list[tuple[int, str | int]] = [(0x0132, changed)] if changed else []
    size = len(directory([*first, (0x8769, 0)], 8))
    main = directory([*first, (0x8769, 8 + size)], 8)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}I", 8) + main + directory(list(detail), 8 + size)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"taken": "2026:11:21 12:00:00", "offset": "+08:00"}, datetime(2026, 11, 21, 4, tzinfo=UTC)),
        ({"taken": "2026:11:21 12:00:00", "offset": "+00:00"}, datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ({"taken": "2026:11:21 12:00:00"}, datetime(2026, 11, 21, 4, tzinfo=UTC)),
        ({"taken": "2026:11:21 12:00:00", "changed": "2026:12:01 00:00:00"}, datetime(2026, 11, 21, 4, tzinfo=UTC)),
        ({"changed": "2026:11:21 12:00:00"}, datetime(2026, 11, 21, 4, tzinfo=UTC)),
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({"taken": "0001:01:01 00:00:00"}, None),
        ({"taken": "1980:01:01 00:00:00"}, None),
        ({"taken": "9999:12:31 23:59:59", "offset": "-12:00"}, None),
        ({}, None),
    ],
)
def test_times(order: str, tags: dict[str, str], expected: datetime | None) -> None:
    assert exif_time(jpeg_with(exif_block(order, **tags)), zone=SHANGHAI) == expected


@given(st.binary(max_size=300))
def test_any_bytes_harm_nothing(block: bytes) -> None:
    for head in (block, jpeg_with(block), jpeg_with(b"II*\0\x08\0\0\0" + block), b"\xff\xd8" + block):
        found = exif_time(head, zone=SHANGHAI)
        assert found is None or found.tzinfo is not None


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_block_harms_nothing(at: int, damage: bytes) -> None:
    head = bytearray(jpeg_with(exif_block("<", taken="2026:11:21 12:00:00", offset="+08:00")))
    head[at : at + len(damage)] = damage
    found = exif_time(bytes(head), zone=SHANGHAI)
    assert found is None or found.tzinfo is not None
