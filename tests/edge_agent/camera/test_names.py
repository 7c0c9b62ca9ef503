"""Capture times in file names, as a truth table."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from edge_agent.camera.names import capture_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
FOUR = datetime(2026, 11, 21, 4, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "20261121T040000Z.jpg",
        "2026/11/21/20261121T040000Z.jpg",
        "20261121T120000+0800.jpg",
        "20261121T120000+08:00.jpg",
        "20261121120000.jpg",
        "192.168.1.64_01_20261121120000000_TIMING.jpg",
        "cam1_20261121_120000.jpg",
        "IMG_20261121_120000.jpeg",
        "Hik-20261121-120000.jpg",
        "2026-11-21_12-00-00.jpg",
        "2026-11-21 12.00.00.jpg",
        "snap 2026-11-21T12:00:00.jpg",
        "2026_11_21_12_00_00.png",
        "1795233600.jpg",
        "cam_1795233600000.jpg",
    ],
)
def test_names_that_tell_the_time(name: str) -> None:
    assert capture_time(name, zone=SHANGHAI) == FOUR


@pytest.mark.parametrize(
    "name",
    ["photo.jpg", "IMG_0042.jpg", "20261321T040000Z.jpg", "20261121.jpg", "20261121_1200.jpg", "12345678901234567.jpg"],
)
def test_names_that_do_not(name: str) -> None:
    assert capture_time(name, zone=SHANGHAI) is None


def test_milliseconds_are_kept() -> None:
    found = capture_time("2026-11-21_12-00-00.250.jpg", zone=SHANGHAI)
    assert found == FOUR.replace(microsecond=250_000)
