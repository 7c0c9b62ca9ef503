"""What walls, slabs and roads are made of: planes of colour, all float32 H x W x 3, BGR, 0 … 255."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.rectify import CELL_PX

Floats = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]
Rng = np.random.Generator
Size = tuple[int, int]
GRAINS = (1, 2, 5, 12, 30, 70)  # pixels from one spot to the next
PLANE = 1024
COATS = 24  # planes of cloudiness to choose from
UNITS = 4096  # boards or bricks told apart before their tones repeat


@cache
def _planes() -> list[Floats]:
    """One plane of noise a grain, deviation 1, to cut from."""
    rng = np.random.default_rng(20261122)
    planes = []
    for grain in GRAINS:
        small = rng.standard_normal((PLANE // grain + 2, PLANE // grain + 2), np.float32)
        grown = cv2.resize(small, (PLANE, PLANE), interpolation=cv2.INTER_CUBIC)
        planes.append(np.asarray(grown / grown.std(), np.float32))
    return planes


def noise(rng: Rng, size: Size, *, grain: int, along: float = 1.0) -> Floats:
    """Noise of deviation 1 and about `grain` pixels, a spot `along` times as high as wide."""
    plane = _planes()[min(range(len(GRAINS)), key=lambda index: abs(GRAINS[index] - grain))]
    high, wide = max(2, round(size[0] / max(along, 1.0))), max(2, round(size[1] * min(along, 1.0)))
    top, left = (int(rng.integers(0, max(1, PLANE - n))) for n in (high, wide))
    part = plane[top : top + high, left : left + wide][:: int(rng.choice((-1, 1))), :: int(rng.choice((-1, 1)))]
    if part.shape == size:
        return part
    return np.asarray(cv2.resize(part, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


@cache
def _clouds() -> list[Floats]:
    """Planes of several grains at once, as coats have them: mixed here, for all walls, since each costs."""
    rng = np.random.default_rng(20261123)
    planes = []
    for _ in range(COATS):
        plane = np.zeros((PLANE, PLANE), np.float32)
        for grain, most in ((1, 0.05), (5, 0.05), (30, 0.07), (70, 0.07)):
            plane += np.float32(rng.uniform(0, most)) * noise(rng, plane.shape, grain=grain)
        planes.append(plane)
    return planes


def tinted(colour: npt.ArrayLike, gain: Floats) -> Floats:
    """One colour times a plane of gains."""
    return np.asarray(cv2.transform(gain, np.asarray(colour, np.float32)[:, None]), np.float32)


def mottled(rng: Rng, size: Size, colour: npt.ArrayLike, *, rough: float = 1.0) -> Floats:
    """A coat of one colour: fine grain, cloudiness, and broad differences; `rough` 1 is a usual one."""
    plane = _clouds()[int(rng.integers(0, COATS))]
    top, left = (int(rng.integers(0, max(1, PLANE - n))) for n in size)
    part = plane[top : top + size[0], left : left + size[1]]
    if part.shape != size:
        part = np.asarray(cv2.resize(part, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    return tinted(colour, cv2.flip(part, int(rng.integers(-1, 2))) * np.float32(rough) + np.float32(1))


def coursed(
    rng: Rng,
    size: Size,
    colour: npt.ArrayLike,
    *,
    unit: tuple[float, float],
    bond: float,
    spread: float,
    joint: float,
    joint_colour: npt.ArrayLike,
) -> Floats:
    """Boards, blocks, bricks, tiles or panels of `unit` (width, height) pixels; each course is moved by `bond` of a
    unit; units differ by `spread`; joints are `joint` pixels wide (under 1: as much fainter).
    """
    wide, high = max(unit[0], 2.0), max(unit[1], 2.0)
    y = np.arange(size[0]) + rng.uniform(0, high)
    x = np.arange(size[1]) + rng.uniform(0, wide) + bond * wide * np.arange(2)[:, None]  # of even and of odd courses
    course = (y // high).astype(np.int32)
    tones = (1 + spread * rng.standard_normal(UNITS)).astype(np.float32)
    courses = np.arange(course[-1] + 1)
    in_course = ((x // wide).astype(np.int32) * 131)[courses % 2] + courses[:, None] * 31
    gain = tones[in_course & UNITS - 1][course] + np.float32(0.03) * noise(rng, size, grain=1)
    wall = tinted(colour, gain)
    share, seam = np.float32(min(joint, 1.0)), np.asarray(joint_colour, np.float32)
    for odd in range(2):
        upright = np.ix_(course % 2 == odd, x[odd] % wide < max(joint, 1))
        wall[upright] = wall[upright] * (1 - share) + seam * share
    level = y % high < max(joint, 1)
    wall[level] = wall[level] * (1 - share) + seam * share
    return wall


def patched(rng: Rng, under: Floats, over: Floats, *, share: float, grain: int) -> Floats:
    """`over` in ragged patches that take about `share` of `under`."""
    size = under.shape[:2]
    field = noise(rng, size, grain=grain) + np.float32(0.35) * noise(rng, size, grain=2)
    mask = (field < np.quantile(field[::7, ::7], share)).view(np.uint8)
    return np.asarray(cv2.copyTo(over, mask, under.copy()), np.float32)


def stained(rng: Rng, wall: Floats, *, strength: float) -> Floats:
    """Dirt that has run down."""
    size = wall.shape[:2]
    runs = np.clip(noise(rng, size, grain=2, along=rng.uniform(6, 20)), 0, 3)
    broad = np.clip(noise(rng, size, grain=30, along=2.0), 0, 3)
    return np.asarray(wall * (1 - np.float32(strength) * (0.07 * runs + 0.1 * broad))[..., None], np.float32)


def sky(rng: Rng, size: Size) -> Floats:
    """Blue, grey or white, brighter or darker downwards, with clouds."""
    green = rng.uniform(0.86, 1.0)
    clear = rng.random() < 0.88  # else the sun goes down
    hue = (1.0, green, green * rng.uniform(0.7, 1.0)) if clear else (rng.uniform(0.5, 0.85), green * 0.9, 1.0)
    top = rng.uniform(120, 250) * np.array(hue)
    low = top * rng.uniform(0.85, 1.2) + rng.uniform(-10, 40)
    plain = np.linspace(top, low, size[0], dtype=np.float32)  # a colour for each row of pixels
    clouds = np.clip(noise(rng, size, grain=70) + np.float32(0.4) * noise(rng, size, grain=30), 0, 2)
    clouds *= np.float32(rng.uniform(0, 0.3))
    return np.asarray(cv2.merge([part[:, None] + (245 - part)[:, None] * clouds for part in plain.T]), np.float32)


def drab(rng: Rng, *, low: float = 90, high: float = 190) -> Floats:
    """A grey with hardly any hue: concrete, cement, mortar."""
    grey = rng.uniform(low, high)
    return np.clip(grey * (1 + np.array([-1, 0, 1]) * rng.uniform(-0.04, 0.1)), 5, 250).astype(np.float32)


def paint(rng: Rng) -> Floats:
    """The colour of a finished wall: mostly pale, sometimes strong or dark."""
    hue, chance = rng.uniform(0, 180), rng.random()
    if chance < 0.6:
        strong, bright = rng.uniform(0, 70), rng.uniform(170, 250)
    else:
        strong, bright = rng.uniform(20, 170), rng.uniform(70, 225)
    if rng.random() < 0.6:  # cream, ochre, brick, brown: what estates are mostly painted in
        hue = rng.uniform(3, 26)
    return _of_hue(hue, strong, bright)


def earth(rng: Rng, *, low: float = 60, high: float = 190) -> Floats:
    """Soil, clay, sand, gravel: browns and greys."""
    return _of_hue(rng.uniform(6, 22), rng.uniform(15, 130), rng.uniform(low, high))


def plants(rng: Rng) -> Floats:
    """Grass, bushes, woods."""
    return _of_hue(rng.uniform(22, 65), rng.uniform(40, 160), rng.uniform(40, 170))


def _of_hue(hue: float, strong: float, bright: float) -> Floats:
    """A colour by OpenCV's hue (0 … 180), saturation and value (0 … 255)."""
    pixel = np.array([[[hue, strong, bright]]], np.uint8)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0], np.float32)


