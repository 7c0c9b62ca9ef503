"""One cell of a facade: its measures, its openings, a wall round them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from training.scenes.shapes.facing import FaceBrush
from training.scenes.site import Design

Hole = tuple[float, float, float, float]  # u0, u1, z0, z1 in metres of the face


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One bay of one storey; `tone` 0..1 varies its colours, `poured` means that the slab above is cast."""

    u: tuple[float, float]
    z: tuple[float, float]
    slab_m: float
    key: str
    tone: float
    film: bool
    rail: bool
    balcony: bool
    poured: bool
    shutters: bool
    clutter: int
    worker: bool

    @property
    def ceiling(self) -> float:
        """Underside of the slab above, metres."""
        return self.z[1] - self.slab_m


def holes_of(cell: Cell, design: Design, *, widen: float = 0.0) -> list[Hole]:
    """The openings of the cell in metres; `widen` > 0 gives the rough openings of a concrete wall."""
    width, height = cell.u[1] - cell.u[0], cell.z[1] - cell.z[0]
    holes: list[Hole] = []
    for u0, u1, z0, z1 in design.openings:
        left, right = max(u0 - widen, 0.04), min(u1 + widen, 0.96)
        low, high = (0.02, min(z1 + 0.03, 0.9)) if widen else (z0, z1)
        hole = (
            cell.u[0] + left * width,
            cell.u[0] + right * width,
            cell.z[0] + low * height,
            cell.z[0] + high * height,
        )
        if holes and hole[0] <= holes[-1][1] + 0.05:
            last = holes.pop()
            hole = (last[0], hole[1], min(last[2], hole[2]), max(last[3], hole[3]))
        holes.append(hole)
    return holes


def wall(
    brush: FaceBrush,
    look: str,
    u: tuple[float, float],
    z: tuple[float, float],
    *,
    d: tuple[float, float],
    holes: Iterable[Hole],
    tint: float,
) -> None:
    """A wall over u × z with rectangular holes, as piers, sills and lintels."""
    left = u[0]
    for h0, h1, low, high in holes:
        a, b = max(h0, u[0]), min(h1, u[1])
        if a >= b:
            continue
        if a > left:
            brush.box(look, (left, a), d, z, tint=tint)
        if low > z[0]:
            brush.box(look, (a, b), d, (z[0], min(low, z[1])), tint=tint)
        if high < z[1]:
            brush.box(look, (a, b), d, (max(high, z[0]), z[1]), tint=tint)
        left = b
    if left < u[1]:
        brush.box(look, (left, u[1]), d, z, tint=tint)
