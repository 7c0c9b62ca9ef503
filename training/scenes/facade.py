"""What one cell of a facade looks like in each stage, drawn as boxes in face coordinates. Pure.

Every painter draws the part [ua, ub] of a cell's width, so that a cell can change from one stage to the next
bay edge to bay edge. Depth 0 is the facade plane, negative stands out of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from training.scenes.facing import FaceBrush
from training.scenes.site import Design

Hole = tuple[float, float, float, float]  # u0, u1, z0, z1 in metres of the face


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One bay of one storey; `tone` 0..1 varies its colours, `bare_top` means that the slab above is not poured."""

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


def paint(brush: FaceBrush, cell: Cell, stage: int, *, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Draw the part [ua, ub] of the cell in `stage` (0..5)."""
    if ub - ua < 0.05 or stage == 0:
        return
    design = brush.building.design
    if design.frame == "shear" and stage >= 2 and not (stage >= 4 and design.system == "wall"):
        holes = holes_of(cell, design, widen=0.14)
        wall(
            brush,
            f"{cell.key}.concrete",
            (ua, ub),
            (cell.z[0], cell.ceiling),
            d=(0.0, 0.22),
            holes=holes,
            tint=cell.tone,
        )
    match stage:
        case 1:
            _formwork(brush, cell, ua, ub, rng)
        case 2:
            _bare(brush, cell, ua, ub, rng)
        case 3:
            _infill(brush, cell, ua, ub)
        case 4:
            _base(brush, cell, ua, ub, rng)
        case _:
            _finished(brush, cell, ua, ub, rng)


def _formwork(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Props, ledgers, soffit ply and edge shutters; a concrete wall stands in panels."""
    design, soffit = brush.building.design, cell.ceiling - 0.14
    _worker(brush, cell, ua, ub)
    spacing = 0.85 + 0.5 * cell.tone
    for d in (0.2, 1.3, 2.5, 3.8):
        for u in np.arange(ua + 0.2, ub, spacing):
            lean = float(rng.normal(0, 0.03))
            brush.bar(
                f"{cell.key}.prop", (u, d, cell.z[0]), (u + lean, d, soffit), thick=0.09, tint=float(rng.random())
            )
        for height in (0.35, 0.7):
            z = cell.z[0] + height * (soffit - cell.z[0])
            brush.bar(f"{cell.key}.prop", (ua, d, z), (ub, d, z), thick=0.06, tint=cell.tone)
    brush.box("ply", (ua, ub), (-0.55, 4.2), (soffit, soffit + 0.05), tint=cell.tone)
    for u in np.arange(ua + 0.1, ub, 0.6):
        brush.box("ply", (u, u + 0.09), (-0.8, 4.0), (soffit - 0.12, soffit), tint=float(rng.random()))
    if cell.shutters:
        brush.box(f"{cell.key}.shutter", (ua, ub), (-0.14, -0.06), (soffit, cell.z[1] + 0.12), tint=cell.tone)
        for u in np.arange(ua + 0.2, ub, 0.8):
            brush.box("ply", (u, u + 0.08), (-0.24, -0.14), (soffit - 0.1, cell.z[1] + 0.1), tint=float(rng.random()))
    if design.frame == "shear":
        _wall_panels(brush, cell, ua, ub)


def _wall_panels(brush: FaceBrush, cell: Cell, ua: float, ub: float) -> None:
    holes = holes_of(cell, brush.building.design, widen=0.14)
    wall(
        brush,
        f"{cell.key}.shutter",
        (ua, ub),
        (cell.z[0] + 0.05, cell.ceiling),
        d=(-0.08, 0.25),
        holes=holes,
        tint=cell.tone,
    )
    for z in np.linspace(cell.z[0] + 0.3, cell.ceiling - 0.3, 4):
        wall(
            brush,
            f"{cell.key}.prop",
            (ua, ub),
            (float(z), float(z) + 0.1),
            d=(-0.17, -0.08),
            holes=holes,
            tint=cell.tone,
        )


def _bare(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Nothing in the plane but an edge rail; now and then material or a forgotten prop inside."""
    if cell.rail:
        edge_rail(brush, ua, ub, cell.z[0], tint=cell.tone)
    _worker(brush, cell, ua, ub)
    for _ in range(cell.clutter):
        u, d, size = rng.uniform(ua, ub), rng.uniform(1.2, 5), rng.uniform(0.4, 1.3)
        look = str(rng.choice(["ply", f"{cell.key}.wall", "rust", "concrete"]))
        if rng.random() < 0.3:
            brush.bar(f"{cell.key}.prop", (u, d, cell.z[0]), (u, d, cell.ceiling), thick=0.09)
        else:
            brush.box(look, (u, min(u + size, ub)), (d, d + 0.9), (cell.z[0], cell.z[0] + size * 0.8), tint=cell.tone)


def _worker(brush: FaceBrush, cell: Cell, ua: float, ub: float) -> None:
    """Now and then somebody near the slab's edge."""
    if not cell.worker or ub - ua < 1.0:
        return
    u, z = ua + 0.5 + cell.tone * (ub - ua - 1.0), cell.z[0]
    for look, half, low, high in (("dark", 0.14, 0.0, 0.8), ("vest", 0.23, 0.8, 1.45), ("helmet", 0.12, 1.48, 1.72)):
        brush.box(look, (u - half, u + half), (0.4, 0.4 + half), (z + low, z + high), tint=cell.tone)


def edge_rail(brush: FaceBrush, ua: float, ub: float, z: float, *, tint: float) -> None:
    """A guard rail on a slab edge: posts, two rails and a toe board."""
    look = f"{brush.building.key}.rail"
    for height, thick in ((1.1, 0.07), (0.6, 0.07), (0.1, 0.16)):
        brush.bar(look, (ua, 0.08, z + height), (ub, 0.08, z + height), thick=thick, tint=tint)
    for u in np.arange(ua + 0.1, ub, 1.8):
        brush.bar(look, (u, 0.1, z), (u, 0.1, z + 1.15), thick=0.06, tint=1 - tint)


def _infill(brush: FaceBrush, cell: Cell, ua: float, ub: float) -> None:
    design = brush.building.design
    if design.system == "curtain":
        _mullions(brush, cell, ua, ub)
        return
    wall(
        brush,
        f"{cell.key}.wall",
        (ua, ub),
        (cell.z[0], cell.ceiling),
        d=(0.04, 0.24),
        holes=holes_of(cell, design),
        tint=cell.tone,
    )
    for h0, h1, _, high in holes_of(cell, design):
        a, b = max(h0 - 0.15, ua), min(h1 + 0.15, ub)
        if a < b:
            brush.box(f"{cell.key}.concrete", (a, b), (0.02, 0.2), (high, high + 0.18), tint=cell.tone)


def _mullion_lines(cell: Cell, design: Design, ua: float, ub: float) -> list[float]:
    count = max(2, round((cell.u[1] - cell.u[0]) / design.mullion_m))
    return [float(u) for u in np.linspace(cell.u[0], cell.u[1], count + 1) if ua - 1e-6 <= u <= ub + 1e-6]


def _mullions(brush: FaceBrush, cell: Cell, ua: float, ub: float) -> None:
    """Verticals and transoms over the whole storey, no panes."""
    design, look = brush.building.design, f"{cell.key}.frame"
    height = cell.z[1] - cell.z[0]
    for u in _mullion_lines(cell, design, ua, ub):
        brush.box(look, (u - 0.045, u + 0.045), (-0.18, -0.02), cell.z, tint=cell.tone)
    for share in (0.02, design.spandrel, 0.86):
        z = cell.z[0] + share * height
        brush.box(look, (ua, ub), (-0.14, -0.04), (z, z + 0.08), tint=cell.tone)


def _skin(brush: FaceBrush, cell: Cell, look: str, ua: float, ub: float, *, out: float) -> None:
    wall(brush, look, (ua, ub), cell.z, d=(-out, 0.22), holes=holes_of(cell, brush.building.design), tint=cell.tone)


def _base(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Insulation, base coat or sub-frame over the whole wall; openings framed, without glass."""
    design = brush.building.design
    if design.system == "curtain":
        _mullions(brush, cell, ua, ub)
        height = cell.z[1] - cell.z[0]
        for low, high in ((0.0, design.spandrel), (0.86, 1.0)):
            brush.box(
                f"{cell.key}.insulation",
                (ua, ub),
                (-0.08, 0.02),
                (cell.z[0] + low * height, cell.z[0] + high * height),
                tint=cell.tone,
            )
        for u in _mullion_lines(cell, design, ua, ub):
            brush.box("galvanised", (u - 0.12, u + 0.12), (-0.1, -0.05), (cell.z[0] + 0.4, cell.z[0] + 0.6))
    elif design.system == "rainscreen":
        _skin(brush, cell, f"{cell.key}.insulation", ua, ub, out=0.05)
        for u in np.arange(ua + 0.15, ub, 0.75):
            wall(
                brush,
                "galvanised",
                (u, min(u + 0.07, ub)),
                cell.z,
                d=(-0.16, -0.05),
                holes=holes_of(cell, design),
                tint=cell.tone,
            )
    else:
        _skin(brush, cell, f"{cell.key}.base", ua, ub, out=0.06)
    if design.system != "curtain":
        _window_frames(brush, cell, ua, ub, look="galvanised", thin=0.06)
    if cell.balcony:
        _parapet(brush, cell, ua, ub, f"{cell.key}.base")
    if rng.random() < 0.1:
        brush.box("ply", (ua, ua + 0.4), (0.25, 0.35), (cell.z[0], cell.z[0] + 1.5), tint=cell.tone)


def _window_frames(brush: FaceBrush, cell: Cell, ua: float, ub: float, *, look: str, thin: float) -> None:
    for h0, h1, low, high in holes_of(cell, brush.building.design):
        if h1 > ub + 1e-6 or h0 < ua - 1e-6:
            continue
        for u in (h0, h1 - thin):
            brush.box(look, (u, u + thin), (0.02, 0.12), (low, high), tint=cell.tone)
        for z in (low, high - thin):
            brush.box(look, (h0, h1), (0.02, 0.12), (z, z + thin), tint=cell.tone)


def _finished(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Glass in every opening and the final surface."""
    design = brush.building.design
    if design.system == "curtain":
        _glass_wall(brush, cell, ua, ub, rng)
        return
    accent = rng.random() < 0.08
    _skin(brush, cell, f"{cell.key}.accent" if accent else f"{cell.key}.finish", ua, ub, out=0.1)
    _window_frames(brush, cell, ua, ub, look=f"{cell.key}.frame", thin=0.07)
    for h0, h1, low, high in holes_of(cell, design):
        a, b = max(h0, ua), min(h1, ub)
        if a >= b:
            continue
        pane = f"{cell.key}.film" if cell.film else f"{cell.key}.glass"
        brush.box(pane, (a, b), (0.08, 0.1), (low, high), tint=float(rng.random()))
        panes = max(1, round((h1 - h0) / 0.9))
        for u in np.linspace(h0, h1, panes + 1)[1:-1]:
            if a < u < b:
                brush.box(f"{cell.key}.frame", (u - 0.035, u + 0.035), (0.03, 0.12), (low, high), tint=cell.tone)
    if cell.balcony:
        _parapet(brush, cell, ua, ub, f"{cell.key}.accent" if cell.tone < 0.6 else f"{cell.key}.glass")
    if design.fins:
        brush.box(f"{cell.key}.accent", (cell.u[0] - 0.12, cell.u[0] + 0.12), (-0.55, 0.0), cell.z, tint=cell.tone)


def _parapet(brush: FaceBrush, cell: Cell, ua: float, ub: float, look: str) -> None:
    out = brush.building.design.balcony_m
    brush.box(look, (ua, ub), (-out, -out + 0.1), (cell.z[0] - 0.1, cell.z[0] + 1.05), tint=cell.tone)


def _glass_wall(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Panes between the mullions, flush before the slab edges; spandrels may be of another glass."""
    design, height = brush.building.design, cell.z[1] - cell.z[0]
    lines = _mullion_lines(cell, design, ua, ub)
    lines = [ua, *lines, ub]
    for left, right in pairwise(lines):
        if right - left < 0.1:
            continue
        film = cell.film and rng.random() < 0.9
        pane = f"{cell.key}.film" if film else f"{cell.key}.glass"
        sill = cell.z[0] + design.spandrel * height
        brush.box(pane, (left, right), (-0.12, -0.09), (sill, cell.z[1]), tint=float(rng.random()))
        low = f"{cell.key}.film" if film else f"{cell.key}.spandrel"
        brush.box(low, (left, right), (-0.12, -0.09), (cell.z[0], sill), tint=float(rng.random()))
    look, proud = f"{cell.key}.frame", -0.2 if design.fins else -0.15
    for u in _mullion_lines(cell, design, ua, ub):
        brush.box(look, (u - 0.03, u + 0.03), (proud, -0.05), cell.z, tint=cell.tone)
    for share in (0.0, design.spandrel):
        z = cell.z[0] + share * height
        brush.box(look, (ua, ub), (-0.15, -0.05), (z, z + 0.06), tint=cell.tone)
