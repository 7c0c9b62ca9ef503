"""Insert-or-leave and insert-or-replace say the same on both databases, and are built once."""

from __future__ import annotations

from sqlalchemy import Engine, text

from central.store.engine import reading, writing
from central.store.tables import GatewayStatus, Stream
from central.store.upsert import Row, insert_new, upsert

KEY = {"gateway": "gw-1", "epoch": "e1"}


def _streams(engine: Engine) -> list[tuple[object, ...]]:
    sql = "SELECT gateway, epoch, watermark, stored, first_received_at, last_received_at FROM stream ORDER BY 1, 2"
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def _new(at_ms: int, **changes: object) -> Row:
    return KEY | {"first_received_at": at_ms, "last_received_at": at_ms} | changes


def test_what_is_there_is_left_and_what_is_not_said_has_its_default(any_store: Engine) -> None:
    with writing(any_store) as connection:
        insert_new(connection, Stream, [_new(10), _new(10, epoch="e2")])
        insert_new(connection, Stream, [_new(20), _new(20, epoch="e3")])
        insert_new(connection, Stream, [])
    assert _streams(any_store) == [
        ("gw-1", "e1", 0, 0, 10, 10),
        ("gw-1", "e2", 0, 0, 10, 10),
        ("gw-1", "e3", 0, 0, 20, 20),
    ]


def test_new_values_are_taken_but_for_what_is_to_be_kept(any_store: Engine) -> None:
    with writing(any_store) as connection:
        upsert(connection, Stream, [_new(10, watermark=5)], keep=("first_received_at",))
        upsert(connection, Stream, [_new(20, watermark=7)], keep=("first_received_at",))
    assert _streams(any_store) == [("gw-1", "e1", 7, 0, 10, 20)]


def test_a_default_never_overwrites(any_store: Engine) -> None:
    """Columns that a row does not name are set when it is new, and left alone when it is not."""
    with writing(any_store) as connection:
        upsert(connection, GatewayStatus, [{"gateway": "gw-1", "last_seen_at": 1, "online": True}])
        upsert(
            connection, GatewayStatus, [{"gateway": "gw-1", "last_seen_at": 2}, {"gateway": "gw-2", "last_seen_at": 2}]
        )
    with reading(any_store) as connection:
        rows = connection.execute(text("SELECT gateway, last_seen_at, online FROM gateway_status ORDER BY 1"))
        assert [(row[0], row[1], bool(row[2])) for row in rows] == [("gw-1", 2, True), ("gw-2", 2, False)]
