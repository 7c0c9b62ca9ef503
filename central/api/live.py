"""The event stream of one page: changes within its scope, until the token ends or the centre stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import anyio
from starlette.concurrency import run_in_threadpool

from central.api.access import Access
from central.api.changes import Change
from central.api.policy import Place, covers
from central.api.services import Services
from central.store.engine import reading
from central.store.read_places import where_are


async def changes_for(access: Access, services: Services, *, stopping: anyio.Event) -> AsyncIterator[dict[str, str]]:
    """First `hello` (the page reloads what it shows), then `changed` for each change within the caller's scope.

    Ends with `bye` when the token does, when the changes are closed or when the server stops.
    """
    with services.changes.subscribed() as queue:
        yield _event("hello", {"at": services.clock().isoformat()})
        while change := await _next(queue, stopping, timeout_s=_seconds_left(access, services)):
            seen = await _visible(access, services, change)
            if seen:
                yield _event("changed", {"projects": seen, "at": change.at.isoformat()})
    yield _event("bye", {"at": services.wall().isoformat()})


async def _next(
    queue: asyncio.Queue[Change | None], stopping: anyio.Event, *, timeout_s: float | None
) -> Change | None:
    """The next change; None when the centre stops or the time is over."""
    change, stopped = asyncio.create_task(queue.get()), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({change, stopped}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        return change.result() if change.done() else None
    finally:
        change.cancel()
        stopped.cancel()


def _seconds_left(access: Access, services: Services) -> float | None:
    if access.expires_at is None:
        return None
    return max(0.0, (access.expires_at - services.wall()).total_seconds())


async def _visible(access: Access, services: Services, change: Change) -> list[str]:
    """The changed projects that the caller sees; where they are is asked of the database once for all pages."""
    if access.everywhere:
        return list(change.projects)
    places = await services.changes.once(change, lambda: run_in_threadpool(_places, services, change.projects))
    return [name for name in change.projects if name in places and covers(access.grants, place=places[name])]


def _places(services: Services, projects: Sequence[str]) -> dict[str, Place]:
    with reading(services.engine) as connection:
        return {
            row.id: Place(project=row.id, unit=row.unit_zh, street=row.street_zh)
            for row in where_are(connection, projects)
        }


def _event(name: str, data: dict[str, object]) -> dict[str, str]:
    return {"event": name, "data": json.dumps(data, ensure_ascii=False)}
