"""Temporal filter: what each cell is, given all that was seen of it. Causal, soft, ordered, with dwell times.

A hidden semi-Markov filter over two things at once: the *stage* of the cell, by sub-states (each inner stage is two
phases in a row, so that leaving right after entering is rare, and a third in which it stalls), and what the cell
*looks like* to the network, which is another stage with some standing probability. The look is drawn when a stage is
entered and seldom again, so a network that is wrong about a wall in the same way every day makes the filter sure of the
look, never of the stage. Forward at the usual pace of the stage, backward seldom but never impossible.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from edge_agent.vision.stages import StageList

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DAY_S = 86400.0
# The figures below were chosen on sequences of the network's answers: the demo's 6 faces over 62 days, with and without
# 30 % of the cells hidden, and 118 faces of training scenes it was never taught, looked at weeks apart.
BACKWARD_PER_DAY = 1 / 120  # rework, demolition, an earlier wrong label
# Sites go faster and slower than the usual dwell, and stand still: without the slow and the fast one, a face seen again
# after weeks was pulled to where the calendar would have it (mean error 7.1 points, the single frame's 6.3; now 6.2).
PACES = (0.2, 0.8, 2.0)
STALLS_SHARE = 0.1  # how many stays are long ones: without them a wall left standing drifted by 8 points in 40 days
STALL_DAYS = 60.0
LOOKS_PER_DAY = 0.7  # frames of one day share their errors, and so do neighbouring days
SHARPNESS = 1.8  # one look, after STANDING_ERROR blurred it, is again worth what the network said
DOUBT = 0.02  # share of a likelihood that is always uniform: one frame never decides alone
STANDING_ERROR = 0.13  # share of cells that look like another stage for as long as they are in theirs
STANDING_REACH = 0.5  # and how much rarer each further stage along the list is
LOOK_CHANGES_PER_DAY = 0.05  # light and season change what a wall looks like
MEMORY_OF_LOOKS_DAYS = 10.0
HIDDEN_FROM = 0.5  # occlusion probability from which a cell counts as not observed
STEP_DAYS = 1 / 96  # transitions are cached for whole quarters of an hour, and shared out between them


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceBelief:
    """Belief about the cells of a face, rows from the ground up.

    `phases` rows x cols x sub-states x looks sums to 1 per cell; `seen_s` rows x cols is the epoch second when the cell
    was last observed, NaN if never; `looks` rows x cols is by how many independent looks of late it was observed.
    """

    phases: Floats
    seen_s: Floats
    looks: Floats

    @property
    def known(self) -> Mask:
        """Cells that were observed at least once."""
        return np.asarray(~np.isnan(self.seen_s))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observation:
    """One look: `stage` rows x cols x stages (sums to 1), `occluded` probability and `observable` per cell."""

    stage: Floats
    occluded: Floats
    observable: Mask

    @property
    def visible(self) -> Mask:
        """Cells whose own surface this look shows."""
        return np.asarray(self.observable & (self.occluded < HIDDEN_FROM))


def blank_belief(rows: int, cols: int, *, stages: StageList) -> FaceBelief:
    """Nothing seen yet: every stage equally likely."""
    return FaceBelief(
        phases=np.tile(_even(stages)[:, None] * _looks_like(stages), (rows, cols, 1, 1)),
        seen_s=np.full((rows, cols), np.nan),
        looks=np.zeros((rows, cols)),
    )


def adopted(belief: FaceBelief | None, rows: int, cols: int, *, stages: StageList) -> FaceBelief:
    """A remembered belief made to fit this version: as it is, taken over stage by stage, or blank for another face."""
    blank = blank_belief(rows, cols, stages=stages)
    if belief is None or belief.phases.shape[:2] != (rows, cols):
        return blank
    if belief.phases.shape == blank.phases.shape:
        return belief
    owner = _stage_of_phase_before(stages)
    if belief.phases.shape[2:] != owner.shape:
        return blank
    held = np.stack([belief.phases[..., owner == s].sum(axis=-1) for s in range(len(stages.names))], axis=-1)
    phases = blank.phases * len(stages.names) * held[..., _stage_of_phase(stages)][..., None]
    return FaceBelief(phases=phases, seen_s=belief.seen_s, looks=belief.looks)


def _stage_of_phase_before(stages: StageList) -> npt.NDArray[np.int64]:
    """The sub-states of memories written before stalls and looks were told apart."""
    last = len(stages.names) - 1
    return np.repeat(np.arange(last + 1), [1, *[2] * (last - 1), 1])


def update(belief: FaceBelief, look: Observation, *, now_s: float, stages: StageList) -> FaceBelief:
    """Belief after a look. Cells that are not visible are carried exactly as they were (no drift while hidden).

    A clock that was ahead and is right again must leave no cell seen in the future: all others would seem long hidden.
    """
    visible = look.visible
    if not visible.any():
        return belief
    elapsed = np.maximum(0.0, now_s - belief.seen_s[visible]) / DAY_S  # NaN where never seen
    first = np.isnan(elapsed)
    elapsed = np.where(first, 0.0, elapsed)
    weight = np.where(first, 1.0, np.minimum(1.0, LOOKS_PER_DAY * elapsed))
    moved = _advance(belief.phases[visible], elapsed, stages=stages)
    likelihood = _likelihood(look.stage[visible], look.occluded[visible])
    posterior = moved * (likelihood ** (SHARPNESS * weight)[:, None])[:, None, :]
    phases, seen_s, looks = belief.phases.copy(), belief.seen_s.copy(), belief.looks.copy()
    phases[visible] = posterior / posterior.sum(axis=(1, 2), keepdims=True)
    seen_s = np.minimum(seen_s, now_s)
    seen_s[visible] = now_s
    looks[visible] = looks[visible] * np.exp(-elapsed / MEMORY_OF_LOOKS_DAYS) + weight
    return FaceBelief(phases=phases, seen_s=seen_s, looks=looks)


def stage_probabilities(belief: FaceBelief, *, stages: StageList) -> Floats:
    """Belief summed over sub-states and looks: rows x cols x stages."""
    return _by_stage(belief.phases, stages=stages)


def stages_after(belief: FaceBelief, days: Floats, *, stages: StageList) -> Floats:
    """Stage probabilities if the usual pace went on for so many `days` (rows x cols) unseen."""
    flat = belief.phases.reshape(-1, *belief.phases.shape[2:])
    return _by_stage(_advance(flat, days.ravel(), stages=stages).reshape(belief.phases.shape), stages=stages)


def aged_probabilities(belief: FaceBelief, *, now_s: float, stages: StageList) -> Floats:
    """Stage probabilities if the usual pace had gone on since each cell was last seen: how unsure a carried cell is."""
    days = np.nan_to_num(np.maximum(0.0, now_s - belief.seen_s) / DAY_S)
    return stages_after(belief, days, stages=stages)


def _by_stage(phases: Floats, *, stages: StageList) -> Floats:
    owner, by_phase = _stage_of_phase(stages), phases.sum(axis=-1)
    return np.stack([by_phase[..., owner == s].sum(axis=-1) for s in range(len(stages.names))], axis=-1)


def _even(stages: StageList) -> Floats:
    """Every stage equally likely, spread over its sub-states."""
    owner = _stage_of_phase(stages)
    return np.asarray(1.0 / (len(stages.names) * np.bincount(owner)[owner]))


def _likelihood(stage: Floats, occluded: Floats) -> Floats:
    """Flattened by occlusion and by standing doubt; cells x stages."""
    trust = ((1 - DOUBT) * (1 - occluded))[:, None]
    return np.asarray(trust * stage + (1 - trust) / stage.shape[-1])


def _advance(phases: Floats, days: Floats, *, stages: StageList) -> Floats:
    """Cells x sub-states x looks moved forward by each cell's own number of days.

    What is left over of whole steps counts by its share of the next one: looks seconds apart add up to the same days.
    """
    steps = days / STEP_DAYS
    whole = np.floor(steps).astype(int)
    over = steps - whole
    moved = phases.copy()
    for step in np.unique(whole[steps > 0]):
        same = (whole == step) & (steps > 0)
        low = _moved(phases[same], int(step), stages=stages) if step else phases[same]
        share = over[same][:, None, None]
        next_one = _moved(phases[same], int(step) + 1, stages=stages) if share.any() else low
        moved[same] = (1 - share) * low + share * next_one
    return moved


def _moved(phases: Floats, steps: int, *, stages: StageList) -> Floats:
    """Who stays in a stage mostly keeps the look of it; who enters one draws a new look."""
    owner = _stage_of_phase(stages)
    transition, within = _transition(stages, steps), owner[:, None] == owner[None, :]
    kept = float(np.exp(-LOOK_CHANGES_PER_DAY * STEP_DAYS * steps))
    staying = np.einsum("npl,pq->nql", phases, transition * within)
    drawn = phases.sum(axis=-1) @ (transition * ~within) + (1 - kept) * staying.sum(axis=-1)
    return np.asarray(kept * staying + drawn[..., None] * _looks_like(stages))


@lru_cache(maxsize=8)
def _looks_like(stages: StageList) -> Floats:
    """Sub-states x looks: how often a cell in a stage looks like each stage."""
    place = np.arange(len(stages.names))
    other = np.where(place[:, None] == place, 0.0, STANDING_REACH ** np.abs(place[:, None] - place))
    other *= STANDING_ERROR / other.sum(axis=1, keepdims=True)
    return np.asarray((other + (1 - STANDING_ERROR) * np.eye(len(place)))[_stage_of_phase(stages)])


def _stage_of_phase(stages: StageList) -> npt.NDArray[np.int64]:
    """Stage of each sub-state: [ready, stalled], then [begun, ready, stalled] for each inner stage, and the last."""
    last = len(stages.names) - 1
    return np.repeat(np.arange(last + 1), [2, *[3] * (last - 1), 1])


@lru_cache(maxsize=4096)
def _transition(stages: StageList, steps: int) -> Floats:
    """Row-stochastic matrix over `steps` quarter hours, averaged over the paces a site may go at."""
    return np.asarray(np.mean([_exponential(_rates(stages), pace * steps * STEP_DAYS) for pace in PACES], axis=0))


def _exponential(rates: Floats, days: float) -> Floats:
    """exp(rates · t) by repeated squaring of a stochastic step; no change is told apart beyond 400 days."""
    days = min(days, 400.0)
    halvings = 10 + max(0, int(np.ceil(np.log2(max(days, 1.0)))))
    step = np.eye(len(rates)) + rates * (days / 2**halvings)
    return np.asarray(np.linalg.matrix_power(step, 2**halvings))


@lru_cache(maxsize=8)
def _rates(stages: StageList) -> Floats:
    """Generator matrix per day between sub-states."""
    owner = _stage_of_phase(stages)
    rates = np.zeros((len(owner), len(owner)))
    for stage, dwell in enumerate(stages.dwell_days):
        mine, follower = np.flatnonzero(owner == stage), np.flatnonzero(owner == stage + 1)
        if stage > 0:
            rates[mine, np.flatnonzero(owner == stage - 1)[0]] = BACKWARD_PER_DAY
        if not len(follower):
            continue
        *begun, ready, stalled = mine
        pace = len(begun) + 1.0
        rates[begun, ready] = pace / dwell
        rates[ready, [follower[0], stalled]] = pace / dwell, STALLS_SHARE * pace / dwell
        rates[stalled, follower[0]] = 1.0 / STALL_DAYS
    return np.asarray(rates - np.diag(rates.sum(axis=1)))
