"""A whole old block on one day: its walls cell by cell, roof, the faces nobody measures, and its hull. Pure."""

from itertools import pairwise

import numpy as np

from training.scenes.renovation.assets import BY_NAME
from training.scenes.renovation.clutter import clutter
from training.scenes.renovation.openings import balcony, windows
from training.scenes.renovation.room import FINISHED, INSULATED, OLD, STRIPPED, Manner, Room, manner_of, room_at
from training.scenes.renovation.skin import skin
from training.scenes.renovation.stencil import Stencil
from training.scenes.schedule import blend_at
from training.scenes.shapes.facing import FaceBrush, bend_of
from training.scenes.shapes.solids import MeshArrays, Solids
from training.scenes.site import Building

CORE_M = 1.75  # behind the deepest recess everything is solid
PARAPET_M = 0.7
CORNER_M = 0.012  # the gables stop so short of the front's plane: two surfaces in one plane render black


def block(building: Building, day: float) -> dict[str, MeshArrays]:
    """World meshes of the block on `day`, by look; nothing of scaffold and nets."""
    solids, manner = Solids(), manner_of(building)
    _bulk(solids, building)
    for face in building.faces:
        _paint_face(FaceBrush(solids=solids, building=building, face=face), manner, day)
    _roof(solids, building)
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))


def block_hull(building: Building, _day: float) -> dict[str, MeshArrays]:
    """World mesh of its volume: what hides other buildings."""
    solids = Solids()
    top = building.row_z[-1] + PARAPET_M
    solids.box("hull", (0.0, building.width_m), (0.0, building.depth_m), (building.row_z[0] - 1, top))
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))


def _paint_face(brush: FaceBrush, manner: Manner, day: float) -> None:
    face, building = brush.face, brush.building
    newest, share = blend_at(face.schedule, day)
    shy = 0.0 if face.side == "front" else CORNER_M
    ends = (face.u_m[0] + shy, face.u_m[-1] - shy)
    for row in range(building.rows):
        for col, (left, right) in enumerate(pairwise(face.u_m)):
            room = room_at(building, face, manner, row, col)
            split = left + float(share[row, col]) * (right - left)
            stage = int(newest[row, col])
            _paint(Stencil(brush=brush, ua=max(left, ends[0]), ub=min(split, ends[1])), room, stage)
            if stage > 0:
                _paint(Stencil(brush=brush, ua=max(split, ends[0]), ub=min(right, ends[1])), room, stage - 1)


def _paint(stencil: Stencil, room: Room, stage: int) -> None:
    """The part of a cell between the stencil's edges in `stage`."""
    if stencil.ub - stencil.ua < 0.05:
        return
    skin(stencil, room, stage, u=room.u, z=room.z, holes=room.holes)
    windows(stencil, room, stage)
    if room.kind == "B":
        balcony(stencil, room, stage)
    if room.top:
        _parapet(stencil, room, stage)
    _slab_band(stencil, room, stage)
    if room.kind == "S" and room.ground:
        z = room.z[0] + 0.8 * room.height
        look = {OLD: "old2", STRIPPED: "screed", INSULATED: "screed"}.get(stage, "coat" if stage < FINISHED else "new2")
        stencil.box(f"{room.key}.{look}", (room.u[0] + 0.2, room.u[1] - 0.2), (-1.3, 0.0), (z, z + 0.15), tint=0.5)
    clutter(stencil, room, stage)


def _parapet(stencil: Stencil, room: Room, stage: int) -> None:
    """The wall above the top storey, in the stage of the cell under it."""
    kind = BY_NAME[stencil.brush.building.design.archetype].roof
    if kind == "flat":
        skin(stencil, room, stage, u=room.u, z=(room.z[1], room.z[1] + PARAPET_M))
    else:
        look = {OLD: "old2", STRIPPED: "screed", INSULATED: "screed"}.get(stage, "coat" if stage < FINISHED else "new2")
        stencil.box(f"{room.key}.{look}", room.u, (-0.5, 0.2), (room.z[1] - 0.08, room.z[1] + 0.1), tint=0.5)


