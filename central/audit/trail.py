"""Appends to the audit trail, in the transaction of the write it tells of."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from central.audit.chain import linked
from central.store.save_audit import append_entry, lock_head


def append(
    connection: Connection, *, at_ms: int, actor: str, action: str, object_: str, detail: dict[str, Any] | None = None
) -> int:
    """Append one entry and return its number. `actor` is a user name, or 'system:PART' for the centre itself."""
    seq, prev_hash = lock_head(connection)
    spelled = json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    entry = linked(
        seq=seq + 1, at=at_ms, actor=actor, action=action, object_=object_, detail=spelled, prev_hash=prev_hash
    )
    append_entry(connection, entry)
    return entry.seq
