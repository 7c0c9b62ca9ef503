"""Questions wait their turn: so many at once, the first that came first, and a turn ends when the answer begins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive, Scope, Send

from central.api.turnstile import Turnstile
from tests.services import in_a_loop

PREFIX = "/api/v1"


def scope_of(path: str, *, method: str = "GET", kind: str = "http") -> Scope:
    """As a server gives it."""
    return {"type": kind, "method": method, "path": path}


class Works:
    """An app that works until it is let go, answers, and may go on sending; it counts who is in it before answering."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: dict[str, asyncio.Event] = {}
        self.goes_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self.begun.append(path)
        await self.done.setdefault(path, asyncio.Event()).wait()
        if path.endswith("broken"):
            raise ConnectionError("the database is away")
        await send({"type": "http.response.start"})
        await self.goes_on.wait()

    def finish(self, path: str) -> None:
        """Its work is over."""
        self.done.setdefault(path, asyncio.Event()).set()


async def _receive() -> Message:
    return {"type": "http.request"}


async def _send(_: Message) -> None:
    return


async def _begun(app: Works, many: int) -> list[str]:
    """What has begun, once so many have and nothing more comes by itself."""
    async with asyncio.timeout(20):
        while len(app.begun) < many:
            await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    return list(app.begun)


def asked(turnstile: Turnstile, scopes: Sequence[Scope]) -> list[asyncio.Task[None]]:
    """All of them at once."""
    return [asyncio.create_task(turnstile(scope, _receive, _send)) for scope in scopes]


def test_the_first_that_came_are_worked_at_and_an_answer_that_is_being_sent_holds_no_turn() -> None:
    async def run() -> None:
        app = Works()
        turnstile = Turnstile(app, prefix=PREFIX, at_once=2)
        paths = [f"{PREFIX}/{name}" for name in ("a", "b", "c", "broken", "d")]
        tasks = asked(turnstile, [scope_of(path) for path in paths])
        assert await _begun(app, 2) == paths[:2]
        app.finish(paths[1])  # it is still being read by somebody slow
        assert await _begun(app, 3) == paths[:3]
        app.finish(paths[0])
        app.finish(paths[3])  # breaks once it is begun: its turn ends all the same
        assert await _begun(app, 5) == paths
        for path in paths:
            app.finish(path)
        app.goes_on.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in results] == [type(None)] * 3 + [ConnectionError, type(None)]

    in_a_loop(run())


@pytest.mark.parametrize(
    ("scope", "waits"),
    [
        (scope_of(f"{PREFIX}/wall"), True),
        (scope_of(f"{PREFIX}/wall", method="HEAD"), True),
        (scope_of(f"{PREFIX}/warnings/1/note", method="POST"), False),
        (scope_of("/assets/index.js"), False),
        (scope_of(f"{PREFIX}/wall", kind="lifespan"), False),
    ],
)
def test_only_questions_to_the_api_wait(scope: Scope, waits: bool) -> None:
    async def run() -> None:
        app = Works()
        turnstile = Turnstile(app, prefix=PREFIX, at_once=1)
        tasks = asked(turnstile, [scope_of(f"{PREFIX}/first"), scope])
        assert len(await _begun(app, 1 if waits else 2)) == (1 if waits else 2)
        for path in (f"{PREFIX}/first", scope["path"]):
            app.finish(path)
        app.goes_on.set()
        await asyncio.gather(*tasks)
        assert len(app.begun) == 2

    in_a_loop(run())
