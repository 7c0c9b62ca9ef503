"""The pure spine: facts of one project -> progress -> deviation -> findings -> warnings -> score.

A function of the set of facts up to an instant, in event time: any order of arrival, any repetition and any restart
give the same warnings with the same `raised_at`, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from central.domain import (
    Assessment,
    Building,
    CameraCondition,
    Deviation,
    Observation,
    Progress,
    Project,
    RuleState,
    Score,
    Subject,
    WarningChange,
)
from central.plan.calendar import SiteCalendar, calendar_of, local_day, midnight
from central.plan.compare import compare
from central.plan.planned import Curve, building_curve, project_curve
from central.progress.instants import by_instant
from central.progress.profile import PACED, FusionProfile
from central.progress.site import SiteFold, Standing, whole
from central.rules.devices import devices
from central.rules.evidence import insufficient
from central.rules.facts import RuleInput
from central.rules.ladder import DEFAULT, LadderProfile
from central.rules.reconcile import StateKey, reconcile
from central.rules.rules import evaluate
from central.scoring.measure import Tally, measure
from central.scoring.tree import PROJECT_TREE, ScoringTree, score

RULE_SHARE_BP = 6_000  # weight that must be recent, or inspected, for a subject to count as such
_SCHEDULE_RULES = ("schedule_gap", "time_lag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every number that judges, as versioned data."""

    ladders: LadderProfile = DEFAULT
    fusion: FusionProfile = PACED
    tree: ScoringTree = PROJECT_TREE


def assess(
    project: Project,
    *,
    observations: Iterable[Observation],
    conditions: Iterable[CameraCondition] = (),
    now: datetime,
    policy: Policy | None = None,
) -> Assessment:
    """Everything that the facts up to `now` say about a project.

    Evaluated at each instant of evidence and at each midnight (Asia/Shanghai) from the project's start; a building at
    its own instants, the project at all. `as_of` of the result is the last such instant, `now` when there is none.
    """
    policy = policy or Policy()
    run = _Run(project, policy)
    for instant, found in by_instant(observations, start=project.start, now=now):
        run.evaluate(instant, found)
    ailing = devices(conditions, policy.ladders, now=now)
    changes = sorted((*run.changes, *ailing.changes), key=lambda c: (c.at, c.rule, c.subject))
    states = {**run.states, **ailing.states}
    last = run.as_of or now
    return Assessment(
        project=project.id,
        as_of=last,
        progress=(*run.progress, *(run.folds.items(last, at_s=run.calendar.effective_s(last)) if run.as_of else ())),
        deviations=tuple(run.deviations),
        changes=tuple(changes),
        states=tuple(states[key] for key in sorted(states)),
        score=run.score(last),
    )


class _Run:
    """One pass over a project's instants. Holds nothing that was not computed from the facts given to `evaluate`."""

    def __init__(self, project: Project, policy: Policy) -> None:
        self.project, self.policy = project, policy
        self.calendar: SiteCalendar = calendar_of(project)
        self.folds = SiteFold(project, self.calendar, profile=policy.fusion)
        self.as_of: datetime | None = None
        self.progress: list[Progress] = []
        self.deviations: list[Deviation] = []
        self.changes: list[WarningChange] = []
        self.states: Mapping[StateKey, RuleState] = {}
        self._whole_subject = Subject(kind="project", id=project.id)
        self._curve = project_curve(project, self.calendar)
        self._curves = {b.id: building_curve(b, project, self.calendar) for b in project.buildings}
        self._building_of = {item.id: b.id for b in project.buildings for item in b.items}
        self._thin_since: dict[Subject, int] = {}
        self._days = 0
        self._warned = dict.fromkeys(self._curves, 0)
        self._evident = dict.fromkeys(self._curves, 0)

    def evaluate(self, instant: datetime, found: tuple[Observation, ...]) -> None:
        """Take in what was seen at an instant and judge whatever it is about; at midnight, everything."""
        self.folds.take(found)
        self.as_of = instant
        at_s = self.calendar.effective_s(instant)
        tick = instant == midnight(local_day(instant))
        touched = {self._building_of.get(o.item) for o in found}
        standings = [self.folds.building(b, instant, at_s=at_s) for b in self.project.buildings]
        together = whole(self.project, standings, instant)
        self._judge(self._whole_subject, together, self._curve, instant)
        for building, standing in zip(self.project.buildings, standings, strict=True):
            if tick or building.id in touched:
                self._judge(Subject(kind="building", id=building.id), standing, self._curves[building.id], instant)
        if tick and self._works(instant, at_s):
            self._tally()

    def score(self, as_of: datetime) -> Score:
        """The score at the last instant."""
        newest = next((d for d in reversed(self.deviations) if d.subject == self._whole_subject), None)
        measured = measure(
            newest,
            [self._tally_of(building) for building in self.project.buildings],
            [c for c in self.changes if c.rule in _SCHEDULE_RULES],
            curve=self._curve,
            now_s=self.calendar.effective_s(as_of),
        )
        return score(
            measured, subject=self._whole_subject, as_of=as_of, tree=self.policy.tree, observed=newest is not None
        )

    def _judge(self, subject: Subject, standing: Standing, curve: Curve, instant: datetime) -> None:
        deviation = compare(standing.progress, curve, self.calendar, subject=subject, as_of=instant)
        self.progress.append(standing.progress)
        if standing.progress.last_seen is not None:  # before anything was seen there is no actual to speak of
            self.deviations.append(deviation)
        seen = RuleInput(
            subject=subject,
            as_of=instant,
            deviation=deviation,
            fresh=standing.progress.last_seen == instant and standing.recent_bp >= RULE_SHARE_BP,
            insufficient_h=self._insufficient_h(subject, deviation),
            silent_h=_hours(standing.camera_seen, instant),
            inspected=standing.inspected_bp >= RULE_SHARE_BP,
        )
        after = reconcile(evaluate(seen, self.policy.ladders), self.states, self.policy.ladders)
        self.states = after.states
        self.changes.extend(after.changes)

    def _insufficient_h(self, subject: Subject, deviation: Deviation) -> int | None:
        """Effective hours since evidence became insufficient; None while it suffices."""
        if not insufficient(deviation):
            self._thin_since.pop(subject, None)
            return None
        now_s = self.calendar.effective_s(deviation.as_of)
        return (now_s - self._thin_since.setdefault(subject, now_s)) // 3600

    def _works(self, instant: datetime, at_s: int) -> bool:
        """Whether the day that has just ended was a working day of the project."""
        return at_s > 0 and local_day(instant).toordinal() - 1 not in self.calendar.off

    def _tally(self) -> None:
        self._days += 1
        for building in self._curves:
            subject = Subject(kind="building", id=building)
            states = (self.states.get((rule, subject)) for rule in _SCHEDULE_RULES)
            self._warned[building] += any(state is not None and state.level is not None for state in states)
            self._evident[building] += subject not in self._thin_since

    def _tally_of(self, building: Building) -> Tally:
        return Tally(
            weight_bp=building.weight_bp,
            days=self._days,
            warned_days=self._warned[building.id],
            evident_days=self._evident[building.id],
        )


def _hours(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else int((now - since).total_seconds()) // 3600
