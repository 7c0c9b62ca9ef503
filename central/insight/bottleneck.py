"""How long stages take and where the days are lost: the stage with the largest share of excess days (B28, D15). Pure.

A stage lasts from the day the stage before it (of those passed) was passed until its own day; so does its plan. What it
took beyond its plan is excess; a stage that was quicker gives nothing back to others, for days are lost where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from central.insight.project import ProjectRow, StageDay
from central.insight.spread import ENOUGH, Spread, share_bp, spread
from central.lifecycle.stages import STAGE_NAMES

_ORDER = {stage: at for at, stage in enumerate(STAGE_NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSpan:
    """A stage of a project: days it took, days it was to take (None = no plan), and the day it was passed."""

    project: str
    stage: str
    days: int
    planned_days: int | None
    ended_on: date

    @property
    def excess_days(self) -> int | None:
        """Days beyond the plan, never negative; None without one."""
        return None if self.planned_days is None else max(self.days - self.planned_days, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStat:
    """A stage over n projects; `excess_days` over the `planned` of them that had a plan, and its share of all excess.

    `days` None under five."""

    stage: str
    n: int
    days: Spread | None
    planned: int
    excess_days: int
    share_bp: int | None
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """Stages in the order of life. `stage` is the bottleneck: '' = too few projects with a plan, or no day lost.

    `when` names the time it is of, '' = all."""

    when: str
    projects: int
    excess_days: int
    stage: str
    stages: tuple[StageStat, ...]


def spans(row: ProjectRow) -> tuple[StageSpan, ...]:
    """The stages of a project that follow a passed one."""
    passed = sorted(
        ((one.actual_on, _ORDER.get(one.stage, len(_ORDER)), one) for one in row.stages if one.actual_on is not None),
        key=lambda known: known[:2],
    )
    return tuple(
        _span(row.id, before, one, from_day=from_day, until_day=until_day)
        for (from_day, _, before), (until_day, _, one) in pairwise(passed)
    )


def bottleneck(rows: Iterable[StageSpan], *, when: str = "") -> Bottleneck:
    """Where the days were lost; named from five projects with a planned stage on."""
    known = tuple(rows)
    judged = [one for one in known if one.excess_days is not None]
    total = sum(one.excess_days or 0 for one in judged)
    names = sorted({one.stage for one in known}, key=lambda stage: (_ORDER.get(stage, len(_ORDER)), stage))
    stats = tuple(_stat(name, [one for one in known if one.stage == name], total) for name in names)
    projects = len({one.project for one in judged})
    worst = max(stats, key=lambda one: one.excess_days, default=None)  # of equal ones the earlier stage
    named = worst is not None and total > 0 and projects >= ENOUGH
    return Bottleneck(
        when=when,
        projects=projects,
        excess_days=total,
        stage=worst.stage if worst is not None and named else "",
        stages=stats,
    )


def over_time(rows: Sequence[StageSpan], *, period: Callable[[date], str]) -> tuple[Bottleneck, ...]:
    """The same for each period in which stages were passed, oldest first."""
    names = sorted({period(one.ended_on) for one in rows})
    return tuple(bottleneck((one for one in rows if period(one.ended_on) == name), when=name) for name in names)


def _span(project: str, before: StageDay, one: StageDay, *, from_day: date, until_day: date) -> StageSpan:
    planned = (
        (one.planned_on - before.planned_on).days
        if one.planned_on is not None and before.planned_on is not None and one.planned_on >= before.planned_on
        else None
    )
    return StageSpan(
        project=project,
        stage=one.stage,
        days=(until_day - from_day).days,
        planned_days=planned,
        ended_on=until_day,
    )


def _stat(stage: str, rows: Sequence[StageSpan], total: int) -> StageStat:
    excess = [one.excess_days for one in rows if one.excess_days is not None]
    return StageStat(
        stage=stage,
        n=len(rows),
        days=spread([one.days for one in rows]),
        planned=len(excess),
        excess_days=sum(excess),
        share_bp=share_bp(sum(excess), total),
        projects=tuple(sorted(one.project for one in rows)),
    )
