"""A window of a face with its targets, before it is varied: from a frame, from its surroundings, or drawn flat."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.dataset import UNKNOWN
from edge_agent.vision.first_look import SHRINK
from edge_agent.vision.rectify import CELL_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX, canvas_size
from edge_agent.vision.stages import COVERS
from training.paste import HIDDEN_SHARE, paste
from training.repaint import Paint, repainted
from training.sample import Before, Sample
from training.screen import screen
from training.sketch.face import Sketch, drawn
from training.veil import NET_OPAQUE, veil

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Image = npt.NDArray[np.uint8]
Shape = tuple[int, int]
TOUCHED_SHARE = 0.15  # of a cell behind something pasted from which its occluder is neither that nor none
VEILED_BEFORE_SHARE = 0.35  # of veiled windows: a scaffold stood there at the earlier look already
TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """One canvas with its targets, rows from the ground up, before it is varied; meanings as in Batch."""

    canvas: Image
    stage: Ints
    behind: Ints
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
    stage[~scored] = UNKNOWN
    behind = np.where(occluded > 0, stage, UNKNOWN)
    stage[occluded > 0] = UNKNOWN
    occluder = np.where(occluded > 0, sample.truth.occluder[window], 0)
    occluder = np.where((occluded > 0) & (occluder == 0), UNKNOWN, occluder)
    return Piece(
        canvas=canvas,
        stage=stage,
        behind=behind,
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
        behind=np.full(shape, UNKNOWN, np.int64),
        occluded=np.zeros(shape, np.int64),
        occluder=np.zeros(shape, np.int64),
        cover=np.zeros((*shape, len(COVERS)), np.float32),
        first=face.first,
    )


def nothing_of(sample: Sample, canvas: Image, *, shape: Shape) -> Piece:
    """A canvas of surroundings alone: every cell void, hiding and covers untold."""
    untold = np.full(shape, UNKNOWN, np.int64)
    cover = np.zeros((*shape, len(COVERS)), np.float32)
    stage = np.zeros(shape, np.int64)
    return Piece(canvas=canvas, stage=stage, behind=untold, occluded=untold, occluder=untold, cover=cover)


def veiled(piece: Piece, rng: np.random.Generator) -> Piece:
    """A bare window behind a scaffold or a see-through net; one that is covered somewhere stays as it is.

    Now and then the scaffold stood there at its earlier look already, with a net of its own.
    """
    if piece.cover.any():
        return piece
    shown = veil(np.ascontiguousarray(piece.canvas), rng)
    first = piece.first
    if first is not None and rng.random() < VEILED_BEFORE_SHARE:
        size = piece.canvas.shape[1::-1]
        then = veil(np.asarray(cv2.resize(first, size), np.uint8), rng).image
        first = np.asarray(cv2.resize(then, first.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
    return replace(piece, canvas=shown.image, cover=np.ascontiguousarray(shown.cover[::-1]), first=first)


def screened(piece: Piece, rng: np.random.Generator) -> Piece:
    """A window with a screen before some of its cells, of which little more is learnt than that they are hidden."""
    rows = len(piece.stage)
    begun = np.flatnonzero((piece.stage > 0).mean(axis=1) >= 0.5)
    shown = screen(np.ascontiguousarray(piece.canvas), rng, top=rows - 1 - int(begun[-1]) if len(begun) else rows)
    hidden = shown.hidden[::-1]
    return replace(
        piece,
        canvas=shown.image,
        stage=np.where(hidden, UNKNOWN, piece.stage),
        behind=_behind(piece, hidden),
        occluded=np.where(hidden & (piece.occluded >= 0), 1, piece.occluded),
        occluder=np.where(hidden, UNKNOWN, piece.occluder),
        cover=np.where(hidden[..., None], np.arange(len(COVERS)) == NET_OPAQUE, piece.cover).astype(np.float32),
    )


def with_distractor(piece: Piece, rng: np.random.Generator, *, donor: Image) -> Piece:
    """Something pasted in front; of what it hides little is learnt."""
    pasted = paste(np.ascontiguousarray(piece.canvas), rng, other=donor)
    share = pasted.hidden[::-1]
    hidden = share >= HIDDEN_SHARE
    occluder = np.where((share > TOUCHED_SHARE) & (piece.occluder == 0), UNKNOWN, piece.occluder)
    return Piece(
        canvas=pasted.image,
        stage=np.where(hidden, UNKNOWN, piece.stage),
        behind=_behind(piece, hidden),
        occluded=np.where(hidden & (piece.occluded >= 0), 1, piece.occluded),
        occluder=np.where(hidden & (piece.occluded == 0), pasted.kind, occluder),
        cover=piece.cover,
        first=piece.first,
    )


def _behind(piece: Piece, hidden: npt.NDArray[np.bool_]) -> Ints:
    """What stands behind what hides these cells too."""
    return np.where(hidden & (piece.stage != UNKNOWN), piece.stage, piece.behind)


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
