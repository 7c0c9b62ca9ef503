"""The outbox's tables and the numbered steps that lead to them (`PRAGMA user_version`)."""

from __future__ import annotations

import sqlite3

from edge_agent.buffer import chain
from edge_agent.buffer.guarding import atomic

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        # AUTOINCREMENT: without it the top number is used again once the outbox is empty, and the centre
        # would take new records for duplicates.
        "CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at INTEGER NOT NULL,"
        " clock TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL, appended_ms INTEGER NOT NULL)",
        "CREATE TABLE tombstone (lo INTEGER PRIMARY KEY, hi INTEGER NOT NULL, seq INTEGER NOT NULL)",
        "CREATE TABLE camera (camera TEXT PRIMARY KEY, last_at INTEGER NOT NULL, frames INTEGER NOT NULL,"
        " memory BLOB, conditions TEXT NOT NULL, evidence TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE processed (camera TEXT NOT NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL,"
        " outcome TEXT NOT NULL, PRIMARY KEY (camera, name)) WITHOUT ROWID",
        "CREATE TABLE refused (seq INTEGER PRIMARY KEY, epoch TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,"
        " body TEXT NOT NULL, reason TEXT NOT NULL)",
    ),
    (
        # The link before each record (wire.signing), and spans stamped by a clock that nobody had set.
        "ALTER TABLE outbox ADD COLUMN prev BLOB NOT NULL DEFAULT x''",
        "CREATE TABLE unset_clock (lo INTEGER PRIMARY KEY, hi INTEGER NOT NULL, boot TEXT NOT NULL,"
        " base_ms INTEGER NOT NULL)",
    ),
    (
        # A number counts within its epoch: the same one of two epochs is two records. The table may be there already,
        # with all that the release before could not hold, when that had been gone back to.
        "CREATE TABLE IF NOT EXISTS refused_by_epoch (seq INTEGER NOT NULL, epoch TEXT NOT NULL, kind TEXT NOT NULL,"
        " at INTEGER NOT NULL, body TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (epoch, seq)) WITHOUT ROWID",
        "INSERT OR IGNORE INTO refused_by_epoch SELECT seq, epoch, kind, at, body, reason FROM refused",
        "DROP TABLE refused",
        "ALTER TABLE refused_by_epoch RENAME TO refused",
    ),
)
BACK: tuple[tuple[str, ...], ...] = (
    (
        "DROP TABLE unset_clock",
        "ALTER TABLE outbox DROP COLUMN prev",
        "DELETE FROM meta WHERE key IN ('link', 'tombstoned', 'thinned')",
        "INSERT OR REPLACE INTO meta VALUES ('stepped_back', '1')",
    ),
    (
        "ALTER TABLE refused RENAME TO refused_by_epoch",
        "CREATE TABLE refused (seq INTEGER PRIMARY KEY, epoch TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,"
        " body TEXT NOT NULL, reason TEXT NOT NULL)",
        "INSERT OR REPLACE INTO refused SELECT seq, epoch, kind, at, body, reason FROM refused_by_epoch",
    ),
)
"""What undoes STEPS[1], STEPS[2], …: for going back to the release before. Records and their numbers stay."""
VERSION = len(STEPS)
LINKED = 2  # the step that brought links


def open_connection(path: str, *, durable: bool) -> sqlite3.Connection:
    """A connection in autocommit. `durable`: each commit is on the disk before it returns (synchronous=FULL).

    Deleting what the centre has acknowledged need not be durable: a lost delete is a resend.
    """
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    db.execute("PRAGMA journal_size_limit = 67108864")
    db.execute("PRAGMA cache_size = -2048")
    return db


def user_version(db: sqlite3.Connection) -> int:
    """Number of steps this store has taken."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection) -> None:
    """Take the steps that are missing, each in its own transaction."""
    for number in range(user_version(db), VERSION):
        with atomic(db):
            for statement in STEPS[number]:
                db.execute(statement)
            if number + 1 == LINKED:
                _link_what_waits(db)
            db.execute(f"PRAGMA user_version = {number + 1}")


def step_back(db: sqlite3.Connection) -> int:
    """Undo the newest step in one transaction; returns the version the store has then. The first is never undone."""
    version = user_version(db)
    if version < LINKED:
        return version
    with atomic(db):
        for statement in BACK[version - LINKED]:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {version - 1}")
    return version - 1


def _link_what_waits(db: sqlite3.Connection) -> None:
    """Records of a store that kept no links: the chain begins with the oldest that is left."""
    meta = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('gateway', 'epoch')").fetchall())
    if len(meta) == 2:
        chain.begin(db, gateway=meta["gateway"], epoch=meta["epoch"])
