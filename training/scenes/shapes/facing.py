"""Where the points of a facade are: face coordinates (u along, d into the building, z up) to local and world. Pure.

A road's face lies on the ground: u across the lanes, d down, z the chainage.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from training.scenes.shapes.solids import Bend, Solids, place
from training.scenes.site import Building, Facade, Floats, Strip

Number = TypeVar("Number", float, Floats)


def bend_of(building: Building) -> Bend:
    """The bow of the plan: the middle of the front stands `bow_m` before its ends (local coordinates)."""
    if building.strip is not None:
        return _alignment(building.strip)
    bow, width = building.design.bow_m, building.width_m

    def bend(points: Floats) -> Floats:
        moved = np.array(points, dtype=float)
        if bow:
            moved[..., 1] -= bow * (1 - np.clip(2 * moved[..., 0] / width - 1, -1.2, 1.2) ** 2)
        return moved

    return bend


def _alignment(strip: Strip) -> Bend:
    """The road's circular arc about its axis, straight on after 0.7 rad; x across, y along, z up."""
    curve = strip.bends_per_m

    def bend(points: Floats) -> Floats:
        moved = np.array(points, dtype=float)
        if curve:
            angle = np.clip(moved[..., 1] * curve, -0.7, 0.7)
            beyond, offset = moved[..., 1] - angle / curve, 1 / curve - (moved[..., 0] - strip.axis_m)
            moved[..., 0] = strip.axis_m + 1 / curve - offset * np.cos(angle) + beyond * np.sin(angle)
            moved[..., 1] = offset * np.sin(angle) + beyond * np.cos(angle)
        return moved

    return bend


def to_local(building: Building, face: Facade, points: Floats) -> Floats:
    """(…, 3) of u, d, z in metres to the building's local frame, before the bow."""
    return np.stack(_local(building, face, points[..., 0], points[..., 1], points[..., 2]), axis=-1)


def _local(building: Building, face: Facade, u: Number, d: Number, z: Number) -> tuple[Number, Number, Number]:
    """x, y and z of u, d and z, be they numbers (boxes by the thousand) or arrays."""
    match face.side:
        case "front":
            return u, d, z
        case "right":
            return building.width_m - d, u, z
        case "left":
            return d, building.depth_m - u, z
        case "ground":
            return u, z, -d
    raise ValueError(f"face {face.face_id}: side {face.side!r}, expected front, left, right or ground")


def to_world(building: Building, face: Facade, points: Floats) -> Floats:
    """(…, 3) of u, d, z in metres to world coordinates."""
    local = bend_of(building)(to_local(building, face, points))
    return place(local, origin=building.origin, yaw=building.yaw)


def outward(building: Building, face: Facade) -> Floats:
    """Unit vector out of the face in world coordinates, the bow left out."""
    ends = to_world(building, face, np.array([[0.0, 0.0, 0.0], [0.0, -1.0, 0.0]]))
    return np.asarray(ends[1] - ends[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceBrush:
    """Draws boxes and bars given in face coordinates into a pile kept in local coordinates, `back_m` further in."""

    solids: Solids
    building: Building
    face: Facade
    back_m: float = 0.0

    def behind(self, metres: float) -> "FaceBrush":
        """The same brush that far behind the facade plane."""
        return replace(self, back_m=self.back_m + metres)

    def box(
        self, look: str, u: tuple[float, float], d: tuple[float, float], z: tuple[float, float], *, tint: float = 0.5
    ) -> None:
        """A box over ranges of u, d and z in metres; `tint` 0..1 varies its colour."""
        start = _local(self.building, self.face, u[0], d[0] + self.back_m, z[0])
        end = _local(self.building, self.face, u[1], d[1] + self.back_m, z[1])
        x, y, height = zip(start, end, strict=True)
        self.solids.box(look, x, y, height, tint=tint)

    def bar(
        self,
        look: str,
        start: tuple[float, float, float],
        end: tuple[float, float, float],
        *,
        thick: float,
        tint: float = 0.5,
    ) -> None:
        """A square bar from `start` to `end` (u, d, z), `thick` metres."""
        a, b = (_local(self.building, self.face, u, d + self.back_m, z) for u, d, z in (start, end))
        self.solids.beam(look, a, b, thick=thick, tint=tint)

    def sheet(self, look: str, corners: Floats, tint: Floats) -> None:
        """Quads without thickness: `corners` (N, 4, 3) of u, d, z, `tint` (N,)."""
        self.solids.sheet(look, to_local(self.building, self.face, corners), tint)
