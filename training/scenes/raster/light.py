"""Light of a moment for the rasteriser: sky by direction, the ground's own shine. Pure numpy."""

from dataclasses import dataclass

import numpy as np

from training.scenes.palette import Look
from training.scenes.shot.sky import directions
from training.scenes.site import Floats, Weather

AROUND = 12  # directions from which the sky's and the ground's light comes
LEVEL = 0.26  # sine of the least height of those directions
BOUNCE = 0.16  # what stands in the way of the sky shines with this share of the mean light


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Light from AROUND directions: `way` (N, 3) unit vectors towards it, `radiance` (N, 3)."""

    way: Floats
    radiance: Floats


def spread() -> Floats:
    """(AROUND, 3) unit vectors over the sphere (golden spiral), from above to below, none near the horizon.

    So few level ones would each light a deep room as if its opening were a seventh of the sky.
    """
    index = np.arange(AROUND) + 0.5
    even = 1 - 2 * index / AROUND
    height = np.sign(even) * (LEVEL + (1 - LEVEL) * np.abs(even))
    angle = np.pi * (1 + 5**0.5) * index
    flat = np.sqrt(1 - height**2)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), height], axis=1)


def evenness(way: Floats) -> tuple[float, float]:
    """Four over the sum of the cosines to `way` (N, 3): for walls (mean over all of them) and for floors."""
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    walls = np.stack([np.cos(turn), np.sin(turn), np.zeros(24)], axis=1)
    wall = float(np.maximum(walls @ way.T, 0).sum(axis=1).mean())
    floor = float(np.abs(way[:, 2]).sum()) / 2
    return 4 / wall, 4 / floor


def around(sky: Floats, *, ground: Floats) -> Around:
    """Mean radiance of `sky` (H, W, 3) near each direction; directions below the horizon see the ground's radiance."""
    way = spread()
    rays = directions()[::8, ::8].reshape(-1, 3)
    light = sky[::8, ::8].reshape(-1, 3)
    area = np.sqrt(1 - rays[:, 2] ** 2)
    weight = np.maximum(way @ rays.T, 0) ** 12 * area * (rays[:, 2] > 0)
    radiance = (weight @ light) / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    share = np.clip(0.5 + way[:, 2:3] / 0.3, 0, 1)
    return Around(way=way, radiance=share * radiance + (1 - share) * ground)


def sky_irradiance(sky: Floats) -> Floats:
    """(3,) irradiance of a level surface under the sky."""
    rays = directions()[::8, ::8]
    area = (np.pi / rays.shape[0]) * (2 * np.pi / rays.shape[1]) * np.sqrt(1 - rays[..., 2] ** 2)
    return np.asarray((sky[::8, ::8] * (np.maximum(rays[..., 2], 0) * area)[..., None]).sum(axis=(0, 1)))


def ground_radiance(sky: Floats, weather: Weather, looks: dict[str, Look]) -> Floats:
    """(3,) radiance of the open ground in daylight: mean of the ground looks, lit by sun and sky."""
    grounds = [looks[name] for name in ("ground", "road", "grass") if name in looks]
    colours = [[look.colour, look.colour2] for look in grounds] or [[(0.2, 0.2, 0.2), (0.2, 0.2, 0.2)]]
    albedo = np.mean(np.array(colours), axis=(0, 1))
    sun = weather.sun * max(weather.sun_dir[2], 0.0) * np.asarray(weather.sun_rgb)
    return np.asarray(albedo * (sky_irradiance(sky) + sun) / np.pi)
