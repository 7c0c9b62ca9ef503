"""SQL of the audit trail: append and read, nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, insert, select, text

from central.audit.chain import GENESIS, Entry
from central.store.tables import AuditEntry
from central.store.upsert import table_of

_AUDIT = table_of(AuditEntry)
_LOCK_KEY = 0x617564697431  # "audit1"; SQLite needs none, its writers are one at a time


def lock_head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the newest entry; nobody else appends until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    newest = connection.execute(select(_AUDIT.c.seq, _AUDIT.c.hash).order_by(_AUDIT.c.seq.desc()).limit(1)).first()
    return (newest.seq, newest.hash) if newest else (0, GENESIS)


def append_entry(connection: Connection, entry: Entry) -> None:
    """Insert the entry; the key refuses a second one of its number."""
    row = {
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "detail_json": entry.detail,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }
    connection.execute(insert(_AUDIT), row)  # the dialect's own INSERT would be compiled anew for each entry


def entries(connection: Connection) -> Iterator[Entry]:
    """The whole trail in order, however long: a thousand at a time."""
    for row in connection.execution_options(yield_per=1000).execute(select(_AUDIT).order_by(_AUDIT.c.seq)):
        yield Entry(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            action=row.action,
            object=row.object,
            detail=row.detail_json,
            prev_hash=row.prev_hash,
            hash=row.hash,
        )
