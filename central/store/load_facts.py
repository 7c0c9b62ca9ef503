"""Facts an assessment is a function of: observations and camera conditions of a project."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from central.domain import CameraCondition, Observation
from central.store import tables
from central.store.instants import from_ms
from central.store.upsert import table_of

_CAMERA, _CONDITION = table_of(tables.Camera), table_of(tables.CameraCondition)
_OBSERVATION, _ASSIGNED = table_of(tables.Observation), table_of(tables.FaceAssignment)
_BUILDING, _PROJECT = table_of(tables.Building), table_of(tables.Project)


def newest_observed_ms(connection: Connection) -> int | None:
    """Event time of the newest accepted reading of any camera, ms UTC."""
    return connection.execute(select(func.max(_CAMERA.c.last_observed_at))).scalar()


def observations_of(connection: Connection, project_id: str) -> tuple[Observation, ...]:
    """All observations of the project's items, ordered by (observed_at, source, seq, item)."""
    wanted = select(_OBSERVATION).where(_OBSERVATION.c.project == project_id)
    found = [
        Observation(
            item=row.item,
            kind=row.kind,
            source=row.source,
            seq=row.seq,
            observed_at=from_ms(row.observed_at),
            value_bp=row.value_bp,
            conf_bp=row.conf_bp,
            ref=row.refs,
        )
        for row in connection.execute(wanted)
    ]
    return tuple(sorted(found, key=lambda o: (o.observed_at, o.source, o.seq, o.item)))


def cameras_of(connection: Connection, project_id: str) -> tuple[tuple[str, str], ...]:
    """(gateway, camera) that look at buildings of the project's newest plan, sorted."""
    wanted = (
        select(_ASSIGNED.c.gateway, _ASSIGNED.c.camera)
        .join(_BUILDING, _BUILDING.c.id == _ASSIGNED.c.building)
        .join(_PROJECT, _PROJECT.c.id == _BUILDING.c.project)
        .where(_PROJECT.c.id == project_id, _ASSIGNED.c.plan_version == _PROJECT.c.plan_version)
        .distinct()
    )
    return tuple(sorted((row.gateway, row.camera) for row in connection.execute(wanted)))


def conditions_of(connection: Connection, project_id: str) -> tuple[CameraCondition, ...]:
    """Conditions of the project's cameras, begun and ended alike, ordered by (since, camera, code)."""
    cameras = cameras_of(connection, project_id)
    wanted = select(_CONDITION).where(_CONDITION.c.gateway.in_(sorted({gateway for gateway, _ in cameras})))
    found = [
        CameraCondition(
            camera=row.camera,
            code=row.code,
            since=from_ms(row.since_at),
            until=from_ms(row.until_at) if row.until_at is not None else None,
            detail=row.detail,
            ref=row.ref,
        )
        for row in connection.execute(wanted)
        if (row.gateway, row.camera) in cameras
    ]
    return tuple(sorted(found, key=lambda c: (c.since, c.camera, c.code)))
