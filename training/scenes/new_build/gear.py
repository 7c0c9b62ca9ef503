"""What stands before or beside a new building while it grows: scaffold, nets, sheets, catch fans, cranes. Pure."""

import numpy as np

from training.scenes.assets import Family
from training.scenes.schedule import stage_at
from training.scenes.site import Building, Cover, Crane


def make_covers(key: str, rows: int, cols: int, *, last: float, rng: np.random.Generator) -> tuple[Cover, ...]:
    """Scaffold, nets and sheets over parts of a face for parts of the time; about half of the faces have none."""
    covers: list[Cover] = []
    if rng.random() < 0.45:
        kind = str(rng.choice(["scaffold", "net_opaque", "net_seethrough"], p=[0.3, 0.3, 0.4]))
        c0, c1 = sorted(int(value) for value in rng.choice(cols + 1, 2, replace=False))
        if rng.random() < 0.4:
            c0, c1 = 0, cols
        climbing = int(rng.integers(1, 5)) if rng.random() < 0.5 else 0
        r0 = int(rng.integers(0, max(1, rows // 2)))
        days = (float(rng.uniform(-1, 0.3)) * last, float(rng.uniform(0.6, 1.3)) * last)
        look = "steel" if kind == "scaffold" else f"{key}.{kind}"
        covers.append(Cover(kind=kind, rows=(r0, rows), cols=(c0, c1), days=days, look=look, climbing=climbing))
    if rng.random() < 0.25:
        col = int(rng.integers(0, cols))
        days = (float(rng.uniform(0.0, 0.3)) * last, float(rng.uniform(0.7, 1.1)) * last)
        covers.append(Cover(kind="hoist", rows=(0, rows), cols=(col, col + 1), days=days, look="crane", climbing=0))
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.4 else 0):
        row, col = int(rng.integers(0, rows)), int(rng.integers(0, cols))
        begin = float(rng.uniform(0.2, 0.8)) * last
        covers.append(
            Cover(
                kind="sheet",
                rows=(row, row + 1),
                cols=(col, min(cols, col + int(rng.integers(1, 3)))),
                days=(begin, begin + 0.3 * last),
                look=f"{key}.sheet",
                climbing=0,
            )
        )
    return tuple(covers)


def make_cranes(buildings: tuple[Building, ...], family: Family, rng: np.random.Generator) -> tuple[Crane, ...]:
    """None, one or two tower cranes beside or before the buildings."""
    cranes = []
    for _ in range(int(rng.choice([0, 1, 2], p=[0.25, 0.55, 0.2]))):
        building = buildings[int(rng.integers(0, len(buildings)))]
        before = rng.random() < 0.55
        x = building.origin[0] + float(rng.uniform(-0.15, 1.15)) * building.width_m
        y = building.origin[1] + (-float(rng.uniform(4, 9)) if before else building.depth_m + float(rng.uniform(3, 8)))
        high = building.row_z[-1] * float(rng.uniform(0.6, 1.15)) + float(rng.uniform(6, 14))
        cranes.append(
            Crane(
                base=(x, y),
                height_m=high,
                boom_m=float(rng.uniform(28, 50)),
                luffing=bool(rng.random() < 0.3),
                look="crane",
            )
        )
    return tuple(cranes)


def fans_of(building: Building, day: float) -> tuple[tuple[int, float], ...]:
    """Catch fans at one or two fixed floors, while the structure above them is being built."""
    rng = np.random.default_rng((building.seed, 55))
    if building.rows < 5 or rng.random() > 0.35:
        return ()
    built = int((stage_at(building.faces[0].schedule, day) > 0).any(axis=1).sum())
    count = int(rng.integers(1, 3))
    floors = sorted({int(value) for value in rng.integers(1, building.rows, count)})
    closed = float(building.faces[0].schedule.finished.max())
    return tuple((line, float(2 + rng.random() * 1.5)) for line in floors if line < built and day < closed)
