"""One camera of the demo district as a site: its buildings, view, weather and frames. Pure."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from training.scenes.assets import FAMILIES, Archetype
from training.scenes.demo.district import DAYS, START, DemoCamera, actual_schedule
from training.scenes.shot.camera import turned
from training.scenes.shot.moments import moment_at
from training.scenes.site import Building, Crane, Design, Facade, Moment, Site, View

WIDTH, HEIGHT = 512, 384
KNOCK = (40, 45)  # first and last day, both included
RAIN = (6, 7, 15, 16, 33, 34, 47, 55)
FOG = (27, 28)
OVERCAST = (3, 4, 10, 11, 18, 22, 30, 38, 41, 50, 51, 58)
PARTLY = (1, 5, 9, 13, 17, 20, 24, 29, 31, 36, 40, 44, 48, 53, 57, 60)


def _design(archetype: Archetype) -> Design:
    return Design(
        archetype=archetype.name,
        frame=archetype.frame,
        system=archetype.system,
        openings=archetype.openings,
        mullion_m=1.2,
        spandrel=0.2,
        column_m=0.5,
        column_inset_m=0.4 if archetype.inset else 0.0,
        slab_m=0.28,
        balcony_m=1.2,
        balcony_every=0,
        bow_m=0.0,
        fins=False,
    )


def _buildings(camera: DemoCamera) -> tuple[Building, ...]:
    archetype = next(item for item in FAMILIES["demo"].archetypes if item.name == camera.archetype)
    made, x = [], 0.0
    for index, item in enumerate(camera.buildings):
        front = Facade(
            face_id=f"{item.building_id}-front",
            side="front",
            u_m=tuple(item.bay_m * k for k in range(item.cols + 1)),
            schedule=actual_schedule(item),
            covers=(),
            measured=True,
        )
        made.append(
            Building(
                building_id=item.building_id,
                key=f"b{index}",
                origin=(x, 0.6 * (index % 2), 0.0),
                yaw=0.0,
                row_z=tuple(item.storey_m * k for k in range(item.rows + 1)),
                depth_m=12.0,
                faces=(front,),
                design=_design(archetype),
                seed=item.seed,
            )
        )
        x += item.bay_m * item.cols + camera.gap_m
    return tuple(made)


def _view(camera: DemoCamera, buildings: tuple[Building, ...]) -> View:
    wide = buildings[-1].origin[0] + buildings[-1].width_m
    high = max(building.row_z[-1] for building in buildings)
    focal = WIDTH / 2 / np.tan(np.radians(camera.hfov_deg) / 2)
    distance = focal / camera.px_per_m
    aim = (wide / 2, 1.0, high * 0.52)
    flat = float(np.sqrt(max(distance**2 - (camera.height_m - aim[2]) ** 2, 1.0)))
    return View(
        position=(
            aim[0] + flat * float(np.sin(camera.yaw)),
            aim[1] - flat * float(np.cos(camera.yaw)),
            camera.height_m,
        ),
        target=aim,
        roll=0.004,
        focal_px=float(focal),
        width=WIDTH,
        height=HEIGHT,
        k1=-0.03,
        k2=0.0,
    )


def weather_kind(day: int, *, afternoon: bool) -> str:
    """The district's weather: one table for all cameras; fog lifts and skies open somewhat after noon."""
    if day in FOG:
        return "fog"
    if day in RAIN:
        return "rain"
    if day in OVERCAST:
        return "overcast" if not afternoon or day % 3 else "partly"
    return "partly" if day in PARTLY else "clear"


def _moments(camera: DemoCamera, site: Site) -> tuple[Moment, ...]:
    """Two frames a day at about 10:00 and 15:00 local time."""
    rng = np.random.default_rng(camera.seed)
    moments = []
    for day in range(DAYS):
        for hour in (10.0, 15.0):
            fraction = (hour + float(rng.uniform(-0.35, 0.35))) / 24
            at = START + timedelta(seconds=round((day + fraction) * 86400))
            moment = moment_at(
                site,
                at,
                kind=weather_kind(day, afternoon=hour > 12),
                day=day + fraction,
                north=-0.5 + camera.yaw,
                latitude=30.0,
                rng=rng,
            )
            if camera.knocked and KNOCK[0] <= day <= KNOCK[1]:
                moment = replace(moment, view=turned(site.view, yaw=0.14, pitch=-0.05))
            moments.append(moment)
    return tuple(moments)


def _before_gap(buildings: tuple[Building, ...], view: View, *, out_m: float) -> tuple[float, float]:
    """The place `out_m` before the fronts from which a mast is seen in the gap after the first building."""
    gap_end = buildings[1].origin[0] if len(buildings) > 1 else buildings[0].width_m + 6.0
    gap = (buildings[0].width_m + gap_end) / 2
    share = out_m / -view.position[1]
    return gap + (view.position[0] - gap) * share, -out_m


def demo_site(camera: DemoCamera) -> Site:
    """The site of one demo camera with all its frames."""
    buildings = _buildings(camera)
    view = _view(camera, buildings)
    crane = Crane(base=_before_gap(buildings, view, out_m=9.0), height_m=21.0, boom_m=34.0, luffing=False, look="crane")
    site = Site(
        scene_id=camera.camera_id,
        split="demo",
        work_type="new_build",
        seed=camera.seed,
        buildings=buildings,
        cranes=(crane,) if camera.crane else (),
        view=view,
        moments=(),
        palette_seed=camera.palette_seed,
        trees=5,
        vehicles=4,
        people=0,
        background=camera.background,
        overlay="time",
        camera_look="AgX" if camera.camera_id == "gt-c1" else "Standard",
        jpeg=60,
        steady=True,
    )
    return replace(site, moments=_moments(camera, site))
