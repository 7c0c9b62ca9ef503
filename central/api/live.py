"""The event stream of one page: changes within its scope, until the token ends or the centre stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import lru_cache

import anyio
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from central.api.access import Access
from central.api.changes import Change
from central.api.policy import Place, covers
from central.api.services import Services
from central.store.engine import reading
from central.store.read_places import where_are


async def changes_for(access: Access, services: Services, *, stopping: anyio.Event) -> AsyncIterator[bytes]:
    """First `hello` (the page reloads what it shows), then `changed` for each change within the caller's scope.

    Ends with `bye` when the token does, when the changes are closed or when the server stops. The events are whole, as
    they are sent: five hundred pages that are told the same share the bytes.
    """
    with services.changes.subscribed() as queue:
        ending = asyncio.create_task(_end(queue, stopping))
        try:
            yield _event("hello", {"at": services.clock().isoformat()})
            while change := await _next(queue, timeout_s=_seconds_left(access, services)):
                seen = await _visible(access, services, change)
                if seen:
                    yield _changed(seen, change.at)
        finally:
            ending.cancel()
    yield _event("bye", {"at": services.wall().isoformat()})


async def _end(queue: asyncio.Queue[Change | None], stopping: anyio.Event) -> None:
    """Once the server stops, so does the page's stream; what waits is told before."""
    await stopping.wait()
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(None)


async def _next(queue: asyncio.Queue[Change | None], *, timeout_s: float | None) -> Change | None:
    """The next change; None when the centre stops or the time is over."""
    try:
        async with asyncio.timeout(timeout_s):
            return await queue.get()
    except TimeoutError:
        return None


def _seconds_left(access: Access, services: Services) -> float | None:
    if access.expires_at is None:
        return None
    return max(0.0, (access.expires_at - services.wall()).total_seconds())


async def _visible(access: Access, services: Services, change: Change) -> tuple[str, ...]:
    """The changed projects that the caller sees; where they are is asked of the database once for all pages."""
    if access.everywhere:
        return change.projects
    places = await services.changes.once(change, lambda: run_in_threadpool(_places, services, change.projects))
    return tuple(name for name in change.projects if name in places and covers(access.grants, place=places[name]))


def _places(services: Services, projects: Sequence[str]) -> dict[str, Place]:
    with reading(services.engine) as connection:
        return {
            row.id: Place(project=row.id, unit=row.unit_zh, street=row.street_zh)
            for row in where_are(connection, projects)
        }


@lru_cache(maxsize=64)
def _changed(projects: tuple[str, ...], at: datetime) -> bytes:
    return _event("changed", {"projects": projects, "at": at.isoformat()})


def _event(name: str, data: dict[str, object]) -> bytes:
    return ServerSentEvent(event=name, data=json.dumps(data, ensure_ascii=False)).encode()
