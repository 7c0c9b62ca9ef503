"""All that stands in a site on one day: visible meshes, hulls, looks and lamps. Pure."""

import numpy as np

from edge_agent.vision.stages import stages_of
from training.scenes.assets import FAMILIES
from training.scenes.kinds import Meshes
from training.scenes.palette import Look, ground_looks
from training.scenes.shapes.facing import to_world
from training.scenes.shapes.machines import crane_hull, draw_crane
from training.scenes.shapes.solids import MeshArrays, Solids, join
from training.scenes.shapes.surroundings import draw_ground, draw_spots, draw_town
from training.scenes.site import Building, Floats, Moment, Site
from training.scenes.truth import SCREEN, FaceTruth, face_truth, triangles
from training.scenes.works import WORKS


def site_looks(site: Site) -> dict[str, Look]:
    """Every material of the site by name."""
    family = FAMILIES[site.split]
    rng = np.random.default_rng((site.palette_seed, 1))
    crane = family.crane_colours[int(rng.integers(0, len(family.crane_colours)))]
    vehicle = family.vehicle_colours[int(rng.integers(0, len(family.vehicle_colours)))]
    looks = ground_looks(rng, crane=crane, vehicle=vehicle)
    for index, building in enumerate(site.buildings):
        looks |= WORKS[site.work_type].looks(building.key, np.random.default_rng((site.palette_seed, 2, index)))
    return looks


def stand(site: Site, moment: Moment) -> dict[str, MeshArrays]:
    """World meshes of the whole site by look."""
    works = WORKS[site.work_type]
    piles = [pile for building in site.buildings for pile in works.draw(building, moment.day)]
    piles.append((works.around or _around)(site, moment))
    names = {name for pile in piles for name in pile}
    return {name: join([pile[name] for pile in piles if name in pile]) for name in sorted(names)}


def _around(site: Site, moment: Moment) -> Meshes:
    """Cranes, ground, trees, vehicles and the town of a building site."""
    rest = Solids()
    for crane in site.cranes:
        draw_crane(rest, crane, boom_yaw=moment.boom_yaw, hook=moment.hook)
    draw_ground(rest, site)
    draw_spots(rest, site, hull=False)
    draw_town(rest, site)
    return rest.mesh()


def _around_hull(site: Site, moment: Moment) -> Meshes:
    """What of it can hide a face."""
    solids = Solids()
    for crane in site.cranes:
        crane_hull(solids, crane, boom_yaw=moment.boom_yaw)
    draw_spots(solids, site, hull=True)
    return solids.mesh()


def site_hulls(site: Site, moment: Moment, *, besides: Building) -> dict[str, Floats]:
    """(T, 3, 3) triangles of what can hide the faces of one building, by kind: machines, trees, buildings, nets."""
    works = WORKS[site.work_type]
    found = {kind: [mesh] for kind, mesh in (works.around_hull or _around_hull)(site, moment).items()}
    for building in site.buildings:
        if building is not besides:
            found.setdefault("other_building", []).extend(works.hull(building, moment.day).values())
        for pile in works.screens(building, moment.day):
            found.setdefault(SCREEN, []).extend(pile.values())
    return {kind: triangles(meshes) for kind, meshes in found.items()}


def site_truth(site: Site, moment: Moment) -> dict[str, FaceTruth]:
    """The truth of every measured face of the site at one moment, by face id."""
    out: dict[str, FaceTruth] = {}
    stages = stages_of(site.work_type)
    for building in site.buildings:
        faces = [face for face in building.faces if face.measured]
        if not faces:
            continue
        hulls = site_hulls(site, moment, besides=building)
        for face in faces:
            out[face.face_id] = face_truth(building, face, view=moment.view, day=moment.day, hulls=hulls, stages=stages)
    return out


def lamp_places(site: Site, moment: Moment) -> list[tuple[float, float, float]]:
    """Work lamps before the faces and inside some storeys, or where the work type puts them."""
    lamps = WORKS[site.work_type].lamps
    if lamps is not None:
        return lamps(site, moment)
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
