"""Plans as versions: revisions that are proposed and approved, the structure in force, the plan as a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.acting import Number, refusals
from central.api.envelopes import ErrorEnvelope, PlanRefused
from central.api.errors import PlanInvalidError, absent
from central.api.lives_schemas import DecisionGiven, Revisions, Structure
from central.api.plans import refused_fault
from central.api.sent_files import XLSX_TYPE
from central.api.services import Db, Given
from central.api.views.revisions import revisions_of
from central.api.views.structure import structure_shown
from central.errors import PlanRefused as Refused
from central.plan.exporting import write_plan_xlsx
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_proposals import plan_file_of
from central.store.save_proposals import approve_plan, refuse_plan, withdraw_plan

router = APIRouter(tags=["plans"])
Reader = Annotated[Access, allow("read_projects")]
_XLSX: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/projects/{project_id}/revisions", operation_id="listRevisions", response_model=Revisions)
def get_revisions(project_id: str, access: Reader, session: Db) -> Revisions:
    """The baseline and every revision with its delay, reason and approver, and what waits for approval."""
    return revisions_of(session, project_id)


@router.post(
    "/projects/{project_id}/proposals/{proposal}/decision",
    operation_id="decideProposal",
    response_model=Revisions,
    responses={422: {"model": PlanRefused | ErrorEnvelope}},
)
def post_decision(
    project_id: str,
    proposal: Annotated[Number, Path()],
    given: DecisionGiven,
    access: Annotated[Access, allow("approve_plan")],
    services: Given,
) -> Revisions:
    """Put a proposed revision in force, or refuse it with the reason; never by its own author."""
    now_ms = to_ms(services.wall())
    try:
        with refusals(), writing(services.engine) as connection:
            if given.approve:
                approve_plan(connection, project_id, proposal, by=access.username, remark=given.remark, now_ms=now_ms)
            else:
                refuse_plan(connection, project_id, proposal, by=access.username, remark=given.remark, now_ms=now_ms)
            return revisions_of(Session(connection), project_id)
    except Refused as refused:
        raise PlanInvalidError([refused_fault(refused)]) from refused


@router.delete("/projects/{project_id}/proposals/{proposal}", operation_id="withdrawProposal", response_model=Revisions)
def delete_proposal(
    project_id: str,
    proposal: Annotated[Number, Path()],
    access: Annotated[Access, allow("import_plan")],
    services: Given,
) -> Revisions:
    """Take a revision back that one proposed oneself and nobody has decided."""
    with refusals(), writing(services.engine) as connection:
        withdraw_plan(connection, project_id, proposal, by=access.username, now_ms=to_ms(services.wall()))
        return revisions_of(Session(connection), project_id)


@router.get("/projects/{project_id}/structure", operation_id="getStructure", response_model=Structure)
def get_structure(project_id: str, access: Reader, services: Given, session: Db) -> Structure:
    """Lots, buildings, units and items with their share of the project, planned and actual."""
    with refusals():
        return structure_shown(session, project_id, now=services.clock())


@router.get("/projects/{project_id}/plan.xlsx", operation_id="getPlanFile", response_class=Response, responses=_XLSX)
def get_plan(project_id: str, access: Annotated[Access, allow("read_plan_file")], session: Db) -> Response:
    """The plan in force as a workbook that can be edited and imported again."""
    document = plan_file_of(session.connection(), project_id)
    if document is None:
        raise absent("plan", project_id)
    return Response(
        write_plan_xlsx(document),
        media_type=XLSX_TYPE,
        headers={"Content-Disposition": f'attachment; filename="plan-{project_id}.xlsx"', "Cache-Control": "private"},
    )
