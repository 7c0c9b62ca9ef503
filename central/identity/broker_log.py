"""What a line of mosquitto's log says about somebody who was refused."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from central.identity.names import CENTRE
from wire.topics import GATEWAY_ID, HOST_STATE, ROOT

Code = Literal["tls_refused", "acl_refused", "identity_conflict"]
CENTRES_MAX = 100
TAKEOVERS, TAKEOVER_SPAN_MS = 6, 60_000  # a bad line alone seldom comes back so often, for it waits ever longer

_PREFIX = re.compile(r"^\d{9,}: ")  # log_timestamp true
_CALL = re.compile(r"^New connection from (?P<address>.+):\d+ on port (?P<port>\d+)\.$")
_WELCOME = re.compile(r"^New client connected from .+ as (?P<client>.*) \(p\d, c\d, k\d+, u'(?P<user>.*)'\)\.$")
_TLS = re.compile(r"^OpenSSL Error\[\d+\]: (?P<why>.+)$")
_EARLY = re.compile(r"^Client connection from (?P<address>.+) failed: (?P<why>.+)\.$")
_DENIED = re.compile(r"^Denied PUBLISH from (?P<client>.*) \(d\d, q\d, r\d, m\d+, '(?P<topic>.*)', \.\.\. \(")
_SUBSCRIBED = re.compile(r"^(?P<client>\S+) \d+ (?P<filter>.+)$")
_UNWELCOME = re.compile(r"^Client (?P<client>.*) disconnected, not authorised\.$")
_TAKEN_OVER = re.compile(r"^Client (?P<client>.*) already connected, closing old connection\.$")
_HARMLESS = ("unexpected eof", "connection reset", "Connection reset", "Broken pipe")  # a probe, or a line that died


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`gateway` None: nobody knows who it was."""

    code: Code
    gateway: str | None
    detail: str


@dataclass(slots=True, kw_only=True)
class LogReader:
    """Reads lines in their order; some say who called only in the line before.

    Who has come in under the centre's name is the centre (`centre_clients`, beside those it is told of at first).
    The detail of a refusal holds no port of a caller and no free text of his, so that the same again is the same.
    """

    centre_clients: frozenset[str] = frozenset()
    _caller: str = "an unknown address"
    _takeovers: dict[str, deque[int]] = field(default_factory=dict)

    def take(self, line: str, *, at_ms: int) -> Refusal | None:
        """The refusal this line tells of, None for all other lines."""
        said = _PREFIX.sub("", line.rstrip("\r\n"))
        if call := _CALL.match(said):
            self._caller = f"{call['address']} at port {call['port']}"
            return None
        if welcome := _WELCOME.match(said):
            self._know(welcome["client"], is_centre=welcome["user"] == CENTRE)
            return None
        if tls := _TLS.match(said):
            return _tls(tls["why"], f"the newest caller was {self._caller}")
        if early := _EARLY.match(said):
            return _tls(early["why"], f"from {early['address']}")
        return self._of_client(said, at_ms)

    def _of_client(self, said: str, at_ms: int) -> Refusal | None:
        if denied := _DENIED.match(said):
            what = f"publish refused: {_place(denied['topic'], of=denied['client'])}"
            return Refusal(code="acl_refused", gateway=_gateway(denied["client"]), detail=what)
        if unwelcome := _UNWELCOME.match(said):
            what = "connection refused: not authorised"
            return Refusal(code="acl_refused", gateway=_gateway(unwelcome["client"]), detail=what)
        if taken := _TAKEN_OVER.match(said):
            return self._taken_over(taken["client"], at_ms)
        if subscribed := _SUBSCRIBED.match(said):
            return self._subscribed(subscribed["client"], subscribed["filter"])
        return None

    def _know(self, client: str, *, is_centre: bool) -> None:
        if is_centre and len(self.centre_clients) < CENTRES_MAX:
            self.centre_clients |= {client}
        elif not is_centre:
            self.centre_clients -= {client}

    def _taken_over(self, client: str, at_ms: int) -> Refusal | None:
        """Once is a connection that came back; again and again are two that hold one certificate."""
        if client in self.centre_clients or not GATEWAY_ID.fullmatch(client):
            return None
        seen = self._takeovers.setdefault(client, deque(maxlen=TAKEOVERS))
        seen.append(at_ms)
        if len(seen) < TAKEOVERS or at_ms - seen[0] > TAKEOVER_SPAN_MS:
            return None
        seen.clear()
        return Refusal(
            code="identity_conflict", gateway=client, detail="two clients with its certificate throw each other out"
        )

    def _subscribed(self, client: str, wanted: str) -> Refusal | None:
        """The broker grants any subscription and delivers nothing of it that may not be read."""
        if client in self.centre_clients or not GATEWAY_ID.fullmatch(client):
            return None
        if wanted == HOST_STATE or wanted.startswith(f"{ROOT}/{client}/down/"):
            return None
        what = f"subscribed beyond its own branch, nothing is delivered: {_place(wanted, of=client)}"
        return Refusal(code="acl_refused", gateway=client, detail=what)


def _tls(why: str, who: str) -> Refusal | None:
    if any(word in why for word in _HARMLESS):
        return None
    return Refusal(code="tls_refused", gateway=None, detail=f"TLS refused: {why.rsplit(':', 1)[-1]}; {who}")


def _place(topic: str, *, of: str) -> str:
    """Where a topic or filter points, in words of our own."""
    if topic == HOST_STATE:
        return "the centre's state"
    match topic.split("/"):
        case ["siteprogress", "v1", gateway, ("up" | "down") as way, *_] if GATEWAY_ID.fullmatch(gateway):
            return f"{way} of {'itself' if gateway == of else f'gateway {gateway}'}"
        case ["siteprogress", *_] | ["+", *_] | ["#"]:
            return "other parts of the tree"
    return "a topic outside the tree"


def _gateway(client: str) -> str | None:
    """With the identity as client id this is the certificate's name."""
    return client if GATEWAY_ID.fullmatch(client) else None
