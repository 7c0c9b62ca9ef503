"""The surface of a wall in each stage: wear and patches, bare masonry, boards, mesh, new paint. Pure."""

import math
from dataclasses import dataclass

import numpy as np

from training.scenes.assets import Hole
from training.scenes.renovation.room import OLD, OUT_M, STRIPPED, Room
from training.scenes.renovation.stencil import Span, Stencil, off_holes

BODY_M = 0.24
LAYER_M = 0.012  # what lies on the surface stands so much before it
LEAF_M = 0.0004  # and each piece of it so much before the last: two in one plane render black


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A piece of wall to lay rectangles on; `d` is its surface."""

    stencil: Stencil
    room: Room
    u: Span
    z: Span
    d: float
    holes: tuple[Hole, ...]

    @property
    def area_m2(self) -> float:
        return (self.u[1] - self.u[0]) * (self.z[1] - self.z[0])

    def lay(self, look: str, rects: list[Hole], *, tints: list[float], layer: int = 1) -> None:
        """Rectangles cut to the plate and round its holes, `layer` times 12 mm before the wall."""
        parts: list[Hole] = []
        tones: list[float] = []
        depths: list[float] = []
        for (u0, u1, z0, z1), tone in zip(rects, tints, strict=True):
            u, z = (max(u0, self.u[0]), min(u1, self.u[1])), (max(z0, self.z[0]), min(z1, self.z[1]))
            if u[0] < u[1] and z[0] < z[1]:
                cut = off_holes(u, z, self.holes)
                parts += cut
                tones += [tone] * len(cut)
                depths += [self.d - LAYER_M * layer - LEAF_M * (len(depths) % 24)] * len(cut)
        self.stencil.flats(f"{self.room.key}.{look}", parts, d=depths, tints=tones)

    def spot(self, rng: np.random.Generator) -> tuple[float, float]:
        """A place anywhere on it."""
        return float(rng.uniform(*self.u)), float(rng.uniform(*self.z))


def skin(
    stencil: Stencil,
    room: Room,
    stage: int,
    *,
    u: Span,
    z: Span,
    d: float = 0.0,
    holes: tuple[Hole, ...] = (),
    body_m: float = BODY_M,
    second: bool = False,
) -> None:
    """A piece of wall whose old surface is at depth `d`; `second`: in the second colour (balconies, bands)."""
    if stencil.cut(u) is None:
        return
    rng = room.rng(1000 + 10 * stage + 5 * int(second))
    front = d - OUT_M[stage]
    look = f"{room.key}.{_look_of(room, stage, second=second, rng=rng)}"
    tint = float(rng.random()) if stage in (OLD, STRIPPED) else float(rng.uniform(0.4, 0.6))
    stencil.wall(look, u, z, d=(front, d + body_m), holes=holes, tint=tint)
    plate = Plate(stencil=stencil, room=room, u=u, z=z, d=front, holes=holes)
    match stage:
        case 0:
            _worn(plate, rng)
        case 1:
            _hacked(plate, rng)
        case 2:
            _boarded(plate, rng)
        case 3:
            _meshed(plate, rng)
        case _:
            _renewed(plate)


def _look_of(room: Room, stage: int, *, second: bool, rng: np.random.Generator) -> str:
    match stage:
        case 0:
            return "old2" if second else "old"
        case 1:
            return "screed" if rng.random() < 0.35 else "bare"
        case 2:
            return "gap"
        case 3:
            return "coatwet" if rng.random() < 0.12 else "coat"
        case _:
            if room.ground and room.manner.bands == "base":
                return "plinth"
            return "new2" if second or room.band else "new"


def blob(at: tuple[float, float], size: tuple[float, float], rng: np.random.Generator) -> list[Hole]:
    """A ragged patch as a few strips, one on the other."""
    count = int(rng.integers(5, 10))
    chance = rng.random((2, count)).tolist()
    step, left, out = size[1] / count, at[0], []
    for index in range(count):
        left += size[0] * 0.16 * (chance[0][index] - 0.5)
        arch = math.sin(0.3 + (math.pi - 0.6) * index / (count - 1))
        half = max(0.5 * size[0] * (arch + 0.36 * (chance[1][index] - 0.5)), 0.05)
        low = at[1] - size[1] / 2 + index * step
        out.append((left - half, left + half, low, low + step))
    return out


def _blobs(plate: Plate, look: str, count: float, size_m: Span, rng: np.random.Generator, *, layer: int = 1) -> None:
    """So many ragged patches a 10 m² of a look, each of a tone of its own."""
    for _ in range(int(rng.poisson(max(count * plate.area_m2 / 10, 0)))):
        size = (float(rng.uniform(*size_m)), float(rng.uniform(*size_m)) * 0.8)
        parts = blob(plate.spot(rng), size, rng)
        plate.lay(look, parts, tints=[float(rng.random())] * len(parts), layer=layer)


def _streaks(plate: Plate, look: str, tops: list[tuple[float, float]], rng: np.random.Generator) -> None:
    """Dirt running down from the given places."""
    rects: list[Hole] = []
    for u, z in tops:
        for _ in range(int(rng.integers(1, 4))):
            wide, long = float(rng.uniform(0.03, 0.16)), float(rng.uniform(0.3, 1.6))
            left = u + float(rng.uniform(-0.2, 0.2))
            rects.append((left, left + wide, z - long, z))
    plate.lay(look, rects, tints=[float(tone) for tone in rng.random(len(rects))], layer=2)


def _worn(plate: Plate, rng: np.random.Generator) -> None:
    """Faded, patched in another shade, here and there fallen off, streaked under sills and slabs."""
    wear = plate.room.manner.wear
    _blobs(plate, "worn", 3.0 * wear, (0.3, 1.6), rng)
    if rng.random() < 0.6 * wear:
        _blobs(plate, "patch", 1.6, (0.3, 1.5), rng)
    if rng.random() < 0.3 * wear:
        _blobs(plate, "screed", 1.0, (0.2, 0.9), rng, layer=2)
    tops = [(float(rng.uniform(hole[0], hole[1])), hole[2]) for hole in plate.holes if rng.random() < wear]
    tops += [(float(rng.uniform(*plate.u)), plate.z[1]) for _ in range(int(rng.poisson(1.2 * wear)))]
    _streaks(plate, "drip" if rng.random() < 0.5 else "worn", tops, rng)


def _hacked(plate: Plate, rng: np.random.Generator) -> None:
    """Bare brick and screed in ragged parts, remains of the finish, chases, lintels, scars of what hung there."""
    _blobs(plate, "screed", 5.0, (0.4, 2.2), rng)
    _blobs(plate, "bare", 4.0, (0.3, 1.6), rng, layer=2)
    if rng.random() < 0.5:
        _blobs(plate, "old", 2.5, (0.2, 1.2), rng, layer=2)
    _blobs(plate, "scar", 2.0, (0.15, 0.7), rng, layer=3)
    chases: list[Hole] = []
    for _ in range(int(rng.poisson(0.9))):
        u, z = plate.spot(rng)
        length = float(rng.uniform(0.6, 2.5))
        chases.append((u, u + 0.07, z - length, z) if rng.random() < 0.6 else (u, u + length, z, z + 0.07))
    plate.lay("drip", chases, tints=[0.3] * len(chases), layer=4)
    lintels = [(hole[0] - 0.2, hole[1] + 0.2, hole[3], hole[3] + 0.2) for hole in plate.holes]
    sills = [(hole[0] - 0.1, hole[1] + 0.1, hole[2] - 0.1, hole[2]) for hole in plate.holes if rng.random() < 0.4]
    plate.lay("scar", lintels, tints=[0.5] * len(lintels), layer=4)
    plate.lay("screed", sills, tints=[0.8] * len(sills), layer=4)
    dots = [plate.spot(rng) for _ in range(int(rng.poisson(1.5 * plate.area_m2 / 4)))]
    plate.lay("drip", [(u, u + 0.08, z, z + 0.08) for u, z in dots], tints=[0.4] * len(dots), layer=5)


def _boarded(plate: Plate, rng: np.random.Generator) -> None:
    """Boards in staggered courses from a grid of the whole face, a fire band, open edges, the washers of anchors."""
    wide, high = plate.room.manner.board_m
    joint = plate.room.manner.joint_m
    rects: list[Hole] = []
    for course in range(int(plate.z[0] / high), int(plate.z[1] / high) + 1):
        shift = wide / 2 if course % 2 else 0.0
        for index in range(int((plate.u[0] - shift) / wide) - 1, int((plate.u[1] - shift) / wide) + 1):
            left, low = index * wide + shift, course * high
            rects.append((left, left + wide - joint, low, low + high - joint))
    plate.lay("board", rects, tints=[float(tone) for tone in rng.uniform(0.25, 0.75, len(rects))])
    if plate.room.manner.fire_band:
        top = plate.room.z[1]
        bands = [(left, left + wide - joint, top - 0.3, top) for left in np.arange(*plate.u, wide)]
        plate.lay("board2", bands, tints=[float(tone) for tone in rng.random(len(bands))], layer=2)
    if rng.random() < 0.12:
        gone = rects[int(rng.integers(0, len(rects)))]
        plate.lay("bare", [gone], tints=[0.5], layer=2)
    if plate.room.manner.washers and rng.random() < 0.9:
        _washers(plate, rects)


def _washers(plate: Plate, boards: list[Hole]) -> None:
    """Round plates of the anchors, five a board or two, drawn as small lozenges."""
    places: tuple[Span, ...] = ((0.25, 0.5), (0.75, 0.5))
    if plate.room.manner.washers > 2:
        places = ((0.5, 0.5), (0.1, 0.14), (0.9, 0.14), (0.1, 0.86), (0.9, 0.86))
    dots = [
        (u0 + pu * (u1 - u0), z0 + pz * (z1 - z0))
        for u0, u1, z0, z1 in boards
        for pu, pz in places
        if plate.u[0] < u0 + pu * (u1 - u0) < plate.u[1] and plate.z[0] < z0 + pz * (z1 - z0) < plate.z[1]
    ]
    half = 0.05
    clear = [
        (u - half, u + half, z - half, z + half)
        for u, z in dots
        if not any(hole[0] < u < hole[1] and hole[2] < z < hole[3] for hole in plate.holes)
    ]
    plate.stencil.flats(
        f"{plate.room.key}.washer", clear, d=[plate.d - 3 * LAYER_M] * len(clear), tints=[0.5] * len(clear)
    )


def _meshed(plate: Plate, rng: np.random.Generator) -> None:
    """Overlaps of the mesh every metre, the trowel's clouds, a wetter lift, stiffer corners round the windows."""
    pitch = plate.room.manner.mesh_m
    lines: list[Hole] = []
    if plate.room.manner.mesh_upright:
        for index in range(int(plate.u[0] / pitch), int(plate.u[1] / pitch) + 1):
            lines.append((index * pitch, index * pitch + 0.1, *plate.z))
    else:
        for index in range(int(plate.z[0] / pitch), int(plate.z[1] / pitch) + 1):
            lines.append((*plate.u, index * pitch, index * pitch + 0.1))
    shown = [line for line in lines if rng.random() < 0.8]
    plate.lay("mesh", shown, tints=[float(tone) for tone in rng.uniform(0.3, 0.7, len(shown))])
    _blobs(plate, "mesh", 1.2, (0.5, 2.2), rng, layer=2)
    if rng.random() < 0.18:
        low = float(rng.uniform(plate.z[0], plate.z[1]))
        plate.lay("coatwet", [(*plate.u, low, low + float(rng.uniform(0.3, 1.2)))], tints=[0.5], layer=2)


def _renewed(plate: Plate) -> None:
    """False joints in courses of one height over the whole face, or none."""
    course = plate.room.manner.joints_m
    if course <= 0:
        return
    low, high = int(plate.z[0] / course), int(plate.z[1] / course) + 1
    joints: list[Hole] = [(*plate.u, index * course, index * course + 0.03) for index in range(low, high)]
    if course < 1.2:
        wide = 2 * course
        for index in range(int(plate.u[0] / wide), int(plate.u[1] / wide) + 1):
            joints.append((index * wide, index * wide + 0.03, *plate.z))
    plate.lay("line", joints, tints=[0.5] * len(joints))
