"""Reads how far work items are and when projects will end, by the newest judgement."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, and_, func, select

from central.store import tables
from central.store.upsert import table_of

_STATE, _DEVIATION = table_of(tables.ProgressState), table_of(tables.DeviationRow)
_BUILDING, _ITEM = table_of(tables.Building), table_of(tables.WorkItem)


def item_values(connection: Connection, project: str) -> dict[str, float]:
    """The newest value of every work item of a project that was judged, in basis points."""
    items = select(_ITEM.c.id).join(_BUILDING, _BUILDING.c.id == _ITEM.c.building).where(_BUILDING.c.project == project)
    newest = (
        select(_STATE.c.subject, func.max(_STATE.c.as_of_at).label("at"))
        .where(_STATE.c.subject.in_(items))
        .group_by(_STATE.c.subject)
        .subquery()
    )
    same = and_(_STATE.c.subject == newest.c.subject, _STATE.c.as_of_at == newest.c.at)
    found = connection.execute(select(_STATE.c.subject, _STATE.c.value_bp).join(newest, same))
    return {row.subject: row.value_bp for row in found}


def forecast_of(connection: Connection, project: str) -> tuple[date | None, int]:
    """When a project will be finished as it looked at the newest judgement (None: it cannot be said), and how far it
    was then, in basis points."""
    newest = select(_DEVIATION.c.forecast, _DEVIATION.c.actual_bp).where(
        _DEVIATION.c.subject_kind == "project", _DEVIATION.c.subject == project
    )
    row = connection.execute(newest.order_by(_DEVIATION.c.as_of_at.desc()).limit(1)).first()
    return (row.forecast, row.actual_bp) if row else (None, 0)
