"""Scaffold, nets, sheets and catch fans before a face: which cells they cover, how they look, what they hide. Pure."""

from itertools import pairwise

import numpy as np

from training.scenes.schedule import stage_at
from training.scenes.shapes.facing import FaceBrush, bend_of
from training.scenes.shapes.solids import MeshArrays, Solids
from training.scenes.site import Building, Cover, Facade

GEAR = ("hoist", "basket")  # they stand before a face without covering it; baskets are drawn by renovation/gear.py
OUT_M = 1.25  # how far scaffold and nets stand before the face
RANK = {"": 0, "scaffold": 1, "net_seethrough": 2, "net_opaque": 3}


def rows_of(cover: Cover, face: Facade, day: float) -> tuple[int, int]:
    """The half-open range of storeys that the cover hangs before on `day`; empty outside its days."""
    if not cover.days[0] <= day < cover.days[1]:
        return (0, 0)
    if cover.climbing < 0:
        return cover.rows
    rows = face.schedule.begun.shape[0]
    top = int((stage_at(face.schedule, day) > 0).any(axis=1).sum())
    if cover.climbing > 0:
        return (max(0, top - cover.climbing), min(rows, top + 1)) if top else (0, 0)
    return (cover.rows[0], min(cover.rows[1], top + 1))


def cover_table(face: Facade, day: float) -> list[list[str]]:
    """The cover word of every cell on `day`; where several hang, the one that hides most."""
    rows, cols = face.schedule.begun.shape
    table = [["" for _ in range(cols)] for _ in range(rows)]
    for cover in face.covers:
        if cover.kind in GEAR:
            continue
        low, high = rows_of(cover, face, day)
        word = "net_opaque" if cover.kind == "sheet" else cover.kind
        for row in range(low, high):
            for col in range(*cover.cols):
                if RANK[word] > RANK[table[row][col]]:
                    table[row][col] = word
    return table


def draw_covers(building: Building, day: float) -> dict[str, MeshArrays]:
    """World meshes of everything hung before the building's faces on `day`."""
    solids = Solids()
    for face in building.faces:
        brush = FaceBrush(solids=solids, building=building, face=face)
        for cover in face.covers:
            low, high = rows_of(cover, face, day)
            if high <= low or cover.kind == "basket":
                continue
            if cover.kind == "hoist":
                _hoist(brush, cover, (low, high), day)
                continue
            if cover.kind == "sheet":
                _cloth(brush, cover, (low, high), out=0.1)
                continue
            _scaffold(brush, cover, (low, high))
            if cover.kind != "scaffold":
                _cloth(brush, cover, (low, high), out=OUT_M + cover.off_m + 0.1)
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))


def cover_hulls(building: Building, day: float) -> dict[str, MeshArrays]:
    """World meshes of the covers that hide what is behind them."""
    solids = Solids()
    for face in building.faces:
        brush = FaceBrush(solids=solids, building=building, face=face)
        for cover in face.covers:
            low, high = rows_of(cover, face, day)
            if high > low and cover.kind in ("net_opaque", "sheet"):
                out = 0.1 if cover.kind == "sheet" else OUT_M + cover.off_m + 0.1
                _cloth(brush, cover, (low, high), out=out, look="hull")
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))


def _cloth(brush: FaceBrush, cover: Cover, rows: tuple[int, int], *, out: float, look: str = "") -> None:
    """Cloth panels of half a bay by one storey, a little uneven, hanging from slab to slab."""
    rng = np.random.default_rng((brush.building.seed, cover.cols[0], len(cover.kind), len(brush.face.u_m)))
    z_lines, u_lines = brush.building.row_z, brush.face.u_m
    corners, tint = [], []
    for row in range(*rows):
        for col in range(*cover.cols):
            middle = (u_lines[col] + u_lines[col + 1]) / 2
            for left, right in ((u_lines[col], middle), (middle, u_lines[col + 1])):
                sway = rng.uniform(-0.08, 0.08, 4)
                low, high = z_lines[row], z_lines[row + 1]
                corners.append(
                    [
                        [left, -out + sway[0], low],
                        [right, -out + sway[1], low],
                        [right, -out + sway[2], high],
                        [left, -out + sway[3], high],
                    ]
                )
                tint.append(rng.random())
    brush.sheet(look or cover.look, np.array(corners), np.array(tint))


