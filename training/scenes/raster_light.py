"""Light of a moment for the rasteriser: sun, sky by direction, ground, lamps, exposure, rendering style. Pure numpy."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.scenes.camera import axes
from training.scenes.palette import Look
from training.scenes.site import Building, Floats, Moment, Site, Weather
from training.scenes.sky import directions

AROUND = 12  # directions from which the sky's and the ground's light comes
LEVEL = 0.26  # sine of the least height of those directions
LAMPS = 24
CURVES = ("Standard", "Filmic", "AgX")
BOUNCE = 0.16  # what stands in the way of the sky shines with this share of the mean light
UNBOUNDED_M = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How faithfully a scene is drawn; styles vary so that no network learns one renderer."""

    shadows: bool = True
    textures: bool = True
    enclosure: bool = True  # rooms and recesses are darker than walls
    ambient: float = 1.0
    bounce: float = 1.0
    curve: str = ""  # "": the site's own camera look


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Light from AROUND directions: `way` (N, 3) unit vectors towards it, `radiance` (N, 3)."""

    way: Floats
    radiance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """A point light: intensity in W/sr; it reaches heights `span_m` only (a room's floor and ceiling)."""

    place: tuple[float, float, float]
    intensity: float
    rgb: tuple[float, float, float]
    span_m: tuple[float, float]


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


def ortho(way: Floats, bounds: Floats) -> Floats:
    """(4, 4) rows: world to clip space of a light from `way`, just around the box `bounds` (2, 3)."""
    helper = np.array([0.0, 0.0, 1.0]) if abs(way[2]) < 0.95 else np.array([1.0, 0.0, 0.0])
    right = np.cross(helper, way)
    right /= np.linalg.norm(right)
    basis = np.stack([right, np.cross(way, right), -way])
    corners = np.array([[bounds[i, 0], bounds[j, 1], bounds[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    local = corners @ basis.T
    low, high = local.min(axis=0), local.max(axis=0)
    out = np.eye(4)
    out[:3, :3] = basis * (2 / (high - low))[:, None]
    out[:3, 3] = -(high + low) / (high - low)
    return out


def perspective(moment: Moment) -> Floats:
    """(4, 4) rows: world to clip space of the moment's camera (without its distortion), 0.5 m to 4 km."""
    view = moment.view
    right, down, forward = axes(view)
    near, far = 0.5, 4000.0
    out = np.zeros((4, 4))
    out[0, :3] = right * 2 * view.focal_px / view.width
    out[1, :3] = -down * 2 * view.focal_px / view.height
    out[2, :3] = forward * (far + near) / (far - near)
    out[3, :3] = forward
    out[:, 3] = -out[:, :3] @ np.asarray(view.position)
    out[2, 3] -= 2 * far * near / (far - near)
    return out


def view_rays(moment: Moment) -> Floats:
    """(3, 3) rows: right, down, forward, scaled so that right × ±1 and down × ±1 reach the picture's edges."""
    view = moment.view
    half = np.array([view.width / 2, view.height / 2, view.focal_px]) / view.focal_px
    return axes(view) * half[:, None]


def lamps_of(site: Site, places: list[tuple[float, float, float]]) -> list[Lamp]:
    """The work lamps, strongest use first kept; one inside a building lights its own storey only."""
    out: list[Lamp] = []
    for index, place in enumerate(places[:LAMPS]):
        strength = (900 + 500 * (index % 5)) / (4 * np.pi)
        rgb = (1.0, 0.86 if index % 2 else 0.7, 0.5)
        out.append(Lamp(place=place, intensity=float(strength), rgb=rgb, span_m=_span(site.buildings, place)))
    return out


def _span(buildings: tuple[Building, ...], place: tuple[float, float, float]) -> tuple[float, float]:
    for building in buildings:
        cos, sin = np.cos(building.yaw), np.sin(building.yaw)
        x, y = place[0] - building.origin[0], place[1] - building.origin[1]
        inside = 0 < cos * x + sin * y < building.width_m and 0 < cos * y - sin * x < building.depth_m
        row = int(np.searchsorted(building.row_z, place[2])) - 1
        if inside and 0 <= row < building.rows:
            return building.row_z[row], building.row_z[row + 1]
    return -UNBOUNDED_M, UNBOUNDED_M


def exposure_ev(look: str, weather: Weather) -> float:
    """Exposure of a camera look under a weather, in stops (the formula of studio.py's `_grade`)."""
    light = weather.sky * (1.0 if weather.cloud > 0.8 else 0.75) + 0.33 * weather.sun * max(weather.sun_dir[2], 0.12)
    exposure = -float(np.log2(max(light, 0.06) / 0.95)) * 0.85
    return exposure + weather.exposure_ev + {"Standard": -0.35, "Filmic": 0.45}.get(look, 0.35)


def noise_volume(side: int = 64) -> NDArray[np.uint8]:
    """(side, side, side) seamless noise about 0.5, two octaves, the first with 8 periods across."""
    rng = np.random.default_rng(1)
    axis = np.fft.fftfreq(side, 1 / side)
    wave = np.sqrt(axis[:, None, None] ** 2 + axis[None, :, None] ** 2 + axis[None, None, :] ** 2) + 1e-9
    band = [np.exp(-((np.log2(wave / centre) / 0.5) ** 2)) for centre in (6.5, 13.0)]
    layers = []
    for part in band:
        field = np.fft.ifftn(np.fft.fftn(rng.normal(size=(side,) * 3)) * part).real
        layers.append(field / field.std())
    mixed = layers[0] + 0.5 * layers[1]
    return np.asarray(np.clip(127.5 + 42 * mixed / mixed.std(), 0, 255), np.uint8)
