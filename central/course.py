"""The course of judging one project: from instant to instant of event time, with a memory that it can go on from.

Holds nothing that was not computed from the facts given to it; what it remembers is the `Memory` of a checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from central.checkpoint import Checkpoint, DayCount, Memory, Thin
from central.domain import (
    CameraCondition,
    Deviation,
    FundEntry,
    LifeEvent,
    MoneyStanding,
    Observation,
    Progress,
    Project,
    RuleState,
    Score,
    Subject,
    WarningChange,
)
from central.money.fold import MoneyFold
from central.plan.calendar import local_day, midnight, paused
from central.plan.compare import CDAY_S, compare, lag_cdays
from central.plan.planned import Curve
from central.policy import Policy
from central.progress.site import SiteFold, Standing
from central.progress.siteplan import SitePlan, site_plan
from central.progress.standstill import noted, standstill_cdays
from central.rules.devices import devices
from central.rules.evidence import insufficient
from central.rules.facts import RuleInput
from central.rules.reconcile import StateKey, reconcile
from central.rules.rules import evaluate
from central.scoring.effect import Effect, effects_at
from central.scoring.goal_document import GoalRecord, GoalVersion
from central.scoring.measure import Tally, measure
from central.scoring.tree import score

RULE_SHARE_BP = 6_000  # weight that must be recent, or inspected, for a subject to count as such
_SCHEDULE_RULES = ("schedule_gap", "time_lag")
_RAISED_MAX = 48  # records named behind a score's share of warned days: those of the newest warnings
_AGREED = "agreed_start"  # a day that lies ahead when it is agreed; all other events are known when they have happened


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInForce:
    """A plan version and the instant from which it is judged by; the first holds from the start.

    `estimate_fen` is the estimate of the whole (概算) then approved, 0 = not known.
    """

    since: datetime
    project: Project
    estimate_fen: int = 0


@dataclass(slots=True, kw_only=True)
class Written:
    """What a course has said so far, in order of time."""

    progress: list[Progress] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)
    changes: list[WarningChange] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """What is judged at midnights only: the project's life up to the day that has just ended, its own word, and what
    its goals came to."""

    events: tuple[LifeEvent, ...]
    reported_bp: int | None
    effects: tuple[Effect, ...] | None


class Course:
    """One pass over a project's instants, from the start or from a checkpoint on."""

    def __init__(
        self, plans: tuple[PlanInForce, ...], policy: Policy, *, books: Books, resume: Checkpoint | None = None
    ) -> None:
        memory = resume.memory if resume else Memory()
        self.policy, self.as_of = policy, resume.at if resume else None
        self.written = Written(changes=list(memory.lives))
        self._plans = plans
        self._number = _in_force(plans, resume.at if resume else None)
        self._plan: SitePlan = site_plan(plans[self._number].project)
        self._judged, self._looks = dict(memory.judged), dict(memory.looks)
        self._folds = SiteFold(self._plan, profile=policy.fusion, items=memory.items)
        self._states: Mapping[StateKey, RuleState] = {(s.rule, s.subject): s for s in memory.states}
        self._thin = {thin.subject: thin.since_s for thin in memory.thin}
        self._counts = dict(memory.counts)
        self._newest, self._raised = memory.newest, memory.raised
        self._lives: dict[StateKey, list[WarningChange]] = {}
        self._follow(memory.lives)
        self._books = books
        self._money: MoneyFold | None = None
        self._spent: MoneyStanding | None = None
        self._open_books(memory.money)

    # --- one instant ---------------------------------------------------------------------------------------------

    def evaluate(self, instant: datetime, found: tuple[Observation, ...]) -> None:
        """Take in what was seen at an instant and judge whatever it is about; at midnight, everything."""
        today = local_day(instant)
        if self.as_of is not None and local_day(self.as_of) < today:
            self.written.scores.append(self.score())
        renewed = self._go_by_plan(instant)
        self.as_of = instant
        if not found and today < self._plan.project.start and self._newest is None:
            subject, ended = Subject(kind="project", id=self._plan.project.id), self._day(today)
            self._reconcile(self._input(subject, instant, ended))  # nothing planned yet but to begin in time, and money
            self._judge_lines(instant, ended)
            self._judged |= {building.id: instant for building in self._plan.project.buildings}
            return
        self._folds.take(found)
        at_s = self._plan.calendar.effective_s(instant)
        tick = instant == midnight(today)
        touched = {self._plan.building_of.get(o.item) for o in found}
        buildings = self._plan.project.buildings
        standings = [self._folds.building(b.id, instant, at_s=at_s) for b in buildings]
        day = self._day(today) if tick else None
        self._judge_project(self._folds.whole(standings, instant), instant, day)
        for building, standing in zip(buildings, standings, strict=True):
            if tick or renewed or building.id in touched:
                self._judged[building.id] = instant
            if building.id in touched:
                self._note_look(building.id, found, instant, at_s=at_s)
            if tick or building.id in touched:
                curve = self._plan.buildings[building.id]
                self._judge(Subject(kind="building", id=building.id), standing, curve, instant, day=None)
        if tick and at_s > 0 and today.toordinal() - 1 not in self._plan.calendar.off:
            self._count_day()

    def _judge_project(self, standing: Standing, instant: datetime, day: _Day | None) -> None:
        project = self._plan.project
        self._judge(Subject(kind="project", id=project.id), standing, self._plan.whole, instant, day=day)
        self._judge_lines(instant, day)

    def _judge_lines(self, instant: datetime, day: _Day | None) -> None:
        for line in self._spent.lines if day and self._spent else ():
            subject = Subject(kind="line", id=f"{self._plan.project.id}/{line.line}")
            self._reconcile(self._input(subject, instant, day))

    def _judge(
        self, subject: Subject, standing: Standing, curve: Curve, instant: datetime, *, day: _Day | None
    ) -> None:
        deviation = compare(
            standing.progress,
            curve,
            self._plan.calendar,
            subject=subject,
            as_of=instant,
            money=self._spent if subject.kind == "project" else None,
            contract_fen=self._plan.project.contract_fen,
        )
        self.written.progress.append(standing.progress)
        if standing.progress.last_seen is not None:  # before anything was seen there is no actual to speak of
            self.written.deviations.append(deviation)
            if subject.kind == "project":
                self._newest = deviation
        seen = replace(
            self._input(subject, instant, day),
            deviation=deviation,
            fresh=standing.progress.last_seen == instant and standing.recent_bp >= RULE_SHARE_BP,
            insufficient_h=self._insufficient_h(subject, deviation),
            silent_h=_hours(standing.camera_seen, instant),
            inspected=standing.inspected_bp >= RULE_SHARE_BP,
            short_bp=standing.short_bp,
        )
        self._reconcile(self._held_against(seen, deviation, curve))

    def _note_look(self, building: str, found: tuple[Observation, ...], instant: datetime, *, at_s: int) -> None:
        curve, shown_bp = self._plan.buildings[building], self._folds.look_bp(building, found, instant)
        if shown_bp is not None and shown_bp < curve.bp_at(curve.at_s[-1]):
            lag_s = at_s - curve.latest_s(shown_bp, until_s=curve.at_s[-1])
            if lag_s < 0 and not shown_bp:
                return  # not begun before it was to begin: no standstill
            self._looks[building] = noted(self._looks.get(building, ()), at_s=at_s, lag_s=lag_s)

    def _held_against(self, seen: RuleInput, deviation: Deviation, curve: Curve) -> RuleInput:
        """With the lag and the gap that are held against a site: with items that are done done, and of one that stands
        still by its looks. A person's record is not overruled by them; and nobody asks while the gap is far within
        noise."""
        now_s = self._plan.calendar.effective_s(deviation.as_of)
        late, gap_bp = deviation.lag_cdays, deviation.gap_bp - seen.short_bp
        if seen.short_bp:
            late = lag_cdays(curve, deviation.actual_bp + seen.short_bp, now_s=now_s)
        if seen.fresh and not seen.inspected and 2 * gap_bp >= deviation.sigma_bp:
            still = standstill_cdays(self._looks.get(seen.subject.id, ()))
            if still is not None and still > late:
                late, gap_bp = still, max(gap_bp, deviation.plan_bp - curve.bp_at(now_s - still * CDAY_S))
        return replace(seen, late_cdays=late, late_bp=gap_bp)

    def _input(self, subject: Subject, instant: datetime, day: _Day | None) -> RuleInput:
        project, today = self._plan.project, local_day(instant)
        ended = instant == midnight(today)
        return RuleInput(
            subject=subject,
            as_of=instant,
            tick=ended,
            month_end=ended and today.day == 1,
            on_pause=ended and paused(project, today - timedelta(days=1)),
            money=self._spent if day else None,
            contract_fen=project.contract_fen,
            events=day.events if day else (),
            reported_bp=day.reported_bp if day else None,
            starts=project.start,
            finishes=project.finish,
            pauses=project.pauses,
            effects=day.effects if day else None,
        )

    def _reconcile(self, seen: RuleInput) -> None:
        ladders = self.policy.ladders_at(seen.as_of)
        after = reconcile(evaluate(seen, ladders), self._states, ladders)
        self._states = after.states
        self._say(after.changes)

    def _say(self, changes: Iterable[WarningChange]) -> None:
        told = tuple(changes)
        self.written.changes.extend(told)
        self._follow(told)
        refs = [ref for c in told if c.rule in _SCHEDULE_RULES and c.event in ("raised", "escalated") for ref in c.refs]
        if refs:
            self._raised = tuple(dict.fromkeys((*self._raised, *refs)))[-_RAISED_MAX:]

    def _follow(self, changes: Iterable[WarningChange]) -> None:
        for change in changes:
            key = change.rule, change.subject
            self._lives.setdefault(key, []).append(change)
            if change.level is None:
                del self._lives[key]

    def _insufficient_h(self, subject: Subject, deviation: Deviation) -> int | None:
        """Effective hours since evidence became insufficient; None while it suffices."""
        if not insufficient(deviation, self.policy.ladders_at(deviation.as_of)):
            self._thin.pop(subject, None)
            return None
        now_s = self._plan.calendar.effective_s(deviation.as_of)
        return (now_s - self._thin.setdefault(subject, now_s)) // 3600

    # --- days ------------------------------------------------------------------------------------------------------

    def _day(self, today: date) -> _Day:
        """Close the books of the day before `today`."""
        ended = today - timedelta(days=1)
        entries = self._books.up_to(ended)
        if entries and self._money is None:
            self._money = MoneyFold(self._plan.project.budget_fen, self._plans[self._number].estimate_fen)
        if self._money is not None:
            self._money.take(entries)
            self._spent = self._money.standing(ended)
        return _Day(
            events=tuple(e for e in self._books.events if e.kind == _AGREED or e.day <= ended),
            reported_bp=self._folds.reported_bp(),
            effects=effects_at(self._books.goals, self._books.records, midnight(today)),
        )

    def _open_books(self, dumped: bytes) -> None:
        """Money as it stood at the last midnight, by the budget of the plan in force; none before the first entry."""
        if dumped and self.as_of is not None:
            estimate_fen = self._plans[self._number].estimate_fen
            fold = MoneyFold.load(dumped, self._plan.project.budget_fen, estimate_fen)
            self._money, self._spent = fold, fold.standing(local_day(self.as_of) - timedelta(days=1))

    def _count_day(self) -> None:
        for building in self._plan.buildings:
            subject = Subject(kind="building", id=building)
            states = (self._states.get((rule, subject)) for rule in _SCHEDULE_RULES)
            warned = any(state is not None and state.level is not None for state in states)
            before = self._counts.get(building, DayCount())
            self._counts[building] = DayCount(
                days=before.days + 1,
                warned=before.warned + warned,
                evident=before.evident + (subject not in self._thin),
            )

    def score(self) -> Score:
        """The score at the last instant."""
        plan, as_of = self._plan, self.as_of
        if as_of is None:
            raise ValueError("score of a course that has not begun: expected an instant first")
        return score_of(plan, self.policy, as_of=as_of, newest=self._newest, raised=self._raised, counts=self._counts)

    def items(self, *, after: datetime | None) -> tuple[Progress, ...]:
        """The work items of buildings that were judged later than `after` (None: of all), each at the last instant at
        which its building was: between two of those nothing new is known of them."""
        if self.as_of is None:
            return ()
        found: list[Progress] = []
        for building in self._plan.project.buildings:
            at = self._judged.get(building.id, self.as_of)
            if after is None or at > after:
                found += self._folds.items(building, at, at_s=self._plan.calendar.effective_s(at))
        return tuple(found)

    # --- devices, plans, memory ----------------------------------------------------------------------------------

    def look_at_devices(
        self, conditions: Iterable[CameraCondition], *, after: datetime | None, until: datetime
    ) -> None:
        """Judge what ails cameras from one instant (not included) to another."""
        found = devices(conditions, self.policy.ladders, now=until, after=after, states=self._states)
        self._states = found.states
        self._say(found.changes)

    def states(self) -> tuple[RuleState, ...]:
        """The memory of all rules, in order."""
        return tuple(self._states[key] for key in sorted(self._states))

    def memory(self) -> Memory:
        """What the course can go on from."""
        return Memory(
            items=self._folds.memory(),
            states=self.states(),
            thin=tuple(Thin(subject=subject, since_s=self._thin[subject]) for subject in sorted(self._thin)),
            counts=dict(self._counts),
            newest=self._newest,
            raised=self._raised,
            lives=tuple(change for key in sorted(self._lives) for change in self._lives[key]),
            money=self._money.dump() if self._money else b"",
            judged=dict(self._judged),
            looks=dict(self._looks),
        )

    def _go_by_plan(self, instant: datetime) -> bool:
        """Go over to the plan in force at an instant, one version after the other; whether it is another."""
        before = self._number
        while self._number + 1 < len(self._plans) and self._plans[self._number + 1].since <= instant:
            self._number += 1
            entering = self._plans[self._number]
            self._replan(site_plan(entering.project), since=entering.since, instant=instant)
        return self._number != before

    def _replan(self, plan: SitePlan, *, since: datetime, instant: datetime) -> None:
        former = self._plan
        shift_s = plan.calendar.effective_s(since) - former.calendar.effective_s(since)
        self._plan = plan
        self._folds.replan(plan, since)
        self._open_books(self._money.dump() if self._money else b"")
        gone = former.buildings.keys() - plan.buildings.keys()
        left = {Subject(kind="building", id=building) for building in gone}
        self._thin = {s: at_s + shift_s for s, at_s in self._thin.items() if s not in left}
        self._counts = {building: count for building, count in self._counts.items() if building not in gone}
        self._judged = {building: at for building, at in self._judged.items() if building not in gone}
        self._looks = {}
        leaving = [key for key in sorted(self._lives) if key[1] in left]
        self._say([_ended(self._lives[key][-1], instant) for key in leaving])
        self._states = {key: state for key, state in self._states.items() if key[1] not in left}


