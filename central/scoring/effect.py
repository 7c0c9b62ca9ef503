"""What goals came to on a day: those in force, each with what was noted of it last (A03, A30). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from central.plan.calendar import local_day
from central.scoring.goal import Goal
from central.scoring.goal_document import APPROVED, GoalRecord, GoalVersion
from central.scoring.period import period_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A goal in force and what was noted of it for the latest period that is over; None = nothing yet."""

    goal: Goal
    record: GoalRecord | None

    @property
    def day(self) -> date:
        """The day whose share of the goal the record is measured by: the end of its period, the due day after that."""
        return self.goal.due if self.record is None else min(period_of(self.record.period).last, self.goal.due)


def in_force_on(versions: Iterable[GoalVersion], day: date | None) -> tuple[Goal, ...]:
    """The goals in force on a day (None: by what was approved last), by id; ended ones are not among them."""
    found: dict[str, GoalVersion] = {}
    for version in versions:
        begun = version.since is not None and (day is None or version.since <= day)
        before = found.get(version.goal.id)
        if version.state == APPROVED and begun and (before is None or _rank(version) >= _rank(before)):
            found[version.goal.id] = version
    return tuple(version.goal for _, version in sorted(found.items()) if not version.goal.ended)


def effects_at(
    versions: Sequence[GoalVersion], records: Sequence[GoalRecord], instant: datetime
) -> tuple[Effect, ...] | None:
    """The effects by what was noted up to a midnight, for the day that it ended; None while no goal was ever in force.

    `records` may hold corrections of one period: the newest noted by then counts.
    """
    ended = local_day(instant) - timedelta(days=1)
    if not any(one.state == APPROVED and one.since is not None and one.since <= ended for one in versions):
        return None
    known = [one for one in records if one.noted_at <= instant]
    return effects_of(in_force_on(versions, ended), known, today=ended + timedelta(days=1))


def effects_of(goals: Iterable[Goal], records: Iterable[GoalRecord], *, today: date) -> tuple[Effect, ...]:
    """The goals with their newest records of periods that ended before `today`, in order. A goal of a year that is
    followed by one which has such a record itself has had its time and is left out."""
    newest = {(one.goal, one.period): one for one in sorted(records, key=lambda one: one.id)}
    latest: dict[str, GoalRecord] = {}
    for one in sorted(newest.values(), key=lambda one: (period_of(one.period).last, one.period)):
        if period_of(one.period).last < today:
            latest[one.goal] = one
    effects = [Effect(goal=goal, record=latest.get(goal.id)) for goal in goals]
    followed = {effect.goal.follows for effect in effects if effect.record is not None}
    return tuple(effect for effect in effects if effect.goal.id not in followed)


def _rank(version: GoalVersion) -> tuple[date, int]:
    return version.since or date.min, version.goal.version
