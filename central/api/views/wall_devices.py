"""Cameras as the wall counts them: how many there are, are online, are silent, and what ails the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from central.api.wall_schemas import AilingCameras, Devices
from central.store.instants import from_ms, to_ms
from central.store.read_wall import ailing_cameras, count_cameras

_SILENT = timedelta(days=1)


def devices_of(connection: Connection, projects: Sequence[str] | None, *, now: datetime) -> Devices:
    """Each camera that looks at one of the projects (None = any) once; of several conditions it counts in each."""
    counted = count_cameras(connection, projects=projects, silent_ms=to_ms(now - _SILENT))
    return Devices(
        cameras=counted.cameras,
        online=counted.online,
        silent=counted.silent,
        conditions=[
            AilingCameras(code=row.code, cameras=row.cameras, since=from_ms(row.since_at))
            for row in ailing_cameras(connection, projects=projects)
        ],
    )
