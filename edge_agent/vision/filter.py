"""Temporal filter: what each cell is, given all that was seen of it. Causal, soft, ordered, with dwell times.

A hidden semi-Markov filter over two things at once: the *stage* of the cell, by sub-states (each inner stage is two
phases in a row, so that leaving right after entering is rare, and a third in which it stalls), and what the cell
*looks like* to the network: one of a few answers, sure of a stage, torn between two or vague (`looks.py`). The look is
drawn when a stage is entered and seldom again, so an answer that comes every day makes the filter sure of the look, and
a look says of the stage what such an answer says once. Forward at the usual pace of the stage, backward seldom but
never impossible. Cells of a face are misread together: a look that moves all of them as no work does is doubted as one.
Where the work rises, the face also has a common top (`tops.py`).
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from edge_agent.vision.change import Change
from edge_agent.vision.looks import answer_likelihood, looks_of_stages
from edge_agent.vision.stages import StageList
from edge_agent.vision.tops import FALLS_PER_DAY, blank_top, risen

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DAY_S = 86400.0
# The figures below were chosen on sequences of the network's answers: the demo's 6 faces over 62 days, with and without
# 30 % of the cells hidden, and 118 faces of training scenes it was never taught, looked at weeks apart; those of whole
# faces and of first looks on 39 towers, 14 roads and 19 sides of estates it was never taught, 16 looks each, and on
# 86 scenes held aside.
BEGINS = 2.0  # a mild prior: side buildings that are finished already, and cameras hung late, exist
ENDED = 0.25  # where the work renews, what looks new at first has most likely not been begun (decision 0051)
BACKWARD_PER_DAY = 1 / 200  # rework, an earlier wrong label
TORN_SHARE = 0.02  # how many of the cells that are seen to change do not go on: they are torn down, whatever they were
STALLS_SHARE = 0.1  # how many stays are long ones: without them a wall left standing drifted by 8 points in 40 days
STALL_DAYS = 60.0
LOOKS_PER_DAY = 0.7  # frames of one day share their errors, and so do neighbouring days
SHARPNESS = 3.3  # how clearly one answer tells a look from another: from frame to frame a look's answers differ little
DOUBT = 0.02  # share of a likelihood that is always uniform: one frame never decides alone
LOOK_CHANGES_PER_DAY = 0.05  # light and season change what a wall looks like to the network
MEMORY_OF_LOOKS_DAYS = 10.0
BACK_BP = 50.0  # mean fall of a face's cells in one whole look from which it is asked whether they fall together
TOGETHER = 2.0  # … which they do when their sum is so many times what as many cells would add up to by themselves
DOUBT_OF_FALLS = 2.0  # so much every look of late counts against a face that falls together
HALVINGS = 6  # how finely the trust in a look that rises too fast is told
GUESS = 1.0  # how clearly what the network takes to be behind something tells, beside SHARPNESS for what it sees
HIDDEN_FROM = 0.5  # occlusion probability from which a cell counts as not observed
STEP_DAYS = 1 / 96  # transitions are cached for whole quarters of an hour, and shared out between them


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceBelief:
    """Belief about the cells of a face, rows from the ground up.

    `phases` rows x cols x sub-states x looks sums to 1 per cell; `seen_s` rows x cols is the epoch second when the cell
    was last observed, NaN if never; `looks` rows x cols is by how many independent looks of late it was observed.
    `top` (rows + 1) is the probability of each number of storeys begun that the bays have in common, as of `top_s`
    (epoch seconds, NaN if never looked at); even for work that does not rise. The camera looks at the lowest `reach`
    storeys, by at least one cell; those above are out of its view. `said_bp` is what was last said of the whole face,
    NaN if nothing was.
    """

    phases: npt.NDArray[np.float32]
    seen_s: Floats
    looks: Floats
    top: Floats
    top_s: float = float("nan")
    reach: int = 0
    said_bp: float = float("nan")

    @property
    def known(self) -> Mask:
        """Cells that were observed at least once."""
        return np.asarray(~np.isnan(self.seen_s))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observation:
    """One look: `stage` rows x cols x stages (sums to 1), and per cell the probability that it is `occluded` and that
    an opaque net hangs before it (`netted`).

    A cell `in_view` that is not `observable` is too small or oblique for its stage, but tells whether anything stands.
    `counts` (0–1) is what the look is worth: less than 1 where it was hard to see. `change` is what comparing it with
    how the cells looked before tells, None where nothing was compared.
    """

    stage: Floats
    occluded: Floats
    netted: Floats
    observable: Mask
    in_view: Mask
    counts: float = 1.0
    change: Change | None = None

    @property
    def visible(self) -> Mask:
        """Cells whose own surface this look shows."""
        return np.asarray(self.observable & (self.occluded < HIDDEN_FROM))


def blank_belief(rows: int, cols: int, *, stages: StageList) -> FaceBelief:
    """Nothing seen yet: the first stage is the likeliest, for cameras are hung when the works begin."""
    return FaceBelief(
        phases=np.tile(_never_seen(stages), (rows, cols, 1, 1)).astype(np.float32),
        seen_s=np.full((rows, cols), np.nan),
        looks=np.zeros((rows, cols)),
        top=blank_top(rows),
    )


def adopted(belief: FaceBelief | None, rows: int, cols: int, *, stages: StageList) -> FaceBelief:
    """A remembered belief made to fit this version: as it is, taken over stage by stage, or blank for another face."""
    blank = blank_belief(rows, cols, stages=stages)
    if belief is None or belief.phases.shape[:2] != (rows, cols):
        return blank
    if belief.phases.shape == blank.phases.shape:
        return belief
    owner = _owner_before(belief.phases.shape[2:], stages=stages)
    if owner is None:
        return blank
    by_phase = belief.phases.reshape(rows, cols, len(owner), -1).sum(axis=-1, dtype=float)
    held = np.stack([by_phase[..., owner == s].sum(axis=-1) for s in range(len(stages.names))], axis=-1)
    alone = blank.phases / stage_probabilities(blank, stages=stages)[..., _stage_of_phase(stages)][..., None]
    return replace(belief, phases=(alone * held[..., _stage_of_phase(stages)][..., None]).astype(np.float32))


def _owner_before(shape: tuple[int, ...], *, stages: StageList) -> npt.NDArray[np.int64] | None:
    """The stage of each sub-state in memories of an earlier version: without looks, or with other looks than now."""
    before = _stage_of_phase_before(stages)
    if shape == before.shape:
        return before
    now = _stage_of_phase(stages)
    return now if len(shape) == 2 and shape[0] == len(now) else None


def _stage_of_phase_before(stages: StageList) -> npt.NDArray[np.int64]:
    """The sub-states of memories written before stalls and looks were told apart."""
    last = len(stages.names) - 1
    return np.repeat(np.arange(last + 1), [1, *[2] * (last - 1), 1])


def update(belief: FaceBelief, look: Observation, *, now_s: float, stages: StageList) -> FaceBelief:
    """Belief after a look. Cells that are not visible are carried exactly as they were (no drift while hidden). Of what
    was never seen the common top tells where the work rises; elsewhere it is what this look takes it to be.

    A clock that was ahead and is right again must leave no cell seen in the future: all others would seem long hidden.
    Cells of a face are misread together, by one light, tint or net: a look that moves the whole face as no work does
    counts for less.
    """
    belief = _with_top(belief, look, now_s=now_s) if stages.rises else _guessed(belief, look, stages=stages)
    visible = look.visible
    if not visible.any():
        return belief
    step = _step(belief, look, now_s=now_s, stages=stages)
    trust = _trust(step, stages=stages)
    phases, seen_s, looks = belief.phases.copy(), belief.seen_s.copy(), belief.looks.copy()
    phases[visible] = step.after(trust)
    seen_s = np.minimum(seen_s, now_s)
    seen_s[visible] = now_s
    counted = step.weight * np.where(step.known, trust, 1.0)
    looks[visible] = step.looks * np.exp(-step.days / MEMORY_OF_LOOKS_DAYS) + counted
    return replace(belief, phases=phases, seen_s=seen_s, looks=looks)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    """What one look says of the cells it shows.

    `known` ones were observed before, `days` ago (0 for the others), by so many `looks` of late. `before` and `moved`
    (aged by those days) are cells x sub-states x looks, and so is what is `left` beside it, of cells that look as if
    they had left their stage. `answer` is cells x stages, and `weight` (0–1) is what the look counts for, by the time
    that has passed as well. `ring` is whether stages are confused as in a ring (looks.py).
    """

    ring: bool
    before: Floats
    moved: Floats
    left: Floats
    answer: Floats
    days: Floats
    weight: Floats
    known: Mask
    looks: Floats

    def after(self, trust: float) -> Floats:
        """The cells after the look, which counts by `trust` (0–1) for those known before."""
        trusted = np.where(self.known, trust, 1.0)
        sharpness = SHARPNESS * self.weight * trusted
        prior = np.maximum(self.moved + trusted[:, None, None] * self.left, 0.0)
        posterior = prior * answer_likelihood(self.answer, sharpness, ring=self.ring)[:, None, :]
        return np.asarray(posterior / posterior.sum(axis=(1, 2), keepdims=True))

    def rise_bp(self, trust: float, *, stages: StageList) -> Floats:
        """By how much the look raises the completion of each cell known before."""
        credit = np.asarray(stages.credit_bp, float)
        after, before = (_by_stage(p[self.known], stages=stages) for p in (self.after(trust), self.before))
        return np.asarray((after - before) @ credit)


def _step(belief: FaceBelief, look: Observation, *, now_s: float, stages: StageList) -> _Step:
    visible = look.visible
    since = np.maximum(0.0, now_s - belief.seen_s[visible]) / DAY_S  # NaN where never seen
    known = ~np.isnan(since)
    days = np.where(known, since, 0.0)
    before = belief.phases[visible].astype(float)
    return _Step(
        ring=stages.renews,
        before=before,
        moved=_advance(before, days, stages=stages),
        left=_seen_to_change(before, look.change, cells=visible, stages=stages),
        answer=_flattened(look.stage[visible], look.occluded[visible]),
        days=days,
        weight=look.counts * np.where(known, np.minimum(1.0, LOOKS_PER_DAY * days), 1.0),
        known=known,
        looks=belief.looks[visible],
    )


def _trust(step: _Step, *, stages: StageList) -> float:
    """How much a look counts for cells known before: less than 1 where it moves the whole face as no work does.

    A face that falls together is misread as a whole, the more surely the more looks said otherwise. One that rises
    together faster than any site works is misread, or really leapt: it is followed at the pace of the fastest site, so
    that one misread look does not carry it away, and a leap is caught up with as the next looks say it again.
    """
    if not step.known.any():
        return 1.0
    rise = step.rise_bp(1.0, stages=stages)
    if abs(rise.sum()) <= TOGETHER * np.sqrt((rise**2).sum()):
        return 1.0
    weight, days = float(step.weight[step.known].mean()), float(step.days[step.known].mean())
    if rise.mean() < -BACK_BP * weight:
        return 1.0 / (1.0 + DOUBT_OF_FALLS * float(step.looks[step.known].mean()))
    fastest_bp = stages.fastest_bp_per_day * days
    return _slowed(step, fastest_bp, stages=stages) if rise.mean() > fastest_bp else 1.0


def _slowed(step: _Step, most_bp: float, *, stages: StageList) -> float:
    """The greatest trust, to 1 part in 2**HALVINGS, under which the face rises by no more than `most_bp`."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if step.rise_bp(middle, stages=stages).mean() > most_bp:
            high = middle
        else:
            low = middle
    return low


