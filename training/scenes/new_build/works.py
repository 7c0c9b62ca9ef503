"""The works of a new building: structure, facade, nets and catch fans. Pure."""

from training.scenes.kinds import Meshes, Works
from training.scenes.new_build.gear import fans_of
from training.scenes.new_build.looks import building_looks
from training.scenes.new_build.structure import build, hull
from training.scenes.shapes.covers import cover_hulls, draw_covers, draw_fans
from training.scenes.site import Building


def _draw(building: Building, day: float) -> list[Meshes]:
    return [build(building, day), draw_covers(building, day), draw_fans(building, fans_of(building, day))]


def _screens(building: Building, day: float) -> list[Meshes]:
    fans = draw_fans(building, fans_of(building, day))
    return [cover_hulls(building, day), {name: mesh for name, mesh in fans.items() if name.endswith(".fan")}]


NEW_BUILD = Works(draw=_draw, hull=hull, screens=_screens, looks=building_looks)
