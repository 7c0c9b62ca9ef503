"""A whole building on one day: slabs, columns, core, the cells of every face, and its hull for ray casts. Pure."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.scenes.new_build.cell import Cell
from training.scenes.new_build.facade import paint
from training.scenes.new_build.rough import edge_rail
from training.scenes.schedule import blend_at, stage_at
from training.scenes.shapes.facing import FaceBrush, bend_of
from training.scenes.shapes.solids import MeshArrays, Solids
from training.scenes.site import Building, Facade


def build(building: Building, day: float) -> dict[str, MeshArrays]:
    """World meshes of the building on `day`, by look; nothing of covers."""
    solids = Solids()
    _slabs(solids, building, day)
    _columns(solids, building, day)
    _core(solids, building, day)
    for face in building.faces:
        paint_face(FaceBrush(solids=solids, building=building, face=face), day)
    _far_walls(solids, building, day)
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))


def hull(building: Building, day: float) -> dict[str, MeshArrays]:
    """World mesh of the volume that is built on `day`, one box a bay: what hides other buildings."""
    solids, front = Solids(), building.faces[0]
    for col, (left, right) in enumerate(_bays(front)):
        built = int((stage_at(front.schedule, day)[:, col] > 0).sum())
        top = building.row_z[built]
        if top > building.row_z[0]:
            solids.box("hull", (left, right), (0.0, building.depth_m), (building.row_z[0] - 1, top))
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))


def _bays(face: Facade) -> list[tuple[float, float]]:
    return list(pairwise(face.u_m))


def _slabs(solids: Solids, building: Building, day: float) -> None:
    """The ground slab, and each bay's slab once it is poured (wet-dark for its first days)."""
    front, key, depth = building.faces[0], building.key, building.depth_m
    design = building.design
    ground = building.row_z[0]
    solids.box("concrete", (-0.8, building.width_m + 0.8), (-0.8, depth + 0.8), (ground - 1.2, ground), tint=0.4)
    for row in range(building.rows):
        z = building.row_z[row + 1]
        for col, (left, right) in enumerate(_bays(front)):
            age = day - float(front.schedule.cast[row, col])
            if age < 0:
                continue
            look = f"{key}.wet" if age < 5 else f"{key}.concrete"
            tone = (building.seed * 7 + row * 13 + col * 5) % 11 / 11
            solids.box(look, (left, right), (0.0, depth), (z - design.slab_m, z), tint=tone)
            if _has_balcony(building, col) and row < building.rows - 1:
                solids.box(look, (left, right), (-design.balcony_m, 0.0), (z - 0.16, z), tint=tone)


def _has_balcony(building: Building, col: int) -> bool:
    every = building.design.balcony_every
    return every > 0 and col % every == 0


def _columns(solids: Solids, building: Building, day: float) -> None:
    """Columns on every bay line, in three rows of depth; a rebar cage until they are poured."""
    front, design = building.faces[0], building.design
    half = design.column_m / 2
    schedule = front.schedule
    rows_y = (design.column_inset_m + half, building.depth_m / 2, building.depth_m - design.column_inset_m - half)
    for row in range(building.rows):
        low, high = building.row_z[row], building.row_z[row + 1] - design.slab_m
        for index, line in enumerate(front.u_m):
            col = min(index, len(front.u_m) - 2)
            begin, cast = float(schedule.begun[row, col]), float(schedule.cast[row, col])
            x = min(max(line, half + 0.05), building.width_m - half - 0.05)
            poured = day >= begin + 0.4 * (cast - begin)
            below = row == 0 or day >= float(schedule.cast[row - 1, col])
            if not below:
                continue
            for y in rows_y:
                if poured:
                    solids.box(f"{building.key}.concrete", (x - half, x + half), (y - half, y + half), (low, high))
                else:
                    reach = high + 0.6 if day >= begin else low + 0.75
                    _cage(solids, x, y, half=half, low=low, high=reach)


def _cage(solids: Solids, x: float, y: float, *, half: float, low: float, high: float) -> None:
    spots = [(-1, -1), (0, -1), (1, -1), (-1, 1), (1, 1)]
    for dx, dy in spots:
        solids.beam(
            "rust",
            (x + dx * half * 0.8, y + dy * half * 0.8, low),
            (x + dx * half * 0.8, y + dy * half * 0.8, high),
            thick=0.05,
        )
    for z in np.arange(low + 0.2, high, 0.5):
        solids.beam("rust", (x - half * 0.8, y - half * 0.8, z), (x + half * 0.8, y - half * 0.8, z), thick=0.035)