def _guessed(belief: FaceBelief, look: Observation, *, stages: StageList) -> FaceBelief:
    """Cells never seen, as this look takes them to be behind what hides them: anew each time, for guesses that come
    again every day are one guess. They stay unseen.
    """
    unseen = look.observable & ~look.visible & ~belief.known
    if not unseen.any():
        return belief
    answer = _flattened(look.stage[unseen], np.zeros(int(unseen.sum())))
    sharpness = np.full(len(answer), GUESS * look.counts)
    guess = _never_seen(stages) * answer_likelihood(answer, sharpness, ring=stages.renews)[:, None, :]
    phases = belief.phases.copy()
    phases[unseen] = guess / guess.sum(axis=(1, 2), keepdims=True)
    return replace(belief, phases=phases)


def _with_top(belief: FaceBelief, look: Observation, *, now_s: float) -> FaceBelief:
    """The common top after a look, whose cells tell of it even where they are too small to tell their stage."""
    shown = look.in_view & (look.occluded < HIDDEN_FROM)
    if not shown.any():
        return belief
    void = np.where(shown, look.stage[..., 0], 0.5)
    first = np.isnan(belief.top_s)
    days = 0.0 if first else max(0.0, now_s - belief.top_s) / DAY_S
    weight = look.counts * (1.0 if first else min(1.0, LOOKS_PER_DAY * days))
    top = risen(belief.top, void, netted=look.netted, days=days, weight=weight)
    reach = max(belief.reach, 1 + int(np.flatnonzero(look.in_view.any(axis=1))[-1]))
    return replace(belief, top=top, top_s=now_s, reach=reach)


