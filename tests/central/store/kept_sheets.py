"""Sheets as tests take and read them: one of a subject, and all that were kept of it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from central.domain import Score, Subject
from central.scoring.indicator import IndicatorSet
from central.scoring.period import Period
from central.scoring.sheet import Sheet, SheetKind, parse, scored
from central.store import tables
from central.store.save_sheets import take_sheets
from central.store.upsert import table_of

_SHEET = table_of(tables.ScoreSheet)


def take_sheet(
    connection: Connection,
    *,
    subject: Subject,
    set: IndicatorSet,  # noqa: A002 -- the word of the sheet itself
    period: Period,
    kind: SheetKind,
    now_ms: int,
) -> str:
    """The id of the sheet of one subject."""
    return take_sheets(connection, {subject: set}, period=period, kind=kind, now_ms=now_ms)[subject]


def sheets_of(
    connection: Connection, *, subject: Subject, period: Period, kind: SheetKind | None = None
) -> list[tuple[str, Sheet, Score]]:
    """Sheets of a subject and period, oldest first, each with its score."""
    where = [_SHEET.c.subject_kind == subject.kind, _SHEET.c.subject == subject.id, _SHEET.c.period == period.name]
    where += [] if kind is None else [_SHEET.c.kind == kind]
    rows = connection.execute(
        select(_SHEET.c.id, _SHEET.c.body).where(*where).order_by(_SHEET.c.taken_at, _SHEET.c.stored_at, _SHEET.c.id)
    )
    parsed = [(row.id, parse(row.body.encode())) for row in rows]
    return [(key, found, scored(found)) for key, found in parsed]
