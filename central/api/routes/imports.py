"""Plans come in whole or not at all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from central.api.access import Access, allow
from central.api.acting import Note
from central.api.envelopes import ErrorEnvelope, Imported, PlanRefused
from central.api.plans import FORM_TYPE, JSON_TYPE, XLSX_TYPE, PlanFile, import_plan
from central.api.services import Db, Given

router = APIRouter(prefix="/projects", tags=["plans"])
_PLAN_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON_TYPE: {"schema": {"type": "object", "description": "a plan of schema siteprogress.plan/1 or /2"}},
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


async def _plan_body(request: Request) -> PlanFile:
    return PlanFile(content_type=request.headers.get("content-type", ""), content=await request.body())


@router.post(
    "/import",
    operation_id="importPlan",
    status_code=201,
    response_model=Imported,
    openapi_extra=_PLAN_BODY,
    responses={
        413: {"model": ErrorEnvelope},
        415: {"model": ErrorEnvelope},
        422: {"model": PlanRefused | ErrorEnvelope},
    },
)
def import_project(
    access: Annotated[Access, allow("import_plan")],
    services: Given,
    session: Db,
    file: Annotated[PlanFile, Depends(_plan_body)],
    reason: Note = "",
) -> Imported:
    """Take in a plan (JSON, xlsx or a form with one file), or name every fault; a revision waits for approval.

    A revision says why in `reason`; it is in force when somebody other than its author approves it.
    """
    return import_plan(services, session, access=access, file=file, reason=reason)
