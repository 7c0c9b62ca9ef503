"""Answers kept as bytes with a tag of their content: who has seen it is told so in nothing, others get it packed.

The tag is of the bytes, so it says the same in every process and after a restart; what one may see is decided before.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

from fastapi import Request, Response
from pydantic import BaseModel

PACKED_FROM_BYTES = 1024  # below it packing saves no packet
_LEVEL = 1  # a district of a thousand projects: a tenth of its bytes in 4 ms; more costs more than it saves
_VARY = {"vary": "Authorization, Accept-Encoding"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as it is sent, plain and packed (gzip; empty where it is not worth it)."""

    body: bytes
    packed: bytes
    tag: str


def kept(answer: BaseModel) -> Kept:
    """The answer's JSON."""
    return kept_bytes(answer.model_dump_json().encode())


def with_part(answer: BaseModel, name: str, part: bytes) -> bytes:
    """The answer's JSON with one of its members as it was made before; the answer's own is left out."""
    return b'%b,"%b":%b}' % (answer.model_dump_json(exclude={name}).encode()[:-1], name.encode(), part)


def kept_bytes(body: bytes) -> Kept:
    """JSON that is made already."""
    packed = gzip.compress(body, _LEVEL, mtime=0) if len(body) >= PACKED_FROM_BYTES else b""
    return Kept(body=body, packed=packed, tag=f'W/"{hashlib.sha256(body).hexdigest()[:32]}"')


def answered(request: Request, found: Kept) -> Response:
    """304 to who has it already, else the bytes, packed for who can take them so."""
    headers = {"etag": found.tag, **_VARY}
    if found.tag in _tags(request):
        return Response(status_code=304, headers=headers)
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type="application/json", headers=headers | {"content-encoding": "gzip"})
    return Response(found.body, media_type="application/json", headers=headers)


def _tags(request: Request) -> list[str]:
    return [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
