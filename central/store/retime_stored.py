"""Moves what was derived of records to their true time, once a clock map says it; the records stay as they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, select, update
from sqlalchemy import Row as DbRow

from central.ingest.timing import Mapped, Maps, Stamp
from central.store.save_proofs import maps_of
from central.store.save_seen import (
    drop_observations,
    earlier,
    projects_touched,
    refresh_conditions,
    refresh_observations,
    spans_of,
)
from central.store.tables import Camera, CameraEvent, FaceReading, Record
from central.store.upsert import table_of

_RECORD, _READING, _EVENT = table_of(Record), table_of(FaceReading), table_of(CameraEvent)
_CAMERA = table_of(Camera)


def retime_stored(
    connection: Connection, new: Sequence[Mapped], *, gateway: str, epoch: str, live: bool
) -> dict[str, int]:
    """Apply maps that have just come to what was stored before; the projects whose facts have moved, and since when.

    That is the earliest instant (ms UTC) of which something was taken, or to which something was put.
    """
    if not new:
        return {}
    lo, hi = min(one.lo for one in new), max(one.hi for one in new)
    maps = Maps(maps_of(connection, gateway=gateway, epoch=epoch, lo=lo, hi=hi))
    of = _RECORD.c.gateway == gateway, _RECORD.c.epoch == epoch, _RECORD.c.seq.between(lo, hi)
    readings = _moved(connection, _READING, "observed_at", maps, of=of, live=live)
    events = _moved(connection, _EVENT, "at", maps, of=of, live=live)
    instants: dict[str, set[int]] = defaultdict(set)
    for row, true_ms in readings:
        instants[row.building] |= {row.was, true_ms}
    for building, at in sorted(instants.items()):
        drop_observations(connection, gateway=gateway, building=building, at_ms=at)
        for since_ms, until_ms in spans_of(at):
            refresh_observations(connection, gateway=gateway, building=building, since_ms=since_ms, until_ms=until_ms)
    cameras: dict[tuple[str, str], int] = {}
    for row, true_ms in (*readings, *events):
        earlier(cameras, {(gateway, row.camera): min(row.was, true_ms)})
    _last_seen(connection, {camera for _, camera in cameras}, gateway=gateway)
    refresh_conditions(connection, {(gateway, row.camera, row.code) for row, _ in events})
    buildings = {building: min(at) for building, at in instants.items()}
    return projects_touched(connection, buildings=buildings, cameras=cameras)


def _moved(
    connection: Connection, table: Table, column: str, maps: Maps, *, of: Sequence[Any], live: bool
) -> list[tuple[DbRow[Any], int]]:
    """Rows of these records that were of another time, and that time; they are updated."""
    same = and_(*(table.c[name] == _RECORD.c[name] for name in ("gateway", "epoch", "seq")))
    wanted = (
        select(
            table, table.c[column].label("was"), _RECORD.c.at.label("stamped"), _RECORD.c.clock, _RECORD.c.received_at
        )
        .join(_RECORD, same)
        .where(*of, _RECORD.c.clock != "synced")
    )
    moved, changes = [], []
    for row in connection.execute(wanted).all():
        stamp = Stamp(seq=row.seq, at_ms=row.stamped, clock=row.clock, received_ms=row.received_at, live=live)
        true_ms = stamp.true_ms(maps)
        if true_ms != row.was:
            moved.append((row, true_ms))
            changes.append(
                {
                    "of_gateway": row.gateway,
                    "of_epoch": row.epoch,
                    "of_seq": row.seq,
                    "to": true_ms,
                    "so": stamp.timing(true_ms),
                }
            )
    if changes:
        mine = (table.c[name] == bindparam(f"of_{name}") for name in ("gateway", "epoch", "seq"))
        values: dict[str, Any] = {column: bindparam("to"), "timing": bindparam("so")}
        connection.execute(update(table).where(*mine).values(values), changes)
    return moved


def _last_seen(connection: Connection, cameras: set[str], *, gateway: str) -> None:
    """The newest reading of each camera, computed anew."""
    for camera in sorted(cameras):
        mine = _READING.c.gateway == gateway, _READING.c.camera == camera, _READING.c.timing != "future"
        newest = select(_READING.c.observed_at, _READING.c.registration).where(*mine)
        last = connection.execute(
            newest.order_by(_READING.c.observed_at.desc(), _READING.c.seq.desc()).limit(1)
        ).first()
        if last is not None:
            this = _CAMERA.c.gateway == gateway, _CAMERA.c.id == camera
            values = {"last_observed_at": last.observed_at, "registration": last.registration}
            connection.execute(update(_CAMERA).where(*this).values(values))
