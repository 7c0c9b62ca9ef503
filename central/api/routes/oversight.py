"""Three tabs on one project: project, performance, audit; third parties' reports, transfers, and follow-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from central.api.access import Access, AskFirst, allow
from central.api.acting import Number
from central.api.envelopes import ErrorEnvelope
from central.api.errors import WrongMediaTypeError, absent
from central.api.evaluation_schemas import AuditFindingGiven, AuditFindingShown, ReasonGiven
from central.api.mending_refusals import RESPONSES
from central.api.oversight_schemas import (
    BulletinItems,
    FileKept,
    Oversight,
    ThirdGiven,
    ThirdReports,
    TransferGiven,
    Transfers,
    TransferShown,
)
from central.api.policy import district_wide
from central.api.refused_acts import recorded
from central.api.services import Db, Given, Services
from central.api.task_schemas import NoteGiven
from central.api.views.oversight import (
    findings_shown,
    item_shown,
    oversight_shown,
    third_shown,
    transfer_shown,
    transfers_shown,
)
from central.api.views.seats import units_of, visible_projects
from central.evaluate.transfer import Transfer
from central.scoring.period import period_of
from central.store.engine import reading, writing
from central.store.instants import district_day, to_ms
from central.store.read_transfers import transfer_row
from central.store.save_followed import (
    Finding,
    close_finding,
    finding_row,
    followed,
    item_row,
    note_finding,
    waive_item,
)
from central.store.save_third import FILE_BYTES_MAX, Signed, put_file, put_report, third_file
from central.store.save_transfers import ask_transfer, end_transfer, sign_transfer

router = APIRouter(tags=["oversight"], route_class=AskFirst)
Reader = Annotated[Access, allow("read_projects")]
Auditor = Annotated[Access, allow("note_findings")]
ThirdParty = Annotated[Access, allow("third_report")]
Mover = Annotated[Access, allow("transfer_projects")]
Id = Annotated[Number, Path()]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Month = Annotated[str, Path(pattern="^(20[0-9]{2})-(0[1-9]|1[0-2])$")]
PDF_TYPE = "application/pdf"
PAGE_MAX = 200
OFFSET_MAX = 1_000_000
_PDF_BODY = {
    "requestBody": {
        "required": True,
        "content": {PDF_TYPE: {"schema": {"type": "string", "format": "binary", "maxLength": FILE_BYTES_MAX}}},
    }
}
_TOO_LARGE: dict[int | str, dict[str, Any]] = {413: {"model": ErrorEnvelope}, 415: {"model": ErrorEnvelope}}


async def _pdf_body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != PDF_TYPE:
        raise WrongMediaTypeError(f"content type {kind[:80]!r}", where="header.Content-Type", expected=PDF_TYPE)
    return await request.body()


@router.get("/projects/{project_id}/oversight", operation_id="getOversight", response_model=Oversight)
def get_oversight(project_id: str, access: Reader, session: Db) -> Oversight:
    """Project, performance and audit of one project."""
    return oversight_shown(session.connection(), project_id, access)


# --- third parties ----------------------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/third-reports", operation_id="listThirdReports", response_model=ThirdReports)
def get_third(project_id: str, access: Annotated[Access, allow("read_third")], session: Db) -> ThirdReports:
    """Third parties' reports of a project, newest first."""
    return third_shown(session.connection(), project_id)


