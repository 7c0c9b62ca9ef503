"""A project as its newest plan says, from the tables to the domain."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from central.domain import Building, PlanPoint, Project, Text, WorkItem
from central.plan.pausing import stopped, with_known
from central.store import tables
from central.store.read_pauses import approved_pauses_of
from central.store.upsert import table_of

_PROJECT, _PAUSE, _BUILDING = table_of(tables.Project), table_of(tables.Pause), table_of(tables.Building)
_PLAN, _ASKED = table_of(tables.Plan), table_of(tables.PauseRequest)
_ITEM, _POINT = table_of(tables.WorkItem), table_of(tables.PlanPoint)


def project_ids(connection: Connection) -> list[str]:
    """Ids of all projects, sorted."""
    return sorted(connection.execute(select(_PROJECT.c.id)).scalars())


def load_project(
    connection: Connection, project_id: str, *, points: bool = True, within: Sequence[str] | None = None
) -> Project | None:
    """The project with buildings, items and points of its newest version; None when it is not there. See below."""
    return load_projects(connection, [project_id], points=points, within=within).get(project_id)


def load_projects(
    connection: Connection,
    project_ids: Sequence[str],
    *,
    items: bool = True,
    points: bool = True,
    within: Sequence[str] | None = None,
) -> dict[str, Project]:
    """The same of many, in as many queries as of one; those that are not there are left out.

    Without `points` no curve can be made of them: for lists of names and days, which need no `items` either. `within`:
    only these buildings have their items.
    Standstills approved after the plan came move its days; those approved before it, it was made in knowledge of.
    """
    days = _points(connection, project_ids, within) if points else {}
    parts = _items(connection, project_ids, days, within) if items else {}
    buildings, pauses = _buildings(connection, project_ids, parts), _pauses(connection, project_ids)
    found = {
        row.id: _project(row, pauses.get(row.id, ()), tuple(buildings.get(row.id, ())))
        for row in connection.execute(select(_PROJECT).where(_PROJECT.c.id.in_(project_ids)))
    }
    approved = select(_ASKED.c.project).where(_ASKED.c.state == "approved", _ASKED.c.project.in_(project_ids))
    for name in found.keys() & set(connection.execute(approved).scalars()):
        found[name] = with_standstills(connection, found[name])
    return found


def with_standstills(connection: Connection, planned: Project) -> Project:
    """A version of a plan with the standstills that were approved for its project."""
    approved = approved_pauses_of(connection, planned.id)
    if not approved:
        return planned
    came = select(_PLAN.c.imported_at).where(_PLAN.c.project == planned.id, _PLAN.c.version == planned.plan_version)
    came_ms = connection.execute(came).scalar_one()
    known = with_known(planned, [(first, last) for first, last, at_ms in approved if at_ms <= came_ms])
    return stopped(known, [(first, last) for first, last, at_ms in approved if at_ms > came_ms])


def _newest(project: ColumnElement[Any], version: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(_PROJECT.c.id == project, _PROJECT.c.plan_version == version)


def _pauses(connection: Connection, project_ids: Sequence[str]) -> dict[str, list[tuple[date, date]]]:
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    wanted = select(_PAUSE.c.project, _PAUSE.c.first, _PAUSE.c.last).where(_PAUSE.c.project.in_(project_ids))
    for project, first, last in connection.execute(wanted.join(_PROJECT, _newest(_PAUSE.c.project, _PAUSE.c.version))):
        found[project].append((first, last))
    return found


def _buildings(
    connection: Connection, project_ids: Sequence[str], items: Mapping[str, list[WorkItem]]
) -> dict[str, list[Building]]:
    found: dict[str, list[Building]] = defaultdict(list)
    wanted = select(_BUILDING).where(_BUILDING.c.project.in_(project_ids)).order_by(_BUILDING.c.position)
    newest = _newest(_BUILDING.c.project, _BUILDING.c.plan_version)
    for row in connection.execute(wanted.join(_PROJECT, newest)):
        found[row.project].append(
            Building(
                id=row.id,
                project=row.project,
                name=Text(zh=row.name_zh, en=row.name_en),
                storeys=row.storeys,
                weight_bp=row.weight_bp,
                items=tuple(items.get(row.id, ())),
            )
        )
    return found


def _project(row: Any, pauses: Iterable[Any], buildings: tuple[Building, ...]) -> Project:
    return Project(
        id=row.id,
        code=row.code,
        name=Text(zh=row.name_zh, en=row.name_en),
        street=Text(zh=row.street_zh, en=row.street_en),
        unit=Text(zh=row.unit_zh, en=row.unit_en),
        work_type=row.work_type,
        contract_fen=row.contract_fen,
        budget_fen=row.budget_fen,
        start=row.start,
        finish=row.finish,
        pauses=tuple(sorted((first, last) for first, last in pauses)),
        plan_version=row.plan_version,
        buildings=buildings,
    )


def _points(
    connection: Connection, project_ids: Sequence[str], within: Sequence[str] | None
) -> dict[str, list[PlanPoint]]:
    points: dict[str, list[PlanPoint]] = defaultdict(list)
    wanted = select(_POINT.c.item, _POINT.c.day, _POINT.c.cum_bp).where(_POINT.c.project.in_(project_ids))
    if within is not None:
        wanted = wanted.where(_POINT.c.item.in_(select(_ITEM.c.id).where(_ITEM.c.building.in_(within))))
    newest = _newest(_POINT.c.project, _POINT.c.version)
    for item, day, cum_bp in connection.execute(wanted.join(_PROJECT, newest).order_by(_POINT.c.day)):
        points[item].append(PlanPoint(day=day, cum_bp=cum_bp))
    return points


def _items(
    connection: Connection,
    project_ids: Sequence[str],
    points: Mapping[str, list[PlanPoint]],
    within: Sequence[str] | None,
) -> dict[str, list[WorkItem]]:
    wanted = (
        select(_ITEM)
        .join(_BUILDING, _BUILDING.c.id == _ITEM.c.building)
        .join(_PROJECT, _newest(_BUILDING.c.project, _ITEM.c.plan_version))
        .where(_BUILDING.c.project.in_(project_ids))
        .order_by(_ITEM.c.position)
    )
    if within is not None:
        wanted = wanted.where(_BUILDING.c.id.in_(within))
    found: dict[str, list[WorkItem]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.building].append(
            WorkItem(
                id=row.id,
                building=row.building,
                name=Text(zh=row.name_zh, en=row.name_en),
                weight_bp=row.weight_bp,
                credits=_credits(row.credits),
                points=tuple(points.get(row.id, ())),
            )
        )
    return found


@lru_cache(maxsize=1024)
def _credits(document: str) -> tuple[tuple[str, int], ...]:
    """A district has few kinds of work, and thousands of items of each."""
    return tuple(sorted(json.loads(document).items()))
