"""Hands questions to processes beside the server, one at a time to each, and answers here whatever they cannot.

One interpreter works at one thing at a time: two hundred people at their pages, five hundred streams and the judge
share the server's. A process of its own answers without handing its interpreter to anybody (docs/decisions/0043). They
weigh something, so they are begun once there are people.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

BEGIN_FROM = 20  # questions and streams open at once: some twenty people, of whom each page holds a stream
BEGIN_AGAIN_S, BEGIN_AGAIN_MOST_S = 1.0, 60.0  # doubled by each that never came to answer
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

    def __init__(
        self, begin: Callable[[], Answerer], *, count: int, begin_from: int = BEGIN_FROM, not_here: tuple[str, ...] = ()
    ) -> None:
        """`begin_from`: so many questions and streams open at once have them begun. `not_here`: beginnings of addresses
        that the server answers by itself."""
        self._begin = begin
        self.begin_from = begin_from
        self._not_here = not_here
        self._begun: list[Answerer | None] = [None] * count
        self._lives: list[asyncio.Task[None]] = []
        self._idle: list[Answerer] = []
        self._turns = anyio.Semaphore(0)
        self._open = 0
        self.living = 0  # so many can be asked
        self._closed = Event()

    def close(self) -> None:
        """End them; callable from any thread once nobody asks any more."""
        self._closed.set()
        begun = [one for one in self._begun if one is not None]
        for one in begun:
            one.end.close()  # all of them end at once
        for one in begun:
            _end(one)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """As long as a question or a stream is open. The processes take seconds until they can be asked, and until then
        nobody waits for them."""
        self._open += 1
        try:
            if self._open >= self.begin_from and not self._lives:
                self._lives = [asyncio.create_task(self._live(nth)) for nth in range(len(self._begun))]
            yield
        finally:
            self._open -= 1

    async def answer(self, scope: Scope) -> tuple[Message, Message] | None:
        """Start and body of the answer; None = it is to be worked at here."""
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

    async def _live(self, nth: int) -> None:
        """Begin one, wait until it can be asked, and begin another when it is gone; later and later while none comes to
        answer: each costs seconds of a processor, or memory that is not there."""
        wait_s = BEGIN_AGAIN_S
        while not self._closed.is_set():
            try:
                one = await run_in_threadpool(self._begun_as, nth)
                with one.end:
                    if await one.heard() == READY:
                        self._idle.append(one)
                        self.living += 1
                        self._turns.release()
                        log.info("a process beside answers questions: pid=%s", one.process.pid)
                        wait_s = BEGIN_AGAIN_S
                        await one.gone.wait()
            except Exception:
                log.exception("a process beside could not be begun, the next try is in %g s", wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, BEGIN_AGAIN_MOST_S)

    def _begun_as(self, nth: int) -> Answerer:
        one = self._begun[nth] = self._begin()
        if self._closed.is_set():  # while it was begun
            _end(one)
        return one


def _end(one: Answerer) -> None:
    one.end.close()
    one.process.join(END_S)
    if one.process.is_alive():
        one.process.kill()


class Aside:
    """ASGI middleware that hands questions (GET) of the API to the processes beside, where the centre has any."""

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answerers = self._answerers(scope)
        if answerers is None:
            await self._app(scope, receive, send)
            return
        with answerers.opened():
            answer = await answerers.answer(scope)
            if answer is None:
                await self._app(scope, receive, send)
                return
            for message in answer:
                await send(message)

    def _answerers(self, scope: Scope) -> Answerers | None:
        """Those of the centre, where this is a question and it has any."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(self._prefix):
            return None
        found: Answerers | None = scope["app"].state.services.answerers
        return found
