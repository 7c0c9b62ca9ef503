"""Hands questions to processes beside the server, one at a time to each, and answers here whatever they cannot.

One interpreter works at one thing at a time: two hundred people at their pages, five hundred streams and the judge
share the server's. A process of its own answers without handing its interpreter to anybody (docs/decisions/0043).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from socket import socket
from threading import Event
from typing import Protocol
from zlib import crc32

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.api.beside import LENGTH_BYTES, READY, messages_of, question_of

log = logging.getLogger(__name__)

BEGIN_AGAIN_S = 1.0
END_S = 5.0
_READ_BYTES = 1 << 18


class Process(Protocol):
    """As `multiprocessing` has it."""

    @property
    def pid(self) -> int | None: ...

    def join(self, timeout: float | None = None) -> None: ...

    def kill(self) -> None: ...

    def is_alive(self) -> bool: ...


@dataclass(slots=True, kw_only=True, eq=False)
class Answerer:
    """A process that was begun, and the server's end of the socket pair to it. `gone` is set when it fails."""

    process: Process
    end: socket
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def asked(self, frame: bytes) -> bytes:
        """Send a frame and wait for the one that comes back."""
        await asyncio.get_running_loop().sock_sendall(self.end, frame)
        return await self.heard()

    async def heard(self) -> bytes:
        """The content of the next frame; ConnectionError when the process has ended."""
        return await self._exactly(int.from_bytes(await self._exactly(LENGTH_BYTES), "big"))

    async def _exactly(self, count: int) -> bytes:
        loop, found = asyncio.get_running_loop(), bytearray()
        while len(found) < count:
            part = await loop.sock_recv(self.end, min(count - len(found), _READ_BYTES))
            if not part:
                raise ConnectionResetError("the process beside has ended")
            found += part
        return bytes(found)


class Answerers:
    """So many processes; those that die are begun again. Asked from one loop, which it finds when it is first asked."""

    def __init__(self, begin: Callable[[], Answerer], *, count: int, not_here: tuple[str, ...] = ()) -> None:
        """`not_here`: beginnings of addresses that the server answers by itself."""
        self._begin = begin
        self._count = count
        self._not_here = not_here
        self._begun: list[Answerer] = []
        self._lives: list[asyncio.Task[None]] = []
        self._idle: list[Answerer] = []
        self._turns = anyio.Semaphore(0)
        self.living = 0  # so many can be asked
        self._closed = Event()

    def start(self) -> None:
        """Begin the processes; they take seconds until they can be asked, and until then nobody waits for them."""
        self._begun = [self._begin() for _ in range(self._count)]

    def close(self) -> None:
        """End them; callable from any thread once nobody asks any more."""
        self._closed.set()
        for one in self._begun:
            one.end.close()
        for one in self._begun:
            one.process.join(END_S)
            if one.process.is_alive():
                one.process.kill()

    async def answer(self, scope: Scope) -> tuple[Message, Message] | None:
        """Start and body of the answer; None = it is to be worked at here."""
        if not self._lives:
            self._lives = [asyncio.create_task(self._live(one)) for one in list(self._begun)]
        if not self.living or scope["path"].startswith(self._not_here):
            return None
        await self._turns.acquire()
        if not self._idle:  # the turn of one that is gone; with none left, all who waited are told so in turn
            if not self.living:
                self._turns.release()
            return None
        one = self._taken(scope["path"])
        try:
            content = await one.asked(question_of(scope))
        except BaseException as broken:  # who went away in the middle leaves an answer that nobody will read
            self.living -= 1
            one.gone.set()
            self._turns.release()
            if not isinstance(broken, OSError):
                raise
            log.warning("a process beside failed, the question is answered here: path=%s: %s", scope["path"], broken)
            return None
        self._idle.append(one)
        self._turns.release()
        return messages_of(content)

    def _taken(self, path: str) -> Answerer:
        """An idle one; the one that was asked for the same address before, if it is: it has kept what it made."""
        home = self._begun[crc32(path.encode()) % len(self._begun)]
        one = home if home in self._idle else self._idle[0]
        self._idle.remove(one)
        return one

    async def _live(self, one: Answerer) -> None:
        """Wait until it can be asked, and begin another when it is gone."""
        while not self._closed.is_set():
            try:
                if await one.heard() == READY:
                    self._idle.append(one)
                    self.living += 1
                    self._turns.release()
                    log.info("a process beside answers questions: pid=%s", one.process.pid)
                    await one.gone.wait()
            except OSError as broken:
                log.warning("a process beside did not begin: %s", broken)
            one.end.close()
            await asyncio.sleep(BEGIN_AGAIN_S)
            if not self._closed.is_set():
                nth = self._begun.index(one)
                one = self._begun[nth] = await run_in_threadpool(self._begin)


class Aside:
    """ASGI middleware that hands questions (GET) of the API to the processes beside, where the centre has any."""

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(self._prefix):
            answerers: Answerers | None = scope["app"].state.services.answerers
            answer = await answerers.answer(scope) if answerers else None
            if answer is not None:
                for message in answer:
                    await send(message)
                return
        await self._app(scope, receive, send)