def stage_probabilities(belief: FaceBelief, *, stages: StageList) -> Floats:
    """Belief summed over sub-states and looks: rows x cols x stages."""
    return _by_stage(belief.phases.astype(float), stages=stages)


def stages_after(belief: FaceBelief, days: Floats, *, stages: StageList) -> Floats:
    """Stage probabilities if the usual pace went on for so many `days` (rows x cols) unseen."""
    flat = belief.phases.astype(float).reshape(-1, *belief.phases.shape[2:])
    return _by_stage(_advance(flat, days.ravel(), stages=stages).reshape(belief.phases.shape), stages=stages)


def aged_probabilities(belief: FaceBelief, *, now_s: float, stages: StageList) -> Floats:
    """Stage probabilities if the usual pace had gone on since each cell was last seen: how unsure a carried cell is."""
    days = np.nan_to_num(np.maximum(0.0, now_s - belief.seen_s) / DAY_S)
    return stages_after(belief, days, stages=stages)


def _by_stage(phases: Floats, *, stages: StageList) -> Floats:
    owner, by_phase = _stage_of_phase(stages), phases.sum(axis=-1)
    return np.stack([by_phase[..., owner == s].sum(axis=-1) for s in range(len(stages.names))], axis=-1)


def _never_seen(stages: StageList) -> Floats:
    """Sub-states x looks of a cell nobody looked at."""
    return _at_first(stages)[:, None] * _looks_like(stages)


