"""Rectifications as pages show them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from central.api.access import Access
from central.api.errors import absent
from central.api.mending_schemas import MendingEvidenceShown, RectificationDetail, RectificationList, RectificationRow
from central.api.policy import Place
from central.api.schemas import Named, Text
from central.api.views.seats import actor_at
from central.api.views.timeline import event_shown, text_of
from central.api.views.words import instant
from central.mending.case import Rectification
from central.mending.causes import cause_of
from central.mending.offered import offered_measure
from central.mending.reminders import overdue_days
from central.mending.sheet import Language, sheet
from central.mending.words import RECTIFICATION_WORDS
from central.store.instants import district_day, from_ms
from central.store.read_measures import (
    MeasureFilter,
    measure_row,
    measures_count,
    measures_page,
    measures_that_mend,
    names_of,
    warnings_of_measures,
)
from central.store.read_mended import measure_events, measure_of, site_of

SHEET_ROWS_MAX = 20_000


def measures_shown(
    connection: Connection, wanted: MeasureFilter, *, access: Access, limit: int, offset: int, now_ms: int
) -> RectificationList:
    """A page of the ledger."""
    rows = measures_page(connection, wanted, limit=limit, offset=offset)
    shown = _rows(connection, rows, access=access, now_ms=now_ms)
    return RectificationList(total=measures_count(connection, wanted), rectifications=shown)


def measures_sheet(connection: Connection, wanted: MeasureFilter, *, language: Language, now_ms: int) -> bytes:
    """The ledger as xlsx, at most SHEET_ROWS_MAX rows of it."""
    rows = measures_page(connection, wanted, limit=SHEET_ROWS_MAX, offset=0)
    names = names_of(connection, sorted({row.person for row in rows} | {row.verified_by for row in rows}))
    return sheet((_sheet_row(row, names, language=language, now_ms=now_ms) for row in rows), language=language)


def _sheet_row(row: Row[Any], names: dict[str, str], *, language: Language, now_ms: int) -> dict[str, Any]:
    measure = measure_of(row)
    cause = cause_of(row.cause).name if row.cause else None
    word = RECTIFICATION_WORDS[measure.state]
    submitted, verified = instant(row.submitted_at), instant(row.verified_at)
    return {
        "number": number_of(row),
        "project": (row.name_zh if language == "zh" else row.name_en) or "",
        "unit": row.unit,
        "title": row.title,
        "cause": ((cause.zh if language == "zh" else cause.en) if cause else ""),
        "measure": row.measure,
        "person": names.get(row.person, row.person),
        "due": row.due,
        "acceptance_standard": row.acceptance_standard,
        "state": word.zh if language == "zh" else word.en,
        "overdue_days": overdue_days(measure, now_ms=now_ms) if measure.state in ("assigned", "rectifying") else 0,
        "submitted": district_day(submitted) if submitted else None,
        "verified": district_day(verified) if verified else None,
        "verified_by": names.get(row.verified_by, row.verified_by),
        "returned": row.returned,
    }


def number_of(row: Row[Any]) -> str:
    """What people call a measure: the year it was written down in, and its number."""
    return f"R-{from_ms(row.created_at).year}-{row.id:04d}"


def measure_shown(connection: Connection, measure: int, *, access: Access, now_ms: int) -> RectificationRow:
    """One measure; AbsentError where there is none."""
    row = measure_row(connection, measure)
    if row is None:
        raise absent("rectification", str(measure))
    return _rows(connection, [row], access=access, now_ms=now_ms)[0]


def measure_detail(connection: Connection, measure: int, *, access: Access, now_ms: int) -> RectificationDetail:
    """One measure with its timeline."""
    shown = measure_shown(connection, measure, access=access, now_ms=now_ms)
    events = measure_events(connection, measure)
    names = names_of(connection, sorted({row.actor for row in events}))
    return RectificationDetail(**shown.model_dump(), timeline=[event_shown(row, names) for row in events])


def _rows(connection: Connection, rows: Sequence[Row[Any]], *, access: Access, now_ms: int) -> list[RectificationRow]:
    ids = [row.id for row in rows]
    warnings = warnings_of_measures(connection, ids)
    mending = measures_that_mend(connection, ids)
    names = names_of(connection, sorted({row.person for row in rows}))
    return [
        _row(
            connection, row, access=access, now_ms=now_ms, warnings=warnings.get(row.id, []), mends=row.id in mending,
            person_name=names.get(row.person),
        )
        for row in rows
    ]  # fmt: skip


def _row(
    connection: Connection,
    row: Row[Any],
    *,
    access: Access,
    now_ms: int,
    warnings: Sequence[int],
    mends: bool,
    person_name: str | None,
) -> RectificationRow:
    measure = measure_of(row)
    actor = actor_at(access.username, access.grants, place_of_measure(connection, measure))
    name = Named(id=row.project, name=Text(zh=row.name_zh, en=row.name_en)) if row.name_zh is not None else None
    return RectificationRow(
        id=str(row.id),
        number=number_of(row),
        project=name,
        unit=row.unit,
        title=row.title,
        person=row.person,
        person_name=person_name,
        measure=row.measure,
        due=row.due,
        acceptance_standard=row.acceptance_standard,
        cause=row.cause or None,
        state=measure.state,
        word=text_of(RECTIFICATION_WORDS[measure.state]),
        origin=row.origin,
        created_at=from_ms(row.created_at),
        created_by=row.created_by,
        assigned_at=instant(row.assigned_at),
        submitted_at=instant(row.submitted_at),
        submitted_by=row.submitted_by or None,
        verified_at=instant(row.verified_at),
        verified_by=row.verified_by or None,
        returned=row.returned,
        overdue_days=overdue_days(measure, now_ms=now_ms) if measure.state in ("assigned", "rectifying") else 0,
        evidence=[_piece(piece) for piece in json.loads(row.evidence)],
        warnings=[str(warning) for warning in warnings],
        acts=list(offered_measure(measure, actor, mends=mends)),
        version=row.version,
    )


def place_of_measure(connection: Connection, measure: Rectification) -> Place:
    """Where a measure is: its project's place, or the unit as a whole."""
    if not measure.project:
        return Place(project="", unit=measure.unit, street="")
    site = site_of(connection, measure.project)
    return Place(project=site.project, unit=site.unit, street=site.street)


def _piece(piece: dict[str, Any]) -> MendingEvidenceShown:
    sha256 = piece["sha256"]
    url = f"/api/v1/photos/{sha256}/image" if piece["kind"] == "photo" else f"/api/v1/evidence/{sha256}"
    return MendingEvidenceShown(
        kind=piece["kind"], sha256=sha256, url=url, note=piece["note"], at=from_ms(piece["at"]), by=piece["by"]
    )
