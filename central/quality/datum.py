"""The two datums of Chinese maps: WGS-84 of satellites and phones' EXIF, GCJ-02 of the maps people draw on. Pure.

A fence drawn on a Chinese web map and taken for WGS-84 is 300-600 m beside its site. The shift is the published
approximation (Krasovsky ellipsoid); its inverse is found by iteration and is good to well under a metre.
"""

from __future__ import annotations

from math import cos, pi, radians, sin, sqrt
from typing import Literal

Datum = Literal["wgs84", "gcj02"]
_A_M, _EE = 6_378_245.0, 0.006_693_421_622_965_943  # Krasovsky 1940
_CHINA = (73.0, 136.0, 3.0, 54.0)  # lon, lon, lat, lat: outside the shift is not made
_ROUNDS = 8


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """(lon, lat) in degrees WGS-84 as a Chinese map shows it."""
    if not (_CHINA[0] <= lon <= _CHINA[1] and _CHINA[2] <= lat <= _CHINA[3]):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    magic = 1 - _EE * sin(radians(lat)) ** 2
    d_lat = north * 180 / ((_A_M * (1 - _EE)) / (magic * sqrt(magic)) * pi)
    d_lon = east * 180 / (_A_M / sqrt(magic) * cos(radians(lat)) * pi)
    return lon + d_lon, lat + d_lat


def to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """(lon, lat) in degrees of a Chinese map as a satellite would say it."""
    found = lon, lat
    for _ in range(_ROUNDS):
        shown = to_gcj02(*found)
        found = found[0] + lon - shown[0], found[1] + lat - shown[1]
    return found
