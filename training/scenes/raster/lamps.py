"""Work lamps as the rasteriser lights them. Pure numpy."""

from dataclasses import dataclass

import numpy as np

from training.scenes.shot.lamps import bulb
from training.scenes.site import Building, Site

LAMPS = 24  # as many as the surface shader takes
UNBOUNDED_M = 1e6  # a lamp outside lights every height


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """A point light: intensity in W/sr; it reaches heights `span_m` only (a room's floor and ceiling)."""

    place: tuple[float, float, float]
    intensity: float
    rgb: tuple[float, float, float]
    span_m: tuple[float, float]


def lamps_of(site: Site, places: list[tuple[float, float, float]]) -> list[Lamp]:
    """The work lamps, the first LAMPS of them; one inside a building lights its own storey only."""
    out: list[Lamp] = []
    for index, place in enumerate(places[:LAMPS]):
        lamp = bulb(index)
        intensity = lamp.watts / (4 * float(np.pi))
        out.append(Lamp(place=place, intensity=intensity, rgb=lamp.rgb, span_m=_span(site.buildings, place)))
    return out


def _span(buildings: tuple[Building, ...], place: tuple[float, float, float]) -> tuple[float, float]:
    for building in buildings:
        cos, sin = np.cos(building.yaw), np.sin(building.yaw)
        x, y = place[0] - building.origin[0], place[1] - building.origin[1]
        inside = 0 < cos * x + sin * y < building.width_m and 0 < cos * y - sin * x < building.depth_m
        row = int(np.searchsorted(building.row_z, place[2])) - 1
        if inside and 0 <= row < building.rows:
            return building.row_z[row], building.row_z[row + 1]
    return -UNBOUNDED_M, UNBOUNDED_M
