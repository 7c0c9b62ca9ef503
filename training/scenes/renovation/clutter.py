"""What hangs on an old wall: coolers, cages, awnings, washing, pipes, cables; and how it is put back. Pure."""

import numpy as np

from training.scenes.assets import Hole
from training.scenes.renovation.room import FINISHED, INSULATED, OLD, OUT_M, STRIPPED, Room
from training.scenes.renovation.stencil import Stencil


def clutter(stencil: Stencil, room: Room, stage: int) -> None:
    """All that hangs before the cell in a stage."""
    match stage:
        case 0:
            _grown(stencil, room)
        case 4:
            _tidy(stencil, room)
        case _:
            _left(stencil, room, stage)


def _grown(stencil: Stencil, room: Room) -> None:
    """Decades of everybody's own arrangements."""
    rng, amount = room.rng(400), room.manner.clutter
    plain = [hole for hole in room.holes if room.kind in "WPND"]
    for hole in plain:
        if rng.random() < room.manner.caged:
            _cage(stencil, room, hole, rng)
        elif rng.random() < 0.3 * amount:
            _awning(stencil, room, hole, rng)
        if rng.random() < 0.28 * amount:
            _washing(stencil, room, hole, rng)
    if room.kind in "WPNDBV" and rng.random() < 0.75 * amount:
        u = room.u[0] + float(rng.uniform(0.05, 0.7)) * room.width
        cooler(stencil, room, u, room.z[0] + float(rng.uniform(0.02, 0.3)) * room.height, d=0.0, rng=rng, dirty=True)
    if room.kind == "B" and rng.random() < 0.35 * amount:
        _washing(stencil, room, (room.u[0] + 0.3, room.u[1] - 0.3, room.z[0] + 1.1, room.z[1]), rng)
    _run_of_pipes(stencil, room, "pipe", broken=0.12, rng=rng)
    for _ in range(int(rng.poisson(0.7 * amount))):
        z = room.z[0] + float(rng.uniform(0.05, 0.98)) * room.height
        sag = float(rng.uniform(-0.15, 0.15))
        stencil.bar("dark", (room.u[0], -0.04, z), (room.u[1], -0.04, z + sag), thick=0.03)
    if rng.random() < 0.1 * amount:
        u, z = room.u[0] + float(rng.uniform(0.1, 0.8)) * room.width, room.z[0] + 0.2 * room.height
        stencil.box("galvanised", (u, u + 0.5), (-0.2, 0.0), (z, z + 0.6), tint=float(rng.random()))
    if rng.random() < 0.05 * amount:
        u, z = room.u[0] + 0.2, room.z[0] + 0.7 * room.height
        disc = [[u, -0.3, z], [u + 0.7, -0.4, z], [u + 0.7, -0.7, z + 0.6], [u, -0.6, z + 0.6]]
        stencil.cloth("white", disc, tint=0.4)


def cooler(
    stencil: Stencil, room: Room, u: float, z: float, *, d: float, rng: np.random.Generator, dirty: bool
) -> None:
    """The outer half of an air conditioner on its brackets, with its drip stain when it is an old one."""
    high, tone = float(rng.uniform(0.5, 0.62)), float(rng.uniform(0.1, 0.9) if dirty else rng.uniform(0.6, 0.8))
    stencil.box(f"{room.key}.ac", (u, u + 0.82), (d - 0.38, d - 0.08), (z, z + high), tint=tone)
    stencil.flats("dark", [(u + 0.08, u + 0.5, z + 0.08, z + high - 0.06)], d=[d - 0.4], tints=[0.7])
    for side in (0.12, 0.7):
        stencil.bar("rust", (u + side, d, z - 0.03), (u + side, d - 0.4, z - 0.03), thick=0.05)
    if dirty:
        long = float(rng.uniform(0.4, 2.2))
        drip = [(u + 0.2, u + 0.2 + float(rng.uniform(0.08, 0.35)), z - long, z)]
        stencil.flats(f"{room.key}.drip", drip, d=[d - 0.045], tints=[float(rng.uniform(0.5, 1.0))])
        stencil.bar("white", (u + 0.8, d - 0.05, z + 0.3), (u + 0.8, d - 0.05, z + 1.1), thick=0.05)


