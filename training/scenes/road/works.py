"""Road works: the strip in its stages, machines at its fronts, traffic beside it, rain and snow on it. Pure."""

from dataclasses import replace

import numpy as np

from training.scenes.kinds import Meshes, Place, Works
from training.scenes.road.around import (
    AFTER_M,
    BEFORE_M,
    LAND_M,
    cross_of,
    draw_cones,
    draw_far,
    draw_guards,
    draw_houses,
    draw_kerbs,
    draw_land,
    draw_snow,
    draw_trees,
    open_lanes,
    strip_of,
)
from training.scenes.road.looks import road_looks
from training.scenes.road.machines import AT_FRONTS, SHAPES, TRAFFIC, draw_shape, shape_hull
from training.scenes.road.paint import Lot, paint_lot, surface_z
from training.scenes.road.pen import Pen
from training.scenes.schedule import blend_at, stage_at
from training.scenes.shapes.facing import bend_of
from training.scenes.shapes.machines import draw_person
from training.scenes.shapes.solids import Solids
from training.scenes.site import Building, Moment, Site


def _pen(building: Building, solids: Solids, *, wet: bool) -> Pen:
    if building.strip is None:
        raise ValueError(f"building {building.building_id} is no strip of road")
    return Pen(
        solids=solids,
        strip=building.strip,
        key=building.key,
        seed=building.seed,
        wet=wet,
        x=(-LAND_M, LAND_M),
        y=(-BEFORE_M, building.row_z[-1] + AFTER_M),
    )


def is_wet(moment: Moment) -> bool:
    """Whether the ground is wet: in rain and thaw, and sometimes after rain."""
    weather = moment.weather
    after = np.random.default_rng((moment.seed, 81)).random() < 0.2 and weather.conditions[0] != "clear"
    return bool(weather.rain or weather.snow or after)


def _around(site: Site, moment: Moment) -> Meshes:
    """The whole stand of a road site: weather lies on the works, so that they are drawn here too."""
    building, _ = strip_of(site)
    solids, far = Solids(), Solids()
    pen = _pen(building, solids, wet=is_wet(moment))
    draw_land(pen, building, site)
    _draw_strip(pen, building, moment.day)
    draw_kerbs(pen, building, moment.day)
    draw_guards(pen, building, site.view.position[0])
    draw_cones(pen, building, moment.day)
    draw_houses(solids, site, building.key)
    draw_trees(solids, site, hull=False)
    for thing in machines(site, moment):
        draw_shape(solids, thing[0], thing[1], key=building.key, onward=thing[2], paint=thing[3])
    for feet in people(site, moment):
        draw_person(solids, feet, height=1.72)
    if moment.weather.snow:
        draw_snow(pen, building, moment.weather.snow)
    pen.flush()
    draw_far(far, site)
    bent = solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))
    return {**bent, **{name: mesh for name, mesh in far.mesh().items() if name not in bent}}


def _draw_strip(pen: Pen, building: Building, day: float) -> None:
    """Every cell, and the road going on before the first and after the last section."""
    face, row_z = building.faces[0], building.row_z
    newest, share = blend_at(face.schedule, day)
    rows, cols = newest.shape
    for col, x in enumerate(zip(face.u_m[:-1], face.u_m[1:], strict=True)):
        for row in range(rows):
            lot = Lot(row=row, col=col, cols=cols, x=x, y=(row_z[row], row_z[row + 1]))
            stage, part = int(newest[row, col]), float(share[row, col])
            done, rest = _parts(lot.y, part, forward=pen.strip.forward)
            paint_lot(replace(pen, x=x, y=done), lot, stage)
            paint_lot(replace(pen, x=x, y=rest), lot, max(stage - 1, 0))
        before = Lot(row=700, col=col, cols=cols, x=x, y=(-BEFORE_M, row_z[0]))
        after = Lot(row=701, col=col, cols=cols, x=x, y=(row_z[-1], row_z[-1] + AFTER_M))
        paint_lot(replace(pen, x=x, y=before.y), before, int(newest[0, col]))
        paint_lot(replace(pen, x=x, y=after.y), after, int(newest[-1, col]))


