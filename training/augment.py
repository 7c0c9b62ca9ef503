"""Image-space variety: light, weather, lens, codec, things in front. Each function takes and returns BGR uint8."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_SIDE_PX

Image = npt.NDArray[np.uint8]
Rng = np.random.Generator
HIDDEN_SHARE = 0.5  # share of a cell's pixels behind something from which it counts as occluded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pasted:
    """An image with something pasted in front of it, and the share of each cell (rows from the top) that it hides."""

    image: Image
    hidden: npt.NDArray[np.float64]


def vary(image: Image, rng: Rng) -> Image:
    """Apply each step with its own probability, in the order light → air → lens → sensor → codec."""
    for probability, step in STEPS:
        if rng.random() < probability:
            image = step(image, rng)
    return image


def _clip(values: npt.NDArray[np.floating]) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def light(image: Image, rng: Rng) -> Image:
    """Exposure, gamma and contrast."""
    x = np.arange(256) / 255.0
    x = np.clip(x * rng.uniform(0.55, 1.5) + rng.uniform(-0.08, 0.1), 0, 1) ** rng.uniform(0.65, 1.5)
    x = (x - 0.5) * rng.uniform(0.65, 1.3) + 0.5
    return np.asarray(cv2.LUT(image, _clip(x * 255)), np.uint8)


def white_balance(image: Image, rng: Rng) -> Image:
    """Warm, cold or tinted light: one gain per channel."""
    gains = rng.uniform(0.8, 1.22, 3)
    tables = np.clip(np.arange(256)[:, None] * gains, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, tables[None]), np.uint8)


def hue(image: Image, rng: Rng) -> Image:
    """Other paints and nets: a turn of the hue circle and a saturation gain."""
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV).astype(np.int16)
    hsv[..., 0] = (hsv[..., 0] + int(rng.integers(-18, 19))) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.3, 1.5), 0, 255)
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR), np.uint8)


def grey(image: Image, rng: Rng) -> Image:
    """Infrared night mode or a heavily overcast day without colour."""
    tone = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None].astype(float)
    return _clip(tone + rng.uniform(0, 1) * (image.astype(float) - tone) * 0.3)


def haze(image: Image, rng: Rng) -> Image:
    """Fog or drizzle: blend towards a grey that lightens upwards."""
    share = rng.uniform(0.15, 0.7)
    tone = rng.uniform(150, 235) + rng.uniform(-12, 12, 3)
    ramp = np.linspace(1.05, 0.9, image.shape[0])[:, None, None]
    return _clip(image * (1 - share) + share * tone * ramp)


def side_light(image: Image, rng: Rng) -> Image:
    """A soft shadow edge or a bright flank across the face."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = (x - rng.uniform(0, width)) * np.cos(angle) + (y - rng.uniform(0, height)) * np.sin(angle)
    mask = 1 / (1 + np.exp(-np.clip(along / rng.uniform(1.5, 40), -30, 30)))
    return _clip(image * (1 + (rng.uniform(0.45, 1.25) - 1) * mask)[..., None])


def rain(image: Image, rng: Rng) -> Image:
    """Slanted streaks."""
    height, width = image.shape[:2]
    wet = image.copy()
    length, slant = int(rng.integers(6, 22)), int(rng.integers(-5, 6))
    for _ in range(int(rng.integers(20, 120))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        cv2.line(wet, (x, y), (x + slant, y + length), (205, 205, 205), 1, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(image, 0.55, wet, 0.45, 0), np.uint8)


def blur(image: Image, rng: Rng) -> Image:
    """Defocus, or motion along one direction."""
    if rng.random() < 0.6:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 2.2)), np.uint8)
    size = int(rng.integers(3, 8))
    kernel = np.zeros((size, size), np.float32)
    cv2.line(kernel, (0, int(rng.integers(0, size))), (size - 1, int(rng.integers(0, size))), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1)), np.uint8)


