"""The sky as an equirectangular picture of linear radiance. Pure."""

import cv2
import numpy as np

from training.scenes.site import Floats, Weather

SIZE = (256, 512)


def fractal(shape: tuple[int, int], *, octaves: int, rng: np.random.Generator) -> Floats:
    """Smooth noise 0..1: octaves of enlarged random fields."""
    out = np.zeros(shape)
    for octave in range(octaves):
        cells = 3 * 2**octave
        small = rng.random((max(2, cells), max(2, cells * 2))).astype(np.float32)
        out += cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC) / 2**octave
    out -= out.min()
    return np.asarray(out / max(out.max(), 1e-9))


def directions() -> Floats:
    """(H, W, 3) unit direction of every pixel, row 0 at the zenith."""
    height, width = SIZE
    polar = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    azimuth = (0.5 - (np.arange(width) + 0.5) / width) * 2 * np.pi
    cos = np.cos(polar)[:, None]
    return np.stack(
        [cos * np.cos(azimuth), cos * np.sin(azimuth), np.broadcast_to(np.sin(polar)[:, None], SIZE)], axis=-1
    )


def haze_rgb(weather: Weather) -> Floats:
    """Colour of the air far away: the horizon's."""
    grey = np.array([0.62, 0.66, 0.72]) if weather.cloud > 0.8 else np.array([0.55, 0.66, 0.82])
    warm = np.asarray(weather.sun_rgb)
    mix = 0.35 * (1 - np.clip(weather.sun_dir[2] / 0.4, 0, 1)) * (weather.cloud < 0.8)
    return np.asarray(weather.sky * (grey * (1 - mix) + warm * 0.75 * mix))


def sky_image(weather: Weather, *, rng: np.random.Generator) -> Floats:
    """(256, 512, 3) radiance: blue gradient, horizon haze, glow round the sun, clouds lit from the sun's side."""
    ray = directions()
    up = np.clip(ray[..., 2], 0, 1)[..., None]
    zenith = np.array([0.10, 0.24, 0.58]) * weather.sky
    horizon = haze_rgb(weather)
    sky = horizon + (zenith - horizon) * (1 - np.exp(-3.2 * up))
    towards = np.clip(ray @ np.asarray(weather.sun_dir), 0, 1)[..., None]
    glow = (0.9 * towards**60 + 0.25 * towards**6) * min(weather.sun, 1.5)
    sky = sky + glow * np.asarray(weather.sun_rgb) * (1 - weather.cloud)
    field = fractal(SIZE, octaves=6, rng=rng)
    amount = np.clip((field - (1 - weather.cloud) * 0.95) * 3.5, 0, 1)[..., None] if weather.cloud > 0.02 else 0.0
    shade = 0.55 + 0.5 * fractal(SIZE, octaves=5, rng=rng)[..., None]
    cloud = np.array([0.86, 0.88, 0.92]) * shade * weather.sky * (0.75 if weather.cloud >= 1.0 else 1.15)
    sky = sky * (1 - amount) + cloud * amount
    thick = np.clip(1 - weather.haze_m / 500, 0, 1)
    sky = sky * (1 - thick) + horizon * thick
    ground = ray[..., 2:3] < 0
    return np.asarray(np.where(ground, horizon * 0.5, np.maximum(sky, 0.0)))
