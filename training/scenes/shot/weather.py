"""Sun and weather of a frame. Pure."""

from datetime import datetime, timedelta

import numpy as np

from training.scenes.site import Weather

KINDS = ("clear", "partly", "overcast", "backlit", "rain", "fog", "snow", "dusk", "night")
TRAIN_SHARES = (0.26, 0.20, 0.17, 0.08, 0.08, 0.05, 0.04, 0.06, 0.06)


def sun_direction(local: datetime, *, latitude: float, north: float) -> tuple[float, float, float]:
    """Unit vector to the sun from declination and hour angle (Cooper 1969); `north` turns the compass, radians."""
    day = local.timetuple().tm_yday
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day) / 365)
    hour_angle = np.radians(15 * (local.hour + local.minute / 60 - 12))
    lat = np.radians(latitude)
    up = np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(hour_angle)
    east = -np.cos(declination) * np.sin(hour_angle)
    northward = np.cos(lat) * np.sin(declination) - np.sin(lat) * np.cos(declination) * np.cos(hour_angle)
    cos, sin = np.cos(north), np.sin(north)
    return float(cos * east - sin * northward), float(sin * east + cos * northward), float(up)


def local_hour(kind: str, rng: np.random.Generator) -> float:
    """A local hour of the day at which that kind of light is found."""
    match kind:
        case "night":
            return float(rng.uniform(20, 23.5))
        case "dusk":
            return float(rng.choice([rng.uniform(5.5, 6.8), rng.uniform(17.8, 19.2)]))
        case "backlit":
            return float(rng.choice([rng.uniform(7, 9), rng.uniform(15.5, 17.5)]))
        case _:
            return float(rng.uniform(7.0, 17.5))


def make_weather(
    kind: str,
    local: datetime,
    *,
    latitude: float,
    north: float,
    view_azimuth: float,
    rng: np.random.Generator,
    reach_m: float = 80.0,
) -> Weather:
    """Weather of one kind at a local time; `view_azimuth` is where the camera looks, for back light.

    `reach_m` is how far the works are: fog, rain and snow are thick against that distance.
    """
    sun_dir = sun_direction(local, latitude=latitude, north=north)
    if kind == "backlit":
        azimuth, height = view_azimuth + rng.uniform(-0.6, 0.6), rng.uniform(0.12, 0.5)
        sun_dir = (
            float(np.cos(azimuth) * np.cos(height)),
            float(np.sin(azimuth) * np.cos(height)),
            float(np.sin(height)),
        )
    height = max(sun_dir[2], 0.0)
    warm = float(np.clip(height / 0.5, 0, 1))
    rgb = (1.0, 0.72 + 0.24 * warm, 0.45 + 0.45 * warm)
    sun, sky, cloud, haze = _light(kind, height, reach_m, rng)
    if kind in ("dusk", "night"):
        sun_dir = (sun_dir[0], sun_dir[1], max(sun_dir[2], 0.03))
    return Weather(
        conditions=(kind if kind != "partly" else "clear",),
        sun_dir=sun_dir,
        sun=sun,
        sun_rgb=rgb,
        sky=sky,
        cloud=cloud,
        haze_m=haze,
        lamps=kind in ("dusk", "night"),
        infrared=kind == "night" and bool(rng.random() < 0.35),
        rain=float(rng.uniform(0.3, 1.0)) if kind == "rain" else 0.0,
        snow=float(rng.uniform(0.3, 1.0)) if kind == "snow" else 0.0,
        wet_lens=float(rng.uniform(0, 1)) if kind == "rain" else 0.0,
        exposure_ev=float(rng.normal(0, 0.3)) + (0.6 if kind == "backlit" else 0.0),
    )


def _light(kind: str, height: float, reach_m: float, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Sun strength, sky strength, cloud share and haze distance in metres of a kind of weather."""
    low = 0.35 + 0.65 * min(height / 0.5, 1.0)
    match kind:
        case "clear":
            return 7.0 * low, 0.9, float(rng.uniform(0, 0.3)), reach_m * float(rng.uniform(12, 50))
        case "partly":
            return (
                float(rng.uniform(2.5, 6.0)) * low,
                1.0,
                float(rng.uniform(0.4, 0.7)),
                reach_m * float(rng.uniform(10, 40)),
            )
        case "backlit":
            return 7.0, 0.9, float(rng.uniform(0, 0.4)), reach_m * float(rng.uniform(7, 25))
        case "overcast":
            return 0.15, 1.1, 1.0, reach_m * float(rng.uniform(8, 30))
        case "rain":
            return 0.0, 0.8, 1.0, reach_m * float(rng.uniform(3, 9))
        case "snow":
            return 0.0, 1.0, 1.0, reach_m * float(rng.uniform(2.5, 8))
        case "fog":
            return 0.1, 1.0, 1.0, reach_m * float(rng.uniform(0.8, 2.4))
        case "dusk":
            return 0.25, 0.16, float(rng.uniform(0.1, 0.9)), reach_m * float(rng.uniform(8, 40))
        case "night":
            return 0.0, 0.006, 0.6, reach_m * float(rng.uniform(8, 40))
    raise ValueError(f"weather kind {kind!r}, expected one of {', '.join(KINDS)}")


def utc_of(local_day: datetime, hour: float) -> datetime:
    """The UTC instant of a local hour (China Standard Time, UTC+8) on the given aware UTC midnight."""
    return local_day + timedelta(seconds=round((hour - 8) * 3600))
