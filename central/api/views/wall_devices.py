"""Cameras as the wall counts them: how many there are, are online, are silent, and what ails the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from central.api.wall_schemas import AilingCameras, Devices
from central.store.instants import from_ms, to_ms
from central.store.read_wall import cameras_seen, open_conditions

_SILENT = timedelta(days=1)


def devices_of(connection: Connection, projects: Collection[str], *, now: datetime) -> Devices:
    """Each camera that looks at one of the projects once; of several conditions it counts in each."""
    cameras = {(row.gateway, row.camera): row for row in cameras_seen(connection) if row.project in projects}
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    since: dict[str, int] = {}
    gateways = {gateway for gateway, _ in cameras}
    for row in open_conditions(connection):
        key = (row.gateway, row.camera)
        if key in cameras or (not row.camera and row.gateway in gateways):
            found[row.code].add(key)
            since[row.code] = min(row.since_at, since.get(row.code, row.since_at))
    last_ms = to_ms(now - _SILENT)
    return Devices(
        cameras=len(cameras),
        online=sum(bool(row.online) for row in cameras.values()),
        silent=sum(row.last_observed_at is None or row.last_observed_at < last_ms for row in cameras.values()),
        conditions=[
            AilingCameras(code=code, cameras=len(keys), since=from_ms(since[code]))
            for code, keys in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        ],
    )
