"""Cells until they are closed: formwork, bare structure, masonry or mullions. Pure."""

import numpy as np

from training.scenes.new_build.cell import Cell, holes_of, wall
from training.scenes.shapes.facing import FaceBrush
from training.scenes.site import Design


def formwork(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Props, ledgers, soffit ply and edge shutters; a concrete wall stands in panels."""
    design, soffit = brush.building.design, cell.ceiling - 0.14
    worker(brush, cell, ua, ub)
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


def bare(brush: FaceBrush, cell: Cell, ua: float, ub: float, rng: np.random.Generator) -> None:
    """Nothing in the plane but an edge rail; now and then material or a forgotten prop inside."""
    if cell.rail:
        edge_rail(brush, ua, ub, cell.z[0], tint=cell.tone)
    worker(brush, cell, ua, ub)
    for _ in range(cell.clutter):
        u, d, size = rng.uniform(ua, ub), rng.uniform(1.2, 5), rng.uniform(0.4, 1.3)
        look = str(rng.choice(["ply", f"{cell.key}.wall", "rust", "concrete"]))
        if rng.random() < 0.3:
            brush.bar(f"{cell.key}.prop", (u, d, cell.z[0]), (u, d, cell.ceiling), thick=0.09)
        else:
            brush.box(look, (u, min(u + size, ub)), (d, d + 0.9), (cell.z[0], cell.z[0] + size * 0.8), tint=cell.tone)


def worker(brush: FaceBrush, cell: Cell, ua: float, ub: float) -> None:
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


def infill(brush: FaceBrush, cell: Cell, ua: float, ub: float) -> None:
    """Masonry with lintels over its openings, or the mullions of a curtain wall."""
    design = brush.building.design
    if design.system == "curtain":
        mullions(brush, cell, ua, ub)
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


def mullion_lines(cell: Cell, design: Design, ua: float, ub: float) -> list[float]:
    """Where mullions stand within [ua, ub], metres of the face."""
    count = max(2, round((cell.u[1] - cell.u[0]) / design.mullion_m))
    return [float(u) for u in np.linspace(cell.u[0], cell.u[1], count + 1) if ua - 1e-6 <= u <= ub + 1e-6]


def mullions(brush: FaceBrush, cell: Cell, ua: float, ub: float) -> None:
    """Verticals and transoms over the whole storey, no panes."""
    design, look = brush.building.design, f"{cell.key}.frame"
    height = cell.z[1] - cell.z[0]
    for u in mullion_lines(cell, design, ua, ub):
        brush.box(look, (u - 0.045, u + 0.045), (-0.18, -0.02), cell.z, tint=cell.tone)
    for share in (0.02, design.spandrel, 0.86):
        z = cell.z[0] + share * height
        brush.box(look, (ua, ub), (-0.14, -0.04), (z, z + 0.08), tint=cell.tone)
