"""Reads the organisation and what became of projects: decisions about plans, pauses, lives, stages, programmes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from central.domain import LifeEvent, LifeKind, Text
from central.lifecycle.organisation import OrgUnit
from central.lifecycle.programmes import Programme
from central.plan.structure import Dependency
from central.store import tables
from central.store.upsert import table_of

_DECISION, _EVENT = table_of(tables.PlanDecision), table_of(tables.LifeEventRow)
_ORGANISATION, _UNIT = table_of(tables.Organisation), table_of(tables.OrgUnit)
_TRANSFER = table_of(tables.UnitTransfer)
_PROGRAMME, _PROJECT = table_of(tables.Programme), table_of(tables.Project)
_BUILDING, _ITEM = table_of(tables.Building), table_of(tables.WorkItem)
_TERMS = (
    select(_DECISION.c.version, _DECISION.c.decided_at, _DECISION.c.signed_on, _DECISION.c.agreed_start)
    .where(_DECISION.c.project == bindparam("of"))
    .order_by(_DECISION.c.version)
)
_NOTED = select(_EVENT).where(_EVENT.c.project == bindparam("of")).order_by(_EVENT.c.noted_at, _EVENT.c.id)


def life_events_of(connection: Connection, project_id: str, *, known_ms: int | None = None) -> tuple[LifeEvent, ...]:
    """The event in force of each kind, by (day, kind): what was noted last, be it by a plan or by a person; with
    `known_ms` only what was noted by then."""
    found: dict[str, tuple[int, LifeEvent]] = {}
    for noted_at, event in (*_of_plans(connection, project_id), *_noted(connection, project_id)):
        if known_ms is not None and noted_at > known_ms:
            continue
        if event.kind not in found or noted_at >= found[event.kind][0]:
            found[event.kind] = (noted_at, event)
    return tuple(sorted((event for _, event in found.values()), key=lambda event: (event.day, event.kind)))


def estimate_of(connection: Connection, project_id: str) -> int:
    """The approved estimate (概算) of the newest plan that names one, fen; 0 = not known."""
    named = select(_DECISION.c.estimate_fen).where(_DECISION.c.project == project_id, _DECISION.c.estimate_fen > 0)
    return connection.execute(named.order_by(_DECISION.c.version.desc()).limit(1)).scalar() or 0


def _of_plans(connection: Connection, project_id: str) -> list[tuple[int, LifeEvent]]:
    """What a version says that the one before it did not: a term carried along is no news over what people noted."""
    found: list[tuple[int, LifeEvent]] = []
    said: dict[LifeKind, date] = {}
    for row in connection.execute(_TERMS, {"of": project_id}):
        days: dict[LifeKind, date | None] = {"signed": row.signed_on, "agreed_start": row.agreed_start}
        for kind, day in days.items():
            if day is not None and said.get(kind) != day:
                said[kind] = day
                ref = f"plan/{project_id}/{row.version}"
                found.append((row.decided_at, LifeEvent(project=project_id, kind=kind, day=day, ref=ref)))
    return found


def _noted(connection: Connection, project_id: str) -> list[tuple[int, LifeEvent]]:
    return [
        (row.noted_at, LifeEvent(project=project_id, kind=row.kind, day=row.day, ref=row.ref))
        for row in connection.execute(_NOTED, {"of": project_id})
    ]


def stored_organisation(connection: Connection) -> tuple[int, str]:
    """Version and digest of the newest organisation; 0 and '' when there is none."""
    newest = select(_ORGANISATION.c.version, _ORGANISATION.c.sha256).order_by(_ORGANISATION.c.version.desc())
    row = connection.execute(newest.limit(1)).first()
    return (row.version, row.sha256) if row else (0, "")


def org_units(connection: Connection) -> tuple[OrgUnit, ...]:
    """Every unit, parents before their children."""
    return tuple(
        OrgUnit(
            id=row.id,
            parent=row.parent,
            kind=row.kind,
            name=Text(zh=row.name_zh, en=row.name_en),
            steward=row.steward,
            depth=row.depth,
        )
        for row in connection.execute(select(_UNIT).order_by(_UNIT.c.position))
    )


def units_of_projects(connection: Connection, *, named_only: bool = False) -> dict[str, str]:
    """The unit of each project: the one its newest plan names by id, else the only one that has its unit's name.

    After a transfer it is no plan that says whose a project is."""
    named = select(_PROJECT.c.id, _PROJECT.c.unit_zh, _DECISION.c.unit_id).join(
        _DECISION,
        (_DECISION.c.project == _PROJECT.c.id) & (_DECISION.c.version == _PROJECT.c.plan_version),
        isouter=True,
    )
    rows = connection.execute(named).all()
    moved = set(connection.execute(select(_TRANSFER.c.project).where(_TRANSFER.c.moved_at.is_not(None))).scalars())
    by_plan = {row.id: row.unit_id for row in rows if row.unit_id and row.id not in moved}
    if named_only:
        return by_plan
    units = connection.execute(select(_UNIT.c.id, _UNIT.c.name_zh)).all()
    ids = {unit.id for unit in units}
    by_name: dict[str, list[str]] = {}
    for unit in units:
        by_name.setdefault(unit.name_zh, []).append(unit.id)
    found: dict[str, str] = {}
    for row in rows:
        same = by_name.get(row.unit_zh, [])
        if by_plan.get(row.id) in ids:
            found[row.id] = by_plan[row.id]
        elif len(same) == 1:
            found[row.id] = same[0]
    return found


def items_of_projects(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Ids of the work items in the newest plan of every project, in their order."""
    rows = connection.execute(
        select(_PROJECT.c.id.label("project"), _ITEM.c.id.label("item"))
        .join(_BUILDING, (_BUILDING.c.project == _PROJECT.c.id) & (_BUILDING.c.plan_version == _PROJECT.c.plan_version))
        .join(_ITEM, (_ITEM.c.building == _BUILDING.c.id) & (_ITEM.c.plan_version == _PROJECT.c.plan_version))
        .order_by(_PROJECT.c.id, _BUILDING.c.position, _ITEM.c.position)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.project, []).append(row.item)
    return {project: tuple(items) for project, items in found.items()}


def programmes(connection: Connection) -> tuple[tuple[Programme, int], ...]:
    """The newest version of every programme, with its number, by id."""
    rows = connection.execute(select(_PROGRAMME).order_by(_PROGRAMME.c.id, _PROGRAMME.c.version))
    newest = {row.id: row for row in rows}
    return tuple((_programme(json.loads(row.document)), row.version) for row in newest.values())


def programme_of(connection: Connection, programme: str) -> Programme | None:
    """The newest version of one programme."""
    stored = select(_PROGRAMME.c.document).where(_PROGRAMME.c.id == programme)
    spelled = connection.execute(stored.order_by(_PROGRAMME.c.version.desc()).limit(1)).scalar()
    return None if spelled is None else _programme(json.loads(spelled))


def _programme(document: dict[str, Any]) -> Programme:
    """A stored document, which was right when it was stored: projects may have left since, their links stay."""
    name = document["name"]
    return Programme(
        id=document["id"],
        name=Text(zh=name, en=name) if isinstance(name, str) else Text(zh=name["zh"], en=name.get("en") or name["zh"]),
        projects=tuple(document["projects"]),
        links=tuple(
            Dependency(before=link["from"], after=link["to"], lag_days=link.get("lag_days") or 0)
            for link in document.get("dependencies", [])
        ),
    )
