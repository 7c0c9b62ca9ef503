"""SQL of delivery: streams with their watermark, records once, conflicts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from central.store.tables import IdentityConflict, ReceivedRange, Record, Stream
from central.store.upsert import Row, bulk_insert_new, insert_new, table_of
from wire import messages as wire

_RECORD, _STREAM, _RANGE = table_of(Record), table_of(Stream), table_of(ReceivedRange)


def lock_stream(connection: Connection, *, gateway: str, epoch: str, now_ms: int) -> tuple[int, list[tuple[int, int]]]:
    """Watermark and ranges of a stream, locked until the transaction ends; the stream begins to exist if need be."""
    new = {"gateway": gateway, "epoch": epoch, "first_received_at": now_ms, "last_received_at": now_ms}
    insert_new(connection, Stream, [new])
    key = (_STREAM.c.gateway == gateway, _STREAM.c.epoch == epoch)
    watermark = connection.execute(select(_STREAM.c.watermark).where(*key).with_for_update()).scalar_one()
    ranges = select(_RANGE.c.lo, _RANGE.c.hi).where(_RANGE.c.gateway == gateway, _RANGE.c.epoch == epoch)
    return watermark, sorted((lo, hi) for lo, hi in connection.execute(ranges))


def read_stream(connection: Connection, *, gateway: str, epoch: str) -> tuple[int, list[tuple[int, int]]]:
    """Watermark and ranges of a stream as they are, not locked; 0 and none for an unknown one."""
    key = (_STREAM.c.gateway == gateway, _STREAM.c.epoch == epoch)
    watermark = connection.execute(select(_STREAM.c.watermark).where(*key)).scalar()
    ranges = select(_RANGE.c.lo, _RANGE.c.hi).where(_RANGE.c.gateway == gateway, _RANGE.c.epoch == epoch)
    return watermark or 0, sorted((lo, hi) for lo, hi in connection.execute(ranges))


def save_stream(
    connection: Connection,
    *,
    gateway: str,
    epoch: str,
    watermark: int,
    ranges: Sequence[tuple[int, int]] | None,
    stored: int,
    duplicates: int,
    now_ms: int,
) -> None:
    """New watermark and counts; `ranges` None = the ranges beyond the watermark have not changed."""
    connection.execute(
        update(_STREAM)
        .where(_STREAM.c.gateway == gateway, _STREAM.c.epoch == epoch)
        .values(
            watermark=watermark,
            stored=_STREAM.c.stored + stored,
            duplicates=_STREAM.c.duplicates + duplicates,
            last_received_at=now_ms,
        )
    )
    if ranges is None:
        return
    connection.execute(delete(_RANGE).where(_RANGE.c.gateway == gateway, _RANGE.c.epoch == epoch))
    rows = [{"gateway": gateway, "epoch": epoch, "lo": lo, "hi": hi} for lo, hi in ranges]
    insert_new(connection, ReceivedRange, rows)


def stored_hashes(connection: Connection, *, gateway: str, epoch: str, lo: int, hi: int) -> dict[int, str]:
    """Content hashes of the stored records lo..hi by sequence number."""
    wanted = select(_RECORD.c.seq, _RECORD.c.hash).where(
        _RECORD.c.gateway == gateway, _RECORD.c.epoch == epoch, _RECORD.c.seq.between(lo, hi)
    )
    return {row.seq: row.hash for row in connection.execute(wanted)}


def stored_record(connection: Connection, *, gateway: str, epoch: str, seq: int) -> wire.Record | None:
    """One stored record as it came; None when there is none."""
    key = _RECORD.c.gateway == gateway, _RECORD.c.epoch == epoch, _RECORD.c.seq == seq
    row = connection.execute(select(_RECORD).where(*key)).first()
    if row is None:
        return None
    body = json.loads(row.body)
    return wire.Record(seq=row.seq, kind=row.kind, at=row.at, clock=row.clock, hash=row.hash, body=body)


RecordRow = tuple[str, str, int, str, int, str, str, str, int]  # in the order of RECORD_COLUMNS
RECORD_COLUMNS = ("gateway", "epoch", "seq", "kind", "at", "clock", "hash", "body", "received_at")


def save_records(connection: Connection, rows: Sequence[RecordRow]) -> None:
    """Insert records; a key that is there already is left alone."""
    bulk_insert_new(connection, Record, RECORD_COLUMNS, rows)


def save_conflicts(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep the second content of a key; the same conflict again changes nothing."""
    insert_new(connection, IdentityConflict, rows)
