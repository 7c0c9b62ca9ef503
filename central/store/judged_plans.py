"""Plans as they are judged by: each version with the instant from which it is in force, kept for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from central.course import PlanInForce
from central.domain import Project
from central.plan.calendar import midnight
from central.plan.pausing import Pause, stopped, with_known
from central.store import tables
from central.store.instants import from_ms, to_ms
from central.store.load_project import load_project
from central.store.read_pauses import approved_pauses_of
from central.store.upsert import insert_new, table_of

_JUDGED, _PLAN = table_of(tables.JudgedPlan), table_of(tables.Plan)
_STATE, _DECISION = table_of(tables.AssessmentState), table_of(tables.PlanDecision)
_STORED = (
    select(
        _JUDGED.c.since_at,
        _JUDGED.c.body,
        func.coalesce(_PLAN.c.imported_at, 0).label("came"),
        func.coalesce(_DECISION.c.estimate_fen, 0).label("estimate_fen"),
    )
    .outerjoin(_PLAN, (_PLAN.c.project == _JUDGED.c.project) & (_PLAN.c.version == _JUDGED.c.version))
    .outerjoin(_DECISION, (_DECISION.c.project == _JUDGED.c.project) & (_DECISION.c.version == _JUDGED.c.version))
    .where(_JUDGED.c.project == bindparam("of"))
    .order_by(_JUDGED.c.version)
)
_KEPT = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """A stored version: judged by from `since_ms` on, made in knowledge of what was approved up to `came_ms`.

    `estimate_fen` is its own, or the newest that was named before it.
    """

    since_ms: int
    came_ms: int
    body: str
    estimate_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standstill:
    """An approved pause; it holds from 00:00 of its first day, whenever it was approved."""

    first: date
    last: date
    approved_ms: int

    @property
    def since(self) -> datetime:
        return midnight(self.first)


def keep_plan(connection: Connection, project: Project, *, version: int, now_ms: int) -> int:
    """Keep a new version; the instant (ms UTC) from which it is judged by.

    What was judged already stays so: that is just after the last judgement, by whatever clock (a replay's stands in
    its own time); the first version, and one of a project that was never judged, holds from the start.
    """
    judged = connection.execute(select(_STATE.c.as_of_at).where(_STATE.c.project == project.id)).scalar()
    since_ms = 0 if version == 1 or judged is None else min(judged + 1, now_ms)
    body = msgspec.json.encode(replace(project, plan_version=version)).decode()
    known = {"project": project.id, "version": version, "since_at": since_ms, "body": body}
    insert_new(connection, tables.JudgedPlan, [known])
    return since_ms


def plans_of(connection: Connection, project_id: str, *, stood_still: bool = True) -> tuple[PlanInForce, ...]:
    """Plans by the instant from which they are in force, approved standstills in them; empty without a plan.

    A version stored later with an earlier instant takes the place of those after it. Not `stood_still` = it is known
    that no standstill was approved.
    """
    versions = _versions(connection, project_id)
    if not versions:
        stored = load_project(connection, project_id)
        return (PlanInForce(since=from_ms(0), project=stored),) if stored else ()
    approved = approved_pauses_of(connection, project_id) if stood_still else ()
    stops = [_Standstill(first=f, last=n, approved_ms=ms) for f, n, ms in approved]
    instants = sorted({from_ms(v.since_ms) for v in versions} | {stop.since for stop in stops})
    first = from_ms(versions[0].since_ms)
    return tuple(_at(versions, stops, instant) for instant in instants if instant >= first)


def versions_of(connection: Connection, project_id: str) -> list[tuple[int, Project]]:
    """(instant in ms UTC from which it holds, plan) of each version, oldest first, without approved standstills."""
    return [(version.since_ms, _project(version.body)) for version in _versions(connection, project_id)]


def _versions(connection: Connection, project_id: str) -> list[_Version]:
    found: list[_Version] = []
    estimate_fen = 0
    for row in connection.execute(_STORED, {"of": project_id}):
        estimate_fen = row.estimate_fen or estimate_fen
        found = [one for one in found if one.since_ms < row.since_at]
        version = _Version(since_ms=row.since_at, came_ms=row.came, body=row.body, estimate_fen=estimate_fen)
        found.append(version)
    return found


def _at(versions: Sequence[_Version], stops: Sequence[_Standstill], instant: datetime) -> PlanInForce:
    version = [one for one in versions if one.since_ms <= to_ms(instant)][-1]
    known = tuple((s.first, s.last) for s in stops if s.approved_ms <= version.came_ms)
    later = tuple((s.first, s.last) for s in stops if s.approved_ms > version.came_ms and s.since <= instant)
    project = _standing(version.body, known, later)
    return PlanInForce(since=instant, project=project, estimate_fen=version.estimate_fen)


@lru_cache(maxsize=_KEPT)
def _standing(body: str, known: tuple[Pause, ...], later: tuple[Pause, ...]) -> Project:
    """The same object for the same plan, so that its curves are reckoned once."""
    return stopped(with_known(_project(body), known), later)


@lru_cache(maxsize=_KEPT)
def _project(body: str) -> Project:
    return msgspec.json.decode(body, type=Project)
