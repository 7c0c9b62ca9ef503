"""All that stands in a site on one day: visible meshes, hulls, looks and lamps. Pure."""

import numpy as np

from training.scenes.assets import FAMILIES
from training.scenes.covers import cover_hulls, draw_covers, draw_fans
from training.scenes.facing import to_world
from training.scenes.machines import crane_hull, draw_crane
from training.scenes.palette import Look, building_looks, ground_looks
from training.scenes.schedule import stage_at
from training.scenes.site import Building, Floats, Moment, Site
from training.scenes.solids import MeshArrays, Solids, join
from training.scenes.structure import build, hull
from training.scenes.surroundings import draw_ground, draw_spots, draw_town
from training.scenes.truth import FaceTruth, face_truth, triangles


def site_looks(site: Site) -> dict[str, Look]:
    """Every material of the site by name."""
    family = FAMILIES[site.split]
    rng = np.random.default_rng((site.palette_seed, 1))
    crane = family.crane_colours[int(rng.integers(0, len(family.crane_colours)))]
    vehicle = family.vehicle_colours[int(rng.integers(0, len(family.vehicle_colours)))]
    looks = ground_looks(rng, crane=crane, vehicle=vehicle)
    for index, building in enumerate(site.buildings):
        looks |= building_looks(building.key, np.random.default_rng((site.palette_seed, 2, index)))
    return looks


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


def stand(site: Site, moment: Moment) -> dict[str, MeshArrays]:
    """World meshes of the whole site by look."""
    piles: list[dict[str, MeshArrays]] = []
    for building in site.buildings:
        piles += [build(building, moment.day), draw_covers(building, moment.day)]
        piles.append(draw_fans(building, fans_of(building, moment.day)))
    rest = Solids()
    for crane in site.cranes:
        draw_crane(rest, crane, boom_yaw=moment.boom_yaw, hook=moment.hook)
    draw_ground(rest, site)
    draw_spots(rest, site, hull=False)
    draw_town(rest, site)
    piles.append(rest.mesh())
    names = {name for pile in piles for name in pile}
    return {name: join([pile[name] for pile in piles if name in pile]) for name in sorted(names)}


def site_hulls(site: Site, moment: Moment, *, besides: Building) -> Floats:
    """(T, 3, 3) triangles of what can hide the faces of one building: other buildings, its own covers, machines."""
    solids = Solids()
    for crane in site.cranes:
        crane_hull(solids, crane, boom_yaw=moment.boom_yaw)
    draw_spots(solids, site, hull=True)
    meshes = list(solids.mesh().values())
    for building in site.buildings:
        if building is not besides:
            meshes += hull(building, moment.day).values()
        meshes += cover_hulls(building, moment.day).values()
        fans = draw_fans(building, fans_of(building, moment.day))
        meshes += [mesh for name, mesh in fans.items() if name.endswith(".fan")]
    return triangles(meshes)


def site_truth(site: Site, moment: Moment) -> dict[str, FaceTruth]:
    """The truth of every measured face of the site at one moment, by face id."""
    out: dict[str, FaceTruth] = {}
    for building in site.buildings:
        faces = [face for face in building.faces if face.measured]
        if not faces:
            continue
        hulls = site_hulls(site, moment, besides=building)
        for face in faces:
            out[face.face_id] = face_truth(building, face, view=moment.view, day=moment.day, hulls=hulls)
    return out


def lamp_places(site: Site, moment: Moment) -> list[tuple[float, float, float]]:
    """Work lamps before the faces and inside some storeys."""
    rng = np.random.default_rng((moment.seed, 8))
    places: list[tuple[float, float, float]] = []
    for building in site.buildings:
        face = building.faces[0]
        for _ in range(int(rng.integers(3, 7))):
            outside = rng.random() < 0.55
            point = np.array(
                [
                    rng.uniform(0, face.u_m[-1]),
                    rng.uniform(-14, -6) if outside else rng.uniform(1.5, 4),
                    rng.uniform(4, 12) if outside else building.row_z[int(rng.integers(0, building.rows))] + 2.2,
                ]
            )
            world = to_world(building, face, point)
            places.append((float(world[0]), float(world[1]), float(world[2])))
    return places
