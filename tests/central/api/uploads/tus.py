"""A tus client of the tests' own, so small that every header can be wrong."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

import httpx

from tests.central.api.pictures import digest

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
UPLOADS = "/api/v1/uploads"


def metadata(**said: str) -> str:
    """Upload-Metadata of these keys."""
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())


def evidence(content: bytes, **more: str) -> dict[str, str]:
    """Headers that announce a still."""
    return announced(content, kind="evidence", sha256=digest(content), **more)


def photo(content: bytes, *, project: str = "qp", **more: str) -> dict[str, str]:
    """Headers that announce a photo."""
    return announced(content, kind="photo", sha256=digest(content), project=project, **more)


def announced(content: bytes, **said: str) -> dict[str, str]:
    """Headers that announce a content."""
    return {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata(**said)}


def begin(client: httpx.Client, headers: dict[str, str], *, content: bytes = b"") -> httpx.Response:
    """POST; with content it is a creation with upload."""
    more = {"Content-Type": PIECE["Content-Type"]} if content else {}
    return client.post(UPLOADS, headers={**headers, **more}, content=content)


def send(
    client: httpx.Client,
    url: str,
    content: bytes | Iterable[bytes],
    *,
    at: int = 0,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """PATCH from an offset."""
    return client.patch(url, headers={**PIECE, "Upload-Offset": str(at), **(headers or {})}, content=content)


def offset(client: httpx.Client, url: str) -> int:
    """HEAD: what the centre has."""
    answer = client.head(url, headers=TUS)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["Upload-Offset"])


def send_all(client: httpx.Client, headers: dict[str, str], content: bytes) -> httpx.Response:
    """Announce and send at once; the last answer."""
    begun = begin(client, headers)
    if begun.status_code != 201 or begun.json()["done"]:
        return begun
    at = int(begun.headers["Upload-Offset"])
    return send(client, begun.headers["Location"], content[at:], at=at)
