"""The outbox: records made durable before anything else happens to them, kept until the centre has committed them."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from edge_agent.buffer import chain, epochs, unset
from edge_agent.buffer.ballast import Ballast
from edge_agent.buffer.burial import MISSING, bury, bury_missing
from edge_agent.buffer.eviction import CLASS_A, Span
from edge_agent.buffer.guarding import atomic, translated
from edge_agent.buffer.mark import Mark, write_mark
from edge_agent.buffer.record import BootTime, CameraState, Counters, FileMark, NewRecord
from edge_agent.buffer.room import drop_oldest, is_due, thin_out
from edge_agent.errors import StoreBrokenError, StoreFullError
from wire.codec import Sealed
from wire.messages import StoreLost
from wire.stones import stone_ranges

__all__ = ["BootTime", "CameraState", "Counters", "FileMark", "NewRecord", "Outbox"]

log = logging.getLogger(__name__)
T = TypeVar("T")

VACUUM_PAGES = 1000
FIGURES = """
WITH mark AS (SELECT CAST(value AS INTEGER) AS acked FROM meta WHERE key = 'acked')
SELECT coalesce((SELECT seq FROM outbox ORDER BY seq LIMIT 1), 0),
       (SELECT appended_ms FROM outbox ORDER BY seq LIMIT 1),
       coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0),
       acked,
       (SELECT coalesce(sum(hi - max(lo, acked + 1) + 1), 0) FROM tombstone WHERE hi > acked)
