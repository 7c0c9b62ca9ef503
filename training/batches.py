"""Training batches: jittered commissioning, cell windows, varied images.

Every sample is rectified anew from the native pixels, so that polygon jitter costs no second interpolation.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset

from edge_agent.vision.dataset import UNKNOWN
from edge_agent.vision.first_look import enlarged
from edge_agent.vision.stages import STAGE_LISTS
from training.augment import vary
from training.cut import cut, jittered, window_nodes
from training.network import WEATHER
from training.piece import (
    Piece,
    elsewhere,
    nothing_of,
    piece_of,
    screened,
    sketched,
    veiled,
    window_look,
    with_distractor,
)
from training.repaint import Paint, paints, repainted
from training.sample import WINDOW, WORK_TYPES, Before, Sample, Shape
from training.sketch.face import Sketch

Ints = npt.NDArray[np.int64]
LARGE = 10  # cells a side that one sample in seven shows, nearly a whole face
LARGE_SHARE, NARROW_SHARE = 0.15, 0.2
NOTHING_SHARE = 0.15  # samples that try (most fail) to show surroundings alone: hills and fences are no walls
DISTRACTOR_SHARE = 0.25
FIRST_SHARE, LATER_SHARE = 0.45, 0.35  # samples compared with the first look, with a later one; the rest with none
REPAINTED = {"renovation": 0.3}  # how often a wall is given other paints, by work type
VEILED = {"renovation": 0.25}  # how often a bare window is put behind a scaffold, by work type
SKETCH_VEILED = {"renovation": 0.45, "new_build": 0.15}
SCREENED = {"renovation": 0.08, "new_build": 0.2}  # how often something that hides hangs before a part of it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Canvases batch x H x W x 3 uint8, and cell targets with rows from the top down (as the network puts them out).

    `stage` is UNKNOWN where it cannot be seen or is untold, and counts in the stage list of the item's `work` (index
    into WORK_TYPES); `behind` is that of cells that are hidden, UNKNOWN elsewhere; `occluded` and `occluder` are
    UNKNOWN where untold; `weather` is batch x 8 of 0 and 1, or UNKNOWN throughout where no conditions were told.
    `first` are canvases of an earlier look, which `known` (batch, 0 or 1) says there was.
    """

    canvas: Tensor
    first: Tensor
    known: Tensor
    stage: Tensor
    behind: Tensor
    occluded: Tensor
    occluder: Tensor
    cover: Tensor
    weather: Tensor
    work: Tensor


