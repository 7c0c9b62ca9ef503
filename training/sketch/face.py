"""Faces that nobody rendered: any stages, drawn flat, with an earlier look at the same wall."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.first_look import SHRINK
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX
from edge_agent.vision.stages import stages_of
from training.sketch import estate, street, tower
from training.sketch.matter import Image, Rng

Ints = npt.NDArray[np.int64]
MOST = 10  # rows and columns that a drawn face has at most
UNSEEN_SHARE = 0.3  # faces whose camera keeps no earlier look
BEGINNING_SHARE = 0.7  # earlier looks that show a wall on which nothing has been done yet
STILL_SHARE = 1 / 3  # of the others: nothing was done since
UNTOUCHED_SHARE = 0.12  # walls and roads on which nothing has been done at all: cameras wait for the works


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A face to be drawn: its kind of work, rows x cols, and the number from which all of it follows."""

    work_type: str
    shape: tuple[int, int]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """A canvas with the stage of each cell (rows from the ground up); `first` is an earlier look, still small."""

    canvas: Image
    stage: Ints
    first: Image | None


def sketches(work_type: str, count: int, rng: Rng) -> list[Sketch]:
    """So many faces of a kind of work, none like another."""
    low, high = (2, 5) if work_type == "road" else (3, MOST + 1)
    return [
        Sketch(
            work_type=work_type,
            shape=(int(rng.integers(3, MOST + 1)), int(rng.integers(low, high))),
            seed=int(rng.integers(0, 2**31)),
        )
        for _ in range(count)
    ]


def drawn(work_type: str, shape: tuple[int, int], *, seed: int) -> Drawn:
    """A face of rows x cols cells, its margins as a canvas has them."""
    rng = np.random.default_rng((seed, 77))
    rows, cols = shape[0] + 2, shape[1] + 2
    stage = FIELDS[work_type](rows, cols, rng)
    draw, far = DRAW[work_type], _farness(rng)
    canvas = _from_afar(_cropped(draw(stage, seed=seed, light=rng)), far)
    first = None
    if rng.random() >= UNSEEN_SHARE:
        earlier = np.zeros_like(stage) if rng.random() < BEGINNING_SHARE else _earlier(stage, work_type, rng)
        before = _from_afar(_cropped(draw(earlier, seed=seed, light=rng)), far)
        size = (before.shape[1] // SHRINK, before.shape[0] // SHRINK)
        first = np.asarray(cv2.resize(before, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Drawn(canvas=canvas, stage=np.ascontiguousarray(stage[1:-1, 1:-1][::-1]), first=first)


def _cropped(picture: Image) -> Image:
    """Without the outer parts of the cells round a face."""
    below, side, above = CELL_PX - MARGIN_BELOW_PX, CELL_PX - MARGIN_SIDE_PX, CELL_PX - MARGIN_ABOVE_PX
    return np.ascontiguousarray(picture[above:-below, side:-side])


def _farness(rng: Rng) -> tuple[float, float]:
    """Native pixels a canvas pixel, across and down: far away, and seen aslant."""
    share = float(np.exp(rng.uniform(np.log(0.35), np.log(1.6))))
    return share * float(rng.uniform(0.4, 1.0)), share


def _from_afar(picture: Image, far: tuple[float, float]) -> Image:
    """As a camera so far away would have seen it."""
    if min(far) >= 1:
        return picture
    height, width = picture.shape[:2]
    size = (round(width * min(far[0], 1)), round(height * min(far[1], 1)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _banded(rows: int, cols: int, rng: Rng, *, work_type: str, upwards: bool) -> Ints:
    """Stages that follow each other up or down a face, each some rows long, columns apart from each other."""
    last = len(stages_of(work_type).names) - 1
    lengths = rng.gamma(1.2, rows / 4, last + 1)
    lengths[rng.random(last + 1) < 0.25] = 0
    if work_type == "new_build":
        lengths[1] = rng.uniform(0.5, 3.5)  # storeys that stand in formwork at a time
    ends = np.cumsum(lengths) + rng.uniform(-0.6, 0.8) * rows - rng.uniform(0, 1) * lengths.sum() / 2
    lag = rng.uniform(0, 1.0) if rng.random() < 0.75 else rng.uniform(1, 2.5)
    height = np.arange(rows)[:, None] + lag * rng.standard_normal(cols)[None]
    passed = np.asarray(np.clip((height[..., None] > ends).sum(-1), 0, last), np.int64)
    return passed if upwards else last - passed  # rows come from the top down: upwards, the lowest are farthest


def _rising(rows: int, cols: int, rng: Rng) -> Ints:
    return np.maximum.accumulate(_banded(rows, cols, rng, work_type="new_build", upwards=True), axis=0)


def _renewed(rows: int, cols: int, rng: Rng) -> Ints:
    """Crews go down or up a wall, or along it bay by bay; now and then a cell is a step behind."""
    if rng.random() < UNTOUCHED_SHARE:
        return np.zeros((rows, cols), np.int64)
    if rng.random() < 0.3:
        field = np.asarray(_banded(cols, rows, rng, work_type="renovation", upwards=rng.random() < 0.5).T, np.int64)
    else:
        field = _banded(rows, cols, rng, work_type="renovation", upwards=rng.random() < 0.5)
    behind = (rng.random((rows, cols)) < 0.04) & (field > 0)
    return field - behind


def _laid(rows: int, cols: int, rng: Rng) -> Ints:
    if rng.random() < UNTOUCHED_SHARE:
        return np.zeros((rows, cols), np.int64)
    return _banded(rows, cols, rng, work_type="road", upwards=rng.random() < 0.5)


def _earlier(stage: Ints, work_type: str, rng: Rng) -> Ints:
    """How far it was some time before."""
    if rng.random() < STILL_SHARE:
        return stage
    if work_type == "new_build":
        up = int(rng.integers(1, 5))
        moved = np.vstack([np.zeros((up, stage.shape[1]), np.int64), stage])[: len(stage)]
        return np.minimum(moved, stage)
    return np.maximum(stage - int(rng.integers(1, 4)), 0)


Field = Callable[[int, int, Rng], Ints]
FIELDS: dict[str, Field] = {"new_build": _rising, "renovation": _renewed, "road": _laid}
DRAW = {"new_build": tower.draw, "renovation": estate.draw, "road": street.draw}
