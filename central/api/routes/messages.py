"""The caller's own messages, with what became of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from central.api.access import Access, allow
from central.api.messages_schemas import OwnMessages
from central.api.services import Db
from central.api.views.receipts import own_messages

router = APIRouter(tags=["messages"])
PAGE_MAX = 200
OFFSET_MAX = 1_000_000


@router.get("/messages", operation_id="listMessages", response_model=OwnMessages)
def messages(
    access: Annotated[Access, allow("know_self")],
    session: Db,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
) -> OwnMessages:
    """What the caller was told, newest first, also what could not be sent: nothing is told by a provider only."""
    return own_messages(session.connection(), access.username, limit=limit, offset=offset)