FROM mark
"""
DELETE_ROWS, DELETE_ROWS_FULL = 10_000, 500  # in one transaction; its log takes room too


class Outbox:
    """One open store. Appending is for one thread, acknowledging for another; each has its connection.

    Made by `edge_agent.buffer.opening.open_outbox`, which has checked and migrated the store and holds its lock.
    """

    def __init__(
        self,
        *,
        path: str,
        writer: sqlite3.Connection,
        sender: sqlite3.Connection,
        now_ms: Callable[[], int],
        cap_bytes: int,
        ballast: Ballast,
    ) -> None:
        self.path = path
        self._writer = writer
        self._sender = sender
        self._writing = threading.Lock()
        self._sending = threading.Lock()
        self._now_ms = now_ms
        self._cap_bytes = cap_bytes
        self._ballast = ballast
        self.epoch = self._meta("epoch")
        self.gateway = self._meta("gateway")
        self.newest = self._last_seq()
        self._session = int(self._meta("session"))

    def append(self, records: Sequence[NewRecord]) -> range:
        """Make records durable in one transaction and return their numbers; StoreFullError when there is no room."""
        return self.commit(records)

    def commit(
        self, records: Sequence[NewRecord], *, camera: CameraState | None = None, file: FileMark | None = None
    ) -> range:
        """Records, the camera's memory and the file's mark in one transaction: a frame has all its effect or none.

        On a full disk readings wait (StoreFullError); what must never be lost takes the room that is kept for it.
        """
        if any(record.kind not in CLASS_A for record in records) and not self._ballast.hold():
            raise StoreFullError(self.path, "no room on the disk beyond the reserve", expected="free space")
        try:
            return self._commit(records, camera, file)
        except StoreFullError:
            if any(record.kind not in CLASS_A for record in records) or not self._ballast.release():
                raise
        return self._commit(records, camera, file)

    def pending(self, after: int, limit: int) -> list[Sealed]:
        """The next records beyond `after`, in order."""
        sql = f"SELECT {chain.COLUMNS} FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608  ours
        return self._sealed(sql, (after, limit))

    def tombstones_over(self, lo: int, hi: int) -> list[Sealed]:
        """The tombstone records that stand for any number in lo..hi and still wait."""
        return [stone for stone, _ in self._stones(lo, hi)]

    def stones_to_tell(self, lo: int, hi: int) -> list[Sealed]:
        """Of these the ones that nothing before lo..hi has called for: whoever tells gap by gap tells each once."""
        with self._sending, translated(self.path):
            acked = int(self._sender.execute("SELECT value FROM meta WHERE key = 'acked'").fetchone()[0])
        return [stone for stone, first in self._stones(lo, hi) if _calls_first(stone, acked=acked) in {None, first}]

    def acked(self, hi: int) -> int:
        """Delete everything up to `hi`, which the centre has committed; returns how many records went.

        On a full disk the reserve gives the room that deleting itself takes.
        """
        try:
            return self._delete(hi, chunk=DELETE_ROWS)
        except StoreFullError:
            self._ballast.release()
        return self._delete(hi, chunk=DELETE_ROWS_FULL)

    def refuse(self, records: Sequence[Sealed], *, reason: str) -> None:
        """Set records aside that no broker will carry: kept in `refused`, and a tombstone tells the centre."""
        span = Span(
            lo=records[0].seq,
            hi=records[-1].seq,
            count=len(records),
            at_min=min(r.at for r in records),
            at_max=max(r.at for r in records),
        )
        rows = [(r.seq, self.epoch, r.kind, r.at, r.body, reason) for r in records]

        def write(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?, ?)", rows)
            bury(db, (span,), reason=reason, now_ms=self._now_ms())

        self._on_the_reserve(write)

    def bury_missing(self, lo: int, hi: int, *, reason: str = MISSING) -> int:
        """Numbers of lo..hi that are neither held nor told by a tombstone get one; returns how many they are.

        They were lost to the disk: the centre is told rather than left to wait for them.
        """
        return self._on_the_reserve(lambda db: bury_missing(db, lo, hi, now_ms=self._now_ms(), reason=reason))

    def would_give_up(self, cap_bytes: int) -> bool:
        """Whether a smaller cap would cost records that are held now."""
        with self._sending, translated(self.path):
            return cap_bytes < self._cap_bytes and is_due(self._used_bytes(), cap_bytes)

    def evict(self) -> int:
        """Give up records by policy (`eviction`) if the store fills; returns how many went."""
        used, now_ms = self._used_bytes(), self._now_ms()
        if not is_due(used, self._cap_bytes):
            return 0
        with self._transaction() as db:
            thinned = thin_out(db, used_bytes=used, cap_bytes=self._cap_bytes, now_ms=now_ms)
            left = used - thinned.freed_bytes
            dropped = drop_oldest(db, used_bytes=left, cap_bytes=self._cap_bytes, now_ms=now_ms)
        return thinned.count + dropped.count

    def map_clock(self, *, boot: str, base_ms: int) -> int:
        """The clock is set now, wall minus boot time being `base_ms`: say what this boot's records were off by."""
        with self._transaction() as db:
            return unset.map_clock(db, boot=boot, base_ms=base_ms, now_ms=self._now_ms())

    def camera(self, camera: str) -> CameraState:
        """What is remembered of a camera; a blank state for one never seen."""
        sql = "SELECT last_at, frames, memory, conditions, evidence FROM camera WHERE camera = ?"
        with self._writing:
            row = self._writer.execute(sql, (camera,)).fetchone()
        if row is None:
            return CameraState(camera=camera)
        return CameraState(
            camera=camera,
            last_at=row[0],
            frames=row[1],
            memory=row[2],
            conditions=tuple(json.loads(row[3])),
            evidence=tuple((face, at) for face, at in json.loads(row[4])),
        )

    def processed(self, camera: str) -> dict[str, FileMark]:
        """The files of a folder camera that are done with, by name."""
        sql = "SELECT name, bytes, outcome FROM processed WHERE camera = ?"
        with self._writing:
            rows = self._writer.execute(sql, (camera,)).fetchall()
        return {name: FileMark(name=name, size_bytes=size, outcome=outcome) for name, size, outcome in rows}

    def next_session(self) -> int:
        """A number that grows with every connection, durable before it is used.

        On a full disk it grows in this life only: only the centre's word makes room, and that needs a connection.
        """
        self._session += 1
        try:
            with self._transaction() as db:
                db.execute("UPDATE meta SET value = ? WHERE key = 'session'", (str(self._session),))
        except StoreFullError as full:
            log.error("session %d is not kept: %s", self._session, full)
        return self._session

    def floor_ms(self) -> int:
        """The newest time that was ever certain, ms UTC; a clock before it is wrong. 0: none yet."""
        with self._writing:
            row = self._writer.execute("SELECT value FROM meta WHERE key = 'floor_ms'").fetchone()
        return int(row[0]) if row else 0

    def keep_floor(self, now_ms: int) -> None:
        """The time is certain now."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('floor_ms', ?)", (str(now_ms),))

    def order_floor(self) -> int:
        """The highest id of a configuration that was ever handled; 0: none yet."""
        with self._writing:
            row = self._writer.execute("SELECT value FROM meta WHERE key = 'order_floor'").fetchone()
        return int(row[0]) if row else 0

    def keep_order_floor(self, config: int) -> None:
        """A configuration of this id was handled: kept here too, for its own file may be lost or set back."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('order_floor', ?)", (str(config),))

    def renew_epoch(self, epoch: str, *, lost: Sequence[StoreLost] = ()) -> None:
        """Number what waits anew under a new epoch, because the centre knows numbers of the old one that we do not.

        `lost` is said of older epochs, beside what the tombstones said of this one. For the sending thread only.
        """
        with self._transaction() as db:
            epochs.renew(db, epoch, gateway=self.gateway, lost=lost, now_ms=self._now_ms())
        self.epoch = epoch
        self.newest = self._last_seq()

    def counters(self) -> Counters:
        """Figures for the heartbeat and the status line; `pending` is reckoned, for counting reads the whole store."""
        with self._sending, translated(self.path):
            db = self._sender
            # One statement: `oldest` of 0 and `produced` together tell the centre that nothing up to there is held.
            oldest, since, produced, acked, buried = db.execute(FIGURES).fetchone()
            refused = db.execute("SELECT count(*) FROM refused").fetchone()[0]
            meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
        return Counters(
            epoch=self.epoch,
            produced=produced,
            acked=acked,
            pending=max(1, produced - acked - buried) if oldest else 0,
            oldest=oldest,
            oldest_age_ms=max(0, self._now_ms() - since) if oldest else 0,
            used_bytes=self._used_bytes(),
            evicted=int(meta["evicted"]),
            refused=refused,
            tombstoned=int(meta.get("tombstoned", 0)),
        )

    def leave_mark(self, counters: Counters) -> None:
        """Say beside the store how far it has come, so that its loss can be told. Never stops anything."""
        write_mark(
            self.path,
            Mark(gateway=self.gateway, epoch=counters.epoch, acked=counters.acked, newest=counters.produced),
        )

    def stay(self) -> None:
        """Nothing while the store's files lie where they are opened; what is written into a deleted file ends with us.

        Else the store is written out again as it is, and StoreBrokenError raised: the next start goes on with it.
        """
        if all(Path(f"{self.path}{suffix}").exists() for suffix in ("", "-wal")):
            return
        copy = Path(f"{self.path}.part")
        with self._sending, self._writing, translated(self.path):
            copy.parent.mkdir(mode=0o700, exist_ok=True)
            with closing(sqlite3.connect(copy)) as whole:
                self._writer.backup(whole)
            self.close()  # nobody appends any more: the number would be given out again
        copy.replace(self.path)
        raise StoreBrokenError(self.path, "deleted in use and written out again", expected="files that nobody touches")

    def close(self) -> None:
        """Close both connections; the last one folds the log into the store."""
        self._sender.close()
        self._writer.close()

    def _on_the_reserve(self, write: Callable[[sqlite3.Connection], T]) -> T:
        """A transaction that sending cannot do without: on a full disk it takes the room that is kept for it."""
        try:
            with self._transaction() as db:
                return write(db)
        except StoreFullError:
            if not self._ballast.release():
                raise
        with self._transaction() as db:
            return write(db)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, translated(self.path):
            with atomic(self._writer):
                yield self._writer
            self.newest = self._last_seq()

    def _commit(self, records: Sequence[NewRecord], camera: CameraState | None, file: FileMark | None) -> range:
        with self._transaction() as db:
            seqs = chain.insert(db, records, appended_ms=self._now_ms())
            unset.note(db, records, first=seqs.start)
            if camera is not None:
                _save_camera(db, camera)
            if camera is not None and file is not None:
                row = (camera.camera, file.name, file.size_bytes, file.outcome)
                db.execute("INSERT OR REPLACE INTO processed VALUES (?, ?, ?, ?)", row)
        return seqs

    def _delete(self, hi: int, *, chunk: int) -> int:
        """The watermark first: what is deleted above it would be told as missing."""
        gone = 0
        with self._sending, self._writing, translated(self.path):
            db = self._sender
            while True:
                with atomic(db):
                    went = epochs.delete_acked(db, hi, limit=chunk)
                gone += went
                self._give_back(db)
                if went < chunk:
                    return gone

    def _give_back(self, db: sqlite3.Connection) -> None:
        """Pages to the disk once most of the file is free (each costs the move of one that is not); all, and the log,
        when the disk was full.

        `executescript`, because this pragma frees a page a step and `execute` takes but one step of it.
        """
        if not self._ballast.held:
            db.executescript("PRAGMA incremental_vacuum")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return
        free, pages = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
        if free > max(VACUUM_PAGES, pages // 2):
            db.executescript(f"PRAGMA incremental_vacuum({VACUUM_PAGES})")

    def _stones(self, lo: int, hi: int) -> list[tuple[Sealed, int]]:
        """Tombstone records with the lowest of their ranges, which lie apart, that reaches into lo..hi."""
        sql = (
            f"SELECT {', '.join(f'o.{name}' for name in chain.COLUMNS.split(', '))}, min(t.lo) FROM tombstone t"  # noqa: S608  ours
            " JOIN outbox o ON o.seq = t.seq"
            " WHERE t.lo BETWEEN coalesce((SELECT max(lo) FROM tombstone WHERE lo <= ?1), 0) AND ?2 AND t.hi >= ?1"
            " GROUP BY t.seq ORDER BY t.seq LIMIT 200"
        )
        with self._sending, translated(self.path):
            rows = self._sender.execute(sql, (lo, hi)).fetchall()
        return [(chain.sealed(row[:-1]), row[-1]) for row in rows]

    def _sealed(self, sql: str, arguments: tuple[int, int]) -> list[Sealed]:
        with self._sending, translated(self.path):
            rows = self._sender.execute(sql, arguments).fetchall()
        return [chain.sealed(row) for row in rows]

    def _last_seq(self) -> int:
        return chain.last_seq(self._writer)

    def _meta(self, key: str) -> str:
        return str(self._writer.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])

    def _used_bytes(self) -> int:
        db = self._sender
        pages = db.execute("PRAGMA page_count").fetchone()[0] - db.execute("PRAGMA freelist_count").fetchone()[0]
        return int(pages * db.execute("PRAGMA page_size").fetchone()[0])


def _calls_first(stone: Sealed, *, acked: int) -> int | None:
    """Where the first range of a tombstone begins that is not acknowledged; None of one that the disk changed."""
    if not stone.is_whole:
        return None
    return next((lo for lo, hi in stone_ranges(json.loads(stone.body)) if hi > acked), None)


def _save_camera(db: sqlite3.Connection, state: CameraState) -> None:
    row = (
        state.camera,
        state.last_at,
        state.frames,
        state.memory,
        json.dumps(state.conditions),
        json.dumps(state.evidence),
    )
    db.execute("INSERT OR REPLACE INTO camera VALUES (?, ?, ?, ?, ?, ?)", row)
