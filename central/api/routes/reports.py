"""Reports: made and frozen once, then fetched as PDF, Word or Excel in either language."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.envelopes import ErrorEnvelope
from central.api.errors import ApiError, InvalidError, absent
from central.api.report_schemas import ReportAsked, ReportFormat, ReportKind, ReportLanguage, ReportList, ReportShown
from central.api.services import Db, Given
from central.api.stills import StillFolder
from central.api.viewing import register
from central.api.views.reports import may_see, report_shown, reports_shown, visible_report
from central.errors import UnknownThing
from central.report.document import Photo, decoded
from central.report.fonts import RenderingError
from central.report.make import Clocks, ReportRefused, Wanted, make
from central.report.rendering import MEDIA_TYPES, rendered
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_places import locate

router = APIRouter(prefix="/reports", tags=["reports"])
Reader = Annotated[Access, allow("read_reports")]
Number = Annotated[int, Path(ge=1, lt=1 << 62)]
PAGE_MAX = 200
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": dict.fromkeys(MEDIA_TYPES.values(), _FILE)},
    503: {"model": ErrorEnvelope},
}


class CannotRenderError(ApiError):
    """This machine lacks a font or a library that the format needs."""

    status = 503
    code = "cannot_render"


@router.get("", operation_id="listReports", response_model=ReportList)
def list_reports(
    access: Reader,
    session: Db,
    kind: ReportKind | None = None,
    before: Annotated[int | None, Query(ge=1, lt=1 << 62)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> ReportList:
    """Reports of the caller's scope, newest first: of his projects, of his units, of the district if he sees it."""
    return reports_shown(session.connection(), access, kind=kind, before=before, limit=limit)


@router.post("", operation_id="makeReport", status_code=201, response_model=ReportShown)
def make_report(given: ReportAsked, access: Annotated[Access, allow("make_reports")], services: Given) -> ReportShown:
    """Make a report and freeze it; of the same facts, or of a period that has one, the one that is there."""
    with reading(services.engine) as connection, Session(connection) as session:
        _check_scope(session, access, given)
    clocks = Clocks(now=services.clock(), wall_ms=to_ms(services.wall()))
    wanted = Wanted(kind=given.kind, about=given.about, period=given.period)
    try:
        with writing(services.engine) as connection:
            made = make(connection, wanted, clocks, by=access.username)
            return report_shown(connection, made)
    except (ReportRefused, UnknownThing) as refused:
        raise InvalidError(refused.what, where=f"body.{refused.where}", expected=refused.expected) from refused


@router.get("/{report}", operation_id="getReport", response_model=ReportShown)
def get_report(report: Number, access: Reader, session: Db) -> ReportShown:
    """One report with the digests of the documents made of it."""
    row = visible_report(session, access, report)
    if row is None:
        raise absent("report", str(report))
    return report_shown(session.connection(), row)


@router.get("/{report}/file", operation_id="getReportFile", response_class=Response, responses=_FILES)
def get_report_file(
    report: Number,
    access: Reader,
    services: Given,
    *,
    format: ReportFormat = "pdf",  # noqa: A002 -- the name of the query
    language: ReportLanguage = "zh",
) -> Response:
    """The document; made the first time (seconds), the same bytes ever after. `X-Content-SHA256` tells their digest."""
    with reading(services.engine) as connection, Session(connection) as session:
        row = visible_report(session, access, report)
    if row is None:
        raise absent("report", str(report))
    try:
        found = rendered(
            services.engine,
            report,
            language=language,
            format_=format,
            stills=StillFolder(services.settings.data_dir),
            by=access.username,
            wall_ms=lambda: to_ms(services.wall()),
        )
    except RenderingError as lacking:
        raise CannotRenderError(lacking.what, where=lacking.where, expected=lacking.expected) from lacking
    if any(isinstance(block, Photo) for section in decoded(row.content).sections for block in section.blocks):
        with reading(services.engine) as connection, Session(connection) as session:
            located = locate(session, "project", row.project or "")
        register(services, access, located=located, kind="report", sha256=found.sha256)
    name = f"{row.kind}-{row.period or row.id}-{language}.{format}"
    told = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-SHA256": found.sha256}
    return Response(found.content, media_type=MEDIA_TYPES[format], headers=told)


def _check_scope(session: Session, access: Access, given: ReportAsked) -> None:
    """What the caller may not see is absent, as everywhere."""
    if given.kind not in ("risk_warning", "risk_project"):
        if not may_see(session, access, project=None, unit=given.about or None):
            raise absent("unit", given.about)
        return
    kind = "warning" if given.kind == "risk_warning" else "project"
    located = locate(session, kind, given.about)
    if located is None or not (access.everywhere or any(access.sees(project) for project in located.projects)):
        raise absent(kind, given.about)
