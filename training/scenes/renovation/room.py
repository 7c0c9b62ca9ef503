"""One bay of one storey of an old block: its kind, openings, and who lives there. Pure."""

from dataclasses import dataclass

import numpy as np

from training.scenes.assets import Hole
from training.scenes.renovation.assets import BY_NAME, Block
from training.scenes.site import Building, Facade

OLD, STRIPPED, INSULATED, BASE_COAT, FINISHED = range(5)
OUT_M = (0.0, -0.02, 0.09, 0.1, 0.115)  # how far the surface of each stage stands before the old wall
RECESS_M = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What is common to a whole block; shares are 0..1."""

    wear: float  # how dirty and patched it was
    clutter: float  # how many things hung on it
    caged: float  # share of windows behind grilles
    enclosed: float  # share of balconies closed by their owners
    film: float  # share of windows under film during the works
    new_windows: bool  # replaced while the boards go on
    bands: str  # of the new finish: none | storeys | units | base
    joints_m: float  # height of the false joints' courses, 0 = none
    louvred: bool  # air conditioners behind louvres in the end
    board_m: tuple[float, float]
    fire_band: bool  # a row of other boards at each storey line
    ac_u: float  # where the tidy air conditioners hang, share of the bay
    washers: int  # anchors a board
    joint_m: float  # between boards
    mesh_m: float  # width of a strip of mesh
    mesh_upright: bool
    railed: bool  # balconies with railings and not parapets
    proud_bands: bool  # the old floor edges stand out
    lined_bands: bool  # the new ones have a coloured line
    waste_pipes: bool  # beside the small windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One cell; `seed` is its own, whatever the day. u and z in metres of the face."""

    kind: str
    u: tuple[float, float]
    z: tuple[float, float]
    holes: tuple[Hole, ...]
    key: str
    manner: Manner
    seed: tuple[int, ...]
    ground: bool
    top: bool
    unit_end: bool  # a rain pipe runs down its left edge
    band: int  # 0 or 1: which colour its part of the new finish has
    shop: bool
    balcony_m: float

    def rng(self, what: int) -> np.random.Generator:
        """Chance of the room's own, one stream for each matter."""
        return np.random.default_rng((*self.seed, what))

    @property
    def height(self) -> float:
        return self.z[1] - self.z[0]

    @property
    def width(self) -> float:
        return self.u[1] - self.u[0]


def manner_of(building: Building) -> Manner:
    """The manner of a block, from its seed."""
    rng = np.random.default_rng((building.seed, 101))
    sizes = ((1.2, 0.6), (0.9, 0.6), (0.6, 0.45), (1.0, 0.5), (1.2, 0.3))
    return Manner(
        wear=float(rng.uniform(0.1, 1.0)),
        clutter=float(rng.uniform(0.1, 1.0)),
        caged=float(rng.choice([0.05, rng.uniform(0.2, 0.8)])),
        enclosed=float(rng.uniform(0.1, 0.95)),
        film=float(rng.choice([0.0, 0.3, 0.95])),
        new_windows=bool(rng.random() < 0.6),
        bands=str(rng.choice(["none", "storeys", "units", "base"])),
        joints_m=float(rng.choice([0.0, 0.0, 0.6, 0.9, 1.45])),
        louvred=bool(rng.random() < 0.5),
        board_m=sizes[int(rng.integers(0, len(sizes)))],
        fire_band=bool(rng.random() < 0.35),
        ac_u=float(rng.choice([0.12, 0.88])),
        washers=int(rng.choice([0, 2, 5])),
        joint_m=float(rng.uniform(0.012, 0.03)),
        mesh_m=float(rng.uniform(0.9, 1.15)),
        mesh_upright=bool(rng.random() < 0.5),
        railed=bool(rng.random() < 0.3),
        proud_bands=bool(rng.random() < 0.35),
        lined_bands=bool(rng.random() < 0.3),
        waste_pipes=bool(rng.random() < 0.5),
    )


def bays_of(building: Building, face: Facade) -> str:
    """A letter for each bay of a face; the gables have few windows or none."""
    block, cols = BY_NAME[building.design.archetype], len(face.u_m) - 1
    if face.side == "front":
        return (block.unit * (cols // len(block.unit) + 1))[:cols]
    rng = np.random.default_rng((building.seed, 103, len(face.side)))
    windowed = int(rng.integers(0, cols)) if rng.random() < 0.6 else -1
    return "".join("N" if col == windowed else "V" for col in range(cols))


def room_at(building: Building, face: Facade, manner: Manner, row: int, col: int) -> Room:
    """The cell `row`, `col` of a face."""
    block, kinds = BY_NAME[building.design.archetype], bays_of(building, face)
    u, z = (face.u_m[col], face.u_m[col + 1]), (building.row_z[row], building.row_z[row + 1])
    shop = block.shops and row == 0 and face.side == "front" and kinds[col] != "S"
    kind = "V" if shop else kinds[col]
    if row == 0 and kind == "B":
        kind = "W"
    top = row == building.rows - 1
    band = {"storeys": row % 2, "units": col // len(block.unit) % 2, "base": int(row < 2)}.get(manner.bands, 0)
    return Room(
        kind=kind,
        u=u,
        z=z,
        holes=_holes(block, kind, u, z, row=row, top=top) if not shop else _shop_hole(u, z),
        key=building.key,
        manner=manner,
        seed=(building.seed, len(face.side), row, col),
        ground=row == 0,
        top=top,
        unit_end=col % len(block.unit) == 0,
        band=band,
        shop=shop,
        balcony_m=building.design.balcony_m,
    )


def _shop_hole(u: tuple[float, float], z: tuple[float, float]) -> tuple[Hole, ...]:
    width, height = u[1] - u[0], z[1] - z[0]
    return ((u[0] + 0.06 * width, u[1] - 0.06 * width, z[0] + 0.02, z[0] + 0.72 * height),)


def _holes(
    block: Block, kind: str, u: tuple[float, float], z: tuple[float, float], *, row: int, top: bool
) -> tuple[Hole, ...]:
    """The openings of a kind of bay in metres."""
    shares: tuple[Hole, ...]
    match kind:
        case "W":
            shares = block.wide
        case "P":
            shares = block.wide if len(block.wide) > 1 else ((0.12, 0.42, 0.3, 0.82), (0.58, 0.88, 0.3, 0.82))
        case "N":
            shares = block.narrow
        case "D":
            shares = ((0.3, 0.7, 0.06, 0.82),)
        case "B":
            shares = ((0.16, 0.46, 0.03, 0.8), (0.46, 0.84, 0.32, 0.8))
        case "L":
            shares = ((0.08, 0.92, 0.04, 0.9),)
        case "G":
            shares = ((0.0, 1.0, 0.34, 0.88),)
        case "S":
            low = ((0.3, 0.7, 0.0, 0.7),) if row == 0 else ((0.28, 0.72, 0.0, 0.22),)
            shares = low if top else (*low, (0.28, 0.72, 0.78, 1.0))
        case _:
            shares = ()
    width, height = u[1] - u[0], z[1] - z[0]
    return tuple(
        (u[0] + u0 * width, u[0] + u1 * width, z[0] + z0 * height, z[0] + z1 * height) for u0, u1, z0, z1 in shares
    )
