"""Actual completion with confidence, per work item: a deterministic fold over what was observed (domain.md §4.3).

Readings of an edge are already filtered over time there, so their errors are alike from one to the next. They are
therefore never averaged into more certainty than a gateway's one word an hour, and their sigma stays the profile's
(0.06), which is the error of the camera and not the flutter between two of its readings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt

from central.domain import Observation, Progress, WorkItem
from central.plan.calendar import DAY_S, SiteCalendar
from central.plan.planned import Curve, begin_s, working_s
from central.progress.belief import Belief, Drift, Measurement, Motion, begin, predict, reopen, update, variance_at
from central.progress.gate import hold, passes, recant, supporters
from central.progress.hourly import hour_of, measurements, order
from central.progress.profile import PACED, FusionProfile

COMPLETE_BP = (
    9_800  # from here on an item counts as complete for coverage: cameras cannot tell the last cell from noise
)
HEAD_START_DAYS = 7
_CORROBORATING = ("inspector", "supervisor", "document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the fold of one item needs beside observations. `begin_s` is the effective second of its planned start."""

    item: str
    begin_s: int
    drift: Drift
    calendar: SiteCalendar
    profile: FusionProfile


def setting_of(item: WorkItem, curve: Curve, calendar: SiteCalendar, *, profile: FusionProfile = PACED) -> Setting:
    """The setting of a work item: D is how long its own work takes as planned, kappa / D its spread."""
    drift = Drift(spread=profile.kappa * DAY_S / working_s(curve), pace_days=profile.pace_days)
    return Setting(item=item.id, begin_s=begin_s(curve), drift=drift, calendar=calendar, profile=profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the builder says of an item himself: the newest self-report, believed or not."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMemory:
    """Everything that the fold of one item goes on from: `settled` is the belief before the running `hour`, whose
    observations are `open`."""

    belief: Belief
    settled: Belief
    hour: int = -1
    open: tuple[Observation, ...] = ()
    claim: Claim | None = None


class Fold:
    """The fold of one item, fed in order of event time; `belief` is the state after everything taken so far.

    Words of the running hour are kept open, because a gateway's cameras of one hour are one word: each newcomer folds
    that hour again. So the belief at any instant depends on the observations up to it and on nothing else.
    """

    def __init__(self, setting: Setting, memory: ItemMemory | None = None) -> None:
        self.setting = setting
        if memory is None:
            new = Belief(motion=begin(setting.drift, at_s=setting.begin_s))
            memory = ItemMemory(belief=new, settled=new)
        self.memory = memory

    @property
    def belief(self) -> Belief:
        """Where the item stands."""
        return self.memory.belief

    def take(self, observations: Iterable[Observation]) -> None:
        """Observations of one instant, not earlier than any taken before."""
        before, setting = self.memory, self.setting
        settled, hour, claim = before.settled, before.hour, before.claim
        words = list(before.open)
        for observation in observations:
            if hour != hour_of(observation.observed_at):
                settled, hour, words = before.belief, hour_of(observation.observed_at), []
            words.append(observation)
            if observation.kind == "self_report":
                claim = Claim(at=observation.observed_at, value=observation.value_bp / 10_000)
        belief = settled
        for word in measurements(words, calendar=setting.calendar, profile=setting.profile):
            belief = absorb(belief, word, setting)
        self.memory = ItemMemory(belief=belief, settled=settled, hour=hour, open=tuple(words), claim=claim)

    def replan(self, setting: Setting, *, shift_s: int) -> None:
        """Go on by another plan. `shift_s` = the instant in its effective seconds less the same in the former's.

        What was seen stays; an item that was never seen begins where the new plan lets it. The running hour ends.
        """
        belief = self.belief
        if belief.seen is None:
            motion = begin(setting.drift, at_s=setting.begin_s)
        else:
            motion = replace(belief.motion, at_s=belief.motion.at_s + shift_s)
        belief = replace(belief, motion=motion)
        self.setting = setting
        self.memory = ItemMemory(belief=belief, settled=belief, claim=self.memory.claim)

    def reported(self) -> float:
        """What the builder says is done; what others saw since his word may be more, and without one it is that."""
        claim, belief = self.memory.claim, self.belief
        if claim is None:
            return belief.value
        seen = max((at for at in (belief.camera_seen, belief.inspected) if at is not None), default=None)
        return claim.value if seen is None or seen <= claim.at else max(claim.value, belief.value)

    def is_covered(self, as_of: datetime, *, due: bool) -> bool:
        """Whether it was observed lately, is complete, or is not yet due. `due` = the plan has begun."""
        belief = self.belief
        fresh = belief.fresh_until is not None and as_of < belief.fresh_until
        return fresh or not due or belief.value * 10_000 >= COMPLETE_BP

    def variance(self, at_s: int) -> float:
        """Variance at an effective second; the value stays as last seen, the variance grows."""
        return variance_at(self.belief.motion, self.setting.drift, at_s=at_s)

    @property
    def quarantined(self) -> tuple[str, ...]:
        """Records set aside: never corroborated, or not yet."""
        belief = self.belief
        return (*belief.rejected, *(ref for held in belief.held for ref in held.refs))

    def review(self, variance: float) -> tuple[str, ...]:
        """What a person should look at: a fall below the peak beyond noise, or a jump only persistence explains."""
        belief, profile = self.belief, self.setting.profile
        fallen = belief.peak - belief.value > max(profile.fall_floor, 2 * sqrt(variance))
        return (*(("fall",) if fallen else ()), *(("jump",) if belief.jumped else ()))

    def progress(self, as_of: datetime, *, due: bool) -> Progress:
        """State at an instant. `due` = the plan has begun."""
        variance = self.variance(self.setting.calendar.effective_s(as_of))
        return Progress(
            subject=self.setting.item,
            as_of=as_of,
            value=self.belief.value,
            variance=variance,
            coverage_bp=10_000 if self.is_covered(as_of, due=due) else 0,
            last_seen=self.belief.seen,
            refs=self.belief.refs,
            quarantined=self.quarantined,
            review=self.review(variance),
        )


def fuse(observations: Iterable[Observation], setting: Setting, *, as_of: datetime, due: bool = True) -> Progress:
    """State of one item at an instant from the set of its observations up to it, in any order."""
    fold = Fold(setting)
    for observation in sorted(set(observations), key=order):
        if observation.observed_at <= as_of:
            fold.take((observation,))
    return fold.progress(as_of, due=due)


def absorb(belief: Belief, word: Measurement, setting: Setting) -> Belief:
    """One word: time passes, the gate is asked, and it is believed, set aside, or believed with those who support it.

    A word set aside leaves the belief as it was, so that its variance keeps growing from the last accepted word.
    """
    profile, drift = setting.profile, setting.drift
    motion = predict(_first(belief, word, drift), drift, to_s=word.at_s)
    case = supporters(belief, word, profile)
    if belief.seen is None and word.kind != "self_report" and not passes(motion, word, profile):
        motion = reopen(motion, drift, towards=word.value)  # that nothing was done is a guess, not something seen
    if passes(motion, word, profile):
        return _accept(recant(_accept_case(belief, motion, case, profile), word), word, profile)
    if not case:
        return hold(belief, word)
    motion = reopen(motion, drift, towards=word.value)
    alone = all(held.source == word.source for held in case)
    belief = replace(_accept_case(belief, motion, case, profile), jumped=belief.jumped or alone)
    return _accept(belief, word, profile)


def _first(belief: Belief, word: Measurement, drift: Drift) -> Motion:
    """The first sight of an item: it may have begun before its planned start, so a week's work is never a surprise."""
    if belief.seen is not None or word.at_s - belief.motion.at_s >= HEAD_START_DAYS * DAY_S:
        return belief.motion
    return replace(belief.motion, at_s=word.at_s, variance=(HEAD_START_DAYS * drift.spread) ** 2)


def _accept_case(belief: Belief, motion: Motion, case: tuple[Measurement, ...], profile: FusionProfile) -> Belief:
    """Believe held words, the same source's repetitions once: they are one word said often."""
    if not case:
        return replace(belief, motion=motion)
    belief = replace(belief, motion=motion, held=tuple(held for held in belief.held if held not in case))
    for held in {held.source: held for held in case}.values():
        belief = _accept(belief, held, profile)
    return belief


def _accept(belief: Belief, word: Measurement, profile: FusionProfile) -> Belief:
    """Update with a word that is believed. A self-report lifts at most 5 points above what others corroborated."""
    boast = word.kind == "self_report"
    ceiling = max(belief.value, belief.corroborated + profile.self_report_lift) if boast else 1.0
    motion = update(belief.motion, word, ceiling=min(1.0, ceiling))
    trusted = word.kind in _CORROBORATING
    return Belief(
        motion=motion,
        corroborated=belief.corroborated if boast else motion.value,
        peak=motion.value if trusted else max(belief.peak, motion.value),
        jumped=belief.jumped and not trusted,
        seen=_later(belief.seen, word.at),
        camera_seen=_later(belief.camera_seen, word.at) if word.kind == "camera" else belief.camera_seen,
        inspected=_later(belief.inspected, word.at) if trusted else belief.inspected,
        fresh_until=_later(belief.fresh_until, word.at + timedelta(days=profile.fresh_days[word.kind])),
        refs=word.refs,
        held=belief.held,
        rejected=belief.rejected,
    )


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
