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

from edge_agent.buffer import epochs
from edge_agent.buffer.ballast import Ballast
from edge_agent.buffer.eviction import reserve_bytes
from edge_agent.buffer.guarding import atomic, code_of, translated
from edge_agent.buffer.mark import Mark, read_mark
from edge_agent.buffer.outbox import Outbox
from edge_agent.buffer.salvage import salvage
from edge_agent.buffer.schema import VERSION, migrate, open_connection, user_version
from edge_agent.errors import StoreBusyError, StoreError
from wire.messages import StoreLost
from wire.signing import link_start

log = logging.getLogger(__name__)

STORE = "outbox.db"
INTENT = "outbox.salvage"  # names the store that is being set aside
DEFAULT_CAP_BYTES = 2 << 30
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
UNREADABLE = frozenset(
    {
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
        sqlite3.SQLITE_IOERR_DATA,
    }
)
"""Other errors of input and output are the disk's (full, gone read-only), and the store in it may be whole."""


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


def open_outbox(
    folder: Path,
    *,
    gateway: str,
    now_ms: Callable[[], int],
    cap_bytes: int = DEFAULT_CAP_BYTES,
    reserve: bool = False,
) -> Outbox:
    """Open, check and migrate the store in a folder whose lock is held; a damaged one is set aside and salvaged.

    `reserve` keeps room on the disk for what must never be lost, and for deleting. StoreError when the store cannot be
    opened and is not known to be damaged (no room, no leave): it stays where it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ballast = Ballast(folder, size_bytes=reserve_bytes(cap_bytes) if reserve else 0)
    opening = _Opening(folder=folder, gateway=gateway, now_ms=now_ms, cap_bytes=cap_bytes, ballast=ballast)
    try:
        outbox = opening.open()
    except StoreError:
        if not ballast.release():  # a full disk must not keep the agent from starting
            raise
        outbox = opening.open()
    ballast.hold()
    outbox.leave_mark(outbox.counters())
    return outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    folder: Path
    gateway: str
    now_ms: Callable[[], int]
    cap_bytes: int
    ballast: Ballast

    def open(self) -> Outbox:
        path = self.folder / STORE
        damage = _damage(path)
        broken = _set_aside(path, now_ms=self.now_ms(), damage=damage) if damage else _set_aside_before(path)
        mark = read_mark(self.folder)
        if mark is not None and mark.gateway != self.gateway:
            mark = None
        with translated(str(path)):
            writer = open_connection(str(path), durable=True)
            migrate(writer)
            _name(writer, path, gateway=self.gateway, now_ms=self.now_ms(), broken=broken, mark=mark)
            unsaved = writer.execute("SELECT value FROM meta WHERE key = 'salvage'").fetchone()
            if unsaved is not None:  # of this start, or of one that was cut short
                salvage(writer, Path(unsaved[0]), gateway=self.gateway, mark=mark, now_ms=self.now_ms())
            path.with_name(INTENT).unlink(missing_ok=True)
            sender = open_connection(str(path), durable=False)
        outbox = Outbox(
            path=str(path),
            writer=writer,
            sender=sender,
            now_ms=self.now_ms,
            cap_bytes=self.cap_bytes,
            ballast=self.ballast,
        )
        self._renew_if_old(outbox, mark)
        if writer.execute("SELECT 1 FROM meta WHERE key = 'stepped_back'").fetchone():
            # A release that kept no links has written since: the chain of this epoch cannot go on.
            outbox.renew_epoch(new_epoch(self.now_ms()))
            writer.execute("DELETE FROM meta WHERE key = 'stepped_back'")
        return outbox

    def _renew_if_old(self, outbox: Outbox, mark: Mark | None) -> None:
        """The mark beside the store is never ahead of it, unless the store is yesterday's copy."""
        if mark is None or mark.epoch != outbox.epoch or mark.newest <= outbox.newest:
            return
        log.error("store is an old copy newest=%d, but it had come to %d", outbox.newest, mark.newest)
        lost = StoreLost(
            epoch=mark.epoch, lo=max(outbox.newest, mark.acked) + 1, hi=None, reason="store was an old copy"
        )
        outbox.renew_epoch(new_epoch(self.now_ms()), lost=(lost,))


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
        if not _is_damage(error):
            raise StoreError(str(path), str(error), expected="a file this user can open, and room beside it") from error
        return str(error)
    finally:
        if db is not None:
            db.close()
    if version > VERSION:
        raise StoreError(str(path), f"written by a newer version ({version})", expected=f"at most {VERSION}")
    return None if found == "ok" else found


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return code_of(error) in DAMAGED or getattr(error, "sqlite_errorcode", 0) in UNREADABLE


def _set_aside(path: Path, *, now_ms: int, damage: str) -> Path:
    """Move the store away, log first: a new store must never meet the old one's log.

    Where it goes is written down before, so that a start that is cut short is finished by the next one.
    """
    intent = path.with_name(INTENT)
    if not intent.exists():
        intent.write_text(f"{path.name}.broken-{now_ms}", encoding="utf-8")
    broken = path.with_name(intent.read_text(encoding="utf-8"))
    for suffix in ("-wal", "-shm", ""):
        part, aside = Path(f"{path}{suffix}"), Path(f"{broken}{suffix}")
        if aside.exists():
            part.unlink(missing_ok=True)  # made since by looking at what was left
        elif part.exists():
            part.rename(aside)
    log.error("outbox damaged, set aside path=%s kept_as=%s damage=%s", path, broken, damage)
    return broken


def _set_aside_before(path: Path) -> Path | None:
    """A store that an earlier start moved away and did not come to salvage."""
    intent = path.with_name(INTENT)
    if not intent.exists():
        return None
    broken = path.with_name(intent.read_text(encoding="utf-8").strip() or "outbox.db.broken")
    return broken if broken.is_file() else None


def _name(
    db: sqlite3.Connection, path: Path, *, gateway: str, now_ms: int, broken: Path | None, mark: Mark | None
) -> None:
    """Write the store's identity once; StoreError when it belongs to another gateway.

    Sessions count on from the time of day: the centre takes those of a lost store for older ones otherwise. A store
    that is made anew although there was one (its mark is there) says that the old one is lost.
    """
    meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
    if meta.get("gateway", gateway) != gateway:
        raise StoreError(
            str(path), f"belongs to gateway {meta['gateway']}", expected=f"a data_dir of its own for {gateway}"
        )
    if "epoch" in meta and "link" in meta:
        return
    epoch = meta.get("epoch") or new_epoch(now_ms)
    first = {"gateway": gateway, "epoch": epoch, "acked": "0", "evicted": "0", "session": str(now_ms // 1000)}
    first |= {"link": link_start(gateway, epoch).hex()} | ({"salvage": str(broken)} if broken else {})
    with atomic(db):
        db.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", first.items())
        if mark is not None and broken is None and "epoch" not in meta:
            log.error("store is gone, it had come to seq=%d of epoch=%s; made anew", mark.newest, mark.epoch)
            lost = StoreLost(epoch=mark.epoch, lo=mark.acked + 1, hi=None, reason="store missing")
            epochs.say_lost(db, [lost], now_ms=now_ms)