def _cage(stencil: Stencil, room: Room, hole: Hole, rng: np.random.Generator) -> None:
    """A thief guard: flat before the glass, or a cage with things in it."""
    out = float(rng.choice([0.03, rng.uniform(0.25, 0.6)]))
    look, tone = f"{room.key}.grille" if rng.random() < 0.7 else "galvanised", float(rng.random())
    u, z = (hole[0] - 0.08, hole[1] + 0.08), (hole[2] - 0.08, hole[3] + 0.05)
    for line in np.arange(u[0], u[1] + 0.01, float(rng.uniform(0.13, 0.24))):
        stencil.bar(look, (float(line), -out, z[0]), (float(line), -out, z[1]), thick=0.035, tint=tone)
    for level in np.linspace(z[0], z[1], int(rng.integers(3, 6))):
        stencil.box(look, u, (-out - 0.02, -out + 0.02), (float(level) - 0.02, float(level) + 0.02), tint=tone)
    if out > 0.1:
        for side in u:
            for level in (z[0], (z[0] + z[1]) / 2, z[1]):
                stencil.bar(look, (side, 0, float(level)), (side, -out, float(level)), thick=0.04, tint=tone)
        stencil.box(look, u, (-out, 0.0), (z[0] - 0.03, z[0]), tint=tone)
        if rng.random() < 0.4:
            stencil.box(look, (u[0] - 0.05, u[1] + 0.05), (-out - 0.1, 0.0), (z[1], z[1] + 0.03), tint=tone)
        for _ in range(int(rng.integers(0, 4))):
            left, high = float(rng.uniform(u[0], u[1] - 0.3)), float(rng.uniform(0.15, 0.5))
            thing = str(rng.choice(["leaf", "ply", f"{room.key}.wash0", f"{room.key}.wash1"]))
            stencil.box(thing, (left, left + 0.3), (-out + 0.05, -0.05), (z[0], z[0] + high), tint=float(rng.random()))


def _awning(stencil: Stencil, room: Room, hole: Hole, rng: np.random.Generator) -> None:
    reach, drop = float(rng.uniform(0.5, 0.95)), float(rng.uniform(0.2, 0.45))
    top, u = hole[3] + 0.25, (hole[0] - 0.15, hole[1] + 0.15)
    corners = [[u[0], -0.02, top], [u[1], -0.02, top], [u[1], -reach, top - drop], [u[0], -reach, top - drop]]
    stencil.cloth(f"{room.key}.awning{int(rng.integers(0, 3))}", corners, tint=float(rng.random()))


def _washing(stencil: Stencil, room: Room, hole: Hole, rng: np.random.Generator) -> None:
    """A rack on two arms with clothes and sheets on it."""
    base = -room.balcony_m if room.kind == "B" else 0.0
    z, reach = hole[2] + 0.1, base - float(rng.uniform(0.6, 1.1))
    for side in (hole[0], hole[1]):
        stencil.bar("galvanised", (side, base, z), (side, reach, z), thick=0.04)
    for d in np.linspace(base - 0.35, reach, 3):
        stencil.bar("galvanised", (hole[0], float(d), z), (hole[1], float(d), z), thick=0.03)
        u = hole[0]
        while u < hole[1] - 0.3 and rng.random() < 0.75:
            wide, long = float(rng.uniform(0.3, 0.9)), float(rng.uniform(0.4, 1.1))
            right = min(u + wide, hole[1])
            corners = [[u, float(d), z - long], [right, float(d), z - long], [right, float(d), z], [u, float(d), z]]
            stencil.cloth(f"{room.key}.wash{int(rng.integers(0, 4))}", corners, tint=float(rng.random()))
            u = right + float(rng.uniform(0.02, 0.2))