def _parts(y: tuple[float, float], share: float, *, forward: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    """The part of a section that shows the newer stage, and the part that shows the one before."""
    if forward:
        cut = y[0] + share * (y[1] - y[0])
        return (y[0], cut), (cut, y[1])
    cut = y[1] - share * (y[1] - y[0])
    return (cut, y[1]), (y[0], cut)


def machines(site: Site, moment: Moment) -> list[tuple[str, Place, bool, int]]:
    """Kind, place in the strip's coordinates, facing and colour of all machines and vehicles of one moment."""
    building, strip = strip_of(site)
    rng = np.random.default_rng((moment.seed, 82))
    found = _at_fronts(building, moment, rng)[: site.vehicles]
    stages = stage_at(building.faces[0].schedule, moment.day)
    pen = _pen(building, Solids(), wet=False)
    long = building.row_z[-1]
    for _ in range(max(0, site.vehicles - len(found)) // 3):
        row, col = (int(rng.integers(0, count)) for count in stages.shape)
        kinds = AT_FRONTS[max(int(stages[row, col]), 1)]
        place = _place(building, row, col, float(rng.random()), surface_z(pen, int(stages[row, col])))
        found.append((str(rng.choice(kinds)), place, bool(rng.random() < 0.5), 0))
    for index, (low, high) in enumerate(open_lanes(building, strip)):
        onward = index >= strip.open_left / 2 or strip.open_right > 0
        found += _traffic(site, (low + high) / 2, (-10, long + 60), rng, onward=onward)
    for col in range(stages.shape[1]):
        lane = set(stages[:, col].tolist())
        if lane == {6} or (lane == {0} and strip.old in ("asphalt", "concrete")):
            middle = (building.faces[0].u_m[col] + building.faces[0].u_m[col + 1]) / 2
            found += _traffic(site, middle, (0, long), rng, onward=True)[:2]
    for _ in range(site.vehicles // 3 if strip.walk_m > 1.5 else 0):
        cross = cross_of(building, strip)
        spot = (cross.walk_right + 1.2, float(rng.uniform(0, long + 30)), 0.0)
        found.append(("car", spot, True, int(rng.integers(0, 4))))
    return _apart(found)


def _traffic(
    site: Site, x: float, y: tuple[float, float], rng: np.random.Generator, *, onward: bool
) -> list[tuple[str, Place, bool, int]]:
    """Some vehicles in one lane, as many at most as half of the site's."""
    count = int(rng.integers(0, 1 + site.vehicles // 2)) if site.vehicles else 0
    return [
        (str(rng.choice(TRAFFIC)), (x, float(rng.uniform(*y)), 0.0), onward, int(rng.integers(0, 4)))
        for _ in range(count)
    ]


def _at_fronts(building: Building, moment: Moment, rng: np.random.Generator) -> list[tuple[str, Place, bool, int]]:
    """A machine at most of the places where one layer is being made."""
    newest, share = blend_at(building.faces[0].schedule, moment.day)
    pen = _pen(building, Solids(), wet=False)
    found: list[tuple[str, Place, bool, int]] = []
    for row, col in np.argwhere((share > 0.02) & (share < 0.98) & (newest > 0)):
        stage = int(newest[row, col])
        if rng.random() < 0.45:
            along = float(share[row, col]) if pen.strip.forward else 1 - float(share[row, col])
            place = _place(building, int(row), int(col), along, surface_z(pen, stage))
            found.append((str(rng.choice(AT_FRONTS[stage])), place, pen.strip.forward, 0))
    rng.shuffle(found)
    return found


def _place(building: Building, row: int, col: int, along: float, z: float) -> Place:
    u_m, low, high = building.faces[0].u_m, building.row_z[row], building.row_z[row + 1]
    return (u_m[col] + u_m[col + 1]) / 2, low + along * (high - low), z


def _apart(things: list[tuple[str, Place, bool, int]]) -> list[tuple[str, Place, bool, int]]:
    """Those that touch none before them."""
    kept: list[tuple[str, Place, bool, int]] = []
    for thing in things:
        wide, long, _ = SHAPES[thing[0]].size
        clear = all(
            abs(thing[1][0] - other[1][0]) > (wide + SHAPES[other[0]].size[0]) / 2
            or abs(thing[1][1] - other[1][1]) > (long + SHAPES[other[0]].size[1]) / 2
            for other in kept
        )
        if clear:
            kept.append(thing)
    return kept


def people(site: Site, moment: Moment) -> list[Place]:
    """Workers on the works, where their feet stand in the strip's coordinates."""
    building, _ = strip_of(site)
    rng = np.random.default_rng((moment.seed, 83))
    stages = stage_at(building.faces[0].schedule, moment.day)
    pen, found = _pen(building, Solids(), wet=False), []
    for _ in range(site.people):
        row, col = (int(rng.integers(0, count)) for count in stages.shape)
        x, y, z = _place(building, row, col, float(rng.random()), surface_z(pen, int(stages[row, col])))
        found.append((x + float(rng.uniform(-1, 1)), y, z))
    return found


def _around_hull(site: Site, moment: Moment) -> Meshes:
    """Machines, people and trees that hide cells."""
    building, _ = strip_of(site)
    solids = Solids()
    for thing in machines(site, moment):
        shape_hull(solids, thing[0], thing[1])
    for feet in people(site, moment):
        draw_person(solids, feet, height=1.72, look="vehicle_person")
    draw_trees(solids, site, hull=True)
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))


def _lamps(site: Site, moment: Moment) -> list[Place]:
    """Work lamps on masts beside the works."""
    building, strip = strip_of(site)
    rng = np.random.default_rng((moment.seed, 84))
    cross, bend = cross_of(building, strip), bend_of(building)
    places: list[Place] = []
    for index in range(int(rng.integers(4, 9))):
        x = cross.works[index % 2] + (1 if index % 2 else -1) * float(rng.uniform(-1, 7))
        point = bend(np.array([x, rng.uniform(0, building.row_z[-1]), rng.uniform(8, 16)]))
        places.append((float(point[0]), float(point[1]), float(point[2])))
    return places


def _nothing(building: Building, day: float) -> list[Meshes]:
    """A strip has nothing of its own: the weather lies on it, so it is drawn with its surroundings."""
    return []


def _no_hull(building: Building, day: float) -> Meshes:
    """A road hides nothing."""
    return {}


ROAD = Works(
    draw=_nothing,
    hull=_no_hull,
    screens=_nothing,
    looks=road_looks,
    around=_around,
    around_hull=_around_hull,
    lamps=_lamps,
)
