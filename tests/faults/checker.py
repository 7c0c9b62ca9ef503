"""The invariants, checked from what the edges say they committed and what the centre's database holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from central.ingest.ranges import Received
from central.store.engine import reading
from tests.faults.ledger import KIND, Entry, entries, record_of
from tests.faults.world import GATEWAYS, World
from wire.codec import canonical, content_hash
from wire.stones import stone_ranges

NAMELESS = "unknown"  # the epoch of a store that could not even say that


@dataclass(slots=True, kw_only=True)
class Findings:
    """Counts of records; `wrong` names each broken invariant once. `tombstoned`: known loss, told by a record."""

    committed: int = 0
    stored: int = 0
    tombstoned: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every invariant holds."""
        return not (self.lost or self.doubled or self.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stored record."""

    epoch: str
    seq: int
    kind: str
    at: int
    hash: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that a centre holds of a gateway: records in order of (epoch, seq), watermarks by epoch, lettered ranges."""

    rows: tuple[Row, ...]
    watermarks: dict[str, int]
    lettered: tuple[tuple[str, int, int], ...] = ()


def check_world(world: World) -> Findings:
    """Every invariant of every gateway."""
    found = Findings()
    with reading(world.engine) as connection:
        for gateway in GATEWAYS:
            check(gateway, kept_of(connection, gateway), entries(world.folder / gateway), found)
        conflicts = connection.execute(text("SELECT count(*) FROM identity_conflict")).scalar_one()
    if conflicts:
        found.wrong.append(f"{conflicts} identity conflicts, expected none")
    for process in (*world.edges.values(), world.centre):
        if process.crashes or process.ended_by_itself():
            found.wrong.append(f"{process.name} ended by itself: {process.log.read_text()[-500:]}")
    return found


def kept_of(connection: Connection, gateway: str) -> Kept:
    """What the centre's database holds of a gateway."""
    of = {"gateway": gateway}
    records = text("SELECT epoch, seq, kind, at, hash, body FROM record WHERE gateway = :gateway ORDER BY epoch, seq")
    streams = text("SELECT epoch, watermark FROM stream WHERE gateway = :gateway")
    letters = text("SELECT epoch, lo, hi FROM dead_letter WHERE gateway = :gateway AND lo IS NOT NULL")
    return Kept(
        rows=tuple(
            Row(epoch=e, seq=s, kind=k, at=at, hash=h, body=b) for e, s, k, at, h, b in connection.execute(records, of)
        ),
        watermarks={row.epoch: row.watermark for row in connection.execute(streams, of)},
        lettered=tuple((epoch, lo, hi) for epoch, lo, hi in connection.execute(letters, of)),
    )


def check(gateway: str, kept: Kept, truth: Iterable[Entry], found: Findings) -> None:
    """The invariants of one gateway, against what it says that it has committed; adds to the findings."""
    rows = kept.rows
    gone, told = _buried(rows), _told(rows)
    numbers = _numbers(gateway, rows, found)
    keys = {(row.epoch, row.seq) for row in rows}
    found.stored += len(rows)
    found.doubled += len(rows) - len(keys) + len(numbers) - len(set(numbers))
    present = set(numbers)
    for entry in truth:
        found.committed += entry.count
        for offset in range(entry.count):
            if entry.first + offset in present:
                continue
            seq = entry.seq_lo + offset
            if any(seq in known for known in (gone[entry.epoch], told[entry.epoch], told[NAMELESS])):
                found.tombstoned += 1
            else:
                found.lost += 1
    _check_order(gateway, rows, numbers, found)
    _check_watermarks(gateway, kept, gone, found)


def _buried(rows: Iterable[Row]) -> dict[str, Received]:
    gone: dict[str, Received] = defaultdict(Received)
    for row in rows:
        if row.kind == "tombstone":
            for lo, hi in stone_ranges(json.loads(row.body)):
                gone[row.epoch] = gone[row.epoch].add(lo, hi)
    return gone


def _told(rows: Iterable[Row]) -> dict[str, Received]:
    """What a later epoch says that an older one's store has lost: known loss, which no watermark passes.

    A store whose first page is gone cannot say its epoch; then an unnamed one is told.
    """
    told: dict[str, Received] = defaultdict(Received)
    for row in rows:
        if row.kind == "store_lost":
            body = json.loads(row.body)
            told[body["epoch"]] = told[body["epoch"]].add(body["lo"], body["hi"] or 2**62)
    return told


def _numbers(gateway: str, rows: Iterable[Row], found: Findings) -> list[int]:
    """Productions in order of (epoch, seq), after their content has been compared with what was produced."""
    numbers = []
    for row in rows:
        if row.kind != KIND:
            continue
        number = int(json.loads(row.body)["n"])
        made = record_of(gateway, number)
        if row.body != canonical(made.body).decode() or row.at != made.at:
            found.wrong.append(f"{gateway}/{row.epoch}/{row.seq}: content is not that of production {number}")
        elif row.hash != content_hash(kind=KIND, at=made.at, body=made.body):
            found.wrong.append(f"{gateway}/{row.epoch}/{row.seq}: hash is not that of its content")
        numbers.append(number)
    return numbers


def _check_order(gateway: str, rows: Iterable[Row], numbers: list[int], found: Findings) -> None:
    """Within an epoch the sequence follows the order of production."""
    last: dict[str, int] = {}
    for row, number in zip((row for row in rows if row.kind == KIND), numbers, strict=True):
        if number <= last.get(row.epoch, 0):
            found.wrong.append(f"{gateway}/{row.epoch}/{row.seq}: production {number} after {last[row.epoch]}")
        last[row.epoch] = number


def _check_watermarks(gateway: str, kept: Kept, gone: dict[str, Received], found: Findings) -> None:
    """The watermark is the highest number up to which all is stored or known to be gone."""
    have: dict[str, Received] = defaultdict(Received, gone)
    for row in kept.rows:
        have[row.epoch] = have[row.epoch].add(row.seq, row.seq)
    for epoch, lo, hi in kept.lettered:
        have[epoch] = have[epoch].add(lo, hi)
    for epoch, watermark in kept.watermarks.items():
        if watermark != have[epoch].hi:
            found.wrong.append(f"{gateway}/{epoch}: watermark {watermark}, expected {have[epoch].hi}")
