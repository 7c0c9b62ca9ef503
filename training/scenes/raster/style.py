"""How faithfully a site is drawn by the rasteriser. Pure numpy."""

from dataclasses import dataclass, replace

import numpy as np

from training.scenes.shot.exposure import CURVE_EV
from training.scenes.site import Site

CURVES = tuple(CURVE_EV)  # by number, as the tone shader knows them


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How faithfully a scene is drawn; styles vary so that no network learns one renderer."""

    shadows: bool = True
    textures: bool = True
    enclosure: bool = True  # rooms and recesses are darker than walls
    ambient: float = 1.0
    bounce: float = 1.0
    curve: str = ""  # "": the site's own camera look


def style_of(site: Site) -> Style:
    """The rendering style of a site: 80 % full, 12 % without shadows, 8 % flat colour under plain Lambert light."""
    rng = np.random.default_rng((site.seed, site.palette_seed, 91))
    draw = float(rng.random())
    style = Style(
        ambient=float(np.exp(rng.normal(0, 0.18))),
        bounce=float(np.exp(rng.normal(0, 0.35))),
        curve=str(rng.choice(CURVES)) if rng.random() < 0.25 else "",
    )
    if draw < 0.08:
        return replace(style, shadows=False, textures=False, enclosure=bool(rng.random() < 0.5))
    return replace(style, shadows=draw >= 0.2)
