"""Image-space variety: light, weather, lens, sensor, codec. Each step takes and returns BGR uint8."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Rng = np.random.Generator
Step = Callable[[Image, Rng], Image]
HARD_WEATHER = frozenset({"fog", "night", "rain", "snow"})
TEXT = "0123456789:/- CAMchN"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Varied:
    """A varied image and the weather that the variation added to it (names of network.WEATHER).

    `first` is the same wall of an earlier day in its own light, where one was given.
    """

    image: Image
    weather: frozenset[str]
    first: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One step, how often it is taken, and the weather an image shows after it.

    What is `lasting` (the paints of a place, a sensor's colours) is the same on another day.
    """

    chance: float
    step: Step
    of: Literal["light", "air", "lens"] = "lens"
    weather: str = ""
    lasting: bool = False


def vary(
    image: Image,
    rng: Rng,
    *,
    light: bool = True,
    weather: frozenset[str] = frozenset(),
    first: Image | None = None,
) -> Varied:
    """Apply each step with its own chance, in the order light → air → lens → sensor → codec.

    Images are varied by different degrees, from hardly to thoroughly: from ruins alone nothing is learnt (measured).
    `weather` is what the image shows already: one hard weather is enough, nothing would be left to see after two.
    `light` False leaves the steps of light out (the ablation). `first`, a look of an earlier day, shares what lasts.
    """
    added: set[str] = set()
    degree = rng.uniform(0.1, 1.0)
    for variation in VARIATIONS:
        taken = rng.random() < variation.chance * degree
        if not taken or (variation.of == "light" and not light):
            continue
        if variation.weather and (added or weather & HARD_WEATHER):
            continue
        if variation.lasting and first is not None:
            first = variation.step(first, deepcopy(rng))
        image = variation.step(image, rng)
        added |= {variation.weather} - {""}
    if first is not None and light:
        first = _other_light(first, rng)
    return Varied(image=image, weather=frozenset(added), first=first)


def _other_light(image: Image, rng: Rng) -> Image:
    """The light of another day, none of it so bad that a camera would not keep the look."""
    degree = rng.uniform(0.05, 0.5)
    for variation in VARIATIONS:
        fair = variation.of == "light" and not variation.lasting and not variation.weather
        if fair and rng.random() < variation.chance * degree:
            image = variation.step(image, rng)
    return image


def _clip(values: npt.NDArray[np.floating]) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _grown(small: Floats, image: Image, *, how: int = cv2.INTER_CUBIC) -> Floats:
    """A small plane as large as the image."""
    return np.asarray(cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=how), np.float32)


def _scaled(image: Image, gain: Floats) -> Image:
    """The image times a plane of gains; what the largest gain would overdrive is clipped everywhere."""
    most = max(float(gain.max()), 1e-3)
    driven = cv2.convertScaleAbs(image, alpha=most)
    share = gain * np.float32(1 / most)
    return np.asarray(cv2.blendLinear(driven, np.zeros_like(driven), share, 1 - share), np.uint8)


def _blended(image: Image, share: Floats, tone: npt.NDArray[np.floating]) -> Image:
    """The image with `share` (a plane, 0 … 1) of it replaced by one colour."""
    veil = np.full_like(image, np.clip(tone, 0, 255).astype(np.uint8))
    return np.asarray(cv2.blendLinear(image, veil, 1 - share, share), np.uint8)


@cache
def _grain() -> Floats:
    """Normal numbers to cut noise from: drawing them anew for every image costs more than all other steps."""
    return np.random.default_rng(20261121).standard_normal((1 << 21,), np.float32)


def _grain_of(rng: Rng, *shape: int) -> Floats:
    size = int(np.prod(shape))
    start = int(rng.integers(0, len(_grain()) - size))
    return _grain()[start : start + size].reshape(shape)


def tone(image: Image, rng: Rng) -> Image:
    """Exposure, gamma and contrast."""
    x = np.arange(256) / 255.0
    x = np.clip(x * rng.uniform(0.5, 1.6) + rng.uniform(-0.08, 0.12), 0, 1) ** rng.uniform(0.55, 1.7)
    x = (x - 0.5) * rng.uniform(0.65, 1.35) + 0.5
    return np.asarray(cv2.LUT(image, _clip(x * 255)), np.uint8)