@dataclass(slots=True, kw_only=True)
class Books:
    """Entries of the ledger by day, taken from the oldest on, the dated facts of a project's life, and its goals."""

    entries: list[FundEntry]
    events: tuple[LifeEvent, ...]
    goals: tuple[GoalVersion, ...] = ()
    records: tuple[GoalRecord, ...] = ()
    _next: int = 0

    def up_to(self, day: date) -> tuple[FundEntry, ...]:
        """Entries up to the end of a day that were not asked for yet."""
        first = self._next
        while self._next < len(self.entries) and self.entries[self._next].day <= day:
            self._next += 1
        return tuple(self.entries[first : self._next])


def score_of(
    plan: SitePlan,
    policy: Policy,
    *,
    as_of: datetime,
    newest: Deviation | None = None,
    raised: tuple[str, ...] = (),
    counts: Mapping[str, DayCount] | None = None,
) -> Score:
    """A project's score at an instant from what its course had come to; nothing to score when nothing was seen."""
    days = counts or {}
    tallies = [
        Tally(weight_bp=building.weight_bp, days=count.days, warned_days=count.warned, evident_days=count.evident)
        for building in plan.project.buildings
        for count in (days.get(building.id, DayCount()),)
    ]
    measured = measure(newest, tallies, raised, curve=plan.whole, now_s=plan.calendar.effective_s(as_of))
    subject = Subject(kind="project", id=plan.project.id)
    return score(measured, subject=subject, as_of=as_of, tree=policy.tree, observed=newest is not None)


def _in_force(plans: tuple[PlanInForce, ...], at: datetime | None) -> int:
    """Number of the plan in force at an instant; the first when there is none yet."""
    known = [number for number, plan in enumerate(plans) if at is not None and plan.since <= at]
    return max(known, default=0)


def _ended(last: WarningChange, instant: datetime) -> WarningChange:
    """The warning's subject has left the plan, and the warning with it."""
    return replace(last, at=instant, event="cleared", previous=last.level, level=None)


def _hours(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else int((now - since).total_seconds()) // 3600
