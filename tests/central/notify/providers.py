"""A real SMTP server and a real HTTP receiver on the loopback, which can be slow, refuse, break and come back."""

from __future__ import annotations

import email
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services import free_port


@dataclass(slots=True)
class Mailbox:
    """An SMTP server. `say` decides the answer to a message's data, given how many came before."""

    say: Callable[[int], str] = lambda _: "250 OK"
    refuse: Callable[[str], str | None] = lambda _: None
    port: int = field(default_factory=free_port)
    mails: list[Mail] = field(default_factory=list)
    asked: int = 0
    _controller: Controller | None = None

    async def handle_RCPT(  # noqa: N802 -- the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient is taken, or refused with words."""
        refused = self.refuse(address)
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A message is taken when the answer says so."""
        said = self.say(self.asked)
        self.asked += 1
        if said.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(email.message_from_bytes(envelope.content))
        return said

    def start(self) -> None:
        """Listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Nobody listens any more."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def relay(self) -> str:
        """This server as the settings name it."""
        return f"mailto://127.0.0.1:{self.port}?from=centre@district.cn"

    @property
    def subjects(self) -> list[str]:
        """Decoded, in the order in which they came."""
        return [str(make_header(decode_header(mail["Subject"]))) for mail in self.mails]


def text_of(mail: Mail) -> str:
    """The body of a mail, decoded."""
    raw = mail.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw.decode().replace("\r\n", "\n").strip()


@contextmanager
def a_mailbox(**more: Any) -> Iterator[Mailbox]:
    """A started SMTP server."""
    box = Mailbox(**more)
    box.start()
    try:
        yield box
    finally:
        box.stop()


@dataclass(frozen=True, slots=True)
class Got:
    """A request that was read whole."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(slots=True)
class Receiver:
    """An HTTP server. `say` gives status and body for a request, given how many came before; it may wait."""

    say: Callable[[int], tuple[int, str]] = lambda _: (200, "{}")
    headers: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    got: list[Got] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                before = len(receiver.got)
                receiver.got.append(Got(self.path, dict(self.headers), json.loads(body)))
                status, said = receiver.say(before)
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said.encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        """Nobody listens any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        """This receiver as an address."""
        return f"json://127.0.0.1:{self.port}/hook/s3cretpath"


@contextmanager
def a_receiver(**more: Any) -> Iterator[Receiver]:
    """A started HTTP receiver."""
    receiver = Receiver(**more)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()