@router.put(
    "/projects/{project_id}/third-reports/{digest}/file",
    operation_id="putThirdFile",
    response_model=FileKept,
    openapi_extra=_PDF_BODY,
    responses={**RESPONSES, **_TOO_LARGE},
)
def put_third_file(
    project_id: str, digest: Digest, access: ThirdParty, services: Given, body: Annotated[bytes, Depends(_pdf_body)]
) -> FileKept:
    """Keep the signed PDF of a report under its SHA-256 (at most 20 MiB). Safe to repeat."""
    with (
        recorded(services, access, action="third_report.file", object_=f"project/{project_id}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        put_file(connection, project_id, body, sha256=digest, person=access.username, now_ms=now_ms)
    return FileKept(sha256=digest, bytes=len(body))


@router.get(
    "/projects/{project_id}/third-reports/{digest}/file",
    operation_id="getThirdFile",
    response_class=Response,
    responses={200: {"content": {PDF_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_third_file(
    project_id: str, digest: Digest, access: Annotated[Access, allow("read_third")], session: Db
) -> Response:
    """The signed PDF of a report."""
    row = third_file(session.connection(), project_id, digest)
    if row is None:
        raise absent("file", digest)
    told = {"Content-Disposition": f'attachment; filename="{digest[:12]}.pdf"'}
    return Response(row.content, media_type=PDF_TYPE, headers=told)


@router.post(
    "/projects/{project_id}/third-reports/{month}",
    operation_id="handInThirdReport",
    status_code=201,
    response_model=ThirdReports,
    responses=RESPONSES,
)
def post_third(project_id: str, month: Month, given: ThirdGiven, access: ThirdParty, services: Given) -> ThirdReports:
    """Hand in the report of a month that is over, with points and the digest of its file."""
    signed = Signed(
        points=given.points, file=given.file, signer=given.signer, signed_on=given.signed_on, note=given.note
    )
    with (
        recorded(services, access, action="third_report.hand_in", object_=f"project/{project_id}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        put_report(connection, project_id, period_of(month), signed, person=access.username, now_ms=now_ms)
    with reading(services.engine) as connection:
        return third_shown(connection, project_id)


# --- findings of audit ------------------------------------------------------------------------------------------------


@router.post(
    "/projects/{project_id}/findings",
    operation_id="noteFinding",
    status_code=201,
    response_model=AuditFindingShown,
    responses=RESPONSES,
)
def post_finding(project_id: str, given: AuditFindingGiven, access: Auditor, services: Given) -> AuditFindingShown:
    """Note what audit found of a project: the draft of a rectification is made of it."""
    finding = Finding(
        title=given.title, text=given.text, severity=given.severity, basis=given.basis, found_on=given.found_on
    )
    with (
        recorded(services, access, action="finding.note", object_=f"project/{project_id}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        number = note_finding(connection, project_id, finding, person=access.username, now_ms=now_ms)
    with reading(services.engine) as connection:
        return next(one for one in findings_shown(connection, project_id) if one.id == number)


@router.post(
    "/findings/{finding_id}/close", operation_id="closeFinding", response_model=AuditFindingShown, responses=RESPONSES
)
def post_close(finding_id: Id, given: NoteGiven, access: Auditor, services: Given) -> AuditFindingShown:
    """Audit says that it is mended, once its rectification is verified."""
    with reading(services.engine) as connection:
        row = finding_row(connection, finding_id)
        projects = visible_projects(connection, access)
    if row is None or (projects is not None and row.project not in projects):
        raise absent("finding", str(finding_id))
    with (
        recorded(services, access, action="finding.close", object_=f"finding/{finding_id}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        close_finding(connection, finding_id, remark=given.note, person=access.username, now_ms=now_ms)
    with reading(services.engine) as connection:
        return next(one for one in findings_shown(connection, row.project) if one.id == finding_id)


# --- transfers --------------------------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/transfers", operation_id="listTransfers", response_model=Transfers)
def get_transfers(project_id: str, access: Reader, services: Given, session: Db) -> Transfers:
    """Transfers of a project, and the unit that answers for it today."""
    return transfers_shown(session.connection(), project_id, today=district_day(services.wall()))


@router.post(
    "/projects/{project_id}/transfers",
    operation_id="askTransfer",
    status_code=201,
    response_model=TransferShown,
    responses=RESPONSES,
)
def post_transfer(project_id: str, given: TransferGiven, access: Mover, services: Given) -> TransferShown:
    """Ask for a transfer to another unit on a day to come: in force once both units have signed."""
    with (
        recorded(services, access, action="transfer.ask", object_=f"project/{project_id}"),
        writing(services.engine) as connection,
    ):
        number = ask_transfer(
            connection, project_id, to_unit=given.to_unit, on=given.effective_on, reason=given.reason,
            by=access.username, now_ms=to_ms(services.wall()),
        )  # fmt: skip
    with reading(services.engine) as connection:
        shown = transfers_shown(connection, project_id, today=district_day(services.wall()))
        return next(one for one in shown.transfers if one.id == number)


@router.post(
    "/transfers/{transfer_id}/sign", operation_id="signTransfer", response_model=TransferShown, responses=RESPONSES
)
def post_sign(transfer_id: Id, access: Mover, services: Given) -> TransferShown:
    """Sign for the unit that the caller heads."""

    def do(connection: Any, **more: Any) -> Transfer:
        return sign_transfer(connection, transfer_id, units=_headed(access), **more)

    return _transfer(transfer_id, access, services, do, action="transfer.sign")


@router.post(
    "/transfers/{transfer_id}/end", operation_id="endTransfer", response_model=TransferShown, responses=RESPONSES
)
def post_end(transfer_id: Id, given: ReasonGiven, access: Mover, services: Given) -> TransferShown:
    """Refuse a transfer for one's unit, or take back what one asked for."""

    def do(connection: Any, **more: Any) -> Transfer:
        return end_transfer(connection, transfer_id, units=_headed(access), reason=given.reason, **more)

    return _transfer(transfer_id, access, services, do, action="transfer.end")


# --- bulletin items ---------------------------------------------------------------------------------------------------


@router.get("/bulletin-items", operation_id="listBulletinItems", response_model=BulletinItems)
def get_items(
    access: Annotated[Access, allow("read_reports")],
    services: Given,
    session: Db,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
) -> BulletinItems:
    """What bulletins, reports and results told of units, each with what became of it."""
    units = None if district_wide(access.grants) else units_of(access)
    today = district_day(services.wall())
    found = followed(session.connection(), units=units, today=today, limit=limit, offset=offset)
    return BulletinItems(items=[item_shown(one) for one in found])


@router.post("/bulletin-items/{item_id}/waive", operation_id="waiveItem", status_code=204, responses=RESPONSES)
def post_waive(
    item_id: Id, given: ReasonGiven, access: Annotated[Access, allow("hold_meeting")], services: Given
) -> None:
    """Say with a reason that an item needs no rectification; never of one's own unit."""
    with (
        recorded(services, access, action="bulletin_item.waive", object_=f"bulletin_item/{item_id}"),
        writing(services.engine) as connection,
    ):
        row = item_row(connection, item_id)
        if row is None or not district_wide(access.grants):
            raise absent("item", str(item_id))
        waive_item(connection, item_id, reason=given.reason, person=access.username, now_ms=to_ms(services.wall()))


def _transfer(
    number: int, access: Access, services: Services, act: Callable[..., Transfer], *, action: str
) -> TransferShown:
    with (
        recorded(services, access, action=action, object_=f"transfer/{number}"),
        writing(services.engine) as connection,
    ):
        row = transfer_row(connection, number)
        projects = visible_projects(connection, access)
        mine = row is not None and {row.from_unit, row.to_unit} & set(units_of(access))
        if row is None or (projects is not None and row.project not in projects and not mine):
            raise absent("transfer", str(number))
        return transfer_shown(act(connection, person=access.username, now_ms=to_ms(services.wall())))


def _headed(access: Access) -> tuple[str, ...]:
    """Units whose head the caller is: only they sign."""
    return tuple(grant.scope for grant in access.grants if grant.kind == "unit" and grant.role == "dept_head")
