"""The chain of a project's entries: SM3 over each and its predecessor's, so that a change or a gap shows (§4.11).

content_n = SM3(canonical JSON of the entry), hash_n = SM3(canonical JSON of {content, nth, project} ‖ hash_(n-1)).
The content has a digest of its own so that a chain can be proven across entries that are not shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from cryptography.hazmat.primitives import hashes

from central.money.posting import Posted, Posting

ALGORITHM = "sm3"
GENESIS = "0" * 64


def sm3(data: bytes) -> str:
    """SM3 (GB/T 32905) in hex."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def canonical(plain: Any) -> bytes:
    """UTF-8, sorted keys, no blanks; integers and texts only."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def plain_of(posting: Posting) -> dict[str, Any]:
    """A posting as plain integers and texts."""
    plain = asdict(posting)
    entry = plain.pop("entry")
    entry["day"] = posting.entry.day.isoformat()
    return {**entry, **plain}


def content_digest(posting: Posting, *, flags: Iterable[str], by: str, at_ms: int) -> str:
    """Digest of all that an entry says, and of who posted it when."""
    plain = {**plain_of(posting), "flags": ",".join(flags), "posted_by": by, "posted_at": at_ms}
    return sm3(canonical(plain))


def link_hash(*, project: str, nth: int, content: str, prev_hash: str) -> str:
    """Hash of the nth link of a project's chain."""
    return sm3(canonical({"content": content, "nth": nth, "project": project}) + prev_hash.encode())


def linked(posting: Posting, *, nth: int, flags: tuple[str, ...], by: str, at_ms: int, prev_hash: str) -> Posted:
    """The posting as the nth entry of its project."""
    content = content_digest(posting, flags=flags, by=by, at_ms=at_ms)
    link = link_hash(project=posting.entry.project, nth=nth, content=content, prev_hash=prev_hash)
    return Posted(posting=posting, nth=nth, flags=flags, by=by, at_ms=at_ms, prev_hash=prev_hash, hash=link)


def first_fault(entries: Iterable[Posted]) -> int | None:
    """Number of the first entry of one project that was changed, moved or lost; None when the chain holds."""
    expected, prev_hash = 1, GENESIS
    for entry in entries:
        again = linked(
            entry.posting, nth=expected, flags=entry.flags, by=entry.by, at_ms=entry.at_ms, prev_hash=prev_hash
        )
        if again != entry:
            return expected
        expected, prev_hash = expected + 1, entry.hash
    return None
