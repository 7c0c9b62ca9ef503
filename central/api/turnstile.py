"""Lets so many questions be worked at as are worth working at together; the others wait their turn, first come first.

Threads that share one interpreter hand it to each other at every row that SQLite gives (it is let go around each step),
and each holds a connection meanwhile: forty in the middle of long answers waited for the pool until it gave up. So a
question waits before it is begun, not in its middle (docs/decisions/0043).
"""

from __future__ import annotations

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 2  # on a quiet machine p95 is 3.9 s with eight and 1.1 s with one; one would let a slow report stop all


class Turnstile:
    """ASGI middleware of the API's questions (GET, HEAD). A turn ends when the answer begins to be sent: a slow reader
    or an event stream holds none. What is written, and files of pages, pass by."""

    def __init__(self, app: ASGIApp, *, prefix: str, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._prefix = prefix
        self._turns = anyio.Semaphore(at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._asks(scope):
            await self._app(scope, receive, send)
            return
        await self._turns.acquire()
        turn = _Turn(self._turns, send)
        try:
            await self._app(scope, receive, turn)
        finally:
            turn.end()

    def _asks(self, scope: Scope) -> bool:
        asks = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        return asks and bool(scope["path"].startswith(self._prefix))


class _Turn:
    """A send that ends the turn with the first that it sends."""

    def __init__(self, turns: anyio.Semaphore, send: Send) -> None:
        self._turns: anyio.Semaphore | None = turns
        self._send = send

    async def __call__(self, message: Message) -> None:
        self.end()
        await self._send(message)

    def end(self) -> None:
        """Whoever waits is let in; once."""
        if self._turns is not None:
            self._turns.release()
            self._turns = None
