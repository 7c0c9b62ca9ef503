"""What the centre holds of one stream, for checking the guarantee."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from central.store import tables
from central.store.upsert import table_of

_RECORD, _STREAM, _LETTER = table_of(tables.Record), table_of(tables.Stream), table_of(tables.DeadLetter)
_CONFLICT, _OBSERVATION = table_of(tables.IdentityConflict), table_of(tables.Observation)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStream:
    """Stored records as ranges, ranges tombstoned or kept as dead letters, and what came more than once."""

    ranges: tuple[tuple[int, int], ...]
    given_up: tuple[tuple[int, int], ...]
    dead_lettered: tuple[tuple[int, int], ...]
    count: int
    duplicates: int
    conflicts: int
    doubled: int


def stored_stream(connection: Connection, *, gateway: str, epoch: str) -> StoredStream:
    """Read one stream; an unknown one is empty. Doubled = keys stored twice, or refs counted twice for one item."""
    mine = _RECORD.c.gateway == gateway, _RECORD.c.epoch == epoch
    seqs = list(connection.execute(select(_RECORD.c.seq).where(*mine).order_by(_RECORD.c.seq)).scalars())
    stones = connection.execute(select(_RECORD.c.body).where(*mine, _RECORD.c.kind == "tombstone")).scalars()
    letters = select(_LETTER.c.lo, _LETTER.c.hi).where(
        _LETTER.c.gateway == gateway, _LETTER.c.epoch == epoch, _LETTER.c.lo.is_not(None)
    )
    conflicts = select(func.count()).where(_CONFLICT.c.gateway == gateway, _CONFLICT.c.epoch == epoch)
    repeats = select(_STREAM.c.duplicates).where(_STREAM.c.gateway == gateway, _STREAM.c.epoch == epoch)
    return StoredStream(
        ranges=_ranges(seqs),
        given_up=tuple(_stone(body) for body in stones),
        dead_lettered=tuple((lo, hi) for lo, hi in connection.execute(letters)),
        count=len(set(seqs)),
        duplicates=int(connection.execute(repeats).scalar() or 0),
        conflicts=connection.execute(conflicts).scalar_one(),
        doubled=len(seqs) - len(set(seqs)) + _counted_twice(connection, prefix=f"{gateway}/{epoch}/"),
    )


def _counted_twice(connection: Connection, *, prefix: str) -> int:
    seen: set[tuple[str, str]] = set()
    twice = 0
    wanted = select(_OBSERVATION.c.item, _OBSERVATION.c.refs).where(_OBSERVATION.c.refs.contains(prefix))
    for item, refs in connection.execute(wanted):
        for ref in refs.split(","):
            twice += (item, ref) in seen
            seen.add((item, ref))
    return twice


def _stone(body: str) -> tuple[int, int]:
    plain = json.loads(body)
    return plain["lo"], plain["hi"]


def _ranges(seqs: list[int]) -> tuple[tuple[int, int], ...]:
    runs: list[tuple[int, int]] = []
    for seq in seqs:
        if runs and seq <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(seq, runs[-1][1]))
        else:
            runs.append((seq, seq))
    return tuple(runs)
