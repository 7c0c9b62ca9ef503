"""A process beside the server that works at one question after the other: what goes to it, and what comes back.

Both travel over a socket pair as a length and bytes of `marshal`: the two are one program of one version. The process
holds nothing that it could not find again, so that it may die at any time; it ends when the server's end is closed.
"""

from __future__ import annotations

import asyncio
import marshal
import select
from collections.abc import Callable, Mapping
from socket import socket
from typing import Any

from starlette.types import ASGIApp, Message, Scope

LENGTH_BYTES = 4
IDLE_S = 0.02
READY = b""  # the first frame a process sends: it can be asked
_ASKED = ("method", "scheme", "path", "raw_path", "query_string", "root_path", "http_version", "client", "server")
Frame = bytes


def framed(content: bytes) -> Frame:
    """Content as it is sent."""
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def question_of(scope: Scope) -> Frame:
    """A request without a body, as far as an app reads it."""
    said = {name: scope.get(name) for name in _ASKED} | {"headers": [tuple(one) for one in scope["headers"]]}
    said |= {name: tuple(said[name]) for name in ("client", "server") if said[name] is not None}
    return framed(marshal.dumps(said))


def messages_of(content: bytes) -> tuple[Message, Message]:
    """Start and body of the answer that came back."""
    status, headers, body = marshal.loads(content)  # noqa: S302 -- from a process that this one began
    start = {"type": "http.response.start", "status": status, "headers": headers}
    return start, {"type": "http.response.body", "body": body}


def answer_all(app: ASGIApp, end: socket, *, idle: Callable[[Callable[[], bool]], float]) -> None:
    """Answer until the other end is closed. `idle` is called when nothing is asked for IDLE_S; what it is given says
    whether something has been asked since, what it gives back in how many seconds it is to be called again."""
    loop, wait_s = asyncio.new_event_loop(), IDLE_S
    try:
        end.sendall(framed(READY))
        while True:
            if not _is_asked(end, wait_s=wait_s):
                wait_s = idle(lambda: _is_asked(end, wait_s=0))
                continue
            question, wait_s = _received(end), IDLE_S
            if question is None:
                return
            said = marshal.loads(question)  # noqa: S302 -- from the process that began this one
            end.sendall(framed(marshal.dumps(loop.run_until_complete(_answered(app, said)))))
    except ConnectionError:
        return  # the server is gone
    finally:
        end.close()
        loop.close()


def _is_asked(end: socket, *, wait_s: float) -> bool:
    return bool(select.select([end], [], [], wait_s)[0])


def _received(end: socket) -> bytes | None:
    """The next frame's content; None = the other end is closed."""
    length = _exactly(end, LENGTH_BYTES)
    return None if length is None else _exactly(end, int.from_bytes(length, "big"))


def _exactly(end: socket, count: int) -> bytes | None:
    found = bytearray()
    while len(found) < count:
        part = end.recv(count - len(found))
        if not part:
            return None
        found += part
    return bytes(found)


async def _answered(app: ASGIApp, said: Mapping[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body that the app answers with."""
    heard: list[Message] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        return asked.pop() if asked else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        heard.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "extensions": {}, "state": {}, **said}
    await app(scope, receive, send)
    start, *parts = heard
    headers = [(bytes(name), bytes(value)) for name, value in start["headers"]]
    return start["status"], headers, b"".join(part.get("body", b"") for part in parts)
