"""Server-sent events: which projects changed."""

from __future__ import annotations

from typing import Annotated

import anyio
from fastapi import APIRouter
from sse_starlette import EventSourceResponse

from central.api.access import Access, allow
from central.api.live import changes_for
from central.api.services import Given

router = APIRouter(tags=["events"])
GOODBYE_S = 1.0  # less than the server waits for its connections


@router.get(
    "/events",
    operation_id="followEvents",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(access: Annotated[Access, allow("follow")], services: Given) -> EventSourceResponse:
    """`event: changed`, data {"projects": [ids], "at": instant}; a comment as heartbeat; ends with the token."""
    stopping = anyio.Event()
    return EventSourceResponse(
        changes_for(access, services, stopping=stopping),
        shutdown_event=stopping,
        shutdown_grace_period=GOODBYE_S,
        ping=max(1, int(services.settings.heartbeat.total_seconds())),
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
