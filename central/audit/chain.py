"""The trail's hash chain: each entry holds its predecessor's hash, so that a changed or missing one shows. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who did what to what; `detail` is canonical JSON without floats, `at` milliseconds UTC."""

    seq: int
    at: int
    actor: str
    action: str
    object: str
    detail: str
    prev_hash: str
    hash: str


def linked(*, seq: int, at: int, actor: str, action: str, object_: str, detail: str, prev_hash: str) -> Entry:
    """The next entry of the chain."""
    plain: dict[str, Any] = {
        "seq": seq,
        "at": at,
        "actor": actor,
        "action": action,
        "object": object_,
        "detail": detail,
        "prev_hash": prev_hash,
    }
    return Entry(**plain, hash=_digest(plain))


def first_fault(entries: Iterable[Entry]) -> int | None:
    """Number of the first entry that was changed, moved or whose predecessor is missing; None when the chain holds."""
    expected, previous = 1, GENESIS
    for entry in entries:
        plain = asdict(entry)
        digest = plain.pop("hash")
        if entry.seq != expected or entry.prev_hash != previous or digest != _digest(plain):
            return expected
        expected, previous = expected + 1, entry.hash
    return None


def _digest(plain: dict[str, Any]) -> str:
    spelled = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()
