"""A question is worked at in one thread, from its first dependency to its JSON, with what it opened closed there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from central.api.one_hop import in_one_thread
from tests.services import in_a_loop

REFUSED = 7


class Worked(BaseModel):
    """Which threads worked at it."""

    threads: list[int]
    nth: int


class Seen:
    """What the dependencies of one app did."""

    def __init__(self) -> None:
        self.opened: list[int] = []
        self.closed: list[tuple[int, str]] = []


def opened(request: Request) -> Iterator[int]:
    """As a session is: told how it ended."""
    seen: Seen = request.app.state.seen
    seen.opened.append(threading.get_ident())
    how = "whole"
    try:
        yield threading.get_ident()
    except HTTPException as broken:
        how = str(broken.status_code)
        raise
    finally:
        seen.closed.append((threading.get_ident(), how))


Opened = Annotated[int, Depends(opened, scope="function")]


def asked(session: Opened, nth: int) -> list[int]:
    """A dependency that needs another."""
    return [session, threading.get_ident(), nth]


async def slow() -> int:
    """A dependency that lets the loop go on."""
    await asyncio.sleep(0)
    return 1


def question(session: Opened, found: Annotated[list[int], Depends(asked)]) -> Worked:
    """The work."""
    if found[2] == REFUSED:
        raise HTTPException(status_code=409)
    return Worked(threads=[session, *found[:2], threading.get_ident()], nth=found[2])


def waiting(found: Annotated[int, Depends(slow)]) -> Worked:
    """It cannot be worked at in a thread."""
    return Worked(threads=[], nth=found)


def an_app(seen: Seen) -> FastAPI:
    """Both, each answered in one thread."""
    app = FastAPI()
    app.state.seen = seen
    routes = (APIRoute("/question", question), APIRoute("/waiting", waiting))
    app.router.routes.extend(in_one_thread(route) for route in routes)
    return app


def _get(app: FastAPI, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre") as client:
            return await client.get(path)

    return in_a_loop(ask())


def test_all_of_it_is_done_in_one_thread_that_is_not_the_loops() -> None:
    seen = Seen()
    answer = _get(an_app(seen), "/question?nth=3")
    worked = Worked.model_validate_json(answer.content)
    assert (answer.status_code, worked.nth, len(set(worked.threads))) == (200, 3, 1)
    assert worked.threads[0] != threading.get_ident()
    assert seen.opened == worked.threads[:1], "what two of them need is opened once"
    assert seen.closed == [(worked.threads[0], "whole")]


@pytest.mark.parametrize(
    ("path", "status", "closed"), [(f"/question?nth={REFUSED}", 409, ["409"]), ("/question?nth=x", 422, ["whole"])]
)
def test_what_was_opened_is_closed_when_it_is_refused(path: str, status: int, closed: list[str]) -> None:
    seen = Seen()
    assert _get(an_app(seen), path).status_code == status
    assert [how for _, how in seen.closed] == closed


def test_a_dependency_that_waits_for_the_loop_is_told_of() -> None:
    with pytest.raises(RuntimeError, match="waited for the loop"):
        _get(an_app(Seen()), "/waiting")