def white_balance(image: Image, rng: Rng) -> Image:
    """Warm, cold or tinted light: one gain per channel."""
    gains = rng.uniform(0.78, 1.25, 3)
    tables = np.clip(np.arange(256)[:, None] * gains, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, tables[None]), np.uint8)


def hue(image: Image, rng: Rng) -> Image:
    """Other paints and nets: a turn of the hue circle and a saturation gain."""
    turn, gain = int(rng.integers(-24, 25)), rng.uniform(0.25, 1.6)
    if rng.random() < 0.15:  # any colour at all: names of colours must not decide
        turn = int(rng.integers(0, 180))
    values = np.arange(256)
    table = np.stack([(values + turn) % 180, np.clip(values * gain, 0, 255), values], axis=-1).astype(np.uint8)
    hsv = cv2.LUT(cv2.cvtColor(image, cv2.COLOR_BGR2HSV), table[None])
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), np.uint8)


def channel_mix(image: Image, rng: Rng) -> Image:
    """Another sensor's colours: each channel takes a little of the others."""
    mixed = np.eye(3) + rng.uniform(-0.18, 0.18, (3, 3))
    mixed /= mixed.sum(axis=1, keepdims=True)
    return np.asarray(cv2.transform(image, mixed.astype(np.float32)), np.uint8)


def flat(image: Image, rng: Rng) -> Image:
    """A picture of little contrast around any grey."""
    gain, grey = rng.uniform(0.3, 0.65), rng.uniform(70, 190)
    return np.asarray(cv2.LUT(image, _clip((np.arange(256) - 128) * gain + grey)), np.uint8)


def side_light(image: Image, rng: Rng) -> Image:
    """A soft or hard edge of light across the face."""
    height, width = image.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    x = (np.arange(width, dtype=np.float32) - rng.uniform(0, width)) * np.float32(np.cos(angle))
    y = (np.arange(height, dtype=np.float32) - rng.uniform(0, height)) * np.float32(np.sin(angle))
    along = (x[None] + y[:, None]) / np.float32(rng.uniform(1, 40))
    edge = 0.5 + 0.5 * np.tanh(0.5 * along)
    return _scaled(image, 1 + np.float32(rng.uniform(0.35, 1.3) - 1) * edge)


def hard_shadow(image: Image, rng: Rng) -> Image:
    """What something outside the picture throws on the face: polygons or a lattice, with a slightly soft rim."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.float32)
    if rng.random() < 0.5:
        corners = rng.uniform((-0.3 * width, -0.3 * height), (1.3 * width, 1.3 * height), (4, 2))
        cv2.fillPoly(mask, [cv2.convexHull(corners.astype(np.int32))], 1.0)
    else:
        slope, gap = rng.uniform(-1.2, 1.2), int(rng.integers(14, 70))
        for start in range(-width, height + width, gap):
            ends = (0, start), (width, int(start + slope * width))
            cv2.line(mask, *ends, 1.0, int(rng.integers(2, max(3, gap // 3))))
    rim = float(rng.uniform(0.4, 3.0))
    return _scaled(image, 1 - np.float32(rng.uniform(0.25, 0.65)) * cv2.GaussianBlur(mask, (7, 7), rim))


def glare(image: Image, rng: Rng) -> Image:
    """The sun in or near the picture: a bright veil round a point."""
    height, width = image.shape[:2]
    x, y = rng.uniform(-0.2, 1.2) * width, rng.uniform(-0.3, 0.6) * height
    reach = rng.uniform(0.25, 0.9) * max(height, width)
    across = ((np.arange(width, dtype=np.float32) - x) / reach) ** 2
    down = ((np.arange(height, dtype=np.float32) - y) / reach) ** 2
    share = np.float32(rng.uniform(0.3, 0.85)) * cv2.exp(-(across[None] + down[:, None]))
    return _blended(image, share, np.array([235, 245, 255]) * rng.uniform(0.85, 1.0))


def night(image: Image, rng: Rng) -> Image:
    """Little light: gain down, warm glows of lamps or the camera's infrared, noise of a lifted sensor."""
    height, width = image.shape[:2]
    gain = np.full((height, width), rng.uniform(0.1, 0.4), np.float32)
    for _ in range(int(rng.integers(0, 4))):
        x, y, reach = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.1, 0.5) * width
        across = ((np.arange(width, dtype=np.float32) - x) / reach) ** 2
        down = ((np.arange(height, dtype=np.float32) - y) / reach) ** 2
        gain += np.float32(rng.uniform(0.2, 0.9)) / (1 + across[None] + down[:, None]) ** 2
    dark = _scaled(image, gain)
    if rng.random() < 0.5:
        return noise(grey(dark, rng), rng)
    return noise(np.asarray(cv2.LUT(dark, _warm(rng)), np.uint8), rng)