def _run_of_pipes(stencil: Stencil, room: Room, look: str, *, broken: float, rng: np.random.Generator) -> None:
    """A rain pipe down the edge of each staircase unit, waste pipes beside small windows."""
    base = -OUT_M[FINISHED] if look == "newpipe" else 0.0
    places = [room.u[0] + 0.25] if room.unit_end else []
    if room.kind == "N" and room.manner.waste_pipes:
        places.append(room.u[1] - 0.4)
    for u in places:
        if rng.random() >= broken:
            stencil.bar(
                f"{room.key}.{look}", (u, base - 0.1, room.z[0]), (u, base - 0.1, room.z[1]), thick=0.12, tint=0.5
            )


def _left(stencil: Stencil, room: Room, stage: int) -> None:
    """What stays up while the wall is worked on: here a pipe, there a cooler nobody could move, loose cables."""
    rng = room.rng(410)
    keeps = {STRIPPED: 0.14, INSULATED: 0.08}.get(stage, 0.06)
    stubborn, sagging = rng.random(), rng.random()
    if room.kind in "WPND" and stubborn < keeps * room.manner.clutter:
        u = room.u[0] + float(rng.uniform(0.05, 0.7)) * room.width
        cooler(stencil, room, u, room.z[0] + 0.2, d=-OUT_M[stage], rng=rng, dirty=False)
    if sagging < 0.25:
        z = room.z[0] + float(rng.uniform(0.1, 0.9)) * room.height
        d = -max(OUT_M[stage], 0.0) - 0.06
        stencil.bar("dark", (room.u[0], d, z), (room.u[1], d, z - 0.2), thick=0.035)
    if room.rng(411).random() < 0.1 and stage != OLD:
        _run_of_pipes(stencil, room, "newpipe", broken=0.0, rng=rng)


def _tidy(stencil: Stencil, room: Room) -> None:
    """New pipes; coolers in one line behind louvres or on equal shelves; a few owners are back already."""
    rng, out = room.rng(420), -OUT_M[FINISHED]
    _run_of_pipes(stencil, room, "newpipe", broken=0.0, rng=rng)
    if room.kind in "WPD" or (room.kind == "V" and not room.shop and rng.random() < 0.2):
        u = room.u[0] + min(room.manner.ac_u * room.width, room.width - 0.95)
        z = room.z[0] + 0.03 * room.height
        if room.manner.louvred:
            _louvre(stencil, room, u - 0.05, z, out)
        elif rng.random() < 0.7:
            stencil.box(f"{room.key}.new2", (u - 0.1, u + 1.0), (out - 0.5, 0.0), (z - 0.09, z), tint=0.5)
            cooler(stencil, room, u, z, d=out - 0.05, rng=rng, dirty=False)
    back = rng.random()
    if room.holes and room.kind in "WPN" and back < 0.08 * room.manner.clutter:
        _cage(stencil, room, room.holes[0], rng)
    elif room.holes and room.kind in "WP" and back < 0.16 * room.manner.clutter:
        _washing(stencil, room, room.holes[0], rng)


def _louvre(stencil: Stencil, room: Room, u: float, z: float, out: float) -> None:
    high, look = 0.78, f"{room.key}.louvre"
    stencil.box("dark", (u, u + 1.0), (out - 0.46, 0.0), (z, z + high), tint=0.5)
    for level in np.arange(z, z + high, 0.13):
        stencil.box(look, (u - 0.03, u + 1.03), (out - 0.5, out - 0.46), (float(level), float(level) + 0.085), tint=0.5)
    for side in (u - 0.03, u + 0.97):
        stencil.box(look, (side, side + 0.06), (out - 0.5, 0.0), (z, z + high), tint=0.5)
