"""What assessing a project needs, read in one snapshot: its plan, observations and camera conditions."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from central.store.tables import Camera
from central.store.upsert import table_of

_CAMERA = table_of(Camera)


def newest_observed_ms(connection: Connection) -> int | None:
    """Event time of the newest accepted reading of any camera, ms UTC."""
    return connection.execute(select(func.max(_CAMERA.c.last_observed_at))).scalar()
