"""What an inspector's phone asks for before it goes where there is no network."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from central.api.access import Access, allow
from central.api.round_schemas import Round
from central.api.services import Db, Given
from central.api.views.round import round_of

router = APIRouter(prefix="/inspections", tags=["inspections"])


@router.get("/today", operation_id="getRound", response_model=Round)
def get_round(access: Annotated[Access, allow("report_daily")], services: Given, session: Db) -> Round:
    """Today's tasks of the caller and his sites: what to look at, where, and how a value is told."""
    return round_of(session, access=access, now=services.clock(), wall=services.wall())
