"""What can still be read of a damaged store, into the one that takes its place; and exactly what cannot, as records.

Nothing is held but a row at a time, spans of numbers, and what says them: a store may be larger than the memory.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from edge_agent.buffer import chain, epochs
from edge_agent.buffer.guarding import atomic
from edge_agent.buffer.kept import Kept, Moved, Old, losses_of
from edge_agent.buffer.mark import Mark
from edge_agent.buffer.reading_damaged import rows_of
from edge_agent.errors import StoreError
from wire.codec import Sealed

log = logging.getLogger(__name__)

PLAIN_TABLES = {
    "camera": "camera, last_at, frames, memory, conditions, evidence",
    "processed": "camera, name, bytes, outcome",
    "refused": "seq, epoch, kind, at, body, reason",
}
RECORD = "seq, kind, at, clock, hash, body, appended_ms"
NUMBERED = frozenset({"tombstone", "clock_map"})  # they name numbers of the old epoch
KEPT_META = ("floor_ms", "evicted")
UNKNOWN = "unknown"


def salvage(db: sqlite3.Connection, broken: Path, *, gateway: str, mark: Mark | None, now_ms: int) -> None:
    """All in one transaction; what waits gets new numbers. StoreError: no room, and it is tried again at next start.

    A store that is not there any more is one of which nothing can be read.
    """
    gone = not broken.exists()
    if gone:
        log.error("the store that was set aside is gone path=%s", broken)
    try:
        with closing(sqlite3.connect(":memory:" if gone else f"file:{broken}?mode=ro", uri=True)) as source, atomic(db):
            for table, columns in PLAIN_TABLES.items():
                marks = ", ".join("?" * (columns.count(",") + 1))
                insert = f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  ours
                count = db.executemany(insert, rows_of(source, table, columns)).rowcount
                log.warning("salvaged table=%s rows=%d from=%s", table, max(0, count), broken)
            old = _read_old(source, mark, reason="the damaged store is gone" if gone else "store damaged")
            _take_records(db, source, old, gateway=gateway, now_ms=now_ms)
            db.execute("DELETE FROM meta WHERE key = 'salvage'")
    except sqlite3.DatabaseError as error:
        raise StoreError(str(broken), f"not salvaged: {error}", expected="room for a copy of what waits") from error


def _take_records(db: sqlite3.Connection, source: sqlite3.Connection, old: Old, *, gateway: str, now_ms: int) -> None:
    kept = Kept()
    moved = Moved(rows_of(source, "unset_clock", "lo, hi, boot, base_ms"))
    db.executemany(
        "INSERT INTO outbox (kind, at, clock, hash, body, appended_ms) VALUES (?, ?, ?, ?, ?, ?)",
        _going_on(rows_of(source, "outbox", RECORD), kept, moved, acked=old.acked),
    )
    db.executemany("INSERT INTO unset_clock VALUES (?, ?, ?, ?)", moved.spans())
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", ((k, old.meta[k]) for k in KEPT_META if k in old.meta))
    epoch = str(db.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0])
    chain.begin(db, gateway=gateway, epoch=epoch)
    losses = losses_of(old, kept)
    epochs.say_lost(db, losses, now_ms=now_ms)
    log.error("salvaged records=%d epoch=%s losses=%d", moved.count, old.epoch, len(losses))


def _going_on(rows: Iterator[tuple[Any, ...]], kept: Kept, moved: Moved, *, acked: int) -> Iterator[tuple[Any, ...]]:
    """Rows of RECORD that are whole and go on, without their old numbers; what they say is noted on the way."""
    for row in rows:
        if not _is_whole(row):
            continue
        seq, kind, *_, body, _ = row
        kept.note(seq, stone=body if kind == "tombstone" else "", acked=acked)
        if kind not in NUMBERED:
            moved.next(seq)
            yield row[1:]


def _read_old(source: sqlite3.Connection, mark: Mark | None, *, reason: str) -> Old:
    meta = dict(rows_of(source, "meta", "key, value"))
    epoch = meta.get("epoch") or (mark.epoch if mark else UNKNOWN)
    same = mark if mark is not None and mark.epoch == epoch else None
    given = [seq for _, seq in rows_of(source, "sqlite_sequence", "name, seq") if isinstance(seq, int)]
    newest = max([*given, same.newest if same else 0]) if given else None
    said = str(meta.get("acked", ""))
    acked = max(int(said) if said.isdecimal() else 0, same.acked if same else 0)
    return Old(epoch=epoch, acked=acked, newest=newest, meta=meta, reason=reason)


def _is_whole(row: tuple[Any, ...]) -> bool:
    seq, kind, at, clock, digest, body, _ = row
    types = (seq, int), (kind, str), (at, int), (clock, str), (digest, str), (body, str)
    if not all(isinstance(value, kind_of) for value, kind_of in types):
        return False
    return Sealed(seq=seq, kind=kind, at=at, clock=clock, hash=digest, body=body).is_whole
