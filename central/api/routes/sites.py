"""The map: sites and buildings at the end of any day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from central.api.access import Access, allow
from central.api.map_schemas import MapState
from central.api.services import Db, Given
from central.api.views.map import map_of

router = APIRouter(tags=["map"])


@router.get("/map", operation_id="getMap", response_model=MapState)
def map_(
    access: Annotated[Access, allow("read_projects")],
    services: Given,
    session: Db,
    at: Annotated[date | None, Query(description="as it stood at the end of this day; now unless told")] = None,
    street: Annotated[str | None, Query(max_length=128, description="only this street, by its Chinese name")] = None,
) -> MapState:
    """Sites and buildings within the caller's scope, as known at the end of a day."""
    return map_of(session, access=access, name=services.settings.district, now=services.clock(), day=at, street=street)
