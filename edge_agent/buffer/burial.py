"""Records that nobody will see: taken out, and a tombstone record put in. Within the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from edge_agent.buffer import chain
from edge_agent.buffer.eviction import Span
from edge_agent.buffer.record import NewRecord
from edge_agent.ranges import Ranges
from wire.codec import encode_body
from wire.messages import Tombstone
from wire.stones import RANGES_MAX

MISSING = "missing from the store"


def bury(db: sqlite3.Connection, spans: Sequence[Span], *, reason: str, now_ms: int) -> int:
    """Spans, in order, told by as few tombstones as can be; returns how many records they stand for.

    One for each span would take as much room as what goes, where records that stay lie between those that do not.
    """
    for start in range(0, len(spans), RANGES_MAX):
        _bury(db, spans[start : start + RANGES_MAX], reason=reason, now_ms=now_ms)
    count = sum(span.count for span in spans)
    if count:
        count_up(db, "tombstoned", count)
    return count


def _bury(db: sqlite3.Connection, spans: Sequence[Span], *, reason: str, now_ms: int) -> None:
    """One tombstone for all."""
    first, *rest = spans
    at_max = max(span.at_max for span in spans)
    body = Tombstone(
        lo=first.lo,
        hi=first.hi,
        count=sum(span.count for span in spans),
        reason=reason,
        at_min=min(span.at_min for span in spans),
        at_max=at_max,
        also=tuple((span.lo, span.hi) for span in rest),
    )
    db.executemany("DELETE FROM outbox WHERE seq BETWEEN ? AND ?", ((span.lo, span.hi) for span in spans))
    stone = NewRecord(kind="tombstone", at=at_max, clock="unknown", body=encode_body(body))
    seq = chain.insert(db, [stone], appended_ms=now_ms)[0]
    db.executemany("INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?)", ((span.lo, span.hi, seq) for span in spans))


def bury_missing(db: sqlite3.Connection, lo: int, hi: int, *, now_ms: int, reason: str = MISSING) -> int:
    """Numbers of lo..hi that are neither held nor told by a tombstone; returns how many they are."""
    held = db.execute("SELECT seq, seq FROM outbox WHERE seq BETWEEN ? AND ?", (lo, hi)).fetchall()
    told = db.execute("SELECT lo, hi FROM tombstone WHERE lo <= ? AND hi >= ?", (hi, lo)).fetchall()
    missing = Ranges([*held, *told]).gaps(lo, hi)
    at = _at_near(db, lo, now_ms=now_ms) if missing else 0
    spans = [Span(lo=a, hi=b, count=b - a + 1, at_min=at, at_max=at) for a, b in missing]
    return bury(db, spans, reason=reason, now_ms=now_ms)


def count_up(db: sqlite3.Connection, key: str, count: int) -> None:
    """Add to a counter in `meta`."""
    db.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET"
        " value = CAST(value AS INTEGER) + CAST(excluded.value AS INTEGER)",
        (key, str(count)),
    )


def _at_near(db: sqlite3.Connection, seq: int, *, now_ms: int) -> int:
    """Capture time of the nearest record that is left; ours when there is none."""
    after = db.execute("SELECT at FROM outbox WHERE seq > ? ORDER BY seq LIMIT 1", (seq,)).fetchone()
    near = after or db.execute("SELECT at FROM outbox WHERE seq < ? ORDER BY seq DESC LIMIT 1", (seq,)).fetchone()
    return int(near[0]) if near else now_ms