def _at_first(stages: StageList) -> Floats:
    """How likely a cell nobody looked at is in each sub-state: the first stage BEGINS times as much as any other."""
    owner = _stage_of_phase(stages)
    likely = np.ones(len(stages.names))
    likely[0], likely[-1] = BEGINS, ENDED if stages.renews else 1.0
    return np.asarray((likely / likely.sum() / np.bincount(owner))[owner])


def _flattened(stage: Floats, occluded: Floats) -> Floats:
    """Answers flattened by occlusion and by standing doubt; cells x stages."""
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
    transition, within = _transition(stages, steps), _within(stages)
    kept = float(np.exp(-LOOK_CHANGES_PER_DAY * STEP_DAYS * steps))
    staying = np.einsum("npl,pq->nql", phases, transition * within)
    drawn = _entered(phases, steps, stages=stages) + (1 - kept) * staying.sum(axis=-1)
    return np.asarray(kept * staying + drawn[..., None] * _looks_like(stages))


def _entered(phases: Floats, steps: int, *, stages: StageList) -> Floats:
    """Those who are in another stage after so many steps: cells x sub-states."""
    return np.asarray(phases.sum(axis=-1) @ (_transition(stages, steps) * ~_within(stages)))


def _seen_to_change(phases: Floats, change: Change | None, *, cells: Mask, stages: StageList) -> Floats:
    """What is added to cells that look as if they had left their stage: as many more as the odds say of those who
    would have left it anyway in the days between the two pictures, or fewer where a building looks as it did. What is
    renewed may look much as it did after a step (a coat more): there nothing is taken away.

    By the days compared, not by those since the last look: of ten looks a day only one is compared, and all ten have
    been moved forward. It does not sum to 1 with the others; nothing does before the answer is counted.
    """
    added = np.zeros_like(phases)
    if change is None:
        return added
    evidence = change.evidence[cells]
    more = np.expm1(evidence if stages.rises else np.maximum(evidence, 0.0))
    steps = np.round(change.days[cells] / STEP_DAYS).astype(int)
    for step in np.unique(steps[more != 0]):
        same = (steps == step) & (more != 0)
        entered = more[same][:, None] * _entered(phases[same], int(step), stages=stages)
        torn = TORN_SHARE * entered.sum(axis=1, keepdims=True) * _begun(stages)
        added[same] = ((1 - TORN_SHARE) * entered + torn)[..., None] * _looks_like(stages)
    return added


