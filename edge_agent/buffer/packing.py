"""Rows written together again after others have gone from between them. Within the caller's transaction.

SQLite frees a page when nothing is left in it, and joins pages only when two thirds are empty: where every other row
goes, and what stays is as large, nothing would be freed at all.
"""

from __future__ import annotations

import sqlite3
from typing import Any

CHUNK_ROWS, CHUNK_BYTES = 500, 1 << 20
ROW = "seq, kind, at, clock, hash, body, appended_ms, prev"
MARKS = "?, ?, ?, ?, ?, ?, ?, ?"


def pack(db: sqlite3.Connection, lo: int, hi: int) -> None:
    """Take the rows lo..hi out and put them in again, a chunk at a time; nothing of them changes."""
    while rows := _chunk(db, lo, hi):
        last = rows[-1][0]
        db.execute("DELETE FROM outbox WHERE seq BETWEEN ? AND ?", (lo, last))
        db.executemany(f"INSERT INTO outbox ({ROW}) VALUES ({MARKS})", rows)  # noqa: S608  ours
        lo = last + 1


def _chunk(db: sqlite3.Connection, lo: int, hi: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    left = CHUNK_BYTES
    sql = f"SELECT {ROW} FROM outbox WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"  # noqa: S608  ours
    for row in db.execute(sql, (lo, hi, CHUNK_ROWS)):
        rows.append(row)
        left -= len(row[5])
        if left <= 0:
            break
    return rows
