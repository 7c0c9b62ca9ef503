"""The organisation, and programmes of projects that depend on each other."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.acting import Id, refusals
from central.api.envelopes import ErrorEnvelope, PlanRefused
from central.api.errors import InvalidError, PlanInvalidError, WrongMediaTypeError, absent
from central.api.lives_schemas import OrganisationShown, ProgrammeList, ProgrammeSlip, VersionStored
from central.api.plans import FORM_TYPE, JSON_TYPE, XLSX_TYPE, PlanFile, in_form, plan_fault
from central.api.services import Db, Given
from central.api.views.organisation import organisation_shown, programme_list, project_slip, slip_shown, visible
from central.lifecycle.organisation import OrganisationTree, read_organisation, read_organisation_xlsx
from central.lifecycle.programmes import Programme, read_programme
from central.plan.fault import PlanError
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_organised import items_of_projects, programme_of
from central.store.save_organised import save_organisation, save_programme

router = APIRouter(tags=["organisation"])
Reader = Annotated[Access, allow("read_projects")]
_FAULTS: dict[int | str, dict[str, Any]] = {422: {"model": PlanRefused | ErrorEnvelope}}
_FILE_FAULTS = {413: {"model": ErrorEnvelope}, 415: {"model": ErrorEnvelope}, **_FAULTS}
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON_TYPE: {"schema": {"type": "object", "description": "siteprogress.organisation/1"}},
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


async def _body(request: Request) -> PlanFile:
    return PlanFile(content_type=request.headers.get("content-type", ""), content=await request.body())


@router.get("/organisation", operation_id="getOrganisation", response_model=OrganisationShown)
def get_organisation(access: Reader, session: Db) -> OrganisationShown:
    """Every unit from the district down to its villages, with the projects of the caller's scope."""
    return organisation_shown(session, access=access)


@router.put("/organisation", operation_id="putOrganisation", response_model=VersionStored, responses=_FAULTS)
def put_organisation(
    document: dict[str, Any], access: Annotated[Access, allow("organise")], services: Given
) -> VersionStored:
    """Store the whole organisation (siteprogress.organisation/1) as its next version, or name every fault."""
    tree = read_organisation(document)
    if not isinstance(tree, OrganisationTree):
        raise PlanInvalidError([plan_fault(fault) for fault in tree])
    with refusals(), writing(services.engine) as connection:
        version = save_organisation(connection, tree, by=access.username, now_ms=to_ms(services.wall()))
    return VersionStored(id="organisation", version=version)


@router.post(
    "/organisation/import",
    operation_id="importOrganisation",
    response_model=VersionStored,
    openapi_extra=_FILE,
    responses=_FILE_FAULTS,
)
def import_organisation(
    access: Annotated[Access, allow("organise")],
    services: Given,
    file: Annotated[PlanFile, Depends(_body)],
) -> VersionStored:
    """Store the whole organisation from a workbook with the sheet 组织 (or JSON, or a form with one such file)."""
    tree = _tree(file)
    if not isinstance(tree, OrganisationTree):
        raise PlanInvalidError([plan_fault(fault) for fault in tree])
    with refusals(), writing(services.engine) as connection:
        version = save_organisation(connection, tree, by=access.username, now_ms=to_ms(services.wall()))
    return VersionStored(id="organisation", version=version)


def _tree(file: PlanFile) -> OrganisationTree | tuple[PlanError, ...]:
    match file.content_type.partition(";")[0].strip().lower():
        case "application/json":
            return read_organisation(file.content)
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
            return read_organisation_xlsx(file.content)
        case "multipart/form-data":
            return _tree(in_form(file))
    raise WrongMediaTypeError(
        f"content type {file.content_type[:80]!r}",
        where="header.Content-Type",
        expected=f"{JSON_TYPE}, {XLSX_TYPE} or {FORM_TYPE}",
    )


@router.get("/programmes", operation_id="listProgrammes", response_model=ProgrammeList)
def get_programmes(access: Reader, session: Db) -> ProgrammeList:
    """Programmes of which the caller sees every project."""
    return programme_list(session, access=access)


@router.put("/programmes/{programme}", operation_id="putProgramme", response_model=VersionStored, responses=_FAULTS)
def put_programme(
    programme: Annotated[Id, Path()],
    document: dict[str, Any],
    access: Annotated[Access, allow("approve_plan")],
    services: Given,
) -> VersionStored:
    """Store a programme (siteprogress.programme/1) of projects within the caller's scope as its next version."""
    with refusals(), writing(services.engine) as connection:
        seen = visible(Session(connection), access)
        items = items_of_projects(connection)
        read = read_programme(document, {project: items.get(project, ()) for project in seen})
        if not isinstance(read, Programme):
            raise PlanInvalidError([plan_fault(fault) for fault in read])
        if read.id != programme:
            raise InvalidError(
                f"programme {read.id!r}", where="body.id", expected=f"{programme!r}, as the address says"
            )
        _check_reach(connection, programme, seen)
        now_ms = to_ms(services.wall())
        version = save_programme(connection, read, document, by=access.username, now_ms=now_ms)
    return VersionStored(id=programme, version=version)


@router.get("/programmes/{programme}/slip", operation_id="getProgrammeSlip", response_model=ProgrammeSlip)
def get_slip(programme: Annotated[Id, Path()], access: Reader, services: Given, session: Db) -> ProgrammeSlip:
    """How late each project of a programme will be, by itself and through what it waits for."""
    return slip_shown(session, programme, access=access, now=services.clock())


@router.get("/projects/{project_id}/slip", operation_id="getProjectSlip", response_model=ProgrammeSlip)
def get_project_slip(project_id: str, access: Reader, services: Given, session: Db) -> ProgrammeSlip:
    """How late items of a project will be, by themselves and through the items that its plan makes them wait for."""
    return project_slip(session, project_id, now=services.clock())


def _check_reach(connection: Connection, programme: str, seen: set[str]) -> None:
    """A programme that has projects outside the caller's scope is not there for the caller."""
    known = programme_of(connection, programme)
    if known is not None and not seen.issuperset(known.projects):
        raise absent("programme", programme)
