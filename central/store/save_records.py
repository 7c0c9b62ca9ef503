"""SQL of delivery: streams with their watermark, records once, conflicts, dead letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from central.store.tables import DeadLetter, Gateway, IdentityConflict, ReceivedRange, Record, Stream
from central.store.upsert import Row, bulk_insert_new, insert_new, insert_statement, table_of

_RECORD, _STREAM, _RANGE = table_of(Record), table_of(Stream), table_of(ReceivedRange)
_GATEWAY, _LETTER = table_of(Gateway), table_of(DeadLetter)


def registered_gateways(connection: Connection, ids: Iterable[str]) -> frozenset[str]:
    """Those of the ids that are registered and not retired."""
    wanted = select(_GATEWAY.c.id).where(_GATEWAY.c.id.in_(sorted(ids)), _GATEWAY.c.retired_at.is_(None))
    return frozenset(connection.execute(wanted).scalars())


def lock_stream(connection: Connection, *, gateway: str, epoch: str, now_ms: int) -> tuple[int, list[tuple[int, int]]]:
    """Watermark and ranges of a stream, locked until the transaction ends; the stream begins to exist if need be."""
    new = {"gateway": gateway, "epoch": epoch, "first_received_at": now_ms, "last_received_at": now_ms}
    insert_new(connection, Stream, [new])
    key = (_STREAM.c.gateway == gateway, _STREAM.c.epoch == epoch)
    watermark = connection.execute(select(_STREAM.c.watermark).where(*key).with_for_update()).scalar_one()
    ranges = select(_RANGE.c.lo, _RANGE.c.hi).where(_RANGE.c.gateway == gateway, _RANGE.c.epoch == epoch)
    return watermark, sorted((lo, hi) for lo, hi in connection.execute(ranges))


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


RecordRow = tuple[str, str, int, str, int, str, str, str, int]  # in the order of RECORD_COLUMNS
RECORD_COLUMNS = ("gateway", "epoch", "seq", "kind", "at", "clock", "hash", "body", "received_at")


def save_records(connection: Connection, rows: Sequence[RecordRow]) -> None:
    """Insert records; a key that is there already is left alone."""
    bulk_insert_new(connection, Record, RECORD_COLUMNS, rows)


def save_conflicts(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep the second content of a key; the same conflict again changes nothing."""
    insert_new(connection, IdentityConflict, rows)


def letters_of(connection: Connection, gateway: str | None) -> int:
    """How many dead letters are kept of a gateway; of messages that name none for None."""
    counted = select(func.count()).select_from(_LETTER).where(_LETTER.c.gateway == gateway)
    return connection.execute(counted).scalar_one()


def save_letters(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep dead letters; the same bytes for the same reason only count up."""
    if not rows:
        return
    statement = insert_statement(connection, DeadLetter)
    again = {"times": _LETTER.c.times + 1}
    statement = statement.on_conflict_do_update(index_elements=["topic", "sha256", "code"], set_=again)
    for row in rows:
        connection.execute(statement, row)
