"""Reads frozen score sheets, scored again from what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from central.domain import Subject
from central.scoring.period import Period
from central.scoring.sheet import Sheet, SheetKind, parse
from central.store import tables
from central.store.upsert import table_of

_SHEET = table_of(tables.ScoreSheet)
_BRIEF = [column for column in _SHEET.c if column.name != "body"]
_NEWEST_LAST = (_SHEET.c.taken_at, _SHEET.c.stored_at, _SHEET.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A sheet without its values; `stored_ms` = when it was kept, ms UTC."""

    id: str
    subject: Subject
    period: str
    kind: SheetKind
    author: str
    taken_ms: int
    stored_ms: int
    rule_version: str
    total: float | None
    grade: str | None


def sheet(connection: Connection, key: str) -> Sheet | None:
    """One sheet; None where there is none of this id."""
    body = connection.execute(select(_SHEET.c.body).where(_SHEET.c.id == key)).scalar()
    return None if body is None else parse(body.encode())


def brief_of(connection: Connection, key: str) -> Brief | None:
    """What a sheet is of, and what it came to."""
    row = connection.execute(select(*_BRIEF).where(_SHEET.c.id == key)).first()
    return None if row is None else _brief(row)


def newest_sheets(connection: Connection, *, period: Period, kind: SheetKind, subject_kind: str) -> dict[str, Brief]:
    """The last sheet of a kind that was taken for a period of each subject of a kind, by its id."""
    same = (_SHEET.c.period == period.name, _SHEET.c.kind == kind, _SHEET.c.subject_kind == subject_kind)
    rows = connection.execute(select(*_BRIEF).where(*same).order_by(*_NEWEST_LAST))
    return {row.subject: _brief(row) for row in rows}


def briefs_after(
    connection: Connection,
    *,
    subject: Subject | None = None,
    period: str | None = None,
    kind: SheetKind | None = None,
    within: ColumnElement[bool] | None = None,
    after: str | None,
    limit: int,
) -> list[Brief]:
    """Sheets by id after `after`; `within` narrows to what may be seen."""
    wanted = select(*_BRIEF).order_by(_SHEET.c.id).limit(limit)
    for column, value in ((_SHEET.c.period, period), (_SHEET.c.kind, kind)):
        if value is not None:
            wanted = wanted.where(column == value)
    if subject is not None:
        wanted = wanted.where(_SHEET.c.subject_kind == subject.kind, _SHEET.c.subject == subject.id)
    if after is not None:
        wanted = wanted.where(_SHEET.c.id > after)
    return [_brief(row) for row in connection.execute(wanted if within is None else wanted.where(within))]


def _brief(row: Row[Any]) -> Brief:
    return Brief(
        id=row.id,
        subject=Subject(kind=row.subject_kind, id=row.subject),
        period=row.period,
        kind=row.kind,
        author=row.author,
        taken_ms=row.taken_at,
        stored_ms=row.stored_at,
        rule_version=row.rule_version,
        total=row.total,
        grade=row.grade,
    )