def _warm(rng: Rng) -> Image:
    gains = np.array([rng.uniform(0.45, 1.0), rng.uniform(0.75, 1.0), rng.uniform(0.95, 1.2)])
    return np.asarray(np.clip(np.arange(256)[:, None] * gains, 0, 255).astype(np.uint8)[None], np.uint8)


def grey(image: Image, rng: Rng) -> Image:
    """Infrared mode or a heavily overcast day: hardly any colour."""
    plain = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    kept = rng.uniform(0, 0.3)
    return np.asarray(cv2.addWeighted(image, kept, plain, 1 - kept, 0), np.uint8)


def haze(image: Image, rng: Rng) -> Image:
    """Drizzle or thin mist."""
    return _fogged(image, rng, float(rng.uniform(0.1, 0.4)))


def fog(image: Image, rng: Rng) -> Image:
    """Fog with a transmission down to a quarter, thicker towards the top or one side, in drifts."""
    return _fogged(image, rng, float(rng.uniform(0.4, 0.75)))


def _fogged(image: Image, rng: Rng, share: float) -> Image:
    ramp = _grown((1 + rng.uniform(-0.25, 0.25, (2, 2))).astype(np.float32), image, how=cv2.INTER_LINEAR)
    drifts = _grown(rng.uniform(-0.08, 0.08, (4, 4)).astype(np.float32), image)
    return _blended(image, np.clip(share * ramp + drifts, 0, 0.8), rng.uniform(120, 238) + rng.uniform(-12, 12, 3))


def rain(image: Image, rng: Rng) -> Image:
    """Slanted streaks."""
    height, width = image.shape[:2]
    wet = image.copy()
    length, slant = int(rng.integers(6, 26)), int(rng.integers(-6, 7))
    for x, y in rng.integers(0, (width, height), (int(rng.integers(20, 120)), 2)).tolist():
        cv2.line(wet, (x, y), (x + slant, y + length), (205, 205, 205), 1, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(image, 0.55, wet, 0.45, 0), np.uint8)


def snow(image: Image, rng: Rng) -> Image:
    """Flakes, near ones large and soft, in whitened air."""
    height, width = image.shape[:2]
    flakes = np.zeros((height, width), np.float32)
    for x, y in rng.integers(0, (width, height), (int(rng.integers(40, 260)), 2)).tolist():
        cv2.circle(flakes, (x, y), int(rng.integers(1, 4)), float(rng.uniform(0.4, 1.0)), -1)
    veil = np.float32(rng.uniform(0.02, 0.3)) + cv2.GaussianBlur(flakes, (5, 5), float(rng.uniform(0.6, 1.6)))
    return _blended(image, np.clip(veil, 0, 1), np.full(3, rng.uniform(190, 250)))