def metal(rng: Rng) -> Floats:
    """Frames, rails and bars: white, grey, brown or black, now and then painted."""
    if rng.random() < 0.12:
        return paint(rng)
    return drab(rng, low=25, high=245)


def board(rng: Rng) -> tuple[Floats, Floats]:
    """Insulation and its joints: white or grey polystyrene, yellow wool, pink or blue or green foam, foil."""
    kinds = ((238, 240, 238), (120, 118, 116), (90, 180, 205), (160, 150, 225), (215, 190, 140), (150, 195, 150))
    colour = np.array(kinds[int(rng.choice(len(kinds), p=(0.3, 0.16, 0.24, 0.12, 0.1, 0.08)))], float)
    colour = np.clip(colour * rng.uniform(0.75, 1.05) + rng.normal(0, 8, 3), 20, 250)
    tone = rng.uniform(0.4, 0.92) if rng.random() < 0.75 else rng.uniform(1.08, 1.4)
    return colour.astype(np.float32), np.clip(colour * tone, 5, 252).astype(np.float32)


def bricks(rng: Rng, size: Size) -> Floats:
    """Masonry: red brick, grey block or white aerated block, in bond."""
    kind = rng.random()
    if kind < 0.35:
        colour = np.array([55, 75, 150], np.float32) * np.float32(rng.uniform(0.7, 1.3))
        unit = (rng.uniform(4, 7), rng.uniform(2, 3.2))
    elif kind < 0.75:
        colour, unit = drab(rng, low=100, high=175), (rng.uniform(6, 13), rng.uniform(3.5, 6.5))
    else:
        colour, unit = drab(rng, low=185, high=235), (rng.uniform(9, 16), rng.uniform(4, 7))
    tone = rng.uniform(0.65, 0.95) if rng.random() < 0.5 else rng.uniform(1.05, 1.45)
    return coursed(
        rng,
        size,
        np.clip(colour, 10, 245),
        unit=unit,
        bond=0.5,
        spread=rng.uniform(0.02, 0.16),
        joint=rng.uniform(0.3, 1.2),
        joint_colour=np.clip(colour * tone, 10, 250),
    )


def ragged(rng: Rng, cells: npt.NDArray[np.int64], *, most: int) -> Image:
    """What each pixel belongs to, where cells are CELL_PX a side: their borders a little off, and not straight."""
    size = (cells.shape[0] * CELL_PX, cells.shape[1] * CELL_PX)
    even = cv2.resize(cells.astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST)
    (down, aside), wave = rng.integers(-most, most + 1, 2), np.float32(rng.uniform(0, most / 2))
    y = wave * noise(rng, size, grain=12) + np.arange(down, size[0] + down, dtype=np.float32)[:, None]
    x = wave * noise(rng, size, grain=12) + np.arange(aside, size[1] + aside, dtype=np.float32)[None]
    return np.asarray(cv2.remap(even, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def done(plane: Floats) -> Image:
    """A plane as a picture."""
    return np.ascontiguousarray(np.clip(plane, 0, 255), np.uint8)
