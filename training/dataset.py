"""Training batches from data sets of the common layout: jittered commissioning, cell windows, varied images.

Native frames are decoded once into memory (0.6 MB each at 480 x 400); every sample is rectified anew from the native
pixels, so that polygon jitter costs no second interpolation.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset

from edge_agent.vision.dataset import UNKNOWN, FaceTruth, iter_dataset
from edge_agent.vision.errors import DatasetError
from edge_agent.vision.grid import node_grid
from edge_agent.vision.rectify import dense_map, face_map_of
from edge_agent.vision.stages import COVERS
from training.augment import HIDDEN_SHARE, paste, vary

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
WINDOW = 6  # most cells a side that one sample shows
NOTHING_SHARE = 0.25  # samples that try (most fail) to show surroundings alone: hills and fences are no walls
TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """One face in one frame. `nodes` is its commissioned grid with margins; truth rows are from the ground up.

    `hulls` are the outlines (native pixels) of all faces of the scene: outside them nothing is being built.
    """

    scene: str
    image: Image
    nodes: Array
    truth: FaceTruth
    scored: npt.NDArray[np.bool_]
    hulls: tuple[Array, ...]
    conditions: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        return self.truth.stage.shape[0], self.truth.stage.shape[1]

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of the windows cut from this face."""
        return min(self.shape[0], WINDOW), min(self.shape[1], WINDOW)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Canvases batch x H x W x 3 uint8, and cell targets with rows from the top down (as the network puts them out).

    `stage` is UNKNOWN where it must not be learnt (hidden, not observable, untold); `occluded` is −1 where untold.
    """

    canvas: Tensor
    stage: Tensor
    occluded: Tensor
    cover: Tensor


def read_samples(root: Path) -> list[Sample]:
    """Every face of every frame that has truth; scenes that are still being written are left out."""
    samples: list[Sample] = []
    for folder in iter_dataset(root):
        maps = {f.face_id: face_map_of(f, folder.scene.camera, folder.scene.privacy_masks) for f in folder.scene.faces}
        grids = {f.face_id: node_grid(f).points for f in folder.scene.faces}
        hulls = tuple(cv2.convexHull(g.reshape(-1, 2).astype(np.float32))[:, 0] for g in grids.values())
        for frame in folder.frames:
            image = cv2.imread(str(frame.path), cv2.IMREAD_COLOR)
            if image is None:
                raise DatasetError(file=str(frame.path), where="(image)", expected="a whole JPEG or PNG")
            samples += [
                Sample(
                    scene=folder.scene.scene_id,
                    image=np.asarray(image, np.uint8),
                    nodes=grids[face_id],
                    truth=truth,
                    scored=maps[face_id].observable,
                    hulls=hulls,
                    conditions=frame.conditions,
                )
                for face_id, truth in frame.truth.items()
            ]
    return samples


def stage_weights(samples: Iterable[Sample], *, stages: int) -> Tensor:
    """Inverse square root of the cell counts, mean 1: rare stages matter more, without drowning the rest."""
    counts = np.ones(stages)
    for sample in samples:
        seen = sample.truth.stage[sample.scored & ~sample.truth.occluded & (sample.truth.stage != UNKNOWN)]
        counts += np.bincount(seen, minlength=stages)
    weights = 1 / np.sqrt(counts)
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)


class Batches(Dataset[Batch]):
    """The batches of one epoch, each of one window shape; item i is a pure function of (epoch, i)."""

    def __init__(self, samples: list[Sample], *, size: int, epoch: int, varied: bool) -> None:
        self._samples = samples
        self._epoch = epoch
        self._varied = varied
        rng = np.random.default_rng((epoch, 7))
        buckets: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, sample in enumerate(samples):
            windows = max(1, round(sample.truth.stage.size / (WINDOW * WINDOW))) if varied else 1
            buckets[sample.window] += [index] * min(windows, 3)
        self._plan: list[npt.NDArray[np.int64]] = []
        for indices in buckets.values():
            shuffled = rng.permutation(indices)
            self._plan += [shuffled[i : i + size] for i in range(0, len(shuffled), size)]
        self._plan = [self._plan[i] for i in rng.permutation(len(self._plan))]

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, index: int) -> Batch:
        rng = np.random.default_rng((self._epoch, index))
        return stack([self._one(self._samples[i], rng) for i in self._plan[index]])

    def _one(self, sample: Sample, rng: np.random.Generator) -> Batch:
        rows, cols = sample.shape
        high, wide = sample.window
        bottom, left = int(rng.integers(0, rows - high + 1)), int(rng.integers(0, cols - wide + 1))
        nodes = jittered(sample.nodes, rng) if self._varied else sample.nodes
        grid = window_nodes(nodes, rows=(bottom, bottom + high), cols=(left, left + wide))
        nothing = elsewhere(grid, sample, rng) if self._varied and rng.random() < NOTHING_SHARE else None
        if nothing is not None:
            return self._nothing(cut(sample.image, nothing), rows=high, cols=wide, rng=rng)
        canvas = cut(sample.image, grid)
        window = (slice(bottom, bottom + high), slice(left, left + wide))
        stage, occluded = sample.truth.stage[window].copy(), sample.truth.occluded[window].astype(np.int64)
        stage[(occluded > 0) | ~sample.scored[window]] = UNKNOWN
        occluded[~sample.scored[window]] = -1
        cover = sample.truth.cover[window].astype(np.float32)
        if self._varied:
            canvas, stage, occluded = self._disturb(canvas, stage, occluded, rng)
            if rng.random() < 0.5:
                canvas, stage, occluded, cover = canvas[:, ::-1], stage[:, ::-1], occluded[:, ::-1], cover[:, ::-1]
        return Batch(
            canvas=torch.from_numpy(np.ascontiguousarray(canvas)),
            stage=torch.from_numpy(np.ascontiguousarray(stage[::-1])),
            occluded=torch.from_numpy(np.ascontiguousarray(occluded[::-1])),
            cover=torch.from_numpy(np.ascontiguousarray(cover[::-1].transpose(2, 0, 1))),
        )

    def _nothing(self, canvas: Image, *, rows: int, cols: int, rng: np.random.Generator) -> Batch:
        """A canvas of surroundings alone: every cell void, hiding and covers untold."""
        return Batch(
            canvas=torch.from_numpy(np.ascontiguousarray(vary(canvas, rng))),
            stage=torch.zeros((rows, cols), dtype=torch.int64),
            occluded=torch.full((rows, cols), -1, dtype=torch.int64),
            cover=torch.zeros((len(COVERS), rows, cols)),
        )

    def _disturb(
        self, canvas: Image, stage: npt.NDArray[np.int64], occluded: npt.NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[Image, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        if rng.random() < 0.25:
            donor = self._samples[int(rng.integers(0, len(self._samples)))].image
            pasted = paste(canvas, rng, other=donor)
            canvas, hidden = pasted.image, pasted.hidden[::-1] >= HIDDEN_SHARE
            stage = np.where(hidden, UNKNOWN, stage)
            occluded = np.where(hidden & (occluded >= 0), 1, occluded)
        return vary(canvas, rng), stage, occluded


def elsewhere(grid: Array, sample: Sample, rng: np.random.Generator) -> Array | None:
    """The window moved (and shrunk) to where no face is, at least 90 % inside the frame; None when no try fits."""
    height, width = sample.image.shape[:2]
    around = grid.reshape(-1, 2)
    for _ in range(TRIES):
        size = rng.uniform(0.2, 0.9)
        moved = (grid - around.mean(axis=0)) * size + rng.uniform((0, 0), (width, height))
        points = moved.reshape(-1, 2)
        inside = ((points >= 0) & (points < (width, height))).all(axis=1).mean()
        if inside >= 0.9 and not any(_overlap(points, hull) for hull in sample.hulls):
            return np.asarray(moved)
    return None


def _overlap(points: Array, hull: Array) -> bool:
    ring = cv2.convexHull(points.astype(np.float32))[:, 0]
    area, _ = cv2.intersectConvexConvex(ring, np.asarray(hull, np.float32))
    return bool(area > 0)


def stack(items: list[Batch]) -> Batch:
    """Several one-sample batches of one shape as one."""
    return Batch(
        canvas=torch.stack([item.canvas for item in items]),
        stage=torch.stack([item.stage for item in items]),
        occluded=torch.stack([item.occluded for item in items]),
        cover=torch.stack([item.cover for item in items]),
    )


def cut(image: Image, nodes: Array) -> Image:
    """The canvas of a node grid with margins."""
    rows, cols = nodes.shape[0] - 3, nodes.shape[1] - 3
    map_x, map_y = (dense_map(nodes[..., axis], rows=rows, cols=cols) for axis in (0, 1))
    return np.asarray(cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR), np.uint8)


def window_nodes(nodes: Array, *, rows: tuple[int, int], cols: tuple[int, int]) -> Array:
    """The node grid of a window of cells, its margins taken from the neighbouring cells."""
    (a, b), (c, d) = rows, cols
    last = nodes.shape[1] - 3
    below = nodes[0] if a == 0 else (nodes[a] + nodes[a + 1]) / 2
    band = np.concatenate([below[None], nodes[a + 1 : b + 3]])
    left = band[:, 0] if c == 0 else (band[:, c] + band[:, c + 1]) / 2
    right = band[:, last + 2] if d == last else (band[:, d + 1] + band[:, d + 2]) / 2
    return np.concatenate([left[:, None], band[:, c + 1 : d + 2], right[:, None]], axis=1)


def jittered(nodes: Array, rng: np.random.Generator) -> Array:
    """A person's commissioning: corners off by some pixels, storey lines by up to a quarter of a storey."""
    rows, cols = nodes.shape[0], nodes.shape[1]
    corners = np.clip(rng.normal(0, 1.5, (2, 2, 2)), -4, 4)
    v, u = np.linspace(0, 1, rows)[:, None, None], np.linspace(0, 1, cols)[None, :, None]
    field = (corners[0, 0] * (1 - u) + corners[0, 1] * u) * (1 - v) + (corners[1, 0] * (1 - u) + corners[1, 1] * u) * v
    storey = np.diff(nodes, axis=0, append=nodes[-1:] * 2 - nodes[-2:-1])
    bay = np.diff(nodes, axis=1, append=nodes[:, -1:] * 2 - nodes[:, -2:-1])
    up = np.clip(rng.normal(0, 0.07), -0.25, 0.25)
    along = np.clip(rng.normal(0, 0.04), -0.15, 0.15)
    lines = np.clip(rng.normal(0, 0.02, (rows, 1, 1)), -0.08, 0.08)
    return np.asarray(nodes + field + storey * (up + lines) + bay * along)
