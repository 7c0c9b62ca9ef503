"""Plans come in whole or not at all."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter

from central.api.access import Access, allow
from central.api.acting import Note
from central.api.envelopes import ErrorEnvelope, Imported, PlanRefused
from central.api.plan_schemas import PlanChecked
from central.api.plans import check_plan, import_plan
from central.api.sent_files import Sent, file_body
from central.api.services import Db, Given

router = APIRouter(prefix="/projects", tags=["plans"])
_FILE = file_body(described="a plan of schema siteprogress.plan/1 or /2")
_RESPONSES: dict[int | str, dict[str, Any]] = {
    413: {"model": ErrorEnvelope},
    415: {"model": ErrorEnvelope},
    422: {"model": PlanRefused | ErrorEnvelope},
}


@router.post("/check", operation_id="checkPlan", response_model=PlanChecked, openapi_extra=_FILE, responses=_RESPONSES)
def check_project(
    access: Annotated[Access, allow("import_plan")], services: Given, session: Db, file: Sent
) -> PlanChecked:
    """What a plan file would become and change, or every fault of it; nothing is kept."""
    return check_plan(services, session, access=access, file=file)


@router.post(
    "/import",
    operation_id="importPlan",
    status_code=201,
    response_model=Imported,
    openapi_extra=_FILE,
    responses=_RESPONSES,
)
def import_project(
    access: Annotated[Access, allow("import_plan")],
    services: Given,
    session: Db,
    file: Sent,
    reason: Note = "",
) -> Imported:
    """Take in a plan (JSON, xlsx or a form with one file), or name every fault; a revision waits for approval.

    A revision says why in `reason`; it is in force when somebody other than its author approves it.
    """
    return import_plan(services, session, access=access, file=file, reason=reason)
