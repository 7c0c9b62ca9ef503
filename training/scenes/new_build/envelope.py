"""Cells once they are closed: insulation and frames, then glass, panels or paint. Pure."""

from itertools import pairwise

import numpy as np

from training.scenes.new_build.cell import Cell, holes_of, wall
from training.scenes.new_build.rough import mullion_lines, mullions
from training.scenes.shapes.facing import FaceBrush


def _skin(brush: FaceBrush, cell: Cell, look: str, ua: float, ub: float, *, out: float) -> None:
    wall(brush, look, (ua, ub), cell.z, d=(-out, 0.22), holes=holes_of(cell, brush.building.design), tint=cell.tone)


def base(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Insulation, base coat or sub-frame over the whole wall; openings framed, without glass."""
    design = brush.building.design
    if design.system == "curtain":
        mullions(brush, cell, ua, ub)
        height = cell.z[1] - cell.z[0]
        for low, high in ((0.0, design.spandrel), (0.86, 1.0)):
            brush.box(
                f"{cell.key}.insulation",
                (ua, ub),
                (-0.08, 0.02),
                (cell.z[0] + low * height, cell.z[0] + high * height),
                tint=cell.tone,
            )
        for u in mullion_lines(cell, design, ua, ub):
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


def finished(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
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
    lines = mullion_lines(cell, design, ua, ub)
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
    for u in mullion_lines(cell, design, ua, ub):
        brush.box(look, (u - 0.03, u + 0.03), (proud, -0.05), cell.z, tint=cell.tone)
    for share in (0.0, design.spandrel):
        z = cell.z[0] + share * height
        brush.box(look, (ua, ub), (-0.15, -0.05), (z, z + 0.06), tint=cell.tone)
