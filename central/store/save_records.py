"""SQL of delivery: streams with their watermark, records once, conflicts."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from central.store.tables import IdentityConflict, ReceivedRange, Record, Stream
from central.store.upsert import Row, bulk_insert_new, insert_new, table_of
from wire import messages as wire

_RECORD, _STREAM, _RANGE = table_of(Record), table_of(Stream), table_of(ReceivedRange)
# Built once: a commit runs them for every stream, and building costs more than running them.
_THIS = (_STREAM.c.gateway == bindparam("of_gateway"), _STREAM.c.epoch == bindparam("of_epoch"))
_WATERMARK = select(_STREAM.c.watermark).where(*_THIS)
_LOCK = _WATERMARK.with_for_update()
_BEYOND = select(_RANGE.c.lo, _RANGE.c.hi).where(
    _RANGE.c.gateway == bindparam("of_gateway"), _RANGE.c.epoch == bindparam("of_epoch")
)
_FORGET = delete(_RANGE).where(
    _RANGE.c.gateway == bindparam("of_gateway"),
    _RANGE.c.epoch == bindparam("of_epoch"),
    _RANGE.c.lo == bindparam("of_lo"),
)
_ADVANCE = (
    update(_STREAM)
    .where(*_THIS)
    .values(
        watermark=bindparam("new_watermark"),
        stored=_STREAM.c.stored + bindparam("more_stored"),
        duplicates=_STREAM.c.duplicates + bindparam("more_duplicates"),
        last_received_at=bindparam("at"),
    )
)


def lock_stream(connection: Connection, *, gateway: str, epoch: str, now_ms: int) -> tuple[int, list[tuple[int, int]]]:
    """Watermark and ranges of a stream, locked until the transaction ends; the stream begins to exist if need be."""
    key = {"of_gateway": gateway, "of_epoch": epoch}
    watermark = connection.execute(_LOCK, key).scalar()
    if watermark is None:
        new = {"gateway": gateway, "epoch": epoch, "first_received_at": now_ms, "last_received_at": now_ms}
        insert_new(connection, Stream, [new])
        watermark = connection.execute(_LOCK, key).scalar_one()
    return watermark, sorted((lo, hi) for lo, hi in connection.execute(_BEYOND, key))


def read_stream(connection: Connection, *, gateway: str, epoch: str) -> tuple[int, list[tuple[int, int]]]:
    """Watermark and ranges of a stream as they are, not locked; 0 and none for an unknown one."""
    key = {"of_gateway": gateway, "of_epoch": epoch}
    watermark = connection.execute(_WATERMARK, key).scalar()
    return watermark or 0, sorted((lo, hi) for lo, hi in connection.execute(_BEYOND, key))


def save_stream(
    connection: Connection,
    *,
    gateway: str,
    epoch: str,
    watermark: int,
    gone: Collection[tuple[int, int]],
    new: Collection[tuple[int, int]],
    stored: int,
    duplicates: int,
    now_ms: int,
) -> None:
    """New watermark and counts; of the ranges beyond the watermark those that are `gone`, and `new` ones."""
    counts = {"new_watermark": watermark, "more_stored": stored, "more_duplicates": duplicates, "at": now_ms}
    connection.execute(_ADVANCE, {"of_gateway": gateway, "of_epoch": epoch, **counts})
    key = {"of_gateway": gateway, "of_epoch": epoch}
    if gone:
        connection.execute(_FORGET, [{**key, "of_lo": lo} for lo, _ in sorted(gone)])
    rows = [{"gateway": gateway, "epoch": epoch, "lo": lo, "hi": hi} for lo, hi in sorted(new)]
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
