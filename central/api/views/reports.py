"""Reports as they are listed and shown, and who may see which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row
from sqlmodel import Session

from central.api.access import Access
from central.api.report_schemas import ReportDocument, ReportFormat, ReportKind, ReportLanguage, ReportList, ReportShown
from central.api.schemas import Text
from central.api.views.seats import units_of, visible_projects
from central.api.views.words import instant
from central.store.instants import from_ms
from central.store.read_reports import files_of, of_places, report_of, reports_before
from central.store.tables import Project


def reports_shown(
    connection: Connection, access: Access, *, kind: str | None, before: int | None, limit: int
) -> ReportList:
    """A page of the reports within the caller's scope."""
    projects = visible_projects(connection, access)
    within = None if projects is None else of_places(projects, units_of(access))
    rows = reports_before(connection, before=before, limit=limit + 1, kind=kind, within=within)
    shown = [shown_of(row, ()) for row in rows[:limit]]
    return ReportList(reports=shown, next=shown[-1].id if len(rows) > limit else None)


def visible_report(session: Session, access: Access, number: int) -> Row[Any] | None:
    """A report within the caller's scope; None = there is none for him."""
    row = report_of(session.connection(), number)
    return row if row is not None and may_see(session, access, project=row.project, unit=row.unit) else None


def may_see(session: Session, access: Access, *, project: str | None, unit: str | None) -> bool:
    """Whether a report about a project, a unit, or (neither) the district is within the caller's scope."""
    if access.everywhere:
        return True
    if project is not None:
        row = session.get(Project, project)
        return row is not None and access.sees(row)
    return unit is not None and unit in units_of(access)


def report_shown(connection: Connection, row: Row[Any]) -> ReportShown:
    """One report with its documents."""
    return shown_of(row, files_of(connection, row.id))


def shown_of(row: Row[Any], files: Sequence[Row[Any]]) -> ReportShown:
    """A row as the API tells it."""
    return ReportShown(
        id=row.id,
        kind=cast(ReportKind, row.kind),
        about=row.about,
        project=row.project,
        unit=row.unit,
        period=row.period,
        as_of=instant(row.as_of_at),
        title=Text(zh=row.title_zh, en=row.title_en),
        sha256=row.sha256,
        made_by=row.made_by,
        made_at=from_ms(row.made_at),
        documents=[
            ReportDocument(
                language=cast(ReportLanguage, one.language), format=cast(ReportFormat, one.format), sha256=one.sha256
            )
            for one in files
        ],
    )
