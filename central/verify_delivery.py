"""Recomputes the guarantee from both stores: each record an edge made is stored, waits there, or is known loss."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from central.errors import UnknownThing
from central.ingest.ranges import Received
from central.store.engine import reading
from central.store.read_delivery import (
    END,
    StoredStream,
    clock_offset_of,
    epochs_of,
    ranges_of,
    signed_streams,
    stored_stream,
)
from central.verify_proofs import Proven, prove

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
    oldest_at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Counts of records of one stream. `lost` are ranges that nobody can account for; `doubled` must be 0 as well.

    `known_lost` went with an older store, as the gateway says, for `reasons`. `older`: an epoch that has been followed
    by another; numbers in it that nobody names were carried over under new ones: `carried`, not lost.
    `oldest_at_ms` is when the oldest record that still waits at the gateway was made durable there.
    """

    gateway: str
    epoch: str
    produced: int
    acked: int
    stored: int
    waiting: int
    given_up: int
    known_lost: int
    dead_lettered: int
    duplicates: int
    conflicts: int
    doubled: int
    lost: tuple[tuple[int, int], ...]
    older: bool = False
    carried: int = 0
    reasons: tuple[str, ...] = ()
    oldest_at_ms: int | None = None
    clock_offset_ms: int | None = None

    @property
    def lost_count(self) -> int:
        """Number of lost records."""
        return sum(hi - lo + 1 for lo, hi in self.lost)

    @property
    def holds(self) -> bool:
        """Whether the guarantee holds for this stream."""
        return not self.lost and not self.doubled and not self.conflicts


def verify(engine: Engine, data_dirs: Iterable[Path]) -> list[Verdict]:
    """The epoch of each edge store and the older ones the centre knows of; both sides may be running."""
    verdicts = []
    for data_dir in data_dirs:
        edge = read_edge(data_dir)  # first the edge: what it no longer holds must be at the centre by then
        with reading(engine) as connection:
            for epoch in epochs_of(connection, edge.gateway):
                if epoch != edge.epoch:
                    verdicts.append(
                        older(edge.gateway, epoch, stored_stream(connection, gateway=edge.gateway, epoch=epoch))
                    )
            stored = stored_stream(connection, gateway=edge.gateway, epoch=edge.epoch)
            offset_ms = clock_offset_of(connection, edge.gateway)
        verdicts.append(replace(compare(edge, stored), clock_offset_ms=offset_ms))
    return verdicts


def verify_proofs(engine: Engine, gateways: Iterable[str] = ()) -> list[Proven]:
    """Recompute the signatures of these gateways' records, of all gateways when none is named."""
    wanted = frozenset(gateways)
    with reading(engine) as connection:
        streams = [one for one in signed_streams(connection) if not wanted or one[0] in wanted]
        return [prove(connection, gateway=gateway, epoch=epoch) for gateway, epoch in streams]


def older(gateway: str, epoch: str, stored: StoredStream) -> Verdict:
    """An epoch that was followed by another: how far it had come is known only from what came of it. Pure."""
    known = (*stored.ranges, *stored.given_up, *stored.dead_lettered, *_bounded(stored))
    produced = max((hi for _, hi in known), default=0)
    edge = EdgeStore(gateway=gateway, epoch=epoch, produced=produced, acked=produced, waiting=frozenset(), given_up=())
    found = compare(edge, stored)
    return replace(found, older=True, carried=found.lost_count, lost=())


def compare(edge: EdgeStore, stored: StoredStream) -> Verdict:
    """Pure."""
    waiting = ranges_of(sorted(edge.waiting))
    told = Received()
    for lo, hi in (*stored.ranges, *edge.given_up, *stored.given_up, *stored.dead_lettered, *waiting):
        told = told.add(lo, hi)
    gone = [gap for lo, hi, _ in stored.known_lost for gap in told.missing(lo, min(hi, edge.produced))]
    known = told
    for lo, hi in gone:
        known = known.add(lo, hi)
    return Verdict(
        gateway=edge.gateway,
        epoch=edge.epoch,
        produced=edge.produced,
        acked=edge.acked,
        stored=stored.count,
        waiting=len(edge.waiting),
        given_up=_size({*edge.given_up, *stored.given_up}),
        known_lost=_size(gone),
        dead_lettered=_size(stored.dead_lettered),
        duplicates=stored.duplicates,
        conflicts=stored.conflicts,
        doubled=stored.doubled,
        lost=known.missing(1, edge.produced) if edge.produced else (),
        reasons=tuple(dict.fromkeys(reason for _, _, reason in stored.known_lost)),
        oldest_at_ms=edge.oldest_at_ms,
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
        oldest = db.execute("SELECT appended_ms FROM outbox ORDER BY seq LIMIT 1").fetchone()
    finally:
        db.close()
    return EdgeStore(
        gateway=meta["gateway"],
        epoch=meta["epoch"],
        produced=max(given[0] if given else 0, max(waiting, default=0)),
        acked=int(meta["acked"]),
        waiting=waiting,
        given_up=given_up,
        oldest_at_ms=oldest[0] if oldest else None,
    )


def _bounded(stored: StoredStream) -> list[tuple[int, int]]:
    """Known losses; one without a known end counts as its first record."""
    return [(lo, lo if hi == END else hi) for lo, hi, _ in stored.known_lost]


def _size(ranges: Iterable[tuple[int, int]]) -> int:
    return sum(hi - lo + 1 for lo, hi in ranges)