def _slab_band(stencil: Stencil, room: Room, stage: int) -> None:
    """The edge of the floor: a proud course on some old blocks, bare when stripped, a coloured line in the end."""
    z = (room.z[0] - 0.1, room.z[0] + 0.12)
    if room.ground or room.kind == "S" or any(hole[2] < z[1] for hole in room.holes):
        return
    if stage == OLD and room.manner.proud_bands:
        stencil.box(f"{room.key}.old2", room.u, (-0.06, 0.1), z, tint=0.45)
    elif stage == STRIPPED:
        stencil.box(f"{room.key}.scar", room.u, (-0.005, 0.1), z, tint=float(room.rng(500).random()))
    elif stage == FINISHED and room.manner.lined_bands:
        stencil.box(f"{room.key}.new2", room.u, (-0.15, 0.1), z, tint=0.5)


def _bulk(solids: Solids, building: Building) -> None:
    """The dark inside, the plinth, and plain walls on the sides that no face has."""
    low, high = building.row_z[0], building.row_z[-1]
    width, depth, key = building.width_m, building.depth_m, building.key
    solids.box("dark", (CORE_M, width - CORE_M), (CORE_M, depth - 0.3), (low, high), tint=0.5)
    solids.box("concrete", (-0.07, width + 0.07), (-0.07, depth + 0.07), (low - 1.2, low), tint=0.5)
    stage = float(building.faces[0].schedule.finished.max())
    back = f"{key}.old" if stage > 0 else f"{key}.new"
    solids.box(back, (0.0, width), (depth - 0.3, depth), (low, high), tint=0.5)
    sides = {face.side for face in building.faces}
    for side, span in (("left", (0.0, 0.3)), ("right", (width - 0.3, width))):
        if side not in sides:
            solids.box(back, span, (0.0, depth), (low, high), tint=0.45)


def _roof(solids: Solids, building: Building) -> None:
    """A flat roof with what stands on it, eaves, or a pitched roof with its gables."""
    kind = BY_NAME[building.design.archetype].roof
    top, width, depth = building.row_z[-1], building.width_m, building.depth_m
    solids.box("concrete", (0.1, width - 0.1), (0.1, depth - 0.1), (top - 0.12, top + 0.05), tint=0.4)
    if kind != "pitched":
        _things_on_roof(solids, building)
        return
    ridge, over = top + 0.28 * depth, 0.5
    x0, x1, y0, y1, ym = -over, width + over, -over, depth + over, depth / 2
    slopes = [
        [[x0, y0, top], [x1, y0, top], [x1, ym, ridge], [x0, ym, ridge]],
        [[x1, y1, top], [x0, y1, top], [x0, ym, ridge], [x1, ym, ridge]],
    ]
    solids.sheet(f"{building.key}.roof", np.array(slopes), np.array([0.5, 0.5]))
    gables = [
        [[x, 0.0, top], [x, depth, top], [x, ym, ridge - 0.2], [x, ym, ridge - 0.2]] for x in (0.05, width - 0.05)
    ]
    solids.sheet(f"{building.key}.screed", np.array(gables), np.array([0.5, 0.5]))


def _things_on_roof(solids: Solids, building: Building) -> None:
    """Stair heads over each staircase, water tanks, solar heaters."""
    rng = np.random.default_rng((building.seed, 104))
    top, width, depth, key = building.row_z[-1], building.width_m, building.depth_m, building.key
    for x in np.arange(0.12 * width, 0.9 * width, max(14.0, width / 3)):
        if rng.random() < 0.7:
            solids.box(f"{key}.old2", (x, x + 3.2), (0.45 * depth, 0.45 * depth + 3.5), (top, top + 2.4), tint=0.5)
    for _ in range(int(rng.integers(0, 12))):
        x, y = float(rng.uniform(0.5, width - 2.5)), float(rng.uniform(0.1, 0.7)) * depth
        if rng.random() < 0.3:
            solids.box("galvanised", (x, x + 1.6), (y, y + 1.6), (top + 0.4, top + 1.9), tint=float(rng.random()))
            continue
        panel = [[x, y, top + 0.3], [x + 1.8, y, top + 0.3], [x + 1.8, y + 1.3, top + 1.5], [x, y + 1.3, top + 1.5]]
        solids.sheet("dark", np.array([panel]), np.array([0.8]))
        solids.beam("galvanised", (x, y + 1.4, top + 1.6), (x + 1.8, y + 1.4, top + 1.6), thick=0.45)
