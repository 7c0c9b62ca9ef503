"""Windows, doors, balconies, loggias and shops of an old block through its renovation. Pure."""

from itertools import pairwise

import numpy as np

from training.scenes.assets import Hole
from training.scenes.renovation.room import FINISHED, INSULATED, OLD, RECESS_M, STRIPPED, Room
from training.scenes.renovation.skin import skin
from training.scenes.renovation.stencil import Span, Stencil


def windows(stencil: Stencil, room: Room, stage: int) -> None:
    """Frames and panes in every opening of the outer wall."""
    if room.shop:
        _shop(stencil, room, stage)
        return
    if room.kind in "LG":
        _recess(stencil, room, stage)
        return
    for index, hole in enumerate(room.holes):
        window(stencil, room, stage, hole, d=0.1, rng=room.rng(200 + index))
        if stage == FINISHED and room.kind != "S" and room.manner.new_windows:
            stencil.box(f"{room.key}.line", (hole[0] - 0.05, hole[1] + 0.05), (-0.19, 0.1), (hole[2] - 0.05, hole[2]))


def is_new(room: Room, stage: int) -> bool:
    """Whether the window has been replaced by then."""
    return room.manner.new_windows and stage >= INSULATED


def window(stencil: Stencil, room: Room, stage: int, hole: Hole, *, d: float, rng: np.random.Generator) -> None:
    """A glazed opening, its frame `d` behind the old wall: each owner's own, or all alike once replaced."""
    own, lights, curtain = int(rng.integers(0, 3)), int(rng.integers(2, 4)), rng.random() < 0.25
    tones = rng.random(4)
    new = is_new(room, stage)
    frame = f"{room.key}.newframe" if new else f"{room.key}.frame{own}"
    u, z, tone = (hole[0], hole[1]), (hole[2], hole[3]), 0.5 if new else float(tones[0])
    thick = 0.07 if new else 0.055
    count = max(1, round((u[1] - u[0]) / 0.8)) if new else max(1, min(lights, round((u[1] - u[0]) / 0.45)))
    covered = OLD < stage < FINISHED and rng.random() < room.manner.film
    lines = [u[0] + (u[1] - u[0]) * index / count for index in range(count + 1)]
    for index, (left, right) in enumerate(pairwise(lines)):
        pane = "film" if covered else "curtain" if curtain and index == 0 else "glass2" if own == 2 else "glass"
        stencil.box(
            f"{room.key}.{pane}",
            (left, right),
            (d + 0.03, d + 0.05),
            z,
            tint=float(tones[1 + index % 3]),
        )
    for line in lines:
        middle = min(max(line, u[0] + thick / 2), u[1] - thick / 2)
        stencil.box(frame, (middle - thick / 2, middle + thick / 2), (d - 0.03, d + 0.04), z, tint=tone)
    bars = [z[0], z[1] - thick]
    if not new and own != 0 and z[1] - z[0] > 1.0:
        bars.append(z[0] + 0.72 * (z[1] - z[0]))
    for low in bars:
        stencil.box(frame, u, (d - 0.03, d + 0.04), (low, low + thick), tint=tone)


def balcony(stencil: Stencil, room: Room, stage: int) -> None:
    """A slab on brackets with its parapet or railing; what the owner made of it is above."""
    u = (room.u[0] + 0.08 * room.width, room.u[1] - 0.08 * room.width)
    out, z0, key = room.balcony_m, room.z[0], room.key
    rng = room.rng(300)
    slab = {STRIPPED: "scar", OLD: "old2"}.get(stage, "coat" if stage < FINISHED else "new2")
    stencil.box(f"{key}.{slab}", u, (-out, 0.0), (z0 - 0.12, z0 + 0.04), tint=0.4)
    rail = z0 + 1.02
    if room.manner.railed and not _closed(room):
        _railing(stencil, room, stage, u, d=-out + 0.05, z=(z0, rail))
    else:
        skin(stencil, room, stage, u=u, z=(z0 - 0.1, rail), d=-out + 0.12, body_m=0.1, second=True)
        for side in u:
            skin_look = {OLD: "old2", STRIPPED: "bare", INSULATED: "board"}.get(stage, "coat")
            look = f"{key}.new2" if stage == FINISHED else f"{key}.{skin_look}"
            stencil.box(look, (side - 0.06, side + 0.06), (-out + 0.02, 0.0), (z0 - 0.1, rail), tint=0.5)
    if _closed(room):
        _enclosure(stencil, room, stage, (*u, rail, room.z[1] - 0.12), d=-out + 0.12, rng=rng)
    if room.top:
        stencil.box(f"{key}.{slab}", (u[0] - 0.1, u[1] + 0.1), (-out - 0.1, 0.0), (room.z[1] - 0.12, room.z[1] + 0.02))