def _begun(stages: StageList) -> Floats:
    """Sub-states: just come into some stage, each as likely."""
    owner = _stage_of_phase(stages)
    first = np.diff(owner, prepend=-1) > 0
    return np.asarray(first / first.sum())


def _within(stages: StageList) -> Mask:
    """Sub-states x sub-states: both of the same stage."""
    owner = _stage_of_phase(stages)
    return np.asarray(owner[:, None] == owner[None, :])


@lru_cache(maxsize=8)
def _looks_like(stages: StageList) -> Floats:
    """Sub-states x looks: how often a cell in a stage has each look."""
    return looks_of_stages(len(stages.names), ring=stages.renews)[_stage_of_phase(stages)]


def _stage_of_phase(stages: StageList) -> npt.NDArray[np.int64]:
    """Stage of each sub-state: [ready, stalled], then [begun, ready, stalled] for each inner stage, and the last."""
    last = len(stages.names) - 1
    return np.repeat(np.arange(last + 1), [2, *[3] * (last - 1), 1])


@lru_cache(maxsize=4096)
def _transition(stages: StageList, steps: int) -> Floats:
    """Row-stochastic matrix over `steps` quarter hours, averaged over the paces a site may go at.

    Without the slow and the fast one a face seen again after weeks was pulled to where the calendar would have it.
    """
    moved = [_exponential(_rates(stages), pace * steps * STEP_DAYS) for pace in stages.paces]
    return np.asarray(np.mean(moved, axis=0))


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
            falls = FALLS_PER_DAY if stages.rises and stage == 1 else BACKWARD_PER_DAY
            rates[mine, np.flatnonzero(owner == stage - 1)[0]] = falls
        if not len(follower):
            continue
        *begun, ready, stalled = mine
        pace = len(begun) + 1.0
        rates[begun, ready] = pace / dwell
        rates[ready, [follower[0], stalled]] = pace / dwell, STALLS_SHARE * pace / dwell
        rates[stalled, follower[0]] = 1.0 / STALL_DAYS
    return np.asarray(rates - np.diag(rates.sum(axis=1)))
