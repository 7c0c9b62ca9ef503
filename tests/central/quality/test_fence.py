"""Fences and photos: 200 m beyond the outline, both datums, days and places that contradict a report."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import cos, hypot, radians
from typing import Any

import pytest

from central.quality.datum import to_gcj02, to_wgs84
from central.quality.fence import BEYOND_M, around, read_fence
from central.quality.proof import PhotoSaid, judge_photo
from central.quality.refused import CheckRefused

LON, LAT = 118.62, 32.06
M = 1 / 111_319.49  # degrees of latitude in a metre
DAY = date(2026, 5, 20)
NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)


def a_square(*, lon: float = LON, lat: float = LAT, half_m: float = 50) -> dict[str, Any]:
    """A square site around a point."""
    x, y = half_m * M / cos(radians(lat)), half_m * M
    ring = [[lon - x, lat - y], [lon + x, lat - y], [lon + x, lat + y], [lon - x, lat + y], [lon - x, lat - y]]
    return {"type": "Polygon", "coordinates": [ring]}


def a_photo(*, north_m: float = 0, at: datetime | None = NOON, placed: bool = True) -> PhotoSaid:
    """A photo taken so many metres north of the middle."""
    lat = round((LAT + north_m * M) * 1e7) if placed else None
    return PhotoSaid(sha256="a" * 64, at=at, lat_e7=lat, lon_e7=round(LON * 1e7) if placed else None)


@pytest.mark.parametrize(
    ("north_m", "accepted"), [(0, True), (50, True), (249.9, True), (250.2, False), (-249.9, True), (-260, False)]
)
def test_two_hundred_metres_beyond_the_outline(north_m: float, accepted: bool) -> None:
    fence = read_fence(a_square(), datum="wgs84")
    verdict = judge_photo(a_photo(north_m=north_m), day=DAY, fence=fence, place_needed=False)
    assert verdict.accepted is accepted
    assert verdict.distance_m == pytest.approx(max(0, abs(north_m) - 50), abs=1)


@pytest.mark.parametrize(
    ("photo", "accepted", "reasons"),
    [
        (a_photo(), True, ()),
        (a_photo(at=None), True, ("no_time",)),
        (a_photo(at=datetime(2026, 5, 19, 15, 59, tzinfo=UTC)), False, ("other_day",)),  # 23:59 the day before
        (a_photo(at=datetime(2026, 5, 19, 16, 0, tzinfo=UTC)), True, ()),
        (a_photo(placed=False), True, ("no_place",)),
        (a_photo(north_m=5000, at=datetime(2026, 5, 1, tzinfo=UTC)), False, ("other_day", "outside_fence")),
    ],
)
def test_time_and_place_of_a_photo(photo: PhotoSaid, accepted: bool, reasons: tuple[str, ...]) -> None:
    fence = read_fence(a_square(), datum="wgs84")
    verdict = judge_photo(photo, day=DAY, fence=fence, place_needed=False)
    assert (verdict.accepted, verdict.reasons) == (accepted, reasons)


def test_a_contract_that_asks_for_a_place_takes_no_photo_without() -> None:
    assert not judge_photo(a_photo(placed=False), day=DAY, fence=None, place_needed=True).accepted
    assert judge_photo(a_photo(), day=DAY, fence=None, place_needed=True).accepted


def test_the_shift_of_chinese_maps_is_hundreds_of_metres_and_turns_back() -> None:
    shown = to_gcj02(LON, LAT)
    off_m = hypot((shown[0] - LON) * cos(radians(LAT)), shown[1] - LAT) / M
    assert 300 < off_m < 700
    back = to_wgs84(*shown)
    assert back == pytest.approx((LON, LAT), abs=1e-8)
    assert to_gcj02(2.35, 48.85) == (2.35, 48.85)  # outside China nothing is shifted


def test_a_fence_drawn_on_a_chinese_map_is_where_the_site_is() -> None:
    lon, lat = to_gcj02(LON, LAT)
    drawn = a_square(lon=lon, lat=lat)
    assert judge_photo(a_photo(), day=DAY, fence=read_fence(drawn, datum="gcj02"), place_needed=False).accepted
    wrong = judge_photo(a_photo(), day=DAY, fence=read_fence(drawn, datum="wgs84"), place_needed=False)
    assert wrong.reasons == ("datum",)  # and says which slip it looks like


def test_a_circle_and_a_hole() -> None:
    circle = around(lat_e7=round(LAT * 1e7), lon_e7=round(LON * 1e7), radius_m=50)
    assert circle.inside(lat_e7=round((LAT + 249 * M) * 1e7), lon_e7=round(LON * 1e7))
    assert not circle.inside(lat_e7=round((LAT + 251 * M) * 1e7), lon_e7=round(LON * 1e7))
    outer, inner = a_square(half_m=2000)["coordinates"][0], a_square(half_m=1000)["coordinates"][0]
    ring = read_fence({"type": "Polygon", "coordinates": [outer, inner[::-1]]}, datum="wgs84")
    assert not ring.inside(lat_e7=round(LAT * 1e7), lon_e7=round(LON * 1e7))
    assert ring.distance_cm(lat_e7=round(LAT * 1e7), lon_e7=round(LON * 1e7)) > BEYOND_M * 100


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, "GeoJSON"),
        ({"type": "Point", "coordinates": [LON, LAT]}, "GeoJSON"),
        ({"type": "Polygon", "coordinates": []}, "GeoJSON"),
        ({"type": "Polygon", "coordinates": [[[LON, LAT], [LON, LAT]]]}, "GeoJSON"),
        ({"type": "Polygon", "coordinates": [[[LAT, LON], [LAT, LON], [LAT + 1, LON], [LAT, LON]]]}, "in this order"),
        ({"type": "Polygon", "coordinates": [[[LON, LAT]] * 4]}, "rings|a site"),
        ({"type": "Polygon", "coordinates": [[[110, 30], [111, 30], [111, 31], [110, 30]]]}, "km across"),
        (
            {"type": "Polygon", "coordinates": [[[LON, LAT], [LON + 0.01, LAT + 0.01], [LON + 0.01, LAT],
                                                 [LON, LAT + 0.01], [LON, LAT]]]},
            "cross",
        ),
    ],
)  # fmt: skip
def test_what_is_no_fence(document: Any, expected: str) -> None:
    with pytest.raises(CheckRefused, match=expected):
        read_fence(document, datum="wgs84")
