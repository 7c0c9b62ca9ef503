"""Reads goals: those in force, all their versions, and what was noted of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, select

from central.domain import Subject
from central.scoring.effect import in_force_on
from central.scoring.goal import Goal
from central.scoring.goal_document import APPROVED, DRAFT, GoalRecord, GoalVersion, goal_of, value_of
from central.scoring.period import period_of
from central.store import tables
from central.store.instants import from_ms
from central.store.upsert import table_of

_GOAL, _ACT, _RECORD = table_of(tables.GoalRow), table_of(tables.GoalAct), table_of(tables.GoalRecord)


def goals_of(
    connection: Connection, *, subject: Subject | None = None, day: date | None = None, year: int | None = None
) -> tuple[Goal, ...]:
    """Goals in force (on a day, else by what was approved last), of a subject or a year when told, by id.

    Ended ones are not among them.
    """
    return in_force_on(goal_versions(connection, subject=subject, year=year), day)


def goal_versions(
    connection: Connection, *, goal: str = "", subject: Subject | None = None, year: int | None = None
) -> tuple[GoalVersion, ...]:
    """Every version of a goal, of a subject's goals, of a year's, or of all, by id and version."""
    newest = select(func.max(_ACT.c.id)).group_by(_ACT.c.goal, _ACT.c.version).scalar_subquery()
    same = and_(_ACT.c.goal == _GOAL.c.id, _ACT.c.version == _GOAL.c.version, _ACT.c.id.in_(newest))
    asked = select(_GOAL.c.document, _GOAL.c.author, _ACT.c.act, _ACT.c.by, _ACT.c.since, _ACT.c.remark).join_from(
        _GOAL, _ACT, same, isouter=True
    )
    rows = connection.execute(
        _narrowed(asked, goal=goal, subject=subject, year=year).order_by(_GOAL.c.id, _GOAL.c.version)
    )
    return tuple(
        GoalVersion(
            goal=goal_of(json.loads(row.document)),
            author=row.author,
            state=row.act or DRAFT,
            by=row.by or "",
            remark=row.remark or "",
            since=row.since,
        )
        for row in rows
    )


def records_of(
    connection: Connection, *, goals: Sequence[str] | None = None, known_ms: int | None = None
) -> Mapping[str, tuple[GoalRecord, ...]]:
    """What is in force of goals (all without any named), a record a period, by goal, the earliest end first;
    only what was noted up to `known_ms` when told."""
    known = select(func.max(_RECORD.c.id)).group_by(_RECORD.c.goal, _RECORD.c.period)
    if known_ms is not None:
        known = known.where(_RECORD.c.noted_at <= known_ms)
    newest = known.scalar_subquery()
    asked = select(_RECORD).where(_RECORD.c.id.in_(newest))
    if goals is not None:
        asked = asked.where(_RECORD.c.goal.in_(list(goals)))
    found: dict[str, list[GoalRecord]] = {}
    for row in connection.execute(asked.order_by(_RECORD.c.goal, _RECORD.c.period, _RECORD.c.id)):
        found.setdefault(row.goal, []).append(_record(row))
    return {goal: tuple(sorted(records, key=_by_end)) for goal, records in found.items()}


def goals_due(
    connection: Connection, *, first: date, last: date, known_ms: int | None = None
) -> tuple[tuple[Goal, GoalRecord | None], ...]:
    """Goals that were due from `first` to `last`, as they were in force on `last`, each with what was
    noted of it for the latest period (None = nothing): what `goals.completed` is counted from."""
    due = [goal for goal in goals_of(connection, day=last) if first <= goal.due <= last]
    noted = records_of(connection, goals=[goal.id for goal in due], known_ms=known_ms)
    return tuple((goal, noted[goal.id][-1] if goal.id in noted else None) for goal in due)


_AGREED = (
    select(_GOAL.c.document, _GOAL.c.author, _ACT.c.by, _ACT.c.since, _ACT.c.remark)
    .join_from(_GOAL, _ACT, and_(_ACT.c.goal == _GOAL.c.id, _ACT.c.version == _GOAL.c.version))
    .where(_GOAL.c.subject_kind == "project", _GOAL.c.subject_id == bindparam("of"))
    .where(_ACT.c.act == APPROVED, _ACT.c.at <= bindparam("known_ms"))
    .order_by(_GOAL.c.id, _GOAL.c.version)
)
_NOTED = select(_RECORD).where(
    _RECORD.c.goal.in_(bindparam("goals", expanding=True)), _RECORD.c.noted_at <= bindparam("known_ms")
)
_FOR_EVER_MS = 2**62


def goals_agreed(
    connection: Connection, project: str, *, known_ms: int = _FOR_EVER_MS
) -> tuple[tuple[GoalVersion, ...], tuple[GoalRecord, ...]]:
    """Every version of a project's goals that was approved, and every record of them with its corrections, in the order
    of noting: what the rule of effect is a function of. With `known_ms` only what was approved and noted by then."""
    agreed = tuple(
        GoalVersion(
            goal=goal_of(json.loads(row.document)),
            author=row.author,
            state=APPROVED,
            by=row.by,
            remark=row.remark,
            since=row.since,
        )
        for row in connection.execute(_AGREED, {"of": project, "known_ms": known_ms})
    )
    if not agreed:
        return (), ()
    asked = {"goals": sorted({one.goal.id for one in agreed}), "known_ms": known_ms}
    rows = connection.execute(_NOTED.order_by(_RECORD.c.id), asked)
    return agreed, tuple(_record(row) for row in rows)


def _record(row: Row[Any]) -> GoalRecord:
    return GoalRecord(
        id=row.id,
        goal=row.goal,
        version=row.version,
        period=row.period,
        value=value_of(json.loads(row.document)),
        noted_by=row.noted_by,
        noted_at=from_ms(row.noted_at),
    )


def _by_end(record: GoalRecord) -> date:
    return period_of(record.period).last


def _narrowed(asked: Select[Any], *, goal: str, subject: Subject | None, year: int | None) -> Select[Any]:
    if goal:
        asked = asked.where(_GOAL.c.id == goal)
    if subject is not None:
        asked = asked.where(_GOAL.c.subject_kind == subject.kind, _GOAL.c.subject_id == subject.id)
    if year is not None:
        asked = asked.where(_GOAL.c.year == year)
    return asked
