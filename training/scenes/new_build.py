"""The works of a new building: structure, facade, nets and catch fans. Pure."""

import numpy as np

from training.scenes.covers import cover_hulls, draw_covers, draw_fans
from training.scenes.kinds import Meshes, Works
from training.scenes.palette import building_looks
from training.scenes.schedule import stage_at
from training.scenes.site import Building
from training.scenes.structure import build, hull


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


def _draw(building: Building, day: float) -> list[Meshes]:
    return [build(building, day), draw_covers(building, day), draw_fans(building, fans_of(building, day))]


def _screens(building: Building, day: float) -> list[Meshes]:
    fans = draw_fans(building, fans_of(building, day))
    return [cover_hulls(building, day), {name: mesh for name, mesh in fans.items() if name.endswith(".fan")}]


NEW_BUILD = Works(draw=_draw, hull=hull, screens=_screens, looks=building_looks)
