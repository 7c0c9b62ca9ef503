"""Which records a clock stamped that nobody had set, and what they were off by once it is. Within a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from edge_agent.buffer import chain
from edge_agent.buffer.record import NewRecord
from wire.codec import encode_body
from wire.messages import ClockMap

SAME_MS = 1000  # a clock that drifts less than this since a span began belongs to the span
SPANS_MAX = 10_000


def note(db: sqlite3.Connection, records: Sequence[NewRecord], *, first: int) -> None:
    """Records that were just appended from `first` on."""
    marked = [(seq, record.unset) for seq, record in enumerate(records, first) if record.unset is not None]
    if not marked:
        return
    span = db.execute("SELECT lo, hi, boot, base_ms FROM unset_clock ORDER BY lo DESC LIMIT 1").fetchone()
    for seq, stamp in marked:
        if span and span[1] == seq - 1 and span[2] == stamp.boot and abs(span[3] - stamp.base_ms) < SAME_MS:
            span = (span[0], seq, span[2], span[3])
        else:
            span = (seq, seq, stamp.boot, stamp.base_ms)
        db.execute("INSERT OR REPLACE INTO unset_clock VALUES (?, ?, ?, ?)", span)
    db.execute(
        "DELETE FROM unset_clock WHERE lo < (SELECT lo FROM unset_clock ORDER BY lo DESC LIMIT 1 OFFSET ?)",
        (SPANS_MAX - 1,),
    )


def map_clock(db: sqlite3.Connection, *, boot: str, base_ms: int, now_ms: int) -> int:
    """A `clock_map` record for each span of this boot; spans of other boots can never be put right and are let go."""
    spans = db.execute("SELECT lo, hi, base_ms FROM unset_clock WHERE boot = ? ORDER BY lo", (boot,)).fetchall()
    bodies = [ClockMap(boot=boot, lo=lo, hi=hi, add_ms=base_ms - base) for lo, hi, base in spans]
    news = [NewRecord(kind="clock_map", at=now_ms, clock="synced", body=encode_body(body)) for body in bodies]
    if news:
        chain.insert(db, news, appended_ms=now_ms)
    db.execute("DELETE FROM unset_clock")
    return len(news)
