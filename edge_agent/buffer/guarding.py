"""Transactions on the store: whole or not at all, and SQLite's errors as the store's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from edge_agent.errors import StoreBrokenError, StoreError, StoreFullError

BROKEN = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY})


def code_of(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code, 0 if it has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


@contextmanager
def atomic(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction, never left open: a failed one would hold the write lock against the other connection."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def translated(path: str) -> Iterator[None]:
    """SQLite's errors as the store's own, by what can be done about them."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = code_of(error)
        if code == sqlite3.SQLITE_FULL:
            raise StoreFullError(path, "no room on the disk", expected="free space for new records") from error
        if code in BROKEN:
            raise StoreBrokenError(path, str(error), expected="a disk that reads and writes") from error
        raise StoreError(path, str(error), expected="a store that answers within 10 s") from error
