"""Money: the ledger and what is posted to it, its audit query and files, and money beside the work it pays for."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from central.api.access import Access, AskFirst, allow
from central.api.envelopes import ErrorEnvelope
from central.api.errors import SaidInvalidError, absent
from central.api.ledger_files import (
    ZIP_TYPE,
    allowed,
    export_ledger,
    import_ledger,
    one_of,
    projects_within,
)
from central.api.ledger_schemas import (
    Day,
    FundKind,
    LedgerConflicts,
    LedgerImport,
    LedgerImported,
    LedgerImports,
    LedgerLock,
    LedgerStatement,
    LedgerSuspicions,
    NewEntries,
    NewEntry,
    NewLock,
    PostedEntries,
)
from central.api.money_schemas import Disbursement, NewTerms, PaymentTerms, ProjectDay, ProjectMoney
from central.api.sent_files import FORM_TYPE, XLSX_TYPE, Sent
from central.api.services import Db, Given
from central.api.views import ledger as views
from central.api.views.money import disbursement_of, money_of, project_day, terms_answer
from central.domain import FundEntry
from central.money.disburse import Terms
from central.money.posting import Posting
from central.money.sheet import template
from central.store.engine import writing
from central.store.instants import district_day, to_ms
from central.store.payment_terms import save_terms
from central.store.read_ledger import closed_through
from central.store.read_statement import Which
from central.store.save_ledger import lock_month, post
from central.store.take_ledger import resolved

router = APIRouter(tags=["money"])
files = APIRouter(tags=["money"], route_class=AskFirst)
Reader = Annotated[Access, allow("read_money")]
Poster = Annotated[Access, allow("post_money")]
Short = Annotated[str | None, Query(max_length=128)]
From = Annotated[Day, Query(alias="from", description="first day, included")]
To = Annotated[Day, Query(description="last day, included")]
Limit = Annotated[int, Query(ge=1, le=500)]
After = Annotated[int, Query(ge=0, le=2**62)]
_SHEET: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
            FORM_TYPE: {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def _which(  # noqa: PLR0917 -- the parameters are those of the query
    access: Reader,
    session: Db,
    project: Short = None,
    payee: Short = None,
    line: Short = None,
    contract: Short = None,
    kind: FundKind | None = None,
) -> Which:
    projects = one_of(projects_within(access, session), project)
    return Which(projects=projects, payee=payee, line=line, contract=contract, kind=kind)


Asked = Annotated[Which, Depends(_which)]


@router.get("/projects/{project_id}/money", operation_id="getProjectMoney", response_model=ProjectMoney)
def project_money(project_id: str, access: Reader, services: Given, session: Db) -> ProjectMoney:
    """双监控: physical progress and execution of the budget, as of the same day."""
    return money_of(session, project_id, now=services.clock())


@router.get("/projects/{project_id}/disbursement", operation_id="getDisbursement", response_model=Disbursement)
def project_disbursement(
    project_id: str,
    access: Reader,
    services: Given,
    session: Db,
    accepted_on: Annotated[Day | None, Query(description="from when the legal time to pay runs")] = None,
) -> Disbursement:
    """What may be paid by verified progress, wages apart, with the legal dates: a suggestion, people decide."""
    return disbursement_of(session, project_id, now=services.clock(), accepted_on=accepted_on)


@router.get("/projects/{project_id}/days/{day}", operation_id="getProjectDay", response_model=ProjectDay)
def one_day(project_id: str, day: Day, access: Reader, session: Db) -> ProjectDay:
    """业务流、资金流、信息流 of one day: progress events, payments with contract and voucher, photos."""
    return project_day(session, project_id, day)


@router.put("/projects/{project_id}/payment-terms", operation_id="putPaymentTerms", response_model=PaymentTerms)
def put_terms(project_id: str, access: Poster, services: Given, terms: NewTerms) -> PaymentTerms:
    """What the contract says of payment, as the next version."""
    with writing(services.engine) as connection:
        saved = save_terms(
            connection, project_id, Terms(**terms.model_dump()), by=access.username, at_ms=to_ms(services.wall())
        )
    return terms_answer(saved)


@router.get("/ledger", operation_id="getLedger", response_model=LedgerStatement)
def ledger(  # noqa: PLR0917 -- the parameters are those of the query
    access: Reader,
    session: Db,
    which: Asked,
    from_: From,
    to: To,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 100,
) -> LedgerStatement:
    """Any period, both days included: opening, entries, closing, totals by project, line and payee, chain proof."""
    return views.statement(session, first=from_, last=to, which=which, after=after, limit=limit)


@router.get(
    "/ledger/export",
    operation_id="exportLedger",
    response_class=FileResponse,
    responses={200: {"content": {ZIP_TYPE: _FILE}}},
)
def export(access: Reader, services: Given, which: Asked, from_: From, to: To) -> FileResponse:
    """The period as a package that verifies offline (csv, xlsx, proof, verifier); its digest goes into the trail."""
    done = export_ledger(services, access=access, first=from_, last=to, which=which)
    return FileResponse(
        done.path, media_type=ZIP_TYPE, filename=done.filename, background=BackgroundTask(done.path.unlink)
    )


@router.get(
    "/ledger/template",
    operation_id="getLedgerTemplate",
    response_class=Response,
    responses={200: {"content": {XLSX_TYPE: _FILE}}},
)
def ledger_template(access: Reader) -> Response:
    """An empty sheet for POST /ledger/import."""
    told = {"Content-Disposition": 'attachment; filename="ledger-template.xlsx"'}
    return Response(template(), media_type=XLSX_TYPE, headers=told)


@router.get("/ledger/conflicts", operation_id="listLedgerConflicts", response_model=LedgerConflicts)
def ledger_conflicts(
    access: Reader, session: Db, project: Short = None, after: After = 0, limit: Limit = 100
) -> LedgerConflicts:
    """Other content that was given under vouchers that are there."""
    within = projects_within(access, session)
    one_of(within, project)
    return views.conflicts(session, projects=within, project=project, after=after, limit=limit)


@router.get("/ledger/suspicions", operation_id="listLedgerSuspicions", response_model=LedgerSuspicions)
def ledger_suspicions(access: Reader, session: Db, from_: From, to: To, project: Short = None) -> LedgerSuspicions:
    """Double payments and applications, idle funds, payments of no contract or above what was released."""
    projects = one_of(projects_within(access, session), project)
    return views.suspicions_of(session, first=from_, last=to, projects=projects)


@router.get("/ledger/imports", operation_id="listLedgerImports", response_model=LedgerImports)
def ledger_imports(access: Reader, session: Db, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> LedgerImports:
    """Files that came, the newest first, with what became of their rows so far."""
    return views.imports_answer(session, access=access, limit=limit)


@router.get("/ledger/imports/{import_id}", operation_id="getLedgerImport", response_model=LedgerImport)
def ledger_import(
    access: Reader,
    session: Db,
    import_id: Annotated[int, Path(ge=1, le=2**62)],
    after: After = 0,
    limit: Limit = 100,
) -> LedgerImport:
    """What became of a file, with the rows that were not taken."""
    return views.import_answer(session, import_id, access=access, after=after, limit=limit)


@router.get("/ledger/locks", operation_id="getLedgerLock", response_model=LedgerLock)
def ledger_lock(access: Reader, session: Db) -> LedgerLock:
    """Up to when the ledger is closed."""
    return LedgerLock(closed_through=closed_through(session.connection()))


@router.post(
    "/ledger/locks",
    operation_id="lockLedger",
    response_model=LedgerLock,
)
def lock_ledger(access: Annotated[Access, allow("lock_money")], services: Given, lock: NewLock) -> LedgerLock:
    """Close a month that is over, and all before it, for the whole district; again changes nothing."""
    if not access.everywhere:
        raise absent("address", "/ledger/locks")
    year, month = (int(part) for part in lock.month.split("-"))
    wall = services.wall()
    with writing(services.engine) as connection:
        refusal = lock_month(
            connection, date(year, month, 1), today=district_day(wall), by=access.username, at_ms=to_ms(wall)
        )
        through = closed_through(connection)
    if refusal is not None:
        raise SaidInvalidError(refusal.what, where="body.month", expected=refusal.expected)
    return LedgerLock(closed_through=through)


@files.post("/ledger/entries", operation_id="postLedgerEntries", response_model=PostedEntries)
def post_entries(access: Poster, services: Given, session: Db, given: NewEntries) -> PostedEntries:
    """Post one entry or many. Each by itself: posted, known, a conflict (recorded, nothing changes), or refused."""
    within = allowed(projects_within(access, session))
    with writing(services.engine) as connection:
        postings, projects = resolved(connection, [_posting(entry) for entry in given.entries], within=within)
        outcomes = post(connection, postings, projects=projects, by=access.username, at_ms=to_ms(services.wall()))
    return views.outcomes_of(outcomes)


def _posting(entry: NewEntry) -> Posting:
    plain = entry.model_dump()
    outer = {name: plain.pop(name) for name in ("approver", "object_code", "note", "source")}
    return Posting(entry=FundEntry(**plain), **outer)


@files.post(
    "/ledger/import",
    operation_id="importLedger",
    response_model=LedgerImported,
    openapi_extra=_SHEET,
    responses={413: {"model": ErrorEnvelope}, 415: {"model": ErrorEnvelope}},
)
def import_(access: Poster, services: Given, session: Db, file: Sent) -> LedgerImported:
    """Post every row of an xlsx; a wrong row is kept aside with its column and reason, the rest load."""
    within = projects_within(access, session)
    return import_ledger(services, access=access, within=within, file=file)


router.routes.extend(files.routes)