def _core(solids: Solids, building: Building, day: float) -> None:
    """A bare lift core that runs ahead of the slabs; it stands behind the facade and counts as nothing."""
    rng = np.random.default_rng(building.seed + 3)
    front, width, depth = building.faces[0], building.width_m, building.depth_m
    poured = int((front.schedule.cast.min(axis=1) <= day).sum())
    if day < float(front.schedule.begun.min()):
        return
    ahead = rng.choice([0.2, 0.6, 1.2], p=[0.4, 0.35, 0.25])
    storey = (building.row_z[-1] - building.row_z[0]) / building.rows
    top = min(building.row_z[poured] + ahead * storey, building.row_z[-1] + 0.9 * storey)
    x0, x1 = np.sort(rng.uniform(0.25, 0.75, 2)) * width
    x1 = max(x1, x0 + 3.0)
    solids.box(
        f"{building.key}.concrete",
        (x0, min(x1, width - 1)),
        (0.42 * depth, 0.66 * depth),
        (building.row_z[0], top),
        tint=0.35,
    )
    if poured < building.rows:
        solids.box(
            f"{building.key}.shutter",
            (x0 - 0.1, min(x1, width - 1) + 0.1),
            (0.41 * depth, 0.67 * depth),
            (top - 0.9 * storey, top - 0.05),
            tint=0.6,
        )


def paint_face(brush: FaceBrush, day: float) -> None:
    """Every cell of one face, each in the stage (or between two stages) that its schedule says."""
    face, building = brush.face, brush.building
    newest, share = blend_at(face.schedule, day)
    for row in range(building.rows):
        for col, (left, right) in enumerate(_bays(face)):
            rng = np.random.default_rng((building.seed, len(face.side), row, col))
            cell = _cell(brush, row, col, day=day, rng=rng)
            split = left + float(share[row, col]) * (right - left)
            stage = int(newest[row, col])
            paint(brush, cell, stage, ua=left, ub=split, rng=rng)
            paint(brush, cell, stage - 1, ua=split, ub=right, rng=rng)
            cast_below = row == 0 or day >= float(face.schedule.cast[row - 1, col])
            if stage <= 1 and cast_below and row > 0 and cell.rail:
                edge_rail(brush, left, right, building.row_z[row], tint=cell.tone)
    _roof(brush, newest)


def _cell(brush: FaceBrush, row: int, col: int, *, day: float, rng: np.random.Generator) -> Cell:
    face, building = brush.face, brush.building
    tone = float(rng.random())
    row_rng = np.random.default_rng((building.seed, 77, row))
    filmed = 0.3 if building.design.recess_m == 0.0 else 0.7  # glass behind an edge keeps its film longer
    film_days = float(rng.uniform(4, 40)) if row_rng.random() < filmed else 0.0
    cast = float(face.schedule.cast[row, col])
    return Cell(
        u=(face.u_m[col], face.u_m[col + 1]),
        z=(building.row_z[row], building.row_z[row + 1]),
        slab_m=building.design.slab_m,
        key=building.key,
        tone=tone,
        film=day < float(face.schedule.finished[row, col]) + film_days,
        rail=bool(row_rng.random() < 0.75),
        balcony=face.side == "front" and row > 0 and _has_balcony(building, col),
        poured=day >= cast,
        shutters=day < cast + 2.0,
        clutter=int(rng.integers(0, 3)),
        worker=building.peopled
        and float(np.random.default_rng((building.seed, row, col, abs(int(day)))).random()) < 0.05,
    )


def _roof(brush: FaceBrush, newest: NDArray[np.int64]) -> None:
    """A low parapet over every bay whose top storey is closed."""
    face, building = brush.face, brush.building
    for col, (left, right) in enumerate(_bays(face)):
        top = int(newest[-1, col])
        if top < 3:
            continue
        look = {3: "wall", 4: "base"}.get(top, "finish")
        z = building.row_z[-1]
        brush.box(f"{building.key}.{look}", (left, right), (0.0, 0.25), (z, z + 0.5))


def _far_walls(solids: Solids, building: Building, day: float) -> None:
    """The faces nobody measures: closed storey by storey, so that rooms behind glass are dark."""
    front, depth, width = building.faces[0], building.depth_m, building.width_m
    sides = {face.side for face in building.faces}
    stages = stage_at(front.schedule, day)
    for row in range(building.rows):
        low, high = building.row_z[row], building.row_z[row + 1] - building.design.slab_m
        if stages[row].min() >= 2:
            solids.box(
                f"{building.key}.wall", (0.3, width - 0.3), (0.34 * depth, 0.34 * depth + 0.2), (low, high), tint=0.3
            )
        for col, (left, right) in enumerate(_bays(front)):
            if stages[row, col] >= 3:
                solids.box(f"{building.key}.wall", (left, right), (depth - 0.2, depth), (low, high))
        if "right" not in sides and stages[row, -1] >= 3:
            solids.box(f"{building.key}.wall", (width - 0.2, width), (0.3, depth), (low, high))
        if "left" not in sides and stages[row, 0] >= 3:
            solids.box(f"{building.key}.wall", (0.0, 0.2), (0.3, depth), (low, high))
