"""The outline of a site, and how far from it a photo was taken. Pure.

Positions of photos are WGS-84 (what phones write); a fence drawn on a Chinese map says `gcj02` and is turned into
WGS-84 first. Distances are measured on a plane around the middle of the site: right to a few mm within a kilometre.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, cos, radians
from typing import Any

from shapely import Point, Polygon
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from central.quality.datum import Datum, to_gcj02, to_wgs84
from central.quality.refused import CheckRefused

BEYOND_M = 200  # measured by a phone between houses
VERTICES_MAX = 5000
_SPAN_M = 50_000  # of a site, from end to end; more is a slip of coordinates
_M_PER_DEGREE = 111_319.49


@dataclass(frozen=True, slots=True)
class Fence:
    """A site in metres around (`lon`, `lat`), WGS-84 degrees; `outline` is one or more polygons."""

    lon: float
    lat: float
    outline: BaseGeometry

    def distance_cm(self, *, lat_e7: int, lon_e7: int) -> int:
        """From the outline, 0 inside; rounded up, so that what is beyond the limit stays beyond it."""
        spot = Point(_metres(lon_e7 / 1e7, lat_e7 / 1e7, lon=self.lon, lat=self.lat))
        return ceil(float(self.outline.distance(spot)) * 100 - 1e-6)

    def inside(self, *, lat_e7: int, lon_e7: int) -> bool:
        """Whether within the outline or 200 m of it."""
        return self.distance_cm(lat_e7=lat_e7, lon_e7=lon_e7) <= BEYOND_M * 100

    def inside_if_map(self, *, lat_e7: int, lon_e7: int) -> bool:
        """Whether it would be inside had one of the two been in the other datum: the usual slip."""
        for turned in (to_wgs84, to_gcj02):
            lon, lat = turned(lon_e7 / 1e7, lat_e7 / 1e7)
            if self.inside(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7)):
                return True
        return False


def read_fence(document: Any, *, datum: Datum) -> Fence:
    """From GeoJSON (Polygon, MultiPolygon, or a Feature of one; [lon, lat] in degrees); CheckRefused tells why not."""
    geometry = (
        document.get("geometry") if isinstance(document, dict) and document.get("type") == "Feature" else document
    )
    parts = [[_ring(ring, datum=datum) for ring in polygon] for polygon in _polygons(geometry)]
    if sum(len(ring) for part in parts for ring in part) > VERTICES_MAX:
        raise _refused("more points", "geometry.coordinates", f"at most {VERTICES_MAX}")
    corners = [corner for part in parts for ring in part for corner in ring]
    lon, lat = (sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))
    plane = [[[_metres(*corner, lon=lon, lat=lat) for corner in ring] for ring in part] for part in parts]
    outline = MultiPolygon([Polygon(part[0], part[1:]) for part in plane])
    if not outline.is_valid:
        raise _refused(explain_validity(outline), "geometry.coordinates", "rings that do not cross, outer ring first")
    west, south, east, north = outline.bounds
    if outline.area < 1 or max(east - west, north - south) > _SPAN_M:
        size = f"{east - west:.0f} m x {north - south:.0f} m"
        raise _refused(size, "geometry.coordinates", f"a site of 1 m² to {_SPAN_M // 1000} km across, as [lon, lat]")
    return Fence(lon=lon, lat=lat, outline=outline)


def around(*, lat_e7: int, lon_e7: int, radius_m: int) -> Fence:
    """A site of which only the middle (WGS-84) and its reach are known."""
    return Fence(lon=lon_e7 / 1e7, lat=lat_e7 / 1e7, outline=Point(0, 0).buffer(max(radius_m, 1), quad_segs=64))


def _polygons(geometry: Any) -> Iterable[Any]:
    try:
        known = shape(geometry) if isinstance(geometry, dict) else None
    except (ShapelyError, ValueError, TypeError, AttributeError, LookupError) as odd:
        raise _refused(str(odd)[:120] or type(odd).__name__, "geometry", "a GeoJSON Polygon or MultiPolygon") from odd
    match known:
        case Polygon() if not known.is_empty:
            return [_rings(known)]
        case MultiPolygon() if not known.is_empty:
            return [_rings(part) for part in known.geoms]
        case _:
            kind = known.geom_type if known is not None else type(geometry).__name__
            raise _refused(kind, "geometry.type", "a GeoJSON Polygon or MultiPolygon")


def _rings(polygon: Polygon) -> list[list[tuple[float, float]]]:
    rings = (polygon.exterior, *polygon.interiors)
    return [[(float(point[0]), float(point[1])) for point in ring.coords] for ring in rings]


def _ring(ring: list[tuple[float, float]], *, datum: Datum) -> list[tuple[float, float]]:
    for lon, lat in ring:
        if not (-180 <= lon <= 180 and -85 <= lat <= 85):
            raise _refused(f"[{lon}, {lat}]", "geometry.coordinates", "[longitude, latitude] in degrees, in this order")
    return [to_wgs84(*corner) for corner in ring] if datum == "gcj02" else ring


def _metres(x: float, y: float, *, lon: float, lat: float) -> tuple[float, float]:
    return (x - lon) * _M_PER_DEGREE * cos(radians(lat)), (y - lat) * _M_PER_DEGREE


def _refused(what: str, where: str, expected: str) -> CheckRefused:
    return CheckRefused(what, where=where, expected=expected)