def _hoist(brush: FaceBrush, cover: Cover, rows: tuple[int, int], day: float) -> None:
    """A construction lift: a narrow lattice mast with landings at every slab, and its two cages."""
    z_lines = brush.building.row_z
    u = (brush.face.u_m[cover.cols[0]] + brush.face.u_m[cover.cols[1]]) / 2
    low, high = z_lines[rows[0]] - 0.5, z_lines[rows[1]] + 2.0
    for du, d in ((-0.35, -1.9), (0.35, -1.9), (-0.35, -1.2), (0.35, -1.2)):
        brush.bar(cover.look, (u + du, d, low), (u + du, d, high), thick=0.1)
    for index, z in enumerate(np.arange(low, high - 1.5, 1.5)):
        side = 0.35 if index % 2 else -0.35
        brush.bar(cover.look, (u - side, -1.9, z), (u + side, -1.9, z + 1.5), thick=0.06)
    for z in z_lines[rows[0] : rows[1]]:
        brush.box("ply", (u - 1.9, u + 1.9), (-1.2, 0.0), (z - 0.06, z), tint=0.4)
        for side in (-1.9, 1.9):
            brush.box("white", (u + side - 0.03, u + side + 0.03), (-1.2, -1.1), (z, z + 1.8), tint=0.5)
    for side in (-1, 1):
        cage = float(np.random.default_rng((brush.building.seed, abs(int(day)), side + 1)).uniform(low, high - 3.0))
        left = u + side * 1.05
        brush.box(cover.look, (left - 0.65, left + 0.65), (-2.5, -1.2), (cage, cage + 2.4), tint=0.7)


def _scaffold(brush: FaceBrush, cover: Cover, rows: tuple[int, int]) -> None:
    """Two rows of standards every 1.6 m, ledgers every half storey, planks at each lift, some braces."""
    left, right = brush.face.u_m[cover.cols[0]], brush.face.u_m[cover.cols[1]]
    low = brush.building.row_z[rows[0]] if rows[0] > 0 or cover.climbing > 0 else brush.building.row_z[0] - 0.5
    high = brush.building.row_z[rows[1]] + 1.0
    look, out = "steel", OUT_M + cover.off_m
    for u in np.arange(left, right + 0.01, 1.6):
        for d in (-out, -out + 0.85):
            brush.bar(look, (u, d, low), (u, d, high), thick=0.07)
    for row in range(*rows):
        z0, z1 = brush.building.row_z[row], brush.building.row_z[row + 1]
        for z in (z0 + 0.05, (z0 + z1) / 2):
            brush.bar(look, (left, -out, z), (right, -out, z), thick=0.06)
            brush.box("ply", (left, right), (-out + 0.1, -out + 0.8), (z - 0.04, z + 0.02), tint=(row * 0.37) % 1)
            brush.bar(look, (left, -out, z + 0.9), (right, -out, z + 0.9), thick=0.05)
        for u in np.arange(left, right - 1.5, 4.8):
            brush.bar(look, (u, -out - 0.03, z0), (u + 1.6, -out - 0.03, z1), thick=0.05)


def draw_fans(building: Building, fans: tuple[tuple[int, float], ...]) -> dict[str, MeshArrays]:
    """Catch fans on the front: (storey line, reach in metres), cloth on outriggers sloping up and outwards."""
    solids = Solids()
    brush = FaceBrush(solids=solids, building=building, face=building.faces[0])
    for line, reach in fans:
        z = building.row_z[line] - 0.2
        u_lines = building.faces[0].u_m
        corners = np.array(
            [
                [[a, 0, z], [b, 0, z], [b, -reach, z + 0.35 * reach], [a, -reach, z + 0.35 * reach]]
                for a, b in pairwise(u_lines)
            ]
        )
        brush.sheet(f"{building.key}.fan", corners, np.linspace(0.2, 0.8, len(corners)))
        for u in u_lines:
            brush.bar("steel", (u, 0, z), (u, -reach, z + 0.35 * reach), thick=0.09)
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))
