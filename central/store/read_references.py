"""Read queries about reference frames, and about what came of a configuration at a camera."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from central.store import tables
from central.store.upsert import table_of
from wire.messages import ReferenceWanted

_ASK, _STEP, _GATEWAY = (
    table_of(tables.ReferenceAsk),
    table_of(tables.ConfigStep),
    table_of(tables.Gateway),
)
FACES_LOOKED_AT = 100  # readings among which the first of each face is sought
_READING = table_of(tables.FaceReading)


def newest_ask(connection: Connection, gateway: str) -> int:
    """The highest id asked of a gateway, 0 = none."""
    found = select(func.coalesce(func.max(_ASK.c.id), 0)).where(_ASK.c.gateway == gateway)
    return int(connection.execute(found).scalar_one())


def open_asks(connection: Connection, gateway: str, *, now_ms: int) -> tuple[ReferenceWanted, ...]:
    """Requests without an answer that are in time; of a camera the newest, in order of id."""
    rows = connection.execute(
        select(_ASK.c.id, _ASK.c.camera, _ASK.c.deadline_at)
        .where(_ASK.c.gateway == gateway, _ASK.c.state == "", _ASK.c.deadline_at > now_ms)
        .order_by(_ASK.c.id)
    )
    newest = {row.camera: ReferenceWanted(id=row.id, camera=row.camera, deadline=row.deadline_at) for row in rows}
    return tuple(sorted(newest.values(), key=lambda one: one.id))


def newest_asked(connection: Connection) -> dict[str, tuple[int, str]]:
    """Id and signed message of the newest request, by gateway that is registered, not retired and not revoked."""
    newest = select(_ASK.c.gateway, func.max(_ASK.c.id).label("id")).group_by(_ASK.c.gateway).subquery("newest")
    rows = connection.execute(
        select(_ASK.c.gateway, _ASK.c.id, _ASK.c.message)
        .join(newest, (newest.c.gateway == _ASK.c.gateway) & (newest.c.id == _ASK.c.id))
        .join(_GATEWAY, _GATEWAY.c.id == _ASK.c.gateway)
        .where(_GATEWAY.c.retired_at.is_(None), _GATEWAY.c.revoked_at.is_(None))
    )
    return {row.gateway: (row.id, row.message) for row in rows}


def last_ask(connection: Connection, gateway: str, camera: str, *, state: str | None = None) -> Row[Any] | None:
    """The newest request of a camera, or the newest in that state."""
    wanted = select(_ASK).where(_ASK.c.gateway == gateway, _ASK.c.camera == camera).order_by(_ASK.c.id.desc())
    return connection.execute(wanted.where(_ASK.c.state == state) if state else wanted).first()


def steps_of(connection: Connection, gateway: str, config: int) -> dict[str, Row[Any]]:
    """When a configuration reached each step (`at`, ms UTC), and by which record (`epoch`, `seq`)."""
    rows = connection.execute(select(_STEP).where(_STEP.c.gateway == gateway, _STEP.c.config == config))
    return {row.step: row for row in rows}


def first_readings(connection: Connection, camera: str, *, after: Row[Any]) -> list[Row[Any]]:
    """The first reading of each face of a camera that its gateway recorded after a step (columns of face_reading)."""
    stream = (_READING.c.gateway == after.gateway, _READING.c.epoch == after.epoch, _READING.c.seq > after.seq)
    mine = (*stream, _READING.c.camera == camera)
    first: dict[str, Row[Any]] = {}
    for row in connection.execute(select(_READING).where(*mine).order_by(_READING.c.seq).limit(FACES_LOOKED_AT)):
        first.setdefault(row.face, row)
    return list(first.values())
