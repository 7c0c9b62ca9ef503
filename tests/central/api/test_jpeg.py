"""JPEGs are looked over without being decoded: size right, anything broken refused."""

from __future__ import annotations

from typing import Any

import pytest

from central.api.jpeg import JpegError, JpegSize, look_over
from tests.central.api.pictures import a_jpeg


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart": 2}, {"gray": True}])
@pytest.mark.parametrize("size", [(64, 48), (1, 1), (500, 333)])
def test_the_size_of_a_whole_jpeg(size: tuple[int, int], options: dict[str, Any]) -> None:
    assert look_over(a_jpeg(*size, **options)) == JpegSize(width_px=size[0], height_px=size[1])


def test_bytes_after_the_end_are_the_senders_affair() -> None:
    assert look_over(a_jpeg() + b"trailer").width_px == 64


@pytest.mark.parametrize("length", [0, 1, 2, 3, 10, 100, 200, 700, -3, -2, -1])
def test_a_jpeg_cut_short_is_refused(length: int) -> None:
    with pytest.raises(JpegError, match=r"cut short|no JPEG"):
        look_over(a_jpeg()[:length])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "no JPEG"),
        (b"\xff\xd8\xff\xd9", "end without a picture"),
        (b"\xff\xd8" + b"\xff\xc3" + b"\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00", "frame of kind C3"),
        (b"\xff\xd8" + b"\xff\xc0" + b"\x00\x0b\x08\x00\x00\x00\x10\x01\x01\x11\x00", "expected a picture"),
        (b"\xff\xd8" + b"\xff\xc0" + b"\x00\x04\x08\x00", "frame header of 2 bytes"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 5000, "more than 4096 segments"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x01", "expected a segment"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(JpegError, match=why):
        look_over(data)


def test_any_single_byte_overwritten_never_does_worse_than_refuse() -> None:
    whole = bytearray(a_jpeg(16, 16))
    for at in range(len(whole)):
        broken = bytes(whole[:at]) + b"\xff" + bytes(whole[at + 1 :])
        try:
            look_over(broken)
        except JpegError:
            continue
