"""Where projects and buildings are drawn: inside their fences where there are any, else laid out and said so. Pure.

Everything is WGS-84: a fence drawn in GCJ-02 is turned when it is read (`central.quality.fence`). Lengths are metres on
a plane around a site; the same input gives the same layout, so that a building stays where it is from day to day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, cos, radians, sqrt

from shapely import box, from_wkb
from shapely.geometry.base import BaseGeometry

from central.quality.fence import Fence

_M_PER_DEGREE = 111_319.49
PLOT_M = 220.0  # a project without a place of its own gets a square of this side
_STREET_GAP_M = 160.0
_INSIDE = 0.8  # how much of a plot its fence-less site fills
_FILLED = 0.56  # how much of its cell a building covers
_TRIES = 24  # finer grids until every building has a cell inside the fence

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The middle of a site; `schematic` = nobody has said where it is."""

    lon: float
    lat: float
    schematic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A project that has to be laid out."""

    project: str
    street: str


def spots(unplaced: Sequence[Unplaced], known: Mapping[str, tuple[float, float]]) -> dict[str, Spot]:
    """Of every project. The schematic ones lie in a block a street, the blocks east of all that is known."""
    found = {name: Spot(lon=lon, lat=lat, schematic=False) for name, (lon, lat) in known.items()}
    streets: dict[str, list[str]] = defaultdict(list)
    for one in sorted(unplaced, key=lambda one: (one.street, one.project)):
        streets[one.street].append(one.project)
    east, north = _corner(known)
    widest = max((_side(len(names)) for names in streets.values()), default=0) * PLOT_M + _STREET_GAP_M
    columns = _side(len(streets))
    for at, names in enumerate(streets.values()):
        row, column = divmod(at, columns)
        side = _side(len(names))
        for nth, name in enumerate(names):
            down, right = divmod(nth, side)
            x_m, y_m = column * widest + right * PLOT_M, -(row * widest + down * PLOT_M)
            found[name] = Spot(lon=east + _degrees(x_m, north), lat=north + y_m / _M_PER_DEGREE, schematic=True)
    return found


def outline_of(fence: Fence, *, coarse: bool = False) -> tuple[Ring, ...]:
    """The outer rings of a fence in degrees, simplified to half a metre, or to four for a whole district."""
    plain = fence.outline.simplify(4 if coarse else 0.5)
    parts = getattr(plain, "geoms", [plain])
    return tuple(_degrees_of(part.exterior.coords, fence.lon, fence.lat) for part in parts)


def plot_of(spot: Spot) -> Ring:
    """The square of a project without a fence."""
    half = _INSIDE * PLOT_M / 2
    return _degrees_of(_box(-half, -half, half, half), spot.lon, spot.lat)


def footprints(spot: Spot, fence: Fence | None, buildings: int, *, road: bool) -> tuple[Ring, ...]:
    """A ring for each building in plan order, in degrees: boxes of a grid in the fence; a road's sections in a line."""
    if buildings == 0:
        return ()
    if fence is None:
        half = _INSIDE * PLOT_M / 2
        plain = _sections(buildings, half) if road else _grid(box(-half, -half, half, half), buildings)
        return tuple(_degrees_of(ring, spot.lon, spot.lat) for ring in plain)
    return _in_fence(fence.outline.wkb, fence.lon, fence.lat, buildings)


@lru_cache(maxsize=4096)
def _in_fence(outline: bytes, lon: float, lat: float, buildings: int) -> tuple[Ring, ...]:
    return tuple(_degrees_of(ring, lon, lat) for ring in _grid(from_wkb(outline), buildings))


def _grid(outline: BaseGeometry, buildings: int) -> list[list[tuple[float, float]]]:
    """The first so many cells, from the north-west, whose box lies inside; the finest grid that was tried else."""
    west, south, east, north = outline.bounds
    wide, tall = max(east - west, 1.0), max(north - south, 1.0)
    best: list[tuple[float, float, float, float]] = []
    columns = max(1, round(sqrt(buildings * wide / tall)))
    for more in range(_TRIES):
        across = columns + more
        down = max(1, ceil(buildings / across), round(across * tall / wide))
        cells = _cells((west, south, wide / across, tall / down), across=across, down=down)
        best = [cell for cell in cells if outline.contains(box(*cell))]
        if len(best) >= buildings:
            return [_box(*cell) for cell in best[:buildings]]
    return [_box(*(best or [outline.bounds])[nth % max(len(best), 1)]) for nth in range(buildings)]


def _cells(at: tuple[float, float, float, float], *, across: int, down: int) -> list[tuple[float, float, float, float]]:
    west, south, wide, tall = at
    half = _FILLED * min(wide, tall * 1.6) / 2, _FILLED * min(tall, wide * 1.6) / 2
    middles = [
        (west + (column + 0.5) * wide, south + (down - row - 0.5) * tall)
        for row in range(down)
        for column in range(across)
    ]
    return [(x - half[0], y - half[1], x + half[0], y + half[1]) for x, y in middles]


def _sections(sections: int, half: float) -> list[list[tuple[float, float]]]:
    """A strip 14 m wide from west to east, cut into sections."""
    long = 2 * half / sections
    return [_box(-half + nth * long + 1, -7, -half + (nth + 1) * long - 1, 7) for nth in range(sections)]


def _box(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def _degrees_of(ring: Sequence[tuple[float, ...]], lon: float, lat: float) -> Ring:
    return tuple((round(lon + _degrees(point[0], lat), 7), round(lat + point[1] / _M_PER_DEGREE, 7)) for point in ring)


def _degrees(metres: float, lat: float) -> float:
    return metres / (_M_PER_DEGREE * cos(radians(lat)))


def _side(n: int) -> int:
    return max(1, ceil(sqrt(n)))


def _corner(known: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """(lon, lat) from where the schematic blocks begin: a plot east of what is known, at its northern edge."""
    if not known:
        return 0.0, 0.0
    north = max(lat for _, lat in known.values())
    return max(lon for lon, _ in known.values()) + _degrees(3 * PLOT_M, north), north