def drops(image: Image, rng: Rng) -> Image:
    """Drops on the lens: discs through which the picture is blurred and a little brighter."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.float32)
    for x, y in rng.integers(0, (width, height), (int(rng.integers(1, 9)), 2)).tolist():
        axes = int(rng.integers(5, 26)), int(rng.integers(5, 26))
        cv2.ellipse(mask, (x, y), axes, 0, 0, 360, float(rng.uniform(0.6, 1)), -1)
    mask = cv2.blur(mask, (5, 5))
    bright = cv2.convertScaleAbs(cv2.blur(image, (15, 15)), alpha=1.08)
    return np.asarray(cv2.blendLinear(image, bright, 1 - mask, mask), np.uint8)


def coarse(image: Image, rng: Rng) -> Image:
    """A farther camera: down to some ten native pixels a storey."""
    share = float(np.exp(rng.uniform(np.log(0.22), np.log(0.85))))
    height, width = image.shape[:2]
    small = cv2.resize(image, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def blur(image: Image, rng: Rng) -> Image:
    """Defocus, or motion along one direction."""
    if rng.random() < 0.6:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 2.6)), np.uint8)
    size = int(rng.integers(3, 12))
    kernel = np.zeros((size, size), np.float32)
    cv2.line(kernel, (0, int(rng.integers(0, size))), (size - 1, int(rng.integers(0, size))), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1)), np.uint8)


def sharpen(image: Image, rng: Rng) -> Image:
    """The edge enhancement of surveillance cameras."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.2)
    amount = rng.uniform(0.3, 1.3)
    return np.asarray(cv2.addWeighted(image, 1 + amount, soft, -amount, 0), np.uint8)


def noise(image: Image, rng: Rng) -> Image:
    """Sensor noise, partly coarser than a pixel."""
    height, width = image.shape[:2]
    grain = _grain_of(rng, height, width) * np.float32(rng.uniform(2, 16))
    tint = cv2.resize(_grain_of(rng, height // 2, width // 2, 3) * np.float32(rng.uniform(0, 7)), (width, height))
    both = cv2.add(tint, cv2.merge([grain] * 3))
    return np.asarray(cv2.add(image, both, dtype=cv2.CV_8U), np.uint8)


def jpeg(image: Image, rng: Rng) -> Image:
    """Codec blocks."""
    return _coded(image, int(rng.integers(22, 85)))


def stream(image: Image, rng: Rng) -> Image:
    """A starved video stream: strong coding at a low resolution, then enlarged and smoothed over its blocks."""
    height, width = image.shape[:2]
    share = rng.uniform(0.4, 0.85)
    small = cv2.resize(image, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
    coded = cv2.medianBlur(_coded(small, int(rng.integers(8, 30))), 3)
    return np.asarray(cv2.resize(coded, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _coded(image: npt.ArrayLike, quality: int) -> Image:
    data = cv2.imencode(".jpg", np.asarray(image), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def caption(image: Image, rng: Rng) -> Image:
    """The camera's own words over the picture."""
    height, width = image.shape[:2]
    words = "".join(rng.choice(list(TEXT), int(rng.integers(6, 20))))
    place = (int(rng.integers(-30, width // 2)), int(rng.integers(12, height)))
    colour = (255, 255, 255) if rng.random() < 0.8 else (40, 220, 250)
    size, thick = float(rng.uniform(0.4, 1.2)), int(rng.integers(1, 3))
    return np.asarray(cv2.putText(image.copy(), words, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick), np.uint8)


VARIATIONS: tuple[Variation, ...] = (
    Variation(chance=0.80, step=tone, of="light"),
    Variation(chance=0.50, step=white_balance, of="light"),
    Variation(chance=0.35, step=hue, of="light", lasting=True),
    Variation(chance=0.20, step=channel_mix, of="light", lasting=True),
    Variation(chance=0.10, step=flat, of="light"),
    Variation(chance=0.25, step=side_light, of="light"),
    Variation(chance=0.12, step=hard_shadow, of="light"),
    Variation(chance=0.06, step=glare, of="light"),
    Variation(chance=0.10, step=night, of="light", weather="night"),
    Variation(chance=0.05, step=grey, of="light", lasting=True),
    Variation(chance=0.12, step=haze, of="air"),
    Variation(chance=0.12, step=fog, of="air", weather="fog"),
    Variation(chance=0.08, step=rain, of="air", weather="rain"),
    Variation(chance=0.06, step=snow, of="air", weather="snow"),
    Variation(chance=0.05, step=drops),
    Variation(chance=0.30, step=coarse),
    Variation(chance=0.25, step=blur),
    Variation(chance=0.15, step=sharpen),
    Variation(chance=0.35, step=noise),
    Variation(chance=0.30, step=jpeg),
    Variation(chance=0.12, step=stream),
    Variation(chance=0.05, step=caption),
)
