"""Making room in the store by policy (`eviction`): reads what the policies look at, buries what they name."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.buffer.burial import bury, count_up
from edge_agent.buffer.eviction import (
    CLASS_A,
    HOUR_MS,
    THIN_TO_BP,
    Span,
    Stored,
    spans_to_drop,
    spans_to_thin,
    thin_at,
)
from edge_agent.buffer.packing import pack

BATCH = 20_000
ROW_BYTES = 220  # of a row beside its body
SIZE = f"length(body) + {ROW_BYTES}"
FACE = (  # a body that the disk changed has none
    "CASE WHEN json_valid(body) THEN"
    " coalesce(json_extract(body, '$.camera') || '/' || json_extract(body, '$.face'), '') ELSE '' END"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """Records that went and about how many bytes."""

    count: int
    freed_bytes: int


def is_due(used_bytes: int, cap_bytes: int) -> bool:
    """Whether there is anything to do."""
    return used_bytes >= thin_at(cap_bytes)


def thin_out(db: sqlite3.Connection, *, used_bytes: int, cap_bytes: int, now_ms: int) -> Freed:
    """One reading for each camera, face and hour stays; only whole hours are looked at, and each once."""
    row = db.execute("SELECT value FROM meta WHERE key = 'thinned'").fetchone()
    through = int(row[0]) if row else 0
    newest = db.execute("SELECT at FROM outbox ORDER BY seq DESC LIMIT 1").fetchone()
    if newest is None:
        return Freed(count=0, freed_bytes=0)
    rows = db.execute(
        f"SELECT seq, kind, at, {SIZE}, {FACE} FROM outbox WHERE seq > ? AND at < ? ORDER BY seq LIMIT ?",  # noqa: S608
        (through, newest[0] // HOUR_MS * HOUR_MS, BATCH),
    ).fetchall()
    stored = [Stored(seq=s, kind=k, at=at, size_bytes=size, face=face) for s, k, at, size, face in rows]
    spans = spans_to_thin(stored, surplus_bytes=used_bytes - cap_bytes * THIN_TO_BP // 10_000)
    if spans:
        through = spans[-1].hi
    elif stored:
        through = stored[-1].seq
    db.execute("INSERT OR REPLACE INTO meta VALUES ('thinned', ?)", (str(through),))
    return _give_up(db, spans, stored, reason="thinned", now_ms=now_ms)


def drop_oldest(db: sqlite3.Connection, *, used_bytes: int, cap_bytes: int, now_ms: int) -> Freed:
    """The oldest readings, if thinning was not enough; what never goes may stand before them in any number."""
    marks = ", ".join("?" * len(CLASS_A))
    rows = db.execute(
        f"SELECT seq, kind, at, {SIZE} FROM outbox WHERE kind NOT IN ({marks}) ORDER BY seq LIMIT ?",  # noqa: S608  ours
        (*sorted(CLASS_A), BATCH),
    )
    stored = [Stored(seq=s, kind=k, at=at, size_bytes=size) for s, k, at, size in rows]
    spans = spans_to_drop(stored, used_bytes=used_bytes, cap_bytes=cap_bytes)
    return _give_up(db, spans, stored, reason="outbox full", now_ms=now_ms)


def _give_up(
    db: sqlite3.Connection, spans: Sequence[Span], stored: Sequence[Stored], *, reason: str, now_ms: int
) -> Freed:
    count = bury(db, spans, reason=reason, now_ms=now_ms)
    count_up(db, "evicted", count)
    if len(spans) > 1:
        pack(db, spans[0].lo, spans[-1].hi)
    gone = {seq for span in spans for seq in range(span.lo, span.hi + 1)}
    return Freed(count=count, freed_bytes=sum(record.size_bytes for record in stored if record.seq in gone))
