"""Gateways and cameras: what was delivered, and who cannot be believed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from central.api.access import Access, allow
from central.api.fleet_schemas import Fleet, FleetDay
from central.api.services import Db, Given
from central.api.views.fleet import fleet_day_of, fleet_of

router = APIRouter(tags=["fleet"])


@router.get("/fleet", operation_id="getFleet", response_model=Fleet)
def fleet(access: Annotated[Access, allow("read_fleet")], services: Given, session: Db) -> Fleet:
    """Delivery by gateway, and the cameras that look at the caller's projects."""
    return fleet_of(session, access=access, now=services.clock(), wall=services.wall())


@router.get("/fleet/day", operation_id="getFleetDay", response_model=FleetDay)
def fleet_day(access: Annotated[Access, allow("read_fleet")], services: Given, session: Db) -> FleetDay:
    """What was read in the last 24 hours: by hour and gateway, and by camera why readings say nothing."""
    return fleet_day_of(session, access=access, now=services.clock())
