"""Reads the organisation and what became of projects: decisions about plans, pauses, lives, stages, programmes."""

from __future__ import annotations

from sqlalchemy import Connection, select

from central.domain import LifeEvent
from central.store import tables
from central.store.upsert import table_of

_DECISION, _EVENT = table_of(tables.PlanDecision), table_of(tables.LifeEventRow)


def life_events_of(connection: Connection, project_id: str) -> tuple[LifeEvent, ...]:
    """The event in force of each kind, by (day, kind): what was noted last, be it by a plan or by a person."""
    found: dict[str, tuple[int, LifeEvent]] = {}
    for noted_at, event in (*_of_plans(connection, project_id), *_noted(connection, project_id)):
        if event.kind not in found or noted_at >= found[event.kind][0]:
            found[event.kind] = (noted_at, event)
    return tuple(sorted((event for _, event in found.values()), key=lambda event: (event.day, event.kind)))


def estimate_of(connection: Connection, project_id: str) -> int:
    """The approved estimate (概算) of the newest plan that names one, fen; 0 = not known."""
    named = select(_DECISION.c.estimate_fen).where(_DECISION.c.project == project_id, _DECISION.c.estimate_fen > 0)
    return connection.execute(named.order_by(_DECISION.c.version.desc()).limit(1)).scalar() or 0


def _of_plans(connection: Connection, project_id: str) -> list[tuple[int, LifeEvent]]:
    terms = select(_DECISION.c.version, _DECISION.c.decided_at, _DECISION.c.signed_on, _DECISION.c.agreed_start).where(
        _DECISION.c.project == project_id
    )
    found = []
    for row in connection.execute(terms.order_by(_DECISION.c.version)):
        ref = f"plan/{project_id}/{row.version}"
        if row.signed_on is not None:
            found.append((row.decided_at, LifeEvent(project=project_id, kind="signed", day=row.signed_on, ref=ref)))
        if row.agreed_start is not None:
            agreed = LifeEvent(project=project_id, kind="agreed_start", day=row.agreed_start, ref=ref)
            found.append((row.decided_at, agreed))
    return found


def _noted(connection: Connection, project_id: str) -> list[tuple[int, LifeEvent]]:
    noted = select(_EVENT).where(_EVENT.c.project == project_id).order_by(_EVENT.c.noted_at, _EVENT.c.id)
    return [
        (row.noted_at, LifeEvent(project=project_id, kind=row.kind, day=row.day, ref=row.ref))
        for row in connection.execute(noted)
    ]
