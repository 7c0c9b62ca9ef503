"""Reads counts of people and machines, inspected lots and safety findings, as they are in force."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from central.quality.lots import Lots, SafetyNote
from central.quality.presence import Presence
from central.store import tables
from central.store.instants import from_ms
from central.store.upsert import table_of

_COUNT = table_of(tables.SiteCount)
_LOT, _FINDING = table_of(tables.InspectionLot), table_of(tables.SafetyFinding)


def lots_of(connection: Connection, project: str, first: date, last: date) -> tuple[Lots, ...]:
    """Lots inspected from `first` to `last`, both included, in order of day; replaced and withdrawn ones left out."""
    wanted = _standing(_LOT).where(
        _LOT.c.project == project, _LOT.c.day >= first, _LOT.c.day <= last, _LOT.c.inspected > 0
    )
    return tuple(_lots(row) for row in connection.execute(wanted.order_by(_LOT.c.day, _LOT.c.id)))


def findings_of(connection: Connection, project: str, first: date, last: date) -> tuple[SafetyNote, ...]:
    """Safety findings from `first` to `last`, likewise."""
    wanted = _standing(_FINDING).where(
        _FINDING.c.project == project,
        _FINDING.c.day >= first,
        _FINDING.c.day <= last,
        _FINDING.c.withdrawn.is_(False),
    )
    return tuple(_finding(row) for row in connection.execute(wanted.order_by(_FINDING.c.day, _FINDING.c.id)))


def lots_before(connection: Connection, project: str, *, before: int | None, limit: int) -> tuple[Lots, ...]:
    """Everything that was noted of lots, numbered under `before`, newest first."""
    return tuple(_lots(row) for row in connection.execute(_page(_LOT, project, before=before, limit=limit)))


def findings_before(
    connection: Connection, project: str, *, before: int | None, limit: int
) -> tuple[tuple[SafetyNote, bool], ...]:
    """Everything that was noted of safety, newest first, and whether the note withdraws another."""
    rows = connection.execute(_page(_FINDING, project, before=before, limit=limit))
    return tuple((_finding(row), bool(row.withdrawn)) for row in rows)


def newest_counts(connection: Connection, project: str, *, until_ms: int) -> tuple[Presence, ...]:
    """The newest count with people and the newest with machines up to an instant (0 to several rows of one time)."""
    found: list[Presence] = []
    for counted in (_COUNT.c.persons, _COUNT.c.machines):
        wanted = (
            select(_COUNT)
            .where(_COUNT.c.project == project, _COUNT.c.observed_at <= until_ms, counted.is_not(None))
            .order_by(_COUNT.c.observed_at.desc(), _COUNT.c.id.desc())
            .limit(8)
        )
        found += [presence(row) for row in connection.execute(wanted)]
    return tuple(found)


def counts_before(connection: Connection, project: str, *, before: int | None, limit: int) -> tuple[Row[Any], ...]:
    """Counts numbered under `before`, newest first, as stored."""
    return tuple(connection.execute(_page(_COUNT, project, before=before, limit=limit)))


def presence(row: Row[Any]) -> Presence:
    """A stored count as a noun."""
    return Presence(
        observed_at=from_ms(row.observed_at),
        source=row.source,
        persons=row.persons,
        machines=None if row.machines is None else json.loads(row.machines),
    )


def _page(table: Any, project: str, *, before: int | None, limit: int) -> Select[Any]:
    wanted = select(table).where(table.c.project == project).order_by(table.c.id.desc()).limit(limit)
    return wanted if before is None else wanted.where(table.c.id < before)


def _standing(table: Any) -> Select[Any]:
    """Rows that no other replaces."""
    newer = table.alias()
    return select(table).where(~select(newer.c.id).where(newer.c.replaces == table.c.id).exists())


def _lots(row: Row[Any]) -> Lots:
    return Lots(
        id=row.id,
        project=row.project,
        item=row.item,
        day=row.day,
        inspected=row.inspected,
        passed=row.passed,
        paper=row.paper,
        remark=row.remark,
        author=row.author,
        replaces=row.replaces,
        noted_at=from_ms(row.noted_at),
    )


def _finding(row: Row[Any]) -> SafetyNote:
    return SafetyNote(
        id=row.id,
        project=row.project,
        day=row.day,
        serious=bool(row.serious),
        what=row.what,
        paper=row.paper,
        author=row.author,
        replaces=row.replaces,
        noted_at=from_ms(row.noted_at),
    )