def coarse(image: Image, rng: Rng) -> Image:
    """A farther camera: fewer native pixels per storey."""
    share = rng.uniform(0.35, 0.85)
    height, width = image.shape[:2]
    small = cv2.resize(image, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def sharpen(image: Image, rng: Rng) -> Image:
    """The edge enhancement of surveillance cameras."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.2)
    amount = rng.uniform(0.3, 1.2)
    return np.asarray(cv2.addWeighted(image, 1 + amount, soft, -amount, 0), np.uint8)


def noise(image: Image, rng: Rng) -> Image:
    """Sensor noise, partly coarser than a pixel."""
    height, width = image.shape[:2]
    grain = rng.standard_normal((height, width, 1), np.float32) * np.float32(rng.uniform(2, 14))
    tint = rng.standard_normal((height // 2, width // 2, 3), np.float32) * np.float32(rng.uniform(0, 6))
    return _clip(image + grain + cv2.resize(tint, (width, height)))


def jpeg(image: Image, rng: Rng) -> Image:
    """Codec blocks."""
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


STEPS: tuple[tuple[float, Callable[[Image, Rng], Image]], ...] = (
    (0.85, light),
    (0.5, white_balance),
    (0.35, hue),
    (0.06, grey),
    (0.25, side_light),
    (0.16, haze),
    (0.10, rain),
    (0.25, coarse),
    (0.30, blur),
    (0.15, sharpen),
    (0.40, noise),
    (0.40, jpeg),
)


def paste(image: Image, rng: Rng, *, other: Image) -> Pasted:
    """Put one thing in front: a boom, a mast, a block, or a piece of another canvas."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    kind = rng.integers(0, 4)
    if kind == 0:
        _boom(mask, rng)
    elif kind == 1:
        x, half = int(rng.integers(0, width)), int(rng.integers(4, 30))
        cv2.rectangle(mask, (x - half, 0), (x + half, height), 1, -1)
    else:
        centre = np.array([rng.uniform(0, width), rng.uniform(0.3 * height, height)])
        points = centre + rng.uniform(-70, 70, (int(rng.integers(3, 7)), 2))
        cv2.fillPoly(mask, [cv2.convexHull(points.astype(np.int32))], 1)
    filling = _filling(image.shape, rng, other=other, own=kind == 3)
    return Pasted(image=np.asarray(np.where(mask[..., None] > 0, filling, image), np.uint8), hidden=_per_cell(mask))


def _boom(mask: npt.NDArray[np.uint8], rng: Rng) -> None:
    """A lattice boom: two chords with diagonals between them, from side to side."""
    height, width = mask.shape
    y0, y1 = (float(v) for v in rng.uniform(0, height, 2))
    gap, chord = float(rng.uniform(8, 40)), int(rng.integers(2, 6))
    steps = np.linspace(0, width, int(rng.integers(8, 24)))
    upper = np.stack([steps, y0 + (y1 - y0) * steps / width], axis=1)
    lower = upper + np.array([0.0, gap])
    zigzag = np.where((np.arange(len(steps)) % 2 == 0)[:, None], upper, lower)
    for line, thickness in ((upper, chord), (lower, chord), (zigzag, max(1, chord - 1))):
        cv2.polylines(mask, [line.astype(np.int32)], isClosed=False, color=1, thickness=thickness)
    if rng.random() < 0.3:  # a boom close to the camera is nearly solid
        cv2.fillPoly(mask, [np.concatenate([upper, lower[::-1]]).astype(np.int32)], 1)


def _filling(shape: tuple[int, ...], rng: Rng, *, other: Image, own: bool) -> Image:
    if own:
        return np.asarray(cv2.resize(other, (shape[1], shape[0])), np.uint8)
    colour = rng.uniform(10, 240, 3) if rng.random() < 0.7 else np.array([20, 170, 235]) * rng.uniform(0.6, 1.0)
    return _clip(colour + rng.normal(0, rng.uniform(1, 18), shape))


def _per_cell(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    inner = mask[MARGIN_ABOVE_PX : -CELL_PX // 2, MARGIN_SIDE_PX:-MARGIN_SIDE_PX].astype(float)
    rows, cols = inner.shape[0] // CELL_PX, inner.shape[1] // CELL_PX
    return np.asarray(inner.reshape(rows, CELL_PX, cols, CELL_PX).mean(axis=(1, 3)))
