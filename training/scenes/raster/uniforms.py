"""What the shaders are told of a moment's light, by day and by night. Pure numpy."""

from typing import Any

import numpy as np

from training.scenes.palette import Look
from training.scenes.raster.clip import ortho
from training.scenes.raster.lamps import LAMPS, lamps_of
from training.scenes.raster.light import BOUNCE, around, evenness, ground_radiance
from training.scenes.raster.style import Style
from training.scenes.shot.camera import axes
from training.scenes.shot.lamps import infrared_watts
from training.scenes.shot.sky import haze_rgb
from training.scenes.site import Floats, Moment, Site


def daylight(
    site: Site, moment: Moment, *, sky: Floats, looks: dict[str, Look], style: Style, bounds: Floats
) -> dict[str, Any]:
    """The uniforms of sun, sky, ground and air; "clips" are the visibility maps' matrices."""
    weather = moment.weather
    ground = ground_radiance(sky, weather, looks)
    lit = around(sky, ground=ground)
    radiance = lit.radiance * style.ambient
    if not style.textures:
        radiance = np.broadcast_to(radiance.mean(axis=0), radiance.shape)
    clips = np.stack([ortho(way, bounds) for way in lit.way])
    clip = ortho(np.asarray(weather.sun_dir), bounds)
    return {
        "clips": clips,
        "u_way": lit.way,
        "u_right": clips[:, 0] * 0.5,
        "u_up": clips[:, 1] * 0.5,
        "u_deep": clips[:, 2] * 0.5,
        "u_radiance": radiance,
        "u_even": evenness(lit.way),
        "u_bounce": radiance.mean(axis=0) * BOUNCE * style.bounce,
        "u_flat": 0.0 if style.textures else 1.0,
        "u_sun_dir": np.asarray(weather.sun_dir),
        "u_sun": weather.sun * np.asarray(weather.sun_rgb),
        "u_sun_clip": clip,
        "u_soft": (0.12 if weather.cloud < 0.5 else 0.5) * float(np.linalg.norm(clip[0, :3])) / 2,
        "u_shadows": 1.0 if style.shadows else 0.0,
        "u_ground": ground,
        "u_air": haze_rgb(weather),
        "u_haze_m": weather.haze_m,
    }


def night_light(site: Site, moment: Moment, places: list[tuple[float, float, float]]) -> dict[str, Any]:
    """The uniforms of lamps and of the camera's infrared light, as cycles/studio.py places them."""
    weather = moment.weather
    lamps = lamps_of(site, places) if weather.lamps and not weather.infrared else []
    place, rgb, span = np.zeros((LAMPS, 4)), np.zeros((LAMPS, 3)), np.zeros((LAMPS, 2))
    for index, lamp in enumerate(lamps):
        place[index], rgb[index], span[index] = (*lamp.place, lamp.intensity), lamp.rgb, lamp.span_m
    return {
        "u_lamps": len(lamps),
        "u_lamp": place,
        "u_lamp_rgb": rgb,
        "u_lamp_span": span,
        "u_torch": infrared_watts(moment.view) / (4 * np.pi) if weather.infrared else 0.0,
        "u_torch_dir": axes(moment.view)[2],
    }
