"""Scaffold and see-through nets drawn before a bare canvas: half of all estates are read through them."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX
from edge_agent.vision.stages import COVERS

Image = npt.NDArray[np.uint8]
Rng = np.random.Generator
SCAFFOLD, NET, NET_OPAQUE = (COVERS.index(word) for word in ("scaffold", "net_seethrough", "net_opaque"))
SUB = 4  # lines are placed to a sixteenth of a pixel (cv2's shift)
CLOTHS = ((60, 150, 60), (170, 110, 40), (120, 120, 120), (200, 205, 200), (40, 110, 200), (60, 60, 190))  # BGR


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Veiled:
    """An image behind a scaffold. `cover` rows x cols x COVERS, rows from the top: what each cell is behind."""

    image: Image
    cover: npt.NDArray[np.float32]


def veil(image: Image, rng: Rng) -> Veiled:
    """A scaffold before some bays of a canvas; every other time with a net before it, or before some of its lifts."""
    rows, cols = cells_of(image)
    bays, across = some_bays(image, rng)
    top, bottom = _hung(rows, rng)
    y0 = 0 if top == 0 else MARGIN_ABOVE_PX + top * CELL_PX
    y1 = image.shape[0] if bottom == rows else MARGIN_ABOVE_PX + bottom * CELL_PX
    shown = image.copy()
    shown[:, across] = _scaffold(image[:, across], rng)
    cover = np.zeros((rows, cols, len(COVERS)), np.float32)
    cover[:, bays, SCAFFOLD] = 1
    if bottom > top:
        shown[y0:y1, across] = _net(shown[y0:y1, across], rng)
        cover[top:bottom, bays] = np.arange(len(COVERS)) == NET
    return Veiled(image=shown, cover=cover)


def cells_of(image: Image) -> tuple[int, int]:
    """Rows and columns of a canvas."""
    high, wide = image.shape[:2]
    return (high - MARGIN_ABOVE_PX - MARGIN_BELOW_PX) // CELL_PX, (wide - 2 * MARGIN_SIDE_PX) // CELL_PX


def some_bays(image: Image, rng: Rng) -> tuple[slice, slice]:
    """Neighbouring columns of a canvas, mostly all, and their pixels across, with the margin beside an outer one."""
    cols = cells_of(image)[1]
    left, right = (
        (0, cols) if cols < 3 or rng.random() < 0.6 else sorted(rng.choice(cols + 1, 2, replace=False).tolist())
    )
    x0 = 0 if left == 0 else MARGIN_SIDE_PX + left * CELL_PX
    x1 = image.shape[1] if right == cols else MARGIN_SIDE_PX + right * CELL_PX
    return slice(left, right), slice(x0, x1)


def light_on(image: Image) -> float:
    """How bright a thing of usual colour looks in that picture's light."""
    return float(np.clip(image.mean() / 110, 0.25, 1.4))


def _hung(rows: int, rng: Rng) -> tuple[int, int]:
    """The rows (from the top) before which a net hangs: none, all, or some."""
    chance = rng.random()
    if chance < 0.5:
        return 0, 0
    if chance < 0.8 or rows < 2:
        return 0, rows
    top, bottom = sorted(rng.choice(rows + 1, 2, replace=False).tolist())
    return top, bottom


def _scaffold(image: Image, rng: Rng) -> Image:
    """Standards, decks at every lift seen from below or above, rails, braces, and their shadow on the wall."""
    height, width = image.shape[:2]
    lines = np.zeros((height, width), np.uint8)
    decks = np.zeros_like(lines)
    lift, bay = CELL_PX * rng.uniform(0.42, 0.65), CELL_PX * rng.uniform(0.22, 0.8)
    thin, tilt = int(rng.integers(1, 3)), float(rng.uniform(-0.06, 0.06))
    strong = int(rng.integers(110, 256))  # far tubes are less than a pixel wide
    for x in np.arange(rng.uniform(0, bay), width, bay):
        for back in (0.0, rng.uniform(-6, 6)):  # two rows, the second a little aside
            _line(lines, (x + back, 0), (x + back, height), strong, thin)
    deep = float(rng.uniform(1, 8))
    for y in np.arange(rng.uniform(-lift, 0), height + lift, lift):
        drop = tilt * width
        ring = np.array([[0, y], [width, y + drop], [width, y + drop + deep], [0, y + deep]])
        cv2.fillConvexPoly(decks, np.round(ring * 2**SUB).astype(np.int32), 255, cv2.LINE_AA, SUB)
        _line(lines, (0, y - 0.55 * lift), (width, y - 0.55 * lift + drop), strong, 1)
        if rng.random() < 0.4:
            x = rng.uniform(0, width)
            _line(lines, (x, y + lift), (x + bay, y), strong, 1)
    shade = np.maximum(decks, lines)
    move = np.array([[1, 0, rng.uniform(-12, 12)], [0, 1, rng.uniform(2, 16)]])
    shadow = cv2.blur(cv2.warpAffine(shade, move, (width, height)), (3, 3))
    light = light_on(image)
    wood = np.array([40, 75, 115]) * rng.uniform(0.4, 1.6) if rng.random() < 0.6 else np.full(3, rng.uniform(40, 200))
    steel = np.full(3, rng.uniform(30, 210)) + rng.normal(0, 8, 3)
    wall = _mixed(image, shadow, np.zeros(3), most=float(rng.uniform(0.0, 0.5)))
    wall = _mixed(wall, cv2.blur(decks, (2, 2)), light * wood, most=1.0)
    return _mixed(wall, lines, light * steel, most=1.0)


def _mixed(image: Image, share: Image, colour: npt.NDArray[np.float64], *, most: float) -> Image:
    """The image with `share` (0 … 255 a pixel, of `most`) of it replaced by one colour."""
    part = share.astype(np.float32) * np.float32(most / 255)
    return np.asarray(cv2.blendLinear(image, np.full_like(image, np.clip(colour, 0, 255)), 1 - part, part), np.uint8)


def _line(mask: Image, start: tuple[float, float], end: tuple[float, float], strong: int, thick: int) -> None:
    a, b = ((round(x * 2**SUB), round(y * 2**SUB)) for x, y in (start, end))
    cv2.line(mask, a, b, strong, thick, cv2.LINE_AA, SUB)


def _net(image: Image, rng: Rng) -> Image:
    """Cloth of one colour that lets more than half of the light through, its panels a little uneven."""
    height, width = image.shape[:2]
    high, wide = height // CELL_PX + 1, 2 * (width // CELL_PX) + 1
    panels = cv2.resize(
        (1 + rng.uniform(-0.2, 0.2, (high, wide))).astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST
    )
    share = _grain(rng, height, width) * panels * (255 * rng.uniform(0.12, 0.42))
    cloth = np.array(CLOTHS[int(rng.integers(0, len(CLOTHS)))]) * rng.uniform(0.3, 1.2)
    light = light_on(image)
    return _mixed(image, np.asarray(np.clip(share, 0, 150), np.uint8), light * cloth, most=1.0)


def _grain(rng: Rng, height: int, width: int) -> npt.NDArray[np.float32]:
    """The weave: a little more and less cloth from one spot to the next, 1 in the mean."""
    small = rng.random((height // 3, width // 3), np.float32) * np.float32(0.5) + np.float32(0.75)
    return np.asarray(cv2.resize(small, (width, height)), np.float32)
