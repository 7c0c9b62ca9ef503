"""The outbox: records made durable before anything else happens to them, kept until the centre has committed them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from edge_agent.buffer.eviction import Span, Stored, spans_to_evict
from edge_agent.errors import StoreBrokenError, StoreError, StoreFullError
from edge_agent.ranges import Ranges
from wire.codec import Sealed, encode_body, seal
from wire.messages import Tombstone

EVICTION_BATCH = 20_000
VACUUM_PAGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A fact to be kept. `at` is the capture time in ms UTC; `body` a plain dict of integers, texts and lists."""

    kind: str
    at: int
    clock: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMark:
    """A folder camera's file that is done with; `outcome` is `read`, or says why it was refused."""

    name: str
    size_bytes: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """What is remembered of a camera between frames. `last_at` in ms UTC, 0 = none yet; `memory` is the eye's.

    `conditions` are the codes that have begun and not ended; `evidence` holds (face, ms UTC) of the last still.
    """

    camera: str
    last_at: int = 0
    frames: int = 0
    memory: bytes | None = None
    conditions: tuple[str, ...] = ()
    evidence: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Produced and acknowledged records of this epoch, what waits, and the age of the oldest that waits."""

    epoch: str
    produced: int
    acked: int
    pending: int
    oldest: int
    oldest_age_ms: int
    used_bytes: int
    evicted: int
    refused: int


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
    ) -> None:
        self.path = path
        self._writer = writer
        self._sender = sender
        self._writing = threading.Lock()
        self._sending = threading.Lock()
        self._now_ms = now_ms
        self._cap_bytes = cap_bytes
        self.epoch = self._meta("epoch")
        self.newest = self._last_seq()

    def append(self, records: Sequence[NewRecord]) -> range:
        """Make records durable in one transaction and return their numbers; StoreFullError when there is no room."""
        with self._transaction() as db:
            seqs = self._insert(db, records)
        self.newest = seqs[-1] if seqs else self.newest
        return seqs

    def commit(
        self, records: Sequence[NewRecord], *, camera: CameraState | None = None, file: FileMark | None = None
    ) -> range:
        """Records, the camera's memory and the file's mark in one transaction: a frame has all its effect or none."""
        with self._transaction() as db:
            seqs = self._insert(db, records)
            if camera is not None:
                _save_camera(db, camera)
            if camera is not None and file is not None:
                row = (camera.camera, file.name, file.size_bytes, file.outcome)
                db.execute("INSERT OR REPLACE INTO processed VALUES (?, ?, ?, ?)", row)
        self.newest = seqs[-1] if seqs else self.newest
        return seqs

    def pending(self, after: int, limit: int) -> list[Sealed]:
        """The next records beyond `after`, in order."""
        sql = "SELECT seq, kind, at, clock, hash, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?"
        return self._sealed(sql, (after, limit))

    def tombstones_over(self, lo: int, hi: int) -> list[Sealed]:
        """The tombstone records that stand for any number in lo..hi and still wait."""
        sql = (
            "SELECT o.seq, kind, at, clock, hash, body FROM tombstone t JOIN outbox o ON o.seq = t.seq"
            " WHERE t.lo <= ? AND t.hi >= ? ORDER BY o.seq LIMIT 200"
        )
        return self._sealed(sql, (hi, lo))

    def bury_missing(self, lo: int, hi: int) -> int:
        """Numbers of lo..hi that are neither held nor told by a tombstone get one; returns how many they are.

        They were lost to the disk: the centre is told rather than left to wait for them.
        """
        with self._transaction() as db:
            held = db.execute("SELECT seq, seq FROM outbox WHERE seq BETWEEN ? AND ?", (lo, hi)).fetchall()
            told = db.execute("SELECT lo, hi FROM tombstone WHERE lo <= ? AND hi >= ?", (hi, lo)).fetchall()
            missing = Ranges([*held, *told]).gaps(lo, hi)
            if missing:
                at = self._at_near(db, lo)
                spans = [Span(lo=a, hi=b, count=b - a + 1, at_min=at, at_max=at) for a, b in missing]
                self._bury(db, spans, reason="missing from the store")
        return sum(b - a + 1 for a, b in missing)

    def acked(self, hi: int) -> int:
        """Delete everything up to `hi`, which the centre has committed; returns how many records went."""
        with self._sending, self._writing, _translated(self.path):
            db = self._sender
            with _atomic(db):
                gone = db.execute("DELETE FROM outbox WHERE seq <= ?", (hi,)).rowcount
                db.execute("DELETE FROM tombstone WHERE seq <= ? AND hi <= ?", (hi, hi))
                db.execute(
                    "INSERT INTO meta VALUES ('acked', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"
                    " WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)",
                    (str(hi),),
                )
            if db.execute("PRAGMA freelist_count").fetchone()[0] > VACUUM_PAGES:
                db.execute(f"PRAGMA incremental_vacuum({VACUUM_PAGES})").fetchall()
        return gone

    def refuse(self, records: Sequence[Sealed], *, reason: str) -> None:
        """Set records aside that no broker will carry: kept in `refused`, and a tombstone tells the centre."""
        span = Span(
            lo=records[0].seq,
            hi=records[-1].seq,
            count=len(records),
            at_min=min(r.at for r in records),
            at_max=max(r.at for r in records),
        )
        with self._transaction() as db:
            rows = [(r.seq, self.epoch, r.kind, r.at, r.body, reason) for r in records]
            db.executemany("INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._bury(db, (span,), reason=reason)

    def evict(self) -> int:
        """Give up records by policy if the store is over its cap; returns how many went."""
        used = self._used_bytes()
        if used < self._cap_bytes:
            return 0
        with self._transaction() as db:
            rows = db.execute(
                "SELECT seq, kind, at, length(body) + 120 FROM outbox ORDER BY seq LIMIT ?", (EVICTION_BATCH,)
            )
            stored = [Stored(seq=s, kind=k, at=at, size_bytes=size) for s, k, at, size in rows]
            spans = spans_to_evict(stored, used_bytes=used, cap_bytes=self._cap_bytes)
            count = sum(span.count for span in spans)
            self._bury(db, spans, reason="outbox full")
            db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + ? WHERE key = 'evicted'", (count,))
        return count

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
        """A number that grows with every connection, durable before it is used."""
        with self._transaction() as db:
            db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'session'")
        return int(self._meta("session"))

    def renew_epoch(self, epoch: str) -> None:
        """Number what waits anew under a new epoch, because the centre knows numbers of the old one that we do not.

        For the sending thread only.
        """
        with self._transaction() as db:
            db.execute("DELETE FROM outbox WHERE kind = 'tombstone'")  # they name numbers of the old epoch
            db.execute("DELETE FROM tombstone")
            seqs = [row[0] for row in db.execute("SELECT seq FROM outbox ORDER BY seq")]
            # In order, so that each new number is free; in place, for the bodies may be more than fits in memory.
            db.executemany("UPDATE outbox SET seq = ? WHERE seq = ?", list(enumerate(seqs, 1)))
            db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'outbox'", (len(seqs),))
            db.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (epoch,))
            db.execute("UPDATE meta SET value = '0' WHERE key = 'acked'")
        self.epoch = epoch
        self.newest = self._last_seq()

    def counters(self) -> Counters:
        """Figures for the heartbeat and the status line."""
        with self._sending:
            db = self._sender
            # One statement: `oldest` of 0 and `produced` together tell the centre that nothing up to there is held.
            pending, oldest, since, produced = db.execute(
                "SELECT count(*), coalesce(min(seq), 0), min(appended_ms),"
                " (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox') FROM outbox"
            ).fetchone()
            refused = db.execute("SELECT count(*) FROM refused").fetchone()[0]
            meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
        return Counters(
            epoch=self.epoch,
            produced=produced,
            acked=int(meta["acked"]),
            pending=pending,
            oldest=oldest,
            oldest_age_ms=max(0, self._now_ms() - since) if since is not None else 0,
            used_bytes=self._used_bytes(),
            evicted=int(meta["evicted"]),
            refused=refused,
        )

    def close(self) -> None:
        """Close both connections; the last one folds the log into the store."""
        self._sender.close()
        self._writer.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, _translated(self.path), _atomic(self._writer):
            yield self._writer

    def _insert(self, db: sqlite3.Connection, records: Sequence[NewRecord]) -> range:
        first, appended_ms = self._last_seq() + 1, self._now_ms()
        rows = []
        for seq, record in enumerate(records, first):
            body = seal(record.body, kind=record.kind, at=record.at)
            rows.append((seq, record.kind, record.at, record.clock, body.hash, body.text, appended_ms))
        db.executemany("INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        return range(first, first + len(rows))

    def _bury(self, db: sqlite3.Connection, spans: Sequence[Span], *, reason: str) -> None:
        for span in spans:
            db.execute("DELETE FROM outbox WHERE seq BETWEEN ? AND ?", (span.lo, span.hi))
            body = Tombstone(
                lo=span.lo, hi=span.hi, count=span.count, reason=reason, at_min=span.at_min, at_max=span.at_max
            )
            stone = NewRecord(kind="tombstone", at=span.at_max, clock="unknown", body=encode_body(body))
            seqs = self._insert(db, [stone])
            db.execute("INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?)", (span.lo, span.hi, seqs[0]))
            self.newest = seqs[-1]

    def _at_near(self, db: sqlite3.Connection, seq: int) -> int:
        """Capture time of the nearest record that is left; ours when there is none."""
        after = db.execute("SELECT at FROM outbox WHERE seq > ? ORDER BY seq LIMIT 1", (seq,)).fetchone()
        near = after or db.execute("SELECT at FROM outbox WHERE seq < ? ORDER BY seq DESC LIMIT 1", (seq,)).fetchone()
        return int(near[0]) if near else self._now_ms()

    def _sealed(self, sql: str, arguments: tuple[int, int]) -> list[Sealed]:
        with self._sending, _translated(self.path):
            rows = self._sender.execute(sql, arguments).fetchall()
        return [Sealed(seq=s, kind=k, at=at, clock=c, hash=h, body=b) for s, k, at, c, h, b in rows]

    def _last_seq(self) -> int:
        row = self._writer.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        return int(row[0]) if row else 0

    def _meta(self, key: str) -> str:
        return str(self._writer.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])

    def _used_bytes(self) -> int:
        db = self._sender
        pages = db.execute("PRAGMA page_count").fetchone()[0] - db.execute("PRAGMA freelist_count").fetchone()[0]
        return int(pages * db.execute("PRAGMA page_size").fetchone()[0])


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


@contextmanager
def _atomic(db: sqlite3.Connection) -> Iterator[None]:
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
def _translated(path: str) -> Iterator[None]:
    """SQLite's errors as the store's own, by what can be done about them."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise StoreFullError(path, "no room on the disk", expected="free space for new records") from error
        if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY):
            raise StoreBrokenError(path, str(error), expected="a disk that reads and writes") from error
        raise StoreError(path, str(error), expected="a store that answers within 10 s") from error
