"""A project as its newest plan says, from the tables to the domain."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, select

from central.domain import Building, PlanPoint, Project, Text, WorkItem
from central.plan.pausing import stopped, with_known
from central.store import tables
from central.store.read_pauses import approved_pauses_of
from central.store.upsert import table_of

_PROJECT, _PAUSE, _BUILDING = table_of(tables.Project), table_of(tables.Pause), table_of(tables.Building)
_PLAN = table_of(tables.Plan)
_ITEM, _POINT = table_of(tables.WorkItem), table_of(tables.PlanPoint)


def project_ids(connection: Connection) -> list[str]:
    """Ids of all projects, sorted."""
    return sorted(connection.execute(select(_PROJECT.c.id)).scalars())


def load_project(connection: Connection, project_id: str, *, points: bool = True) -> Project | None:
    """The project with buildings, items and points of its newest version; None when it is not there.

    Without `points` no curve can be made of it: for lists that need its names and pauses only. Standstills approved
    after the plan came move its days; those approved before it, it was made in knowledge of.
    """
    row = connection.execute(select(_PROJECT).where(_PROJECT.c.id == project_id)).first()
    if row is None:
        return None
    version = row.plan_version
    pauses = select(_PAUSE.c.first, _PAUSE.c.last).where(_PAUSE.c.project == project_id, _PAUSE.c.version == version)
    planned = Project(
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
        pauses=tuple(sorted((first, last) for first, last in connection.execute(pauses))),
        plan_version=version,
        buildings=_buildings(connection, project_id, version, points=points),
    )
    return with_standstills(connection, planned)


def with_standstills(connection: Connection, planned: Project) -> Project:
    """A version of a plan with the standstills that were approved for its project."""
    approved = approved_pauses_of(connection, planned.id)
    if not approved:
        return planned
    came = select(_PLAN.c.imported_at).where(_PLAN.c.project == planned.id, _PLAN.c.version == planned.plan_version)
    came_ms = connection.execute(came).scalar_one()
    known = with_known(planned, [(first, last) for first, last, at_ms in approved if at_ms <= came_ms])
    return stopped(known, [(first, last) for first, last, at_ms in approved if at_ms > came_ms])


def _buildings(connection: Connection, project_id: str, version: int, *, points: bool) -> tuple[Building, ...]:
    items = _items(connection, project_id, _points(connection, project_id, version) if points else {}, version=version)
    wanted = select(_BUILDING).where(_BUILDING.c.project == project_id, _BUILDING.c.plan_version == version)
    return tuple(
        Building(
            id=row.id,
            project=project_id,
            name=Text(zh=row.name_zh, en=row.name_en),
            storeys=row.storeys,
            weight_bp=row.weight_bp,
            items=tuple(items[row.id]),
        )
        for row in connection.execute(wanted.order_by(_BUILDING.c.position))
    )


def _points(connection: Connection, project_id: str, version: int) -> dict[str, list[PlanPoint]]:
    points: dict[str, list[PlanPoint]] = defaultdict(list)
    stored = select(_POINT.c.item, _POINT.c.day, _POINT.c.cum_bp).where(
        _POINT.c.project == project_id, _POINT.c.version == version
    )
    for item, day, cum_bp in connection.execute(stored.order_by(_POINT.c.day)):
        points[item].append(PlanPoint(day=day, cum_bp=cum_bp))
    return points


def _items(
    connection: Connection, project_id: str, points: Mapping[str, list[PlanPoint]], *, version: int
) -> dict[str, list[WorkItem]]:
    wanted = (
        select(_ITEM)
        .join(_BUILDING, _BUILDING.c.id == _ITEM.c.building)
        .where(_BUILDING.c.project == project_id, _ITEM.c.plan_version == version)
        .order_by(_ITEM.c.position)
    )
    found: dict[str, list[WorkItem]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.building].append(
            WorkItem(
                id=row.id,
                building=row.building,
                name=Text(zh=row.name_zh, en=row.name_en),
                weight_bp=row.weight_bp,
                credits=tuple(sorted(json.loads(row.credits).items())),
                points=tuple(points.get(row.id, ())),
            )
        )
    return found
