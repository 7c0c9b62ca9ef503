"""How far an epoch has come, and a new one: its numbering, and what is said of the one before. Within a transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from edge_agent.buffer import chain
from edge_agent.buffer.kept import few
from edge_agent.buffer.record import NewRecord
from edge_agent.ranges import Ranges
from wire.codec import encode_body
from wire.messages import StoreLost
from wire.stones import stone_ranges


def renew(db: sqlite3.Connection, epoch: str, *, gateway: str, lost: Sequence[StoreLost], now_ms: int) -> None:
    """Number from 1 on, in order. What names numbers of the old epoch is said anew, or moves with them."""
    old = str(db.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0])
    told = _told(db, old)
    maps = _bodies(db, "clock_map")
    db.execute("DELETE FROM outbox WHERE kind IN ('tombstone', 'clock_map')")
    db.execute("DELETE FROM tombstone")
    moved = [body | span for body in maps if (span := _moved(db, body["lo"], body["hi"]))]
    spans = db.execute("SELECT lo, hi, boot, base_ms FROM unset_clock ORDER BY lo").fetchall()
    kept = [(span["lo"], span["hi"], boot, base) for lo, hi, boot, base in spans if (span := _moved(db, lo, hi))]
    db.execute("DELETE FROM unset_clock")
    db.executemany("INSERT INTO unset_clock VALUES (?, ?, ?, ?)", kept)
    chain.renumber(db, gateway=gateway, epoch=epoch)
    values = {"epoch": epoch, "acked": "0", "tombstoned": "0", "thinned": "0"}
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())
    news = [NewRecord(kind="clock_map", at=now_ms, clock="synced", body=body) for body in moved]
    say_lost(db, [*lost, *told], now_ms=now_ms)
    chain.insert(db, news, appended_ms=now_ms)


def _told(db: sqlite3.Connection, epoch: str) -> list[StoreLost]:
    """What the tombstones of an epoch named."""
    said = {lo: body["reason"] for body in _bodies(db, "tombstone") for lo, _ in stone_ranges(body)}
    spans: dict[str, Ranges] = {}
    for lo, hi in db.execute("SELECT lo, hi FROM tombstone"):
        spans.setdefault(said.get(lo, "given up"), Ranges()).add(lo, hi)
    return [
        StoreLost(epoch=epoch, lo=lo, hi=hi, reason=reason)
        for reason, ranges in spans.items()
        for lo, hi in few(ranges.spans)
    ]


def delete_acked(db: sqlite3.Connection, hi: int, *, limit: int) -> int:
    """Up to `hi` the centre has everything: note it, and delete at most `limit` rows; returns how many went."""
    db.execute(
        "INSERT INTO meta VALUES ('acked', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"
        " WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)",
        (str(hi),),
    )
    db.execute("DELETE FROM tombstone WHERE seq <= ? AND hi <= ?", (hi, hi))
    last = db.execute("SELECT seq FROM outbox WHERE seq <= ? ORDER BY seq LIMIT 1 OFFSET ?", (hi, limit - 1)).fetchone()
    return db.execute("DELETE FROM outbox WHERE seq <= ?", (last[0] if last else hi,)).rowcount


def say_lost(db: sqlite3.Connection, lost: Sequence[StoreLost], *, now_ms: int) -> None:
    """A record for each."""
    news = [NewRecord(kind="store_lost", at=now_ms, clock="unknown", body=encode_body(body)) for body in lost]
    chain.insert(db, news, appended_ms=now_ms)


def _bodies(db: sqlite3.Connection, kind: str) -> list[dict[str, Any]]:
    """Bodies of the records of a kind that the disk has not changed, in order."""
    rows = db.execute(f"SELECT {chain.COLUMNS} FROM outbox WHERE kind = ? ORDER BY seq", (kind,))  # noqa: S608  ours
    return [json.loads(record.body) for record in map(chain.sealed, rows) if record.is_whole]


def _moved(db: sqlite3.Connection, lo: int, hi: int) -> dict[str, int] | None:
    """The numbers that lo..hi will have, None when nothing of it waits; before the numbering is changed."""
    before = int(db.execute("SELECT count(*) FROM outbox WHERE seq < ?", (lo,)).fetchone()[0])
    through = int(db.execute("SELECT count(*) FROM outbox WHERE seq <= ?", (hi,)).fetchone()[0])
    return {"lo": before + 1, "hi": through} if through > before else None
