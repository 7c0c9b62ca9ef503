"""Contract clauses, site fences, daily reports, disputes about values, outages, and the bulletin of data quality."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.acting import Day, Number, refusals, roles_at
from central.api.envelopes import ErrorEnvelope
from central.api.quality_schemas import (
    Bulletin,
    Checks,
    ClausesShown,
    DailyReports,
    DailyReportShown,
    Disputes,
    FenceGiven,
    FenceShown,
    OutageGiven,
    OutageShown,
    SettlementGiven,
)
from central.api.services import Db, Given
from central.api.views.bulletin import bulletin_shown
from central.api.views.quality import (
    checks_shown,
    clauses_shown,
    disputes_shown,
    fence_shown,
    report_shown,
    reports_shown,
)
from central.quality.claims import observed_at
from central.quality.clauses import ClauseDocument
from central.quality.counting import EXCUSED_WITHIN_MS
from central.quality.daily import DailyDocument, daily_faults
from central.quality.presence import Presence
from central.quality.refused import CheckRefused
from central.store.engine import writing
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_checked import StoredReport, report_of
from central.store.save_checked import (
    Outage,
    Reported,
    note_outage,
    set_clauses,
    set_fence,
    settle_dispute,
    take_report,
)
from central.store.save_observed import take_count

router = APIRouter(tags=["quality"])
Reader = Annotated[Access, allow("read_projects")]
Setter = Annotated[Access, allow("set_clauses")]
Reporter = Annotated[Access, allow("report_daily")]
Before = Annotated[int | None, Query(ge=1, lt=1 << 31)]
PAGE_MAX = 200
BODY_BYTES_MAX = 1024 * 1024
LARGE = ("/clauses", "/fence", "/daily-reports")  # bodies that may be this large
_TOO_LARGE: dict[int | str, dict[str, Any]] = {413: {"model": ErrorEnvelope}}
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/projects/{project_id}/clauses", operation_id="getClauses", response_model=ClausesShown)
def get_clauses(project_id: str, access: Reader, session: Db) -> ClausesShown:
    """The clauses of the contract that are checked."""
    return clauses_shown(session, project_id)


@router.put(
    "/projects/{project_id}/clauses", operation_id="putClauses", response_model=ClausesShown, responses=_TOO_LARGE
)
def put_clauses(project_id: str, given: ClauseDocument, access: Setter, services: Given) -> ClausesShown:
    """Set the clauses (siteprogress.clauses/1) as the next version; what was decided by former ones stays."""
    document = given.model_dump(mode="json", by_alias=True)
    with refusals(), writing(services.engine) as connection:
        set_clauses(connection, project_id, document, by=access.username, now_ms=to_ms(services.wall()))
        return clauses_shown(Session(connection), project_id)


@router.get("/projects/{project_id}/fence", operation_id="getFence", response_model=FenceShown)
def get_fence(project_id: str, access: Reader, session: Db) -> FenceShown:
    """The outline of the site."""
    return fence_shown(session, project_id)


@router.put("/projects/{project_id}/fence", operation_id="putFence", response_model=FenceShown, responses=_TOO_LARGE)
def put_fence(project_id: str, given: FenceGiven, access: Setter, services: Given) -> FenceShown:
    """Draw the site's outline; photos of later reports that were taken over 200 m from it are no evidence."""
    geometry = given.geometry.model_dump(mode="json")
    with refusals(), writing(services.engine) as connection:
        set_fence(
            connection,
            project_id,
            geometry,
            datum=given.datum,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return fence_shown(Session(connection), project_id)


@router.post(
    "/projects/{project_id}/daily-reports",
    operation_id="sendDailyReport",
    status_code=201,
    response_model=DailyReportShown,
    responses=_TOO_LARGE,
)
def post_report(project_id: str, given: DailyDocument, access: Reporter, services: Given) -> DailyReportShown:
    """Report a day (siteprogress.daily/1); the same again answers with the same report.

    Who builds or owns the project reports of himself, whatever other role he has; claims of supervisors and inspectors
    weigh more, and count only with a photo that holds where the contract asks for photos.
    """
    reported = Reported(
        day=given.day,
        note=given.note,
        stage=given.stage.strip(),
        photos=tuple(sorted(set(given.photos))),
        claims={claim.item: claim.value_bp for claim in given.claims},
        persons=None if given.counts is None else given.counts.persons,
        machines=None if given.counts is None or given.counts.machines is None else dict(given.counts.machines.items()),
    )
    with refusals(), writing(services.engine) as connection:
        if given.project != project_id:
            raise CheckRefused(given.project, where="project", expected=project_id)
        for fault in daily_faults(given.model_dump(mode="json", by_alias=True))[:1]:
            raise CheckRefused(fault.what, where=fault.where, expected=fault.expected)
        number = take_report(
            connection,
            project_id,
            reported,
            roles=roles_at(Session(connection), access, project_id),
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        report = report_of(connection, project_id, number)
        assert report is not None
        if reported.counted:
            _keep_counts(connection, report, reported)
        return report_shown(report)


def _keep_counts(connection: Connection, report: StoredReport, reported: Reported) -> None:
    """What a report counted, as of the time for which its claims hold; the same report again counts nothing anew."""
    submitted = from_ms(report.submitted_ms)
    counted = Presence(
        observed_at=observed_at(report.day, submitted_at=submitted),
        source="daily_report",
        persons=reported.persons,
        machines=reported.machines,
    )
    refs = f"report/{report.id}"
    take_count(connection, report.project, counted, by=report.author, now_ms=report.submitted_ms, refs=refs)


@router.get("/projects/{project_id}/daily-reports", operation_id="listDailyReports", response_model=DailyReports)
def get_reports(project_id: str, access: Reader, session: Db, before: Before = None, limit: Limit = 50) -> DailyReports:
    """What was reported of a project, newest first, with what was decided of photos and claims."""
    return reports_shown(session, project_id, before=before, limit=limit)


@router.get("/projects/{project_id}/checks", operation_id="getChecks", response_model=Checks)
def get_checks(
    project_id: str,
    access: Reader,
    services: Given,
    session: Db,
    as_of: Annotated[Day | None, Query()] = None,
) -> Checks:
    """Clauses that do not hold, and the daily duty of the month, on a day (today unless told)."""
    now = services.wall()
    return checks_shown(session, project_id, as_of=as_of or district_day(now), now=now)


@router.get("/projects/{project_id}/disputes", operation_id="listDisputes", response_model=Disputes)
def get_disputes(project_id: str, access: Reader, session: Db, before: Before = None, limit: Limit = 50) -> Disputes:
    """People's values that differ from the cameras' by more than the tolerance."""
    return disputes_shown(session, project_id, before=before, limit=limit)


@router.post(
    "/projects/{project_id}/disputes/{dispute}/settlement", operation_id="settleDispute", response_model=Disputes
)
def post_settlement(
    project_id: str,
    dispute: Annotated[Number, Path()],
    given: SettlementGiven,
    access: Annotated[Access, allow("settle_dispute")],
    services: Given,
) -> Disputes:
    """Say whose value holds after a look; never the claimant himself. The published value stays the fused one."""
    with refusals(), writing(services.engine) as connection:
        settle_dispute(
            connection,
            project_id,
            dispute,
            outcome=given.outcome,
            remark=given.remark,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return disputes_shown(Session(connection), project_id, before=dispute + 1, limit=1)


@router.post("/projects/{project_id}/outages", operation_id="noteOutage", status_code=201, response_model=OutageShown)
def post_outage(project_id: str, given: OutageGiven, access: Reporter, services: Given) -> OutageShown:
    """Report that a device is out; within 24 h of its beginning it excuses the days that it lasts."""
    now_ms = to_ms(services.wall())
    with refusals(), writing(services.engine) as connection:
        for name, at in (("since", given.since), ("until", given.until)):
            if at is not None and at.tzinfo is None:
                raise CheckRefused(str(at), where=name, expected="a time with its zone, e.g. 2026-05-01T08:00:00+08:00")
        outage = Outage(**given.model_dump())
        number = note_outage(connection, project_id, outage, by=access.username, now_ms=now_ms)
    return OutageShown(id=number, excuses=now_ms - to_ms(given.since) <= EXCUSED_WITHIN_MS)


@router.get("/quality", operation_id="getBulletin", response_model=Bulletin)
def get_bulletin(
    access: Annotated[Access, allow("read_quality")],
    services: Given,
    session: Db,
    month: Annotated[Day | None, Query(description="any day of the month; the running one unless told")] = None,
) -> Bulletin:
    """Quality of the data of each unit in a month; a caller who does not see the district sees the units he sees."""
    today: date = district_day(services.wall())
    return bulletin_shown(session, access, month=(month or today).replace(day=1), now=services.wall())
