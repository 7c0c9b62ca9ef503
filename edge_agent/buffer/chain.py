"""Numbers and links of the records (`wire.signing`): each row keeps the link before it, `meta` the one after all.

Every function works within the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from edge_agent.buffer.record import NewRecord
from wire.codec import Sealed, seal
from wire.signing import link, link_start

CHUNK_ROWS, CHUNK_BYTES = 1000, 1 << 20
COLUMNS = "seq, kind, at, clock, hash, body, prev"


def last_seq(db: sqlite3.Connection) -> int:
    """The last number that was given out."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return int(row[0]) if row else 0


def sealed(row: tuple[int, str, int, str, str, str, bytes]) -> Sealed:
    """A row of COLUMNS."""
    seq, kind, at, clock, digest, body, prev = row
    return Sealed(seq=seq, kind=kind, at=at, clock=clock, hash=digest, body=body, prev=prev.hex())


def insert(db: sqlite3.Connection, records: Sequence[NewRecord], *, appended_ms: int) -> range:
    """Append, each linked to the one before it."""
    first = last_seq(db) + 1
    if not records:
        return range(first, first)
    prev, rows = _newest_link(db), []
    for seq, record in enumerate(records, first):
        body = seal(record.body, kind=record.kind, at=record.at)
        one = Sealed(seq=seq, kind=record.kind, at=record.at, clock=record.clock, hash=body.hash, body=body.text)
        rows.append((seq, record.kind, record.at, record.clock, body.hash, body.text, appended_ms, prev))
        prev = link(prev, one.spelled)
    db.executemany(
        "INSERT INTO outbox (seq, kind, at, clock, hash, body, appended_ms, prev) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
    )
    _keep_link(db, prev)
    return range(first, first + len(rows))


def begin(db: sqlite3.Connection, *, gateway: str, epoch: str) -> None:
    """The chain of an epoch begins; rows that are there already are linked in order."""
    _keep_link(db, link_start(gateway, epoch))
    _relink(db, renumbered=False)


def renumber(db: sqlite3.Connection, *, gateway: str, epoch: str) -> int:
    """Number all rows from 1 on, in order, under another epoch; returns the last number."""
    _keep_link(db, link_start(gateway, epoch))
    count = _relink(db, renumbered=True)
    db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'outbox'", (count,))
    return count


def _relink(db: sqlite3.Connection, *, renumbered: bool) -> int:
    """A chunk at a time, for the bodies may be more than fits in memory; in order, so that each new number is free."""
    after, count, prev = 0, 0, _newest_link(db)
    while rows := _chunk(db, after):
        news = []
        for old, kind, at, clock, digest, body, _ in rows:
            count += 1
            seq = count if renumbered else old
            news.append((seq, prev, old))
            one = Sealed(seq=seq, kind=kind, at=at, clock=clock, hash=digest, body=body)
            prev = link(prev, one.spelled)
            after = old
        db.executemany("UPDATE outbox SET seq = ?, prev = ? WHERE seq = ?", news)
    _keep_link(db, prev)
    return count


def _chunk(db: sqlite3.Connection, after: int) -> list[tuple[int, str, int, str, str, str, bytes]]:
    """Rows beyond `after` in order: at least one if there is any, and no more once they are large."""
    sql = f"SELECT {COLUMNS} FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608  ours
    rows, left = [], CHUNK_BYTES
    for row in db.execute(sql, (after, CHUNK_ROWS)):
        rows.append(row)
        left -= len(row[5])
        if left <= 0:
            break
    return rows


def _newest_link(db: sqlite3.Connection) -> bytes:
    return bytes.fromhex(db.execute("SELECT value FROM meta WHERE key = 'link'").fetchone()[0])


def _keep_link(db: sqlite3.Connection, after: bytes) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES ('link', ?)", (after.hex(),))
