"""Reads standstills that were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from central.lifecycle.pauses import AskedPause
from central.store import tables
from central.store.upsert import table_of

_PAUSE = table_of(tables.PauseRequest)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPause:
    """A standstill with who decided when; times in ms UTC."""

    pause: AskedPause
    asked_ms: int
    decided_by: str
    decided_ms: int | None
    remark: str


def pauses_of(connection: Connection, project: str) -> tuple[StoredPause, ...]:
    """Every question of a project, oldest first."""
    rows = connection.execute(select(_PAUSE).where(_PAUSE.c.project == project).order_by(_PAUSE.c.id))
    return tuple(
        StoredPause(
            pause=_pause(row),
            asked_ms=row.asked_at,
            decided_by=row.decided_by,
            decided_ms=row.decided_at,
            remark=row.remark,
        )
        for row in rows
    )


def pause_of(connection: Connection, project: str, number: int) -> AskedPause | None:
    """One question of a project."""
    row = connection.execute(select(_PAUSE).where(_PAUSE.c.project == project, _PAUSE.c.id == number)).first()
    return None if row is None else _pause(row)


def approved_pauses_of(connection: Connection, project: str) -> tuple[tuple[date, date, int], ...]:
    """Approved standstills as (first day, last day, instant of approval in ms), by first day."""
    approved = select(_PAUSE.c.first, _PAUSE.c.last, _PAUSE.c.decided_at).where(
        _PAUSE.c.project == project, _PAUSE.c.state == "approved"
    )
    return tuple(sorted((row.first, row.last, row.decided_at) for row in connection.execute(approved)))


def _pause(row: Any) -> AskedPause:
    return AskedPause(
        id=row.id,
        first=row.first,
        last=row.last,
        cause=row.cause,
        reason=row.reason,
        asked_by=row.asked_by,
        state=row.state,
    )
