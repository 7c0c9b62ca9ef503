"""What one cell of a facade looks like in each stage, drawn as boxes in face coordinates. Pure.

Every painter draws the part [ua, ub] of a cell's width, so that a cell can change from one stage to the next
bay edge to bay edge. Depth 0 is the facade plane, negative stands out of it.
"""

import numpy as np

from training.scenes.new_build.cell import Cell, holes_of, wall
from training.scenes.new_build.envelope import base, finished
from training.scenes.new_build.rough import bare, edge_rail, formwork, infill
from training.scenes.shapes.facing import FaceBrush


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
    if stage >= 3 and design.recess_m:
        if cell.rail and cell.film:
            edge_rail(brush, ua, ub, cell.z[0], tint=cell.tone)
        brush = brush.behind(design.recess_m)
    match stage:
        case 1:
            formwork(brush, cell, ua, ub, rng)
        case 2:
            bare(brush, cell, ua, ub, rng)
        case 3:
            infill(brush, cell, ua, ub)
        case 4:
            base(brush, cell, ua, ub, rng)
        case _:
            finished(brush, cell, ua, ub, rng)