class Batches(Dataset[Batch]):
    """The batches of one epoch, each of one window shape; item i is a pure function of (samples, epoch, i).

    Work types share batches wherever their shapes meet. `varied` False cuts plain windows, for measuring.
    """

    def __init__(
        self,
        samples: Sequence[Sample | Sketch],
        *,
        size: int,
        epoch: int,
        varied: bool,
        light: bool = True,
        distractors: bool = True,
        first: bool = True,
        paint: bool = True,
        veil: bool = True,
    ) -> None:
        self._samples, self._first, self._paint, self._veil = samples, first, paint, veil
        self._epoch, self._varied = epoch, varied
        self._light, self._distractors = light, distractors
        self._donors = [sample for sample in samples if isinstance(sample, Sample)]
        rng = np.random.default_rng((epoch, 7))
        buckets: dict[Shape, list[int]] = defaultdict(list)
        for index, sample in enumerate(samples):
            buckets[window_shape(sample.shape, rng, varied=varied)].append(index)
        plan: list[tuple[Shape, Ints]] = []
        for shape, indices in buckets.items():
            shuffled = rng.permutation(indices)
            fitting = max(1, size * WINDOW * WINDOW // max(shape[0] * shape[1], WINDOW * WINDOW // 2))
            plan += [(shape, shuffled[i : i + fitting]) for i in range(0, len(shuffled), fitting)]
        self._plan = [plan[i] for i in rng.permutation(len(plan))]

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, index: int) -> Batch:
        rng = np.random.default_rng((self._epoch, index))
        shape, members = self._plan[index]
        return stack([self._one(self._samples[i], shape, rng) for i in members])

    def _one(self, sample: Sample | Sketch, shape: Shape, rng: np.random.Generator) -> Batch:
        if isinstance(sample, Sketch):
            piece = self._before_it(sketched(sample, shape), rng, work_type=sample.work_type, veiling=SKETCH_VEILED)
            return self._finished(piece, work_type=sample.work_type, conditions=(), rng=rng)
        (rows, cols), (high, wide) = sample.shape, shape
        bottom, left = int(rng.integers(0, rows - high + 1)), int(rng.integers(0, cols - wide + 1))
        image, coat = sample.image, self._coat(sample, rng)
        if coat:
            image = repainted(image, sample.nodes[1:-1, 1:-1], sample.truth, coat)
        nodes = jittered(sample.nodes, rng) if self._varied else sample.nodes
        grid = window_nodes(nodes, rows=(bottom, bottom + high), cols=(left, left + wide))
        nothing = None
        if self._varied and sample.work_type == "new_build" and rng.random() < NOTHING_SHARE:
            nothing = elsewhere(grid, sample, image, rng)
        if nothing is not None:
            piece = nothing_of(sample, cut(image, nothing), shape=shape)
            return self._finished(piece, work_type=sample.work_type, conditions=sample.conditions, rng=rng)
        window = (slice(bottom, bottom + high), slice(left, left + wide))
        first = window_look(self._compared_with(sample, rng), window=window, coat=coat)
        piece = piece_of(sample, cut(image, grid), window=window, first=first)
        piece = self._before_it(piece, rng, work_type=sample.work_type, veiling=VEILED)
        return self._finished(piece, work_type=sample.work_type, conditions=sample.conditions, rng=rng)

    def _before_it(
        self, piece: Piece, rng: np.random.Generator, *, work_type: str, veiling: Mapping[str, float]
    ) -> Piece:
        """The piece with what stands before it, and one way round or the other; `veiling`: how often a scaffold."""
        if not self._varied:
            return piece
        if self._veil and rng.random() < veiling.get(work_type, 0.0):
            piece = veiled(piece, rng)
        if self._veil and rng.random() < SCREENED.get(work_type, 0.0):
            piece = screened(piece, rng)
        if self._distractors and self._donors and rng.random() < DISTRACTOR_SHARE:
            donor = self._donors[int(rng.integers(0, len(self._donors)))].image
            piece = with_distractor(piece, rng, donor=donor)
        return piece.mirrored() if rng.random() < 0.5 else piece

    def _coat(self, sample: Sample, rng: np.random.Generator) -> tuple[Paint, ...]:
        """The paints that a sample's wall is given, one for each stage; none where it stays as it is."""
        chance = REPAINTED.get(sample.work_type, 0.0) if self._varied and self._paint else 0.0
        if not chance or rng.random() >= chance:
            return ()
        return paints(len(STAGE_LISTS[sample.work_type].names), rng)

    def _compared_with(self, sample: Sample, rng: np.random.Generator) -> Before | None:
        """The look that a sample is compared with; None for none."""
        if not self._first or not sample.before:
            return None
        chance = rng.random() if self._varied else 0.0
        if chance >= FIRST_SHARE + LATER_SHARE:
            return None
        later = sample.before[1:] if chance >= FIRST_SHARE else ()
        return later[int(rng.integers(0, len(later)))] if later else sample.before[0]

    def _finished(
        self, piece: Piece, *, work_type: str, conditions: tuple[str, ...], rng: np.random.Generator
    ) -> Batch:
        shown = frozenset(conditions)
        canvas, first = piece.canvas, piece.first
        if self._varied:
            varied = vary(canvas, rng, light=self._light, weather=shown, first=first)
            canvas, first = varied.image, varied.first
            if varied.weather:
                shown = shown - {"clear", "backlit"} | varied.weather
        told = [float(name in shown) for name in WEATHER] if conditions else [float(UNKNOWN)] * len(WEATHER)
        return Batch(
            canvas=torch.from_numpy(np.ascontiguousarray(canvas)),
            first=torch.from_numpy(np.zeros_like(canvas) if first is None else np.ascontiguousarray(enlarged(first))),
            known=torch.tensor(float(first is not None)),
            stage=torch.from_numpy(np.ascontiguousarray(piece.stage[::-1])),
            behind=torch.from_numpy(np.ascontiguousarray(piece.behind[::-1])),
            occluded=torch.from_numpy(np.ascontiguousarray(piece.occluded[::-1])),
            occluder=torch.from_numpy(np.ascontiguousarray(piece.occluder[::-1])),
            cover=torch.from_numpy(np.ascontiguousarray(piece.cover[::-1].transpose(2, 0, 1))),
            weather=torch.tensor(told),
            work=torch.tensor(WORK_TYPES.index(work_type)),
        )


def window_shape(shape: Shape, rng: np.random.Generator, *, varied: bool) -> Shape:
    """Rows and columns of the window to cut from a face; sometimes narrow, sometimes nearly all of it."""
    chance = rng.random() if varied else 1.0
    if chance < LARGE_SHARE:
        return min(shape[0], LARGE), min(shape[1], LARGE)
    most = int(rng.integers(2, 5)) if chance < LARGE_SHARE + NARROW_SHARE else WINDOW
    return min(shape[0], WINDOW), min(shape[1], most)


def stack(items: list[Batch]) -> Batch:
    """Several one-sample batches of one shape as one."""
    return Batch(**{each.name: torch.stack([getattr(item, each.name) for item in items]) for each in fields(Batch)})
