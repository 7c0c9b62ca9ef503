"""What can still be read of a damaged store, into the one that takes its place; and exactly what cannot, as records."""

from __future__ import annotations

import json
import logging
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.buffer import chain, epochs
from edge_agent.buffer.guarding import atomic
from edge_agent.buffer.mark import Mark
from edge_agent.errors import StoreError
from edge_agent.ranges import Ranges
from wire.codec import Sealed
from wire.messages import StoreLost

log = logging.getLogger(__name__)

PLAIN_TABLES = {
    "camera": "camera, last_at, frames, memory, conditions, evidence",
    "processed": "camera, name, bytes, outcome",
    "refused": "seq, epoch, kind, at, body, reason",
}
RECORD = "seq, kind, at, clock, hash, body, appended_ms"
NUMBERED = frozenset({"tombstone", "clock_map"})  # they name numbers of the old epoch
KEPT_META = ("floor_ms", "evicted", "order_floor")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """The damaged store as far as it can be read. `newest` None: how far it had come is not known."""

    epoch: str
    acked: int
    newest: int | None
    meta: dict[str, str]
    records: tuple[tuple[Any, ...], ...]
    unset: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    rows: list[tuple[Any, ...]]
    whole: bool


def salvage(db: sqlite3.Connection, broken: Path, *, gateway: str, mark: Mark | None, now_ms: int) -> None:
    """All in one transaction; what waits gets new numbers. StoreError: no room, and it is tried again at next start."""
    source = sqlite3.connect(f"file:{broken}?mode=ro", uri=True)
    try:
        with atomic(db):
            for table, columns in PLAIN_TABLES.items():
                rows = _readable(source, table, columns)
                marks = ", ".join("?" * (columns.count(",") + 1))
                db.executemany(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  ours
                log.warning("salvaged table=%s rows=%d from=%s", table, len(rows), broken)
            old = _read_old(source, mark)
            _take_records(db, old, gateway=gateway, now_ms=now_ms)
            db.execute("DELETE FROM meta WHERE key = 'salvage'")
    except sqlite3.DatabaseError as error:
        raise StoreError(str(broken), f"not salvaged: {error}", expected="room for a copy of what waits") from error
    finally:
        source.close()


def losses_of(old: Old) -> list[StoreLost]:
    """What of the old epoch was neither acknowledged nor saved, and what its tombstones had said. Pure."""
    told = [json.loads(row[5]) for row in old.records if row[1] == "tombstone"]
    known = Ranges((row[0], row[0]) for row in old.records)
    losses = []
    for body in told:
        known.add(body["lo"], body["hi"])
        if body["hi"] > old.acked:
            losses.append(StoreLost(epoch=old.epoch, lo=body["lo"], hi=body["hi"], reason=body["reason"]))
    top = max(known.top, old.acked) if old.newest is None else old.newest
    for lo, hi in _few(known.gaps(old.acked + 1, top)):
        losses.append(StoreLost(epoch=old.epoch, lo=lo, hi=hi, reason="store damaged"))
    if old.newest is None:
        losses.append(StoreLost(epoch=old.epoch, lo=top + 1, hi=None, reason="store damaged"))
    return losses


def _take_records(db: sqlite3.Connection, old: Old, *, gateway: str, now_ms: int) -> None:
    kept = [row for row in old.records if row[1] not in NUMBERED]
    db.executemany(
        "INSERT INTO outbox (kind, at, clock, hash, body, appended_ms) VALUES (?, ?, ?, ?, ?, ?)", (r[1:] for r in kept)
    )
    seqs = [row[0] for row in kept]
    spans = []
    for lo, hi, boot, base_ms in old.unset:
        first, last = bisect_left(seqs, lo), bisect_right(seqs, hi)
        if first < last:
            spans.append((first + 1, last, boot, base_ms))
    db.executemany("INSERT INTO unset_clock VALUES (?, ?, ?, ?)", spans)
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", ((k, old.meta[k]) for k in KEPT_META if k in old.meta))
    epoch = str(db.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0])
    chain.begin(db, gateway=gateway, epoch=epoch)
    losses = losses_of(old)
    epochs.say_lost(db, losses, now_ms=now_ms)
    log.error("salvaged records=%d epoch=%s losses=%s", len(kept), old.epoch, [(one.lo, one.hi) for one in losses])


def _read_old(source: sqlite3.Connection, mark: Mark | None) -> Old:
    meta = dict(_readable(source, "meta", "key, value", key="key"))
    epoch = meta.get("epoch") or (mark.epoch if mark else UNKNOWN)
    same = mark if mark is not None and mark.epoch == epoch else None
    given = [row[1] for row in _read_until_damage(source, "SELECT name, seq FROM sqlite_sequence").rows]
    rows = tuple(row for row in _readable(source, "outbox", RECORD, key="seq") if _is_whole(row))
    newest = max([*given, same.newest if same else 0, rows[-1][0] if rows else 0]) if given else None
    acked = max(int(meta.get("acked", "0")), same.acked if same else 0)
    unset = _readable(source, "unset_clock", "lo, hi, boot, base_ms", key="lo")
    return Old(epoch=epoch, acked=acked, newest=newest, meta=meta, records=rows, unset=tuple(unset))


def _is_whole(row: tuple[Any, ...]) -> bool:
    seq, kind, at, clock, digest, body, _ = row
    types = (seq, int), (kind, str), (at, int), (clock, str), (digest, str), (body, str)
    if not all(isinstance(value, kind_of) for value, kind_of in types):
        return False
    return Sealed(seq=seq, kind=kind, at=at, clock=clock, hash=digest, body=body).is_whole


def _few(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """At most LOSSES_MAX spans: beyond that, neighbours are said as one (rather too much is lost than too little)."""
    step = -(-len(spans) // epochs.LOSSES_MAX) or 1
    return [(spans[i][0], spans[min(i + step, len(spans)) - 1][1]) for i in range(0, len(spans), step)]


def _readable(old: sqlite3.Connection, table: str, columns: str, *, key: str = "camera") -> list[tuple[Any, ...]]:
    """Rows from the start up to the damage, then from the end back to it, in order; none of a table it never had."""
    key = "seq" if table == "refused" else key
    front = _read_until_damage(old, f"SELECT {columns} FROM {table} ORDER BY {key}")  # noqa: S608  ours
    if front.whole:
        return front.rows
    back = _read_until_damage(old, f"SELECT {columns} FROM {table} ORDER BY {key} DESC")  # noqa: S608  ours
    seen = set(front.rows)
    rest = [row for row in reversed(back.rows) if row not in seen]
    log.error("damage in table=%s, read %d rows before it and %d after", table, len(front.rows), len(rest))
    return [*front.rows, *rest]


def _read_until_damage(old: sqlite3.Connection, sql: str) -> _Rows:
    rows: list[tuple[Any, ...]] = []
    old.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        rows.extend(old.execute(sql))
    except sqlite3.DatabaseError as error:
        return _Rows(rows=rows, whole="no such table" in str(error))
    return _Rows(rows=rows, whole=True)
