"""Opening the outbox: one agent a folder, migrations, a damaged store set aside (never deleted, no start-up loop)."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.buffer.outbox import Outbox
from edge_agent.buffer.schema import VERSION, migrate, open_connection, user_version
from edge_agent.errors import StoreBusyError, StoreError

log = logging.getLogger(__name__)

STORE = "outbox.db"
DEFAULT_CAP_BYTES = 2 << 30
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR})
SALVAGED = {
    "camera": "camera, last_at, frames, memory, conditions, evidence",
    "processed": "camera, name, bytes, outcome",
    "outbox": "kind, at, clock, hash, body, appended_ms",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderLock:
    """Holds a data folder for this process until closed or killed."""

    fd: int

    def close(self) -> None:
        """Let the folder go."""
        os.close(self.fd)


def lock_folder(folder: Path) -> FolderLock:
    """Make the folder if need be and hold it; StoreBusyError when another agent does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(str(folder), str(error.strerror), expected="a folder this user can write to") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        os.close(fd)
        raise StoreBusyError(str(folder), "held by another agent", expected="one agent for a data folder") from held
    return FolderLock(fd=fd)


def new_epoch(now_ms: int) -> str:
    """A name for a numbering that was never used before."""
    return f"{now_ms:x}-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    rows: list[tuple[Any, ...]]
    whole: bool


def open_outbox(folder: Path, *, gateway: str, now_ms: Callable[[], int], cap_bytes: int = DEFAULT_CAP_BYTES) -> Outbox:
    """Open, check and migrate the store in a folder whose lock is held; a damaged one is set aside and salvaged.

    StoreError when it cannot be opened and is not known to be damaged (no room, no leave): it stays where it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / STORE
    damage = _damage(path)
    broken = _set_aside(path, now_ms=now_ms(), damage=damage) if damage else None
    writer = open_connection(str(path), durable=True)
    migrate(writer)
    _name(writer, path, gateway=gateway, now_ms=now_ms(), broken=broken)
    unsaved = writer.execute("SELECT value FROM meta WHERE key = 'salvage'").fetchone()
    if unsaved is not None:  # of this start, or of one that was cut short
        _salvage(writer, Path(unsaved[0]))
    sender = open_connection(str(path), durable=False)
    return Outbox(path=str(path), writer=writer, sender=sender, now_ms=now_ms, cap_bytes=cap_bytes)


def _damage(path: Path) -> str | None:
    """What is wrong with the file, None if nothing is; StoreError when it is of a newer version."""
    if not path.exists():
        return None
    db = None
    try:
        db = open_connection(str(path), durable=True)
        found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
        version = user_version(db)
    except sqlite3.DatabaseError as error:
        if _code(error) not in DAMAGED:
            raise StoreError(str(path), str(error), expected="a file this user can open, and room beside it") from error
        return str(error)
    finally:
        if db is not None:
            db.close()
    if version > VERSION:
        raise StoreError(str(path), f"written by a newer version ({version})", expected=f"at most {VERSION}")
    return None if found == "ok" else found


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code, 0 if it has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _set_aside(path: Path, *, now_ms: int, damage: str) -> Path:
    broken = path.with_name(f"{path.name}.broken-{now_ms}")
    for suffix in ("", "-wal", "-shm"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{broken}{suffix}")
    log.error("outbox damaged, set aside path=%s kept_as=%s damage=%s", path, broken, damage)
    return broken


def _name(db: sqlite3.Connection, path: Path, *, gateway: str, now_ms: int, broken: Path | None) -> None:
    """Write the store's identity once; StoreError when it belongs to another gateway.

    Sessions count on from the time of day: the centre takes those of a lost store for older ones otherwise.
    """
    db.execute("BEGIN IMMEDIATE")
    first = {"gateway": gateway, "epoch": new_epoch(now_ms), "acked": "0", "evicted": "0"}
    first |= {"session": str(now_ms // 1000)} | ({"salvage": str(broken)} if broken else {})
    db.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", first.items())
    db.execute("COMMIT")
    owner = db.execute("SELECT value FROM meta WHERE key = 'gateway'").fetchone()[0]
    if owner != gateway:
        raise StoreError(str(path), f"belongs to gateway {owner}", expected=f"a data_dir of its own for {gateway}")


def _salvage(db: sqlite3.Connection, broken: Path) -> None:
    """Copy every row that can still be read, all in one transaction; what waits gets new numbers and a new epoch."""
    old = sqlite3.connect(f"file:{broken}?mode=ro", uri=True)
    db.execute("BEGIN IMMEDIATE")
    try:
        for table, columns in SALVAGED.items():
            rows = _readable(old, table, columns)
            marks = ", ".join("?" * (columns.count(",") + 1))
            db.executemany(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  ours
            log.warning("salvaged table=%s rows=%d from=%s", table, len(rows), broken)
        db.execute("DELETE FROM meta WHERE key = 'salvage'")
        db.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise StoreError(str(broken), f"not salvaged: {error}", expected="room for a copy of what waits") from error
    finally:
        old.close()


def _readable(old: sqlite3.Connection, table: str, columns: str) -> list[tuple[Any, ...]]:
    """Rows from the start up to the damage, then from the end back to it, in order."""
    key = "seq" if table == "outbox" else "camera"
    front = _read_until_damage(old, f"SELECT {key}, {columns} FROM {table} ORDER BY 1")  # noqa: S608  ours
    if front.whole:
        return [row[1:] for row in front.rows if row[1] != "tombstone"]  # those name numbers of the old epoch
    back = _read_until_damage(old, f"SELECT {key}, {columns} FROM {table} ORDER BY 1 DESC")  # noqa: S608
    seen = set(front.rows)
    rest = [row for row in reversed(back.rows) if row not in seen]
    log.error("damage in table=%s, read %d rows before it and %d after", table, len(front.rows), len(rest))
    return [row[1:] for row in (*front.rows, *rest) if row[1] != "tombstone"]


def _read_until_damage(old: sqlite3.Connection, sql: str) -> _Rows:
    rows: list[tuple[Any, ...]] = []
    try:
        rows.extend(old.execute(sql))
    except sqlite3.DatabaseError:
        return _Rows(rows=rows, whole=False)
    return _Rows(rows=rows, whole=True)
