"""Training batches from data sets of the common layout: jittered commissioning, cell windows, varied images.

Frames stay JPEG in memory and are decoded when a sample is cut, so that tens of thousands fit; every sample is
rectified anew from the native pixels, so that polygon jitter costs no second interpolation.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset

from edge_agent.vision.dataset import UNKNOWN, FaceTruth, FrameFile, SceneFolder, read_scene_folder
from edge_agent.vision.errors import DatasetError
from edge_agent.vision.first_look import SHOWN_FROM, SHRINK, enlarged, kept
from edge_agent.vision.rectify import CELL_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX, canvas_size, dense_map
from edge_agent.vision.stages import COVERS, STAGE_LISTS
from training.augment import vary
from training.network import WEATHER
from training.paste import HIDDEN_SHARE, paste
from training.repaint import Paint, paints, repainted
from training.sketch.face import Sketch, drawn
from training.veil import veil
from wire.scene.grid import node_grid
from wire.scene.sight import cell_sight

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Image = npt.NDArray[np.uint8]
Shape = tuple[int, int]
WORK_TYPES = tuple(STAGE_LISTS)
WINDOW = 6  # most cells a side that a usual sample shows
LARGE = 10  # … and that one in seven shows, nearly a whole face
LARGE_SHARE, NARROW_SHARE = 0.15, 0.2
NOTHING_SHARE = 0.15  # samples that try (most fail) to show surroundings alone: hills and fences are no walls
DISTRACTOR_SHARE = 0.25
FIRST_SHARE, MIDDLE_SHARE = 0.6, 0.2  # samples compared with the first look, with a later one; the rest with none
UNFAIR = frozenset({"night", "fog"})  # in which nothing is kept to be compared with
REPAINTED = {"renovation": 0.3}  # how often a wall is given other paints, by work type
VEILED = {"renovation": 0.25}  # how often a bare window is put behind a scaffold, by work type
SKETCH_VEILED = {"renovation": 0.45, "new_build": 0.15}
TOUCHED_SHARE = 0.15  # of a cell behind something pasted from which its occluder is neither that nor none
TRIES = 20


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Canvases batch x H x W x 3 uint8, and cell targets with rows from the top down (as the network puts them out).

    `stage` is UNKNOWN where it must not be learnt (hidden, not observable, untold) and counts in the stage list of
    the item's `work` (index into WORK_TYPES); `occluded` and `occluder` are UNKNOWN where untold; `weather` is
    batch x 8 of 0 and 1, or UNKNOWN throughout where no conditions were told. `first` are canvases of an earlier look,
    which `known` (batch, 0 or 1) says there was.
    """

    canvas: Tensor
    first: Tensor
    known: Tensor
    stage: Tensor
    occluded: Tensor
    occluder: Tensor
    cover: Tensor
    weather: Tensor
    work: Tensor


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
    would keep it, and one from the middle, for a camera that came late.
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
        for number in sorted({*fair[:1], *fair[len(fair) // 3 : len(fair) // 3 + 1]}):
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
            piece = self._before_it(sketched(sample, shape), rng, veils=SKETCH_VEILED.get(sample.work_type, 0.0))
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
        piece = self._before_it(piece, rng, veils=VEILED.get(sample.work_type, 0.0))
        return self._finished(piece, work_type=sample.work_type, conditions=sample.conditions, rng=rng)

    def _before_it(self, piece: "Piece", rng: np.random.Generator, *, veils: float) -> "Piece":
        """The piece with what stands before it, and one way round or the other; `veils`: how often a scaffold."""
        if not self._varied:
            return piece
        if self._veil and rng.random() < veils:
            piece = veiled(piece, rng)
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
        if chance >= FIRST_SHARE + MIDDLE_SHARE:
            return None
        return sample.before[0] if chance < FIRST_SHARE else sample.before[-1]

    def _finished(
        self, piece: "Piece", *, work_type: str, conditions: tuple[str, ...], rng: np.random.Generator
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """One canvas with its targets, rows from the ground up, before it is varied; meanings as in Batch."""

    canvas: Image
    stage: Ints
    occluded: Ints
    occluder: Ints
    cover: npt.NDArray[np.float32]
    first: Image | None = None

    def mirrored(self) -> "Piece":
        """Left and right exchanged."""
        parts = {each.name: getattr(self, each.name) for each in fields(self)}
        return Piece(**{name: None if part is None else part[:, ::-1] for name, part in parts.items()})


def window_look(look: Before | None, *, window: tuple[slice, slice], coat: Sequence[Paint] = ()) -> Image | None:
    """The part of a kept look that a window of cells shows, still small; None without a look. `coat`: its paints."""
    if look is None:
        return None
    small = np.asarray(cv2.imdecode(np.frombuffer(look.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    rows, cols = look.truth.stage.shape
    if coat:
        small = repainted(small, _kept_nodes(rows, cols), look.truth, coat)
    height, width = canvas_size(window[0].stop - window[0].start, window[1].stop - window[1].start)
    top, left = (rows - window[0].stop) * CELL_PX // SHRINK, window[1].start * CELL_PX // SHRINK
    return small[top : top + height // SHRINK, left : left + width // SHRINK]


def _kept_nodes(rows: int, cols: int) -> Array:
    """Where the lines of a face meet in a kept look, (rows + 1) x (cols + 1) x 2, rows from the ground up."""
    height = canvas_size(rows, cols)[0]
    x = MARGIN_SIDE_PX + CELL_PX * np.arange(cols + 1.0)
    y = height - MARGIN_BELOW_PX - CELL_PX * np.arange(rows + 1.0)
    return np.stack(np.meshgrid(x, y), axis=-1) / SHRINK


def piece_of(sample: Sample, canvas: Image, *, window: tuple[slice, slice], first: Image | None = None) -> Piece:
    """A window of a face, `first` as `window_look` gives it. A hidden cell without a named occluder (a net, an older
    truth) leaves the kind untold.
    """
    stage, occluded = sample.truth.stage[window].copy(), sample.truth.occluded[window].astype(np.int64)
    scored = sample.scored[window]
    stage[(occluded > 0) | ~scored] = UNKNOWN
    occluder = np.where(occluded > 0, sample.truth.occluder[window], 0)
    occluder = np.where((occluded > 0) & (occluder == 0), UNKNOWN, occluder)
    return Piece(
        canvas=canvas,
        stage=stage,
        occluded=np.where(scored, occluded, UNKNOWN),
        occluder=np.where(scored, occluder, UNKNOWN).astype(np.int64),
        cover=sample.truth.cover[window].astype(np.float32),
        first=first,
    )


def sketched(sketch: Sketch, shape: Shape) -> Piece:
    """A window of a drawn face; nothing of it is hidden, and nothing stands before it yet."""
    face = drawn(sketch.work_type, shape, seed=sketch.seed)
    return Piece(
        canvas=face.canvas,
        stage=face.stage,
        occluded=np.zeros(shape, np.int64),
        occluder=np.zeros(shape, np.int64),
        cover=np.zeros((*shape, len(COVERS)), np.float32),
        first=face.first,
    )


def nothing_of(sample: Sample, canvas: Image, *, shape: Shape) -> Piece:
    """A canvas of surroundings alone: every cell void, hiding and covers untold."""
    untold = np.full(shape, UNKNOWN, np.int64)
    cover = np.zeros((*shape, len(COVERS)), np.float32)
    return Piece(canvas=canvas, stage=np.zeros(shape, np.int64), occluded=untold, occluder=untold, cover=cover)


def veiled(piece: Piece, rng: np.random.Generator) -> Piece:
    """A bare window behind a scaffold or a see-through net; one that is covered somewhere stays as it is."""
    if piece.cover.any():
        return piece
    shown = veil(np.ascontiguousarray(piece.canvas), rng)
    return replace(piece, canvas=shown.image, cover=np.ascontiguousarray(shown.cover[::-1]))


def with_distractor(piece: Piece, rng: np.random.Generator, *, donor: Image) -> Piece:
    """Something pasted in front, and what it hides no longer learnt."""
    pasted = paste(np.ascontiguousarray(piece.canvas), rng, other=donor)
    share = pasted.hidden[::-1]
    hidden = share >= HIDDEN_SHARE
    occluder = np.where((share > TOUCHED_SHARE) & (piece.occluder == 0), UNKNOWN, piece.occluder)
    return Piece(
        canvas=pasted.image,
        stage=np.where(hidden, UNKNOWN, piece.stage),
        occluded=np.where(hidden & (piece.occluded >= 0), 1, piece.occluded),
        occluder=np.where(hidden & (piece.occluded == 0), pasted.kind, occluder),
        cover=piece.cover,
        first=piece.first,
    )


def elsewhere(grid: Array, sample: Sample, image: Image, rng: np.random.Generator) -> Array | None:
    """The window moved (and shrunk) to where no face is, at least 90 % inside the frame; None when no try fits."""
    height, width = image.shape[:2]
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
    return Batch(**{each.name: torch.stack([getattr(item, each.name) for item in items]) for each in fields(Batch)})


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
    moved = (corners[0, 0] * (1 - u) + corners[0, 1] * u) * (1 - v) + (corners[1, 0] * (1 - u) + corners[1, 1] * u) * v
    storey = np.diff(nodes, axis=0, append=nodes[-1:] * 2 - nodes[-2:-1])
    bay = np.diff(nodes, axis=1, append=nodes[:, -1:] * 2 - nodes[:, -2:-1])
    up = np.clip(rng.normal(0, 0.07), -0.25, 0.25)
    along = np.clip(rng.normal(0, 0.04), -0.15, 0.15)
    lines = np.clip(rng.normal(0, 0.02, (rows, 1, 1)), -0.08, 0.08)
    return np.asarray(nodes + moved + storey * (up + lines) + bay * along)
