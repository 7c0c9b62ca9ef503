"""The organisation, and programmes of projects that depend on each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.acting import Id, refusals
from central.api.envelopes import ErrorEnvelope, PlanRefused
from central.api.errors import InvalidError, PlanInvalidError, absent
from central.api.lives_schemas import OrganisationShown, ProgrammeList, ProgrammeSlip, VersionStored
from central.api.plans import plan_fault
from central.api.sent_files import JSON_TYPE, XLSX_TYPE, Sent, file_body, read_sent
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
_READERS: dict[str, Callable[[bytes], OrganisationTree | tuple[PlanError, ...]]] = {
    JSON_TYPE: read_organisation,
    XLSX_TYPE: read_organisation_xlsx,
}
_FILE_FAULTS = {413: {"model": ErrorEnvelope}, 415: {"model": ErrorEnvelope}, **_FAULTS}


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
    openapi_extra=file_body(described="siteprogress.organisation/1"),
    responses=_FILE_FAULTS,
)
def import_organisation(
    access: Annotated[Access, allow("organise")],
    services: Given,
    file: Sent,
) -> VersionStored:
    """Store the whole organisation from a workbook with the sheet 组织 (or JSON, or a form with one such file)."""
    tree = read_sent(file, _READERS)
    if not isinstance(tree, OrganisationTree):
        raise PlanInvalidError([plan_fault(fault) for fault in tree])
    with refusals(), writing(services.engine) as connection:
        version = save_organisation(connection, tree, by=access.username, now_ms=to_ms(services.wall()))
    return VersionStored(id="organisation", version=version)


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
