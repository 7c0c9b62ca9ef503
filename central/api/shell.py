"""The outermost layer of a request: an id, security headers, a cap on the body. Plain ASGI, so streams stay streams."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.api.errors import envelope

# style-src-attr: ECharts and Element Plus write style attributes; no inline <style> or script runs.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
}
BODY_BYTES_MAX = 64 * 1024


class BodyTooLargeError(Exception):
    """The body ran over its cap while it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """Bodies of addresses that start and end so may have this many bytes; each of their answers has these headers."""

    prefix: str
    suffix: str = ""
    bytes_max: int
    headers: Mapping[str, str] = field(default_factory=dict)


_OTHERS = Cap(prefix="", bytes_max=BODY_BYTES_MAX)


class Shell:
    """Wraps the app; `caps` are tried in order, everything else may send 64 KiB."""

    def __init__(self, app: ASGIApp, caps: tuple[Cap, ...]) -> None:
        self._app = app
        self._caps = caps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["siteprogress.request_id"] = secrets.token_hex(6)
        cap = self._cap(scope["path"])
        dressed = _Dressed(scope, send, cap.headers)
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:  # no database takes a NUL in a text
            await dressed.refuse(400, code="malformed", what="NUL", expected="an address without NUL")
            return
        counted = _Counted(receive, bytes_max=cap.bytes_max)
        if _declared_bytes(scope) > counted.bytes_max:
            await dressed.refuse(413, **_over(counted.bytes_max))
            return
        try:
            await self._app(scope, counted, dressed)
        except BodyTooLargeError:
            await dressed.refuse(413, **_over(counted.bytes_max))

    def _cap(self, path: str) -> Cap:
        fitting = (cap for cap in self._caps if path.startswith(cap.prefix) and path.endswith(cap.suffix))
        return next(fitting, _OTHERS)


class _Counted:
    """A receive that counts body bytes."""

    def __init__(self, receive: Receive, *, bytes_max: int) -> None:
        self._receive = receive
        self._seen = 0
        self.bytes_max = bytes_max

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self.bytes_max:
            raise BodyTooLargeError
        return message


class _Dressed:
    """A send that adds the headers to what starts."""

    def __init__(self, scope: Scope, send: Send, headers: Mapping[str, str]) -> None:
        self._scope = scope
        self._headers = headers
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            extra = {**HEADERS, **self._headers, "x-request-id": self._scope["siteprogress.request_id"]}
            if self._scope["path"].startswith("/api/"):
                extra |= {"cache-control": "no-store", "vary": "Authorization"}  # what may be kept, is kept for one
            added = [(k.encode(), v.encode()) for k, v in extra.items() if k.encode() not in present]
            message = {**message, "headers": [*message["headers"], *added]}
        await self._send(message)

    async def refuse(self, status: int, *, code: str, what: str, expected: str) -> None:
        """The envelope of all errors; the connection is not kept, since the rest of the body is not read."""
        body = envelope(
            code=code,
            what=what,
            where=f"{self._scope['method']} {self._scope['path'][:200]}",
            expected=expected,
            request_id=self._scope["siteprogress.request_id"],
        )
        raw = json.dumps(body).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(raw)).encode()),
            (b"connection", b"close"),
        ]
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": raw})


def _over(bytes_max: int) -> dict[str, str]:
    return {"code": "too_large", "what": "body", "expected": f"at most {bytes_max} bytes"}


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and len(value) < 16:
            return int(value)
    return 0
