"""What a work type has to tell of its buildings: how they are drawn, what they hide, which looks they need. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.scenes.palette import Look
from training.scenes.shapes.solids import MeshArrays
from training.scenes.site import Building, Moment, Site

Meshes = dict[str, MeshArrays]
Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """One work type; each function is given a building (or a strip of road) and the day since the site's first.

    `draw`: all that is visible of it, its scaffold and nets too. `hull`: the volume that hides what is behind it.
    `screens`: its own covers that hide its faces. `looks`: its materials by name, from its key and a generator.
    `around`, `around_hull`, `lamps`: all else that stands on one moment, what of it hides (by kind of occluder) and its
    work lamps; None: the building sites' own (compose.py).
    """

    draw: Callable[[Building, float], list[Meshes]]
    hull: Callable[[Building, float], Meshes]
    screens: Callable[[Building, float], list[Meshes]]
    looks: Callable[[str, np.random.Generator], dict[str, Look]]
    around: Callable[[Site, Moment], Meshes] | None = None
    around_hull: Callable[[Site, Moment], Meshes] | None = None
    lamps: Callable[[Site, Moment], list[Place]] | None = None
