"""Dead letters: what could not be taken, why, and whether the stream may go on past it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from wire.codec import inflate
from wire.errors import WireError

REASON_CHARS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One dead letter. With `lo`..`hi` the stream (gateway, epoch) goes on past that range: kept here, not lost.

    `security` not empty: a security event as well, in these words. `size_bytes` -1: the payload is whole.
    """

    topic: str
    code: str
    reason: str
    payload: bytes
    gateway: str | None = None
    epoch: str | None = None
    seq: int | None = None
    lo: int | None = None
    hi: int | None = None
    security: str = ""
    size_bytes: int = -1

    @property
    def whole_bytes(self) -> int:
        """Size of the payload before it was cut."""
        return self.size_bytes if self.size_bytes >= 0 else len(self.payload)

    @property
    def sha256(self) -> str:
        """Digest of the payload, and of the key where one record is meant: the same letter twice counts once."""
        key = f"{self.gateway}/{self.epoch}/{self.seq}/{self.lo}".encode() if self.epoch else b""
        return hashlib.sha256(self.payload + key).hexdigest()

    @property
    def is_of_a_record(self) -> bool:
        """Whether it stands for records of a stream, which are accounted for by it."""
        return self.lo is not None or self.seq is not None

    @property
    def clean_reason(self) -> str:
        """The reason as any database can store it."""
        return storable(self.reason)[:REASON_CHARS_MAX]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The key of a frame that could not be decoded further."""

    epoch: str
    lo: int
    hi: int


def envelope_of(payload: bytes, *, gateway: str) -> Envelope | None:
    """What a bad frame covers, when its bytes came whole (zlib's own checksum) and it says so; None otherwise.

    A frame spoilt on the way has no envelope: it is not passed over, the gateway sends it again.
    """
    try:
        plain = json.loads(inflate(payload))
        epoch, lo, hi = plain["epoch"], plain["lo"], plain["hi"]
        named = plain["gw"] == gateway and isinstance(epoch, str) and 0 < len(epoch) <= 128 and is_storable(epoch)
        sane = type(lo) is int and type(hi) is int and 1 <= lo <= hi < lo + 10_000 and hi < 2**63
    except (WireError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Envelope(epoch=epoch, lo=lo, hi=hi) if named and sane else None


def is_storable(text: str) -> bool:
    """Whether both databases can keep this text: no NUL, no lone surrogate."""
    if text.isascii():
        return "\0" not in text
    return storable(text) == text


def storable(text: str) -> str:
    """The text with what a database refuses replaced."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
