"""What a photo says of itself (EXIF time, place, camera) and what does not fit: claims and marks, never facts. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

MAKE, MODEL, DATE_TIME, DATE_TIME_ORIGINAL, OFFSET_TIME, OFFSET_TIME_ORIGINAL = 271, 272, 306, 36867, 36880, 36881
LAT_REF, LAT, LON_REF, LON = 1, 2, 3, 4
YEARS = range(1990, 2200)  # a camera's clock that was never set says 0001, 1970 or 1980
EARTH_M = 6_371_008.8
BEYOND_FENCE_M = 200  # measured by a phone between houses
AHEAD = timedelta(minutes=10)
APART = timedelta(minutes=15)
LONG_AGO = timedelta(days=30)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exif:
    """`at` aware UTC; `zone_known` False = read as the district's time. `_e7` = degrees x 10^7."""

    at: datetime | None = None
    zone_known: bool = False
    lat_e7: int | None = None
    lon_e7: int | None = None
    camera: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A site: its middle and how far it reaches."""

    lat_e7: int
    lon_e7: int
    radius_m: int


def read_exif(main: Mapping[int, Any], detail: Mapping[int, Any], gps: Mapping[int, Any], *, zone: tzinfo) -> Exif:
    """From tag -> value of the three directories, whatever is in them; what cannot be read is left out."""
    at, zone_known = None, False
    for tags, tag, offset_tag in ((detail, DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL), (main, DATE_TIME, OFFSET_TIME)):
        offset = _offset(_text(detail.get(offset_tag, tags.get(offset_tag))))
        at = _instant(_text(tags.get(tag)), zone=offset or zone)
        if at is not None:
            zone_known = offset is not None
            break
    lat = _degrees(gps.get(LAT), _text(gps.get(LAT_REF)), names="NS", most=90)
    lon = _degrees(gps.get(LON), _text(gps.get(LON_REF)), names="EW", most=180)
    placed = lat is not None and lon is not None and (lat, lon) != (0, 0)  # no fix is written as 0, 0
    camera = " ".join(part for part in (_text(main.get(MAKE)), _text(main.get(MODEL))) if part)[:120]
    return Exif(
        at=at,
        zone_known=zone_known,
        lat_e7=lat if placed else None,
        lon_e7=lon if placed else None,
        camera=camera,
    )


def flags_of(exif: Exif, *, taken_at: datetime | None, received_at: datetime, fence: Fence | None) -> tuple[str, ...]:
    """Marks on a claim, sorted; a person looks, nothing is refused for them."""
    found = []
    for name, at in (("taken", taken_at), ("exif", exif.at)):
        if at is not None and at > received_at + AHEAD:
            found.append(f"{name}_in_future")
        if at is not None and at < received_at - LONG_AGO:
            found.append(f"{name}_long_ago")
    if exif.at is None:
        found.append("no_exif_time")
    elif taken_at is not None and abs(taken_at - exif.at) > APART:
        found.append("times_differ")
    if exif.lat_e7 is None or exif.lon_e7 is None:
        found.append("no_position")
    elif fence is not None and _metres(fence, lat_e7=exif.lat_e7, lon_e7=exif.lon_e7) > fence.radius_m + BEYOND_FENCE_M:
        found.append("far_from_site")
    return tuple(sorted(found))


def _metres(fence: Fence, *, lat_e7: int, lon_e7: int) -> float:
    """Great-circle distance to the middle of a site (haversine)."""
    a, b = math.radians(fence.lat_e7 / 1e7), math.radians(lat_e7 / 1e7)
    east = math.radians((lon_e7 - fence.lon_e7) / 1e7)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(east / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, h)))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.split(b"\0")[0].decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    kept = "".join(c for c in value if c.isprintable() and not "\ud800" <= c <= "\udfff")
    return kept.strip()


def _instant(text: str, *, zone: tzinfo) -> datetime | None:
    try:
        at = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
        return at.astimezone(UTC) if at.year in YEARS else None
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> tzinfo | None:
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[2]) > 18 or int(found[3]) > 59:
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-away if found[1] == "-" else away)


def _degrees(value: Any, ref: str, *, names: str, most: int) -> int | None:
    """Degrees x 10^7 of (degrees, minutes, seconds) with N/S or E/W; None when it is no place on earth."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or len(value) != 3 or ref[:1] not in names:
        return None
    try:
        parts = [float(part) for part in value]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    if not (ref and math.isfinite(degrees)) or min(parts) < 0 or degrees > most:
        return None
    return round(degrees * 1e7) * (-1 if ref[0] == names[1] else 1)
