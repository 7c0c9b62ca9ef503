"""Reads how far work items are and when projects will end, by the newest judgement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, func, select

from central.store import tables
from central.store.upsert import table_of

_STATE, _DEVIATION = table_of(tables.ProgressState), table_of(tables.DeviationRow)
_BUILDING, _ITEM = table_of(tables.Building), table_of(tables.WorkItem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """When a project will be finished at its pace so far (None: it cannot be said), how far it is and how late."""

    forecast: date | None
    done_bp: int
    lag_cdays: int


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


def outlook_of(connection: Connection, project: str) -> Outlook:
    """What the newest judgement of a project says of its end."""
    newest = select(_DEVIATION.c.forecast, _DEVIATION.c.actual_bp, _DEVIATION.c.lag_cdays).where(
        _DEVIATION.c.subject_kind == "project", _DEVIATION.c.subject == project
    )
    row = connection.execute(newest.order_by(_DEVIATION.c.as_of_at.desc()).limit(1)).first()
    if row is None:
        return Outlook(forecast=None, done_bp=0, lag_cdays=0)
    return Outlook(forecast=row.forecast, done_bp=row.actual_bp, lag_cdays=row.lag_cdays)