def _closed(room: Room) -> bool:
    return bool(room.rng(301).random() < room.manner.enclosed)


def _enclosure(stencil: Stencil, room: Room, stage: int, hole: Hole, *, d: float, rng: np.random.Generator) -> None:
    """The glazing that an owner put round a balcony, with its cheeks."""
    window(stencil, room, stage, hole, d=d - 0.02, rng=rng)
    frame = f"{room.key}.newframe" if is_new(room, stage) else f"{room.key}.frame{int(room.rng(302).integers(0, 3))}"
    for side in (hole[0], hole[1]):
        stencil.box(f"{room.key}.glass", (side - 0.02, side + 0.02), (d + 0.05, 0.0), (hole[2], hole[3]), tint=0.6)
        stencil.box(frame, (side - 0.04, side + 0.04), (d * 0.55, d * 0.45), (hole[2], hole[3]))


def _railing(stencil: Stencil, room: Room, stage: int, u: Span, *, d: float, z: Span) -> None:
    look = f"{room.key}.newrail" if stage == FINISHED else f"{room.key}.rail"
    for height in (0.12, z[1] - z[0]):
        stencil.bar(look, (u[0], d, z[0] + height), (u[1], d, z[0] + height), thick=0.06)
    for post in np.arange(u[0], u[1], 0.22):
        stencil.bar(look, (float(post), d, z[0]), (float(post), d, z[1]), thick=0.035)


def _recess(stencil: Stencil, room: Room, stage: int) -> None:
    """A loggia or an access gallery: parapet in the plane, door and window at the back, perhaps glazed by its owner."""
    key = room.key
    for hole in room.holes:
        u, z = (hole[0], hole[1]), (hole[2], hole[3])
        foot = room.z[0] + 0.95
        if room.kind == "L":
            skin(stencil, room, stage, u=u, z=(z[0], foot), second=True)
        if room.kind == "L" and _closed(room):
            window(stencil, room, stage, (*u, foot, z[1]), d=0.08, rng=room.rng(303))
            continue
        back = "new2" if stage == FINISHED else "coat" if stage >= INSULATED else "old2"
        stencil.box(f"{key}.{back}", u, (RECESS_M, RECESS_M + 0.1), room.z, tint=0.5)
        stencil.box(f"{key}.screed", u, (0.0, RECESS_M), (room.z[0] - 0.1, room.z[0] + 0.02), tint=0.4)
        for side in u:
            stencil.box(f"{key}.{back}", (side - 0.03, side + 0.03), (0.2, RECESS_M), room.z, tint=0.3)
        width = u[1] - u[0]
        window(
            stencil,
            room,
            stage,
            (u[0] + 0.12 * width, u[0] + 0.42 * width, room.z[0] + 0.05, room.z[0] + 2.1),
            d=RECESS_M - 0.12,
            rng=room.rng(304),
        )
        window(
            stencil,
            room,
            stage,
            (u[0] + 0.52 * width, u[0] + 0.9 * width, room.z[0] + 0.9, room.z[0] + 2.1),
            d=RECESS_M - 0.12,
            rng=room.rng(305),
        )


def _shop(stencil: Stencil, room: Room, stage: int) -> None:
    """A shop's glass or shutter, and its sign: as each pleased, in the end all alike."""
    hole, rng = room.holes[0], room.rng(306)
    if rng.random() < 0.4:
        stencil.box(f"{room.key}.louvre", (hole[0], hole[1]), (0.08, 0.1), (hole[2], hole[3]), tint=float(rng.random()))
    else:
        window(stencil, room, stage, hole, d=0.12, rng=rng)
    if stage in (OLD, FINISHED):
        sign = "new2" if stage == FINISHED else f"sign{int(rng.integers(0, 3))}"
        low, high = (0.76, 0.94) if stage == FINISHED else (rng.uniform(0.72, 0.78), rng.uniform(0.88, 1.05))
        z = (room.z[0] + float(low) * room.height, room.z[0] + float(high) * room.height)
        stencil.box(f"{room.key}.{sign}", (room.u[0] + 0.05, room.u[1] - 0.05), (-0.32, -0.12), z, tint=0.5)
