"""The face reading: what is said of a face after a look, what it rests on, and when nothing is said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from edge_agent.vision.carry import held_probabilities
from edge_agent.vision.filter import FaceBelief, aged_probabilities
from edge_agent.vision.interval import SIGMAS, Doubt, Spread, common_deviation_bp
from edge_agent.vision.quality import QualityCode
from edge_agent.vision.registration import Status
from edge_agent.vision.scene import Face
from edge_agent.vision.stages import COVERS, StageList
from edge_agent.vision.tops import top_storey

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MIN_COVERAGE_BP = 6000
MAX_HALF_WIDTH_BP = 1000
HALF_WIDTH_SIGMAS = SIGMAS  # 90 % interval
UNVERIFIED_LIMIT_S = 48 * 3600.0
COVER_FROM = 0.5
STEADY_SIGMAS = 0.5  # a fall by less than this is none: what is held is not known to a point (0048, 0054)

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

    `stage_shares_bp` follows the stage list and sums to 10000 over the cells this camera can see, or is empty as long
    as it saw none. `coverage_bp` is the share of the face really observed in this frame. `top_storey` counts storeys
    begun, None where the work has no top. `cells` are rows from the ground up. `residual_px` is the camera's measured
    shift. `doubt` is what `sigma_bp` was made of.
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
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What this frame showed of a face: `visible` cells, and cover probabilities rows x cols x 3 (None: not looked)."""

    visible: Mask
    cover: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a belief amounts to: completion (steadied), its standard deviation and what that rests on, stage shares."""

    completion_bp: int
    sigma_bp: int
    shares_bp: tuple[int, ...]
    doubt: Doubt


def cell_weights(face: Face) -> Floats:
    """Weights rows x cols, summing to 1."""
    if face.cell_weight_bp is None:
        return np.full((face.rows, face.cols), 1.0 / (face.rows * face.cols))
    weights = np.asarray(face.cell_weight_bp, float)
    return np.asarray(weights / weights.sum())


def standing(
    belief: FaceBelief, weights: Floats, *, observable: Mask, now_s: float, stages: StageList, spread: Spread
) -> Standing | None:
    """Completion of the cells this camera can see, those hidden now carried; None when none was ever seen.

    `weights` sum to 1 over the face. An observable cell never seen counts with what is held of it, and widens sigma.
    Shares are of the cells as they are held; completion may stand above them by what `steadied` keeps.
    """
    counted = np.where(observable | belief.known, weights, 0.0)
    seen = float(np.where(belief.known, weights, 0.0).sum())
    if seen <= 0:
        return None
    share = counted / counted.sum()
    credit = np.asarray(stages.credit_bp, float)
    shares = np.einsum("rc,rcs->s", share, held_probabilities(belief, stages=stages))
    doubt = _doubt(belief, share, now_s=now_s, stages=stages, unseen=1 - seen / float(weights.sum()))
    sigma_bp = round(spread.sigma_bp(doubt))
    return Standing(
        completion_bp=round(steadied(float(shares @ credit), said_bp=belief.said_bp, sigma_bp=sigma_bp)),
        sigma_bp=sigma_bp,
        shares_bp=_whole(shares),
        doubt=doubt,
    )


def steadied(held_bp: float, *, said_bp: float, sigma_bp: float) -> float:
    """What is said of a face that is held to be at `held_bp`, where `said_bp` was said before (NaN: nothing).

    Rises are said as they are. A fall within the doubt of the reading is as likely its error as a fall, and is not
    said; a greater one is, all but that doubt.
    """
    if np.isnan(said_bp):
        return held_bp
    return max(held_bp, min(said_bp, held_bp + STEADY_SIGMAS * sigma_bp))


def _doubt(belief: FaceBelief, share: Floats, *, now_s: float, stages: StageList, unseen: float) -> Doubt:
    credit = np.asarray(stages.credit_bp, float)
    aged = aged_probabilities(belief, now_s=now_s, stages=stages)
    variance = np.where(belief.known, np.maximum(aged @ credit**2 - (aged @ credit) ** 2, 0.0), 0.0)
    return Doubt(
        cells_bp=common_deviation_bp(share, variance),
        looks=float((share * belief.looks).sum() / share[belief.known].sum()),
        unseen=unseen,
    )


def _whole(shares: Floats) -> tuple[int, ...]:
    """Basis points that sum to exactly 10000 (largest remainder)."""
    exact = shares / shares.sum() * 10000
    whole = np.floor(exact).astype(int)
    for index in np.argsort(whole - exact)[: 10000 - int(whole.sum())]:
        whole[index] += 1
    return tuple(int(value) for value in whole)


def cells_of(belief: FaceBelief, look: Look, *, stages: StageList) -> tuple[tuple[CellReading, ...], ...]:
    """One CellReading per cell, rows from the ground up."""
    probabilities = held_probabilities(belief, stages=stages)
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


def storeys_begun(belief: FaceBelief, *, stages: StageList) -> int | None:
    """Top storey as held, hidden cells told by the common top of the bays; None where the work has no top.

    Storeys that this camera never has in view are not said to stand.
    """
    if not stages.rises:
        return None
    return min(belief.reach, top_storey(held_probabilities(belief, stages=stages)[..., 0]))
