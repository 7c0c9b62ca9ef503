"""The face reading: what is said of a face after a look, what it rests on, and when nothing is said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from edge_agent.vision.cells import top_storey
from edge_agent.vision.filter import FaceBelief, aged_probabilities, stage_probabilities
from edge_agent.vision.quality import QualityCode
from edge_agent.vision.registration import Status
from edge_agent.vision.scene import Face
from edge_agent.vision.stages import COVERS, StageList

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MIN_COVERAGE_BP = 6000
MAX_HALF_WIDTH_BP = 1000
HALF_WIDTH_SIGMAS = 1.645  # 90 % interval
UNVERIFIED_LIMIT_S = 48 * 3600.0
CELL_CORRELATION = 0.15  # errors of the cells of a face share light and camera
UNSEEN_SIGMA_BP = 2500  # how far cells that were never seen may be from the mean of the others
COVER_FROM = 0.5

AbstainReason = Literal["unusable_frame", "moved", "unverified", "coverage", "uncertain", "nothing_seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReading:
    """One cell: most likely stage (index into the stage list), its probability, and what covers it now."""

    stage: int
    probability_bp: int
    known: bool
    occluded: bool
    cover: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceReading:
    """A face at a moment. All `_bp` are 1/10000. `completion_bp` is None when abstaining; `abstained` says why.

    `stage_shares_bp` follows the stage list and sums to 10000 over the cells ever seen, or is empty if there are none.
    `coverage_bp` is the share of the face really observed in this frame. `top_storey` counts storeys begun.
    `cells` are rows from the ground up. `residual_px` is the camera's measured shift.
    """

    scene_id: str
    face_id: str
    building: str
    work_type: str
    captured_at: datetime
    completion_bp: int | None
    abstained: tuple[AbstainReason, ...]
    held_bp: int | None
    sigma_bp: int
    coverage_bp: int
    stage_shares_bp: tuple[int, ...]
    top_storey: int | None
    cells: tuple[tuple[CellReading, ...], ...]
    quality: tuple[QualityCode, ...]
    registration: Status
    residual_px: float
    model_sha256: str
    frame_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What this frame showed of a face: `visible` cells, and cover probabilities rows x cols x 3 (None: not looked)."""

    visible: Mask
    cover: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How unsure the network's cells are beyond their own posterior; measured on held-out scenes."""

    floor_bp: int
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a belief amounts to: completion, its standard deviation, stage shares; None while nothing was seen."""

    completion_bp: int
    sigma_bp: int
    shares_bp: tuple[int, ...]


def cell_weights(face: Face) -> Floats:
    """Weights rows x cols, summing to 1."""
    if face.cell_weight_bp is None:
        return np.full((face.rows, face.cols), 1.0 / (face.rows * face.cols))
    weights = np.asarray(face.cell_weight_bp, float)
    return np.asarray(weights / weights.sum())


def standing(
    belief: FaceBelief, weights: Floats, *, now_s: float, stages: StageList, spread: Spread
) -> Standing | None:
    """Completion of a face over the cells ever seen, those hidden now carried; None when none was ever seen."""
    share = np.where(belief.known, weights, 0.0)
    if share.sum() <= 0:
        return None
    seen = float(share.sum())
    share = share / seen
    probabilities = stage_probabilities(belief, stages=stages)
    credit = np.asarray(stages.credit_bp, float)
    aged = aged_probabilities(belief, now_s=now_s, stages=stages)
    variance = np.maximum(aged @ credit**2 - (aged @ credit) ** 2, 0.0)
    sigma = _sigma_bp(share, variance, spread=spread)
    sigma = float(np.hypot(sigma, (1 - seen / float(weights.sum())) * UNSEEN_SIGMA_BP))
    shares = np.einsum("rc,rcs->s", share, probabilities)
    return Standing(completion_bp=round(float(shares @ credit)), sigma_bp=round(sigma), shares_bp=_whole(shares))


def _sigma_bp(share: Floats, variance: Floats, *, spread: Spread) -> float:
    """Standard deviation of a weighted mean whose cells err together (one common correlation), with a floor."""
    alone = float((share**2 * variance).sum())
    together = float((share * np.sqrt(variance)).sum()) ** 2
    mean_variance = (1 - CELL_CORRELATION) * alone + CELL_CORRELATION * together
    return float(np.hypot(spread.scale * np.sqrt(mean_variance), spread.floor_bp))


def _whole(shares: Floats) -> tuple[int, ...]:
    """Basis points that sum to exactly 10000 (largest remainder)."""
    exact = shares / shares.sum() * 10000
    whole = np.floor(exact).astype(int)
    for index in np.argsort(whole - exact)[: 10000 - int(whole.sum())]:
        whole[index] += 1
    return tuple(int(value) for value in whole)


def cells_of(belief: FaceBelief, look: Look, *, stages: StageList) -> tuple[tuple[CellReading, ...], ...]:
    """One CellReading per cell, rows from the ground up."""
    probabilities = stage_probabilities(belief, stages=stages)
    best = probabilities.argmax(axis=-1)
    certain = np.round(probabilities.max(axis=-1) * 10000).astype(int)
    known = belief.known
    rows, cols = best.shape
    return tuple(
        tuple(
            CellReading(
                stage=int(best[r, c]),
                probability_bp=int(certain[r, c]),
                known=bool(known[r, c]),
                occluded=not bool(look.visible[r, c]),
                cover=_cover_names(look.cover, r, c),
            )
            for c in range(cols)
        )
        for r in range(rows)
    )


def _cover_names(cover: Floats | None, row: int, col: int) -> tuple[str, ...]:
    if cover is None:
        return ()
    return tuple(name for name, p in zip(COVERS, cover[row, col], strict=True) if p >= COVER_FROM)


def why_abstain(
    held: Standing | None, *, coverage_bp: int, usable: bool, status: Status, unverified_s: float
) -> tuple[AbstainReason, ...]:
    """Reasons to give no value, gravest first; empty when the value stands."""
    half_width_bp = HALF_WIDTH_SIGMAS * held.sigma_bp if held else 0.0
    checks: tuple[tuple[bool, AbstainReason], ...] = (
        (not usable, "unusable_frame"),
        (status == "MOVED", "moved"),
        (held is None, "nothing_seen"),
        (unverified_s > UNVERIFIED_LIMIT_S, "unverified"),
        (coverage_bp < MIN_COVERAGE_BP, "coverage"),
        (half_width_bp > MAX_HALF_WIDTH_BP, "uncertain"),
    )
    return tuple(reason for failed, reason in checks if failed)


def storeys_begun(belief: FaceBelief, *, stages: StageList) -> int:
    """Top storey by the belief's own void probabilities."""
    return top_storey(stage_probabilities(belief, stages=stages)[..., 0])
