"""What the centre holds of one stream, for checking the guarantee."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from central.store import tables
from central.store.upsert import table_of
from wire.codec import Sealed
from wire.stones import stone_ranges

_RECORD, _STREAM, _LETTER = table_of(tables.Record), table_of(tables.Stream), table_of(tables.DeadLetter)
_CONFLICT, _OBSERVATION = table_of(tables.IdentityConflict), table_of(tables.Observation)
_LOSS, _STATUS, _PROOF = table_of(tables.KnownLoss), table_of(tables.GatewayStatus), table_of(tables.FrameProof)
END = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStream:
    """Stored records as ranges, ranges tombstoned or kept as dead letters, and what came more than once.

    `known_lost` are ranges that went with a store, as its gateway said later in another epoch, each with the reason.
    """

    ranges: tuple[tuple[int, int], ...]
    given_up: tuple[tuple[int, int], ...]
    dead_lettered: tuple[tuple[int, int], ...]
    count: int
    duplicates: int
    conflicts: int
    doubled: int
    known_lost: tuple[tuple[int, int, str], ...] = ()


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
    losses = select(_LOSS.c.lo, _LOSS.c.hi, _LOSS.c.reason).where(_LOSS.c.gateway == gateway, _LOSS.c.epoch == epoch)
    return StoredStream(
        ranges=ranges_of(seqs),
        given_up=tuple(span for body in stones for span in _spans(body)),
        dead_lettered=tuple((lo, hi) for lo, hi in connection.execute(letters)),
        count=len(set(seqs)),
        duplicates=int(connection.execute(repeats).scalar() or 0),
        conflicts=connection.execute(conflicts).scalar_one(),
        doubled=len(seqs) - len(set(seqs)) + _counted_twice(connection, prefix=f"{gateway}/{epoch}/"),
        known_lost=tuple(
            sorted((lo, END if hi is None else hi, reason) for lo, hi, reason in connection.execute(losses))
        ),
    )


def stored_ranges(connection: Connection, *, gateway: str, epoch: str) -> tuple[tuple[int, int], ...]:
    """Stored records of a stream as ranges."""
    wanted = select(_RECORD.c.seq).where(_RECORD.c.gateway == gateway, _RECORD.c.epoch == epoch)
    return ranges_of(connection.execute(wanted.order_by(_RECORD.c.seq)).scalars())


def sealed_records(connection: Connection, *, gateway: str, epoch: str, lo: int, hi: int) -> list[Sealed]:
    """Stored records lo..hi in order, as they can be spelled again."""
    wanted = select(_RECORD).where(
        _RECORD.c.gateway == gateway, _RECORD.c.epoch == epoch, _RECORD.c.seq.between(lo, hi)
    )
    return [
        Sealed(seq=row.seq, kind=row.kind, at=row.at, clock=row.clock, hash=row.hash, body=row.body)
        for row in connection.execute(wanted.order_by(_RECORD.c.seq))
    ]


def epochs_of(connection: Connection, gateway: str) -> list[str]:
    """Epochs of a gateway that anything is known of, in the order in which they were first heard of."""
    streams = select(_STREAM.c.epoch).where(_STREAM.c.gateway == gateway).order_by(_STREAM.c.first_received_at)
    losses = select(_LOSS.c.epoch).where(_LOSS.c.gateway == gateway).order_by(_LOSS.c.told_at)
    heard = (*connection.execute(streams).scalars(), *connection.execute(losses).scalars())
    return list(dict.fromkeys(heard))


def signed_streams(connection: Connection) -> list[tuple[str, str]]:
    """(gateway, epoch) of every stream of which signatures are kept, sorted."""
    wanted = select(_PROOF.c.gateway, _PROOF.c.epoch).distinct()
    return sorted((gateway, epoch) for gateway, epoch in connection.execute(wanted))


def clock_offset_of(connection: Connection, gateway: str) -> int | None:
    """The centre's clock minus the gateway's, ms, as it last said; None when it never did."""
    return connection.execute(select(_STATUS.c.clock_offset_ms).where(_STATUS.c.gateway == gateway)).scalar()


def ranges_of(seqs: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers in order as ranges."""
    runs: list[tuple[int, int]] = []
    for seq in seqs:
        if runs and seq <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(seq, runs[-1][1]))
        else:
            runs.append((seq, seq))
    return tuple(runs)


def _counted_twice(connection: Connection, *, prefix: str) -> int:
    seen: set[tuple[str, str]] = set()
    twice = 0
    wanted = select(_OBSERVATION.c.item, _OBSERVATION.c.refs).where(_OBSERVATION.c.refs.contains(prefix))
    for item, refs in connection.execute(wanted):
        for ref in refs.split(","):
            twice += (item, ref) in seen
            seen.add((item, ref))
    return twice


def _spans(body: str) -> list[tuple[int, int]]:
    """The ranges of a tombstone; none of one that says no such thing (it became a dead letter)."""
    try:
        found = stone_ranges(json.loads(body))
    except (KeyError, TypeError, ValueError):
        return []
    return [(lo, hi) for lo, hi in found if isinstance(lo, int) and isinstance(hi, int) and 1 <= lo <= hi]
