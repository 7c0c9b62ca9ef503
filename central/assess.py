"""The pure spine: facts of one project -> progress -> deviation -> findings -> warnings -> score.

A function of the set of facts up to an instant, in event time: any order of arrival, any repetition and any restart
give the same warnings with the same `raised_at`, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from central.checkpoint import Checkpoint, kept
from central.course import Books, Course, PlanInForce, score_of
from central.domain import Assessment, CameraCondition, FundEntry, LifeEvent, Observation
from central.lifecycle.chain import due_start
from central.plan.calendar import local_day, midnight
from central.policy import Policy
from central.progress.instants import by_instant
from central.progress.siteplan import site_plan
from central.scoring.goal_document import GoalRecord, GoalVersion

__all__ = ["PlanInForce", "Policy", "ProjectFacts", "assess"]

_BEFORE_MAX = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """Everything an assessment is a function of. `plans` in order of `since`, at least one; of the others any order.

    An entry of the ledger counts from the end of its day, a life event when its day has ended; only an agreed start is
    known from the first. `goals` are the approved versions of the project's goals, `records` all that was ever noted of
    them: a version counts from the end of the day that approved it, a record from the midnight after it was noted.
    """

    plans: tuple[PlanInForce, ...]
    observations: tuple[Observation, ...] = ()
    conditions: tuple[CameraCondition, ...] = ()
    entries: tuple[FundEntry, ...] = ()
    events: tuple[LifeEvent, ...] = ()
    goals: tuple[GoalVersion, ...] = ()
    records: tuple[GoalRecord, ...] = ()


def assess(
    facts: ProjectFacts,
    *,
    now: datetime,
    policy: Policy | None = None,
    resume: Checkpoint | None = None,
    overturned: bool = True,
) -> Assessment:
    """Everything that the facts up to `now` say about a project; with `resume` only what is later than that.

    Evaluated at each instant of evidence and at each midnight (Asia/Shanghai) from the project's start, or where that
    is earlier from before the day it was to begin by, or from the end of the first day of its ledger; a building at its
    own instants, the project at all. `as_of` of the result is the last such instant, `now` when there is none.
    Going on from a checkpoint gives bit for bit what a run from the start gives, provided that no fact up to its
    instant has changed since; facts up to it may be left out. Unless something that was said later than `resume` is
    `overturned`, items are left out whose building was not judged since.
    """
    policy = policy or Policy()
    after = resume.at if resume else None
    course = Course(facts.plans, policy, books=_books(facts, after), resume=resume)
    start = _first_day(facts, policy, resume)
    instants = by_instant(facts.observations, start=start, now=now, after=after)
    keep = kept([*([after] if after else []), *(instant for instant, _ in instants)])
    checkpoints = []
    for instant, found in instants:
        course.evaluate(instant, found)
        if instant in keep:
            course.look_at_devices(facts.conditions, after=after, until=instant)
            after = instant
            checkpoints.append(_checkpoint(course, facts, policy, instant))
    course.look_at_devices(facts.conditions, after=after, until=now)
    said = _said(course, facts, policy, now=now, resume=resume, checkpoints=tuple(checkpoints))
    return _with_items(said, course, facts, after=None if overturned or resume is None else resume.at)


def plan_at(plans: tuple[PlanInForce, ...], instant: datetime) -> PlanInForce:
    """The plan in force at an instant: the newest that began up to it; the first before all."""
    return next((plan for plan in reversed(plans) if plan.since <= instant), plans[0])


def _first_day(facts: ProjectFacts, policy: Policy, resume: Checkpoint | None) -> date:
    """The first day whose midnight is judged: a plan that begins late hides no start due and no payment."""
    start, due = facts.plans[0].project.start, due_start(facts.events)
    days = [start, *(entry.day + timedelta(days=1) for entry in facts.entries)]
    if resume and resume.memory.money:  # the first entries may be left out
        days.append(local_day(resume.at))
    if due is not None:
        lines = policy.ladders_at(midnight(due)).ladder("not_started").thresholds
        days.append(due - timedelta(days=max(0, *(-line for _, line in lines))))
    return min(start, max(min(days), start - _BEFORE_MAX))


def _checkpoint(course: Course, facts: ProjectFacts, policy: Policy, at: datetime) -> Checkpoint:
    plan = site_plan(plan_at(facts.plans, at).project)
    return Checkpoint(at=at, digest=policy.digest(plan, at), memory=course.memory())


def _books(facts: ProjectFacts, after: datetime | None) -> Books:
    """Entries not counted yet: at an instant those of the days before its own are."""
    wanted = {e.voucher: e for e in facts.entries if after is None or e.day >= local_day(after)}
    entries = sorted(wanted.values(), key=lambda e: (e.day, e.voucher))
    return Books(entries=entries, events=facts.events, goals=facts.goals, records=facts.records)


def _said(
    course: Course,
    facts: ProjectFacts,
    policy: Policy,
    *,
    now: datetime,
    resume: Checkpoint | None,
    checkpoints: tuple[Checkpoint, ...],
) -> Assessment:
    written, begun = course.written, course.as_of is not None
    last = course.score() if begun else score_of(site_plan(facts.plans[0].project), policy, as_of=now)
    return Assessment(
        project=facts.plans[0].project.id,
        as_of=course.as_of or now,
        progress=tuple(written.progress),
        deviations=tuple(written.deviations),
        changes=tuple(sorted(written.changes, key=lambda c: (c.at, c.rule, c.subject))),
        states=course.states(),
        score=last,
        scores=(*written.scores, *((last,) if begun else ())),
        since=resume.at if resume else None,
        checkpoints=checkpoints,
    )


def _with_items(said: Assessment, course: Course, facts: ProjectFacts, *, after: datetime | None) -> Assessment:
    """With the work items of buildings that were judged later than `after` (None: of all), and those that have left."""
    in_force = plan_at(facts.plans, said.as_of)
    same = after is not None and plan_at(facts.plans, after) is in_force
    every = frozenset[str]().union(*map(_items, facts.plans))
    return replace(
        said,
        progress=(*said.progress, *course.items(after=after)),
        items=every,
        left=frozenset() if same else every - _items(in_force),
        whole=after is None,
    )


def _items(plan: PlanInForce) -> frozenset[str]:
    return frozenset(item.id for building in plan.project.buildings for item in building.items)
