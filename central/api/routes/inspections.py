"""What an inspector's phone asks for before it goes where there is no network."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from central.api.access import Access, allow
from central.api.kept import answered, kept_bytes
from central.api.round_schemas import Round
from central.api.services import Db, Given
from central.api.views.round import round_of

router = APIRouter(prefix="/inspections", tags=["inspections"])


@router.get("/today", operation_id="getRound", response_model=Round)
def get_round(
    request: Request, access: Annotated[Access, allow("report_daily")], services: Given, session: Db
) -> Response:
    """Today's tasks of the caller and his sites: what to look at, where, and how a value is told."""
    body = round_of(session, services.round_sites, access=access, now=services.clock(), wall=services.wall())
    return answered(request, kept_bytes(body))
