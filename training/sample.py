"""Faces in frames of the common layout, as training and calibration go through them.

Frames stay JPEG in memory and are decoded when a sample is cut, so that tens of thousands fit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from edge_agent.vision.dataset import UNKNOWN, FaceTruth, FrameFile, SceneFolder, read_scene_folder
from edge_agent.vision.errors import DatasetError
from edge_agent.vision.first_look import SHOWN_FROM, kept
from edge_agent.vision.stages import STAGE_LISTS
from training.cut import cut
from wire.scene.grid import node_grid
from wire.scene.sight import cell_sight

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
Shape = tuple[int, int]
WORK_TYPES = tuple(STAGE_LISTS)
WINDOW = 6  # most cells a side that a usual sample shows
UNFAIR = frozenset({"night", "fog"})  # in which nothing is kept to be compared with


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Before:
    """An earlier look at a face: the canvas as `first_look.kept` writes it, and what it showed."""

    jpeg: bytes
    truth: FaceTruth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """One face in one frame. `nodes` is its commissioned grid with margins; truth rows are from the ground up.

    `data` is the frame's file, shared by its faces. `hulls` are the outlines (native pixels) of all faces of the
    scene: outside them nothing is being built. `before` are looks at the face in earlier frames, the first of them
    first.
    """

    scene: str
    work_type: str
    data: bytes
    nodes: Array
    truth: FaceTruth
    scored: npt.NDArray[np.bool_]
    hulls: tuple[Array, ...]
    conditions: tuple[str, ...]
    before: tuple[Before, ...] = ()

    @property
    def image(self) -> Image:
        """The frame, decoded."""
        return np.asarray(cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_COLOR), np.uint8)

    @property
    def shape(self) -> Shape:
        return self.truth.stage.shape[0], self.truth.stage.shape[1]

    @property
    def learnt(self) -> npt.NDArray[np.bool_]:
        """Cells whose stage is known and can be seen."""
        return self.scored & ~self.truth.occluded & (self.truth.stage != UNKNOWN)


@dataclass(slots=True, kw_only=True)
class Library:
    """The samples of several data sets, by data set; `refresh` takes in what has arrived since."""

    roots: tuple[Path, ...]
    samples: tuple[list[Sample], ...] = ()
    _seen: set[Path] = field(default_factory=set)

    def refresh(self) -> None:
        """Read the scenes not read yet. DatasetError where one breaks the layout, or nothing is there at all."""
        self.samples = self.samples or tuple([] for _ in self.roots)
        for root, known in zip(self.roots, self.samples, strict=True):
            scenes = root / "scenes"
            folders = sorted(p for p in scenes.iterdir() if p.is_dir()) if scenes.is_dir() else []
            for folder in folders:
                if folder not in self._seen:
                    known.extend(samples_of(read_scene_folder(folder)))
                    self._seen.add(folder)
        if not self._seen:
            places = ", ".join(map(str, self.roots))
            raise DatasetError(file=places, where="scenes/", expected="at least one scene folder scenes/SCENE_ID/")


def samples_of(folder: SceneFolder) -> list[Sample]:
    """The samples of one scene."""
    scene = folder.scene
    nodes = {face.face_id: node_grid(face) for face in scene.faces}
    scored = {name: cell_sight(grid, scene.camera, scene.privacy_masks).observable for name, grid in nodes.items()}
    grids = {name: grid.points for name, grid in nodes.items()}
    hulls = tuple(cv2.convexHull(g.reshape(-1, 2).astype(np.float32))[:, 0] for g in grids.values())
    looks = _earlier_looks(folder, grids)
    return [
        Sample(
            scene=scene.scene_id,
            work_type=scene.work_type,
            data=data,
            nodes=grids[face_id],
            truth=truth,
            scored=scored[face_id],
            hulls=hulls,
            conditions=frame.conditions,
            before=tuple(look for at, look in looks[face_id] if at < number),
        )
        for number, frame, data in ((n, frame, _whole(frame)) for n, frame in enumerate(folder.frames) if frame.truth)
        for face_id, truth in frame.truth.items()
    ]


def _earlier_looks(folder: SceneFolder, grids: dict[str, Array]) -> dict[str, list[tuple[int, Before]]]:
    """By face the frames (number and `kept` look) that others are compared with: the first fair one, as the agent
    would keep it, and two later ones, for cameras that come in mid-works or when all is done.
    """
    found: dict[str, list[tuple[int, Before]]] = {face_id: [] for face_id in grids}
    for face_id, grid in grids.items():
        fair = [
            number
            for number, frame in enumerate(folder.frames)
            if (truth := frame.truth.get(face_id)) is not None
            and not UNFAIR & set(frame.conditions)
            and truth.occluded.mean() <= 1 - SHOWN_FROM
        ]
        for number in sorted({fair[len(fair) * part // 3] for part in range(3)} if fair else ()):
            image = cv2.imread(str(folder.frames[number].path), cv2.IMREAD_COLOR)
            look = kept(cut(np.asarray(image, np.uint8), grid))
            found[face_id].append((number, Before(jpeg=look, truth=folder.frames[number].truth[face_id])))
    return found


def _whole(frame: FrameFile) -> bytes:
    """The bytes of a frame; DatasetError when they do not end as a picture does."""
    data = frame.path.read_bytes()
    if not data.rstrip(b"\0").endswith((b"\xff\xd9", b"IEND\xaeB`\x82")):
        raise DatasetError(file=str(frame.path), where="(image)", expected="a whole JPEG or PNG")
    return data


def stage_weights(samples: Iterable[Sample]) -> dict[str, Tensor]:
    """By work type the inverse square root of the cell counts, mean 1: rare stages matter more, without drowning the
    rest.
    """
    counts = {kind: np.ones(len(stages.names)) for kind, stages in STAGE_LISTS.items()}
    for sample in samples:
        seen = sample.truth.stage[sample.learnt]
        counts[sample.work_type] += np.bincount(seen, minlength=len(counts[sample.work_type]))
    weights = {kind: 1 / np.sqrt(count) for kind, count in counts.items()}
    return {kind: torch.tensor(each / each.mean(), dtype=torch.float32) for kind, each in weights.items()}


def choose(
    sets: Sequence[Sequence[Sample]], *, mix: Sequence[float] | None, count: int | None, rng: np.random.Generator
) -> list[Sample]:
    """The samples of an epoch. `mix` are the shares of the data sets (None: as many as each has); large faces come up
    more often. A set smaller than its share is gone through again; an empty one leaves its share to the others.
    """
    sizes = [sum(map(_windows, samples)) for samples in sets]
    shares = np.array(mix if mix is not None else sizes, float) * (np.array(sizes) > 0)
    total = sum(sizes) if count is None else count
    quotas = np.round(total * shares / max(shares.sum(), 1e-9)).astype(int)
    chosen: list[Sample] = []
    for samples, quota in zip(sets, quotas, strict=True):
        repeated = [index for index, sample in enumerate(samples) for _ in range(_windows(sample))]
        for start in range(0, quota, max(len(repeated), 1)):
            chosen += [samples[i] for i in rng.permutation(repeated)[: quota - start]]
    return chosen


def _windows(sample: Sample) -> int:
    return min(3, max(1, round(sample.truth.stage.size / (WINDOW * WINDOW))))
