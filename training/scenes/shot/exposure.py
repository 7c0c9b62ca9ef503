"""The camera's exposure under a weather, the same for both renderers. Pure."""

import numpy as np

from training.scenes.site import Weather

CURVE_EV = {"Standard": -0.35, "Filmic": 0.45, "AgX": 0.35}  # so that a grey wall comes out alike under each curve
CURVE_SHARES = (0.4, 0.25, 0.35)  # of the sites, in the same order
OVERCAST = 0.8  # share of cloud from which the sky gives all of its light to what stands upright
LEAST_SINE = 0.12  # of the sun's height: a lower sun still lights walls
LEAST_LIGHT, FULL_LIGHT = 0.06, 0.95  # the darkest light that is made up for, and that which needs no stop
MADE_UP = 0.85  # share of the missing stops that the camera adds: dusk stays darker than noon


def camera_curve(rng: np.random.Generator) -> str:
    """The tone curve of a site's camera."""
    return str(rng.choice(list(CURVE_EV), p=CURVE_SHARES))


def exposure_ev(look: str, weather: Weather) -> float:
    """Exposure in stops of a camera whose curve is `look`: it makes up for most of what a weather lacks in light."""
    sky = weather.sky * (1.0 if weather.cloud > OVERCAST else 0.75)
    light = sky + 0.33 * weather.sun * max(weather.sun_dir[2], LEAST_SINE)
    exposure = -float(np.log2(max(light, LEAST_LIGHT) / FULL_LIGHT)) * MADE_UP
    return exposure + weather.exposure_ev + CURVE_EV[look]
