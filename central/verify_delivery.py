"""Recomputes the guarantee from both stores: each record an edge made is stored, waits there, or is known loss."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from central.errors import UnknownThing
from central.ingest.ranges import Received
from central.store.engine import reading
from central.store.read_delivery import StoredStream, stored_stream

STORE = "outbox.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeStore:
    """What an edge's store says: `produced` numbers given out, those that still wait, and ranges given up by policy."""

    gateway: str
    epoch: str
    produced: int
    acked: int
    waiting: frozenset[int]
    given_up: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Counts of records of one stream. `lost` are ranges that nobody can account for; `doubled` must be 0 as well."""

    gateway: str
    epoch: str
    produced: int
    stored: int
    waiting: int
    given_up: int
    dead_lettered: int
    duplicates: int
    conflicts: int
    doubled: int
    lost: tuple[tuple[int, int], ...]

    @property
    def lost_count(self) -> int:
        """Number of lost records."""
        return sum(hi - lo + 1 for lo, hi in self.lost)

    @property
    def holds(self) -> bool:
        """Whether the guarantee holds for this stream."""
        return not self.lost and not self.doubled and not self.conflicts


def verify(engine: Engine, data_dirs: Iterable[Path]) -> list[Verdict]:
    """One verdict an edge store; both sides may be running."""
    verdicts = []
    for data_dir in data_dirs:
        edge = read_edge(data_dir)  # first the edge: what it no longer holds must be at the centre by then
        with reading(engine) as connection:
            stored = stored_stream(connection, gateway=edge.gateway, epoch=edge.epoch)
        verdicts.append(compare(edge, stored))
    return verdicts


def compare(edge: EdgeStore, stored: StoredStream) -> Verdict:
    """Pure."""
    known = Received()
    for lo, hi in (*stored.ranges, *edge.given_up, *stored.given_up, *stored.dead_lettered, *_runs(edge.waiting)):
        known = known.add(lo, hi)
    lost = known.missing(1, edge.produced) if edge.produced else ()
    return Verdict(
        gateway=edge.gateway,
        epoch=edge.epoch,
        produced=edge.produced,
        stored=stored.count,
        waiting=len(edge.waiting),
        given_up=sum(hi - lo + 1 for lo, hi in {*edge.given_up, *stored.given_up}),
        dead_lettered=sum(hi - lo + 1 for lo, hi in stored.dead_lettered),
        duplicates=stored.duplicates,
        conflicts=stored.conflicts,
        doubled=stored.doubled,
        lost=lost,
    )


def read_edge(data_dir: Path) -> EdgeStore:
    """Read an edge's outbox without changing it."""
    path = data_dir / STORE
    if not path.is_file():
        raise UnknownThing("no outbox", where=str(path), expected="the data_dir of a gateway")
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10.0)
    try:
        db.execute("BEGIN")
        meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
        given = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        waiting = frozenset(row[0] for row in db.execute("SELECT seq FROM outbox"))
        given_up = tuple(sorted((lo, hi) for lo, hi in db.execute("SELECT lo, hi FROM tombstone")))
    finally:
        db.close()
    return EdgeStore(
        gateway=meta["gateway"],
        epoch=meta["epoch"],
        produced=max(given[0] if given else 0, max(waiting, default=0)),
        acked=int(meta["acked"]),
        waiting=waiting,
        given_up=given_up,
    )


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
