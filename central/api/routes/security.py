"""What was refused, and what could not be taken: for those who run and those who audit the whole district."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from central.api.access import Access, allow
from central.api.fleet_schemas import DeadLetterList, SecurityEventList
from central.api.services import Db
from central.api.views.security import letters_of, security_events_of

router = APIRouter(tags=["fleet"])

Limit = Annotated[int, Query(ge=1, le=500)]
OfGateway = Annotated[str | None, Query(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]


@router.get("/security-events", operation_id="listSecurityEvents", response_model=SecurityEventList)
def security_events(
    access: Annotated[Access, allow("read_security")], session: Db, limit: Limit = 100, gateway: OfGateway = None
) -> SecurityEventList:
    """What was refused or claimed wrongly, the newest first; the same again counts in `times`."""
    return security_events_of(session, access=access, limit=limit, gateway=gateway)


@router.get("/dead-letters", operation_id="listDeadLetters", response_model=DeadLetterList)
def dead_letters(access: Annotated[Access, allow("read_security")], session: Db, limit: Limit = 100) -> DeadLetterList:
    """What came and could not be taken, the newest first; `siteprogress-central letters replay` tries again."""
    return letters_of(session, access=access, limit=limit)
