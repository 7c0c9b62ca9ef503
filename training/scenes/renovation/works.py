"""The works of a renovation: old blocks, scaffold, nets and hanging baskets, the estate about them. Pure."""

import numpy as np

from training.scenes.kinds import Meshes, Works
from training.scenes.palette import Look
from training.scenes.renovation.assets import BY_NAME
from training.scenes.renovation.block import block, block_hull
from training.scenes.renovation.estate import around, around_hull
from training.scenes.renovation.gear import baskets
from training.scenes.renovation.looks import block_looks
from training.scenes.shapes.covers import cover_hulls, draw_covers
from training.scenes.site import Building


def _draw(building: Building, day: float) -> list[Meshes]:
    return [block(building, day), draw_covers(building, day), baskets(building, day)]


def _screens(building: Building, day: float) -> list[Meshes]:
    return [cover_hulls(building, day)]


def _looks(key: str, rng: np.random.Generator) -> dict[str, Look]:
    """Looks of a block; its key begins with its family's name."""
    return block_looks(key, rng, finishes=BY_NAME[key.split("/", maxsplit=1)[0]].finishes)


RENOVATION = Works(draw=_draw, hull=block_hull, screens=_screens, looks=_looks, around=around, around_hull=around_hull)
