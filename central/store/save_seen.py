"""SQL of what was seen: readings and events as facts; observations, conditions and cameras as functions of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from central.ingest.conditions import EventSeen, spans
from central.ingest.observe import FaceSeen, ItemSeen, observe
from central.store.tables import (
    AssessmentState,
    Building,
    Camera,
    CameraCondition,
    CameraEvent,
    FaceAssignment,
    FaceReading,
    Observation,
    Project,
    WorkItem,
)
from central.store.upsert import Row, bulk_insert_new, insert_new, insert_statement, table_of, upsert

_READING, _EVENT, _OBSERVATION = table_of(FaceReading), table_of(CameraEvent), table_of(Observation)
_ASSIGNED, _CONDITION, _CAMERA = table_of(FaceAssignment), table_of(CameraCondition), table_of(Camera)
_BUILDING, _ITEM, _PROJECT, _STATE = (
    table_of(Building),
    table_of(WorkItem),
    table_of(Project),
    table_of(AssessmentState),
)

SPANS_MAX = 8
APART_MS = 3_600_000


def save_readings(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert readings, then bring the observations of their buildings and instants up to date."""
    if not rows:
        return
    columns = tuple(rows[0])
    bulk_insert_new(connection, FaceReading, columns, [tuple(row[name] for name in columns) for row in rows])
    newest_of_cameras(connection, [row for row in rows if row.get("timing") != "future"])
    instants: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        instants[row["gateway"], row["building"]].append(row["observed_at"])
    for (gateway, building), at in sorted(instants.items()):
        for since_ms, until_ms in spans_of(at):
            refresh_observations(connection, gateway=gateway, building=building, since_ms=since_ms, until_ms=until_ms)


def spans_of(instants: Iterable[int]) -> list[tuple[int, int]]:
    """A few spans that hold every instant: what is read between them was not touched, and may be days of readings."""
    at = sorted(set(instants))
    apart = sorted(((later - one, one, later) for one, later in pairwise(at) if later - one > APART_MS), reverse=True)
    cuts = sorted((one, later) for _, one, later in apart[: SPANS_MAX - 1])
    return list(zip([at[0], *(later for _, later in cuts)], [*(one for one, _ in cuts), at[-1]], strict=True))


def refresh_observations(connection: Connection, *, gateway: str, building: str, since_ms: int, until_ms: int) -> None:
    """Observations of one building from one gateway in a span of event time, both ends included."""
    proves = credits_of(connection, building)
    if not proves:
        return
    rows = [
        _observation_row(seen, project=proves.project)
        for group in _faces_seen(connection, gateway=gateway, building=building, since_ms=since_ms, until_ms=until_ms)
        for seen in observe(group, proves.by_item)
    ]
    upsert(connection, Observation, rows)


def save_events(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert camera events, then recompute the spans of each camera and code they touch."""
    insert_new(connection, CameraEvent, rows)
    refresh_conditions(connection, {(row["gateway"], row["camera"], row["code"]) for row in rows})


def refresh_conditions(connection: Connection, conditions: Iterable[tuple[str, str, str]]) -> None:
    """Spans of these (gateway, camera, code), computed anew from their events."""
    for gateway, camera, code in sorted(conditions):
        key = {"gateway": gateway, "camera": camera, "code": code}
        events = connection.execute(select(_EVENT).where(*(_EVENT.c[name] == value for name, value in key.items())))
        held = spans(
            EventSeen(
                epoch=event.epoch,
                seq=event.seq,
                at_ms=event.at,
                state=event.state,
                detail=event.detail,
                ref=f"{event.gateway}/{event.epoch}/{event.seq}",
            )
            for event in events
        )
        connection.execute(delete(_CONDITION).where(*(_CONDITION.c[name] == value for name, value in key.items())))
        spans_rows: list[dict[str, Any]] = [
            {**key} | {"since_at": span.since_ms, "until_at": span.until_ms, "detail": span.detail, "ref": span.ref}
            for span in held
        ]
        insert_new(connection, CameraCondition, spans_rows)


def drop_observations(connection: Connection, *, gateway: str, building: str, at_ms: Iterable[int]) -> None:
    """Camera observations of a building at these instants are no more: their readings were of another time."""
    mine = _OBSERVATION.c.source == gateway, _OBSERVATION.c.kind == "camera", _OBSERVATION.c.building == building
    instants = [{"instant": instant} for instant in sorted(at_ms)]
    if instants:
        connection.execute(
            delete(_OBSERVATION).where(*mine, _OBSERVATION.c.observed_at == bindparam("instant")), instants
        )


def projects_touched(
    connection: Connection, *, buildings: Iterable[str], cameras: Iterable[tuple[str, str]]
) -> frozenset[str]:
    """Projects that these buildings belong to, or that these (gateway, camera) look at."""
    found = set(connection.execute(select(_BUILDING.c.project).where(_BUILDING.c.id.in_(sorted(buildings)))).scalars())
    looks_at = select(_BUILDING.c.project, _ASSIGNED.c.gateway, _ASSIGNED.c.camera).join(
        _ASSIGNED, _ASSIGNED.c.building == _BUILDING.c.id
    )
    wanted = set(cameras)
    gateways = sorted({gateway for gateway, _ in wanted})
    for project, gateway, camera in connection.execute(looks_at.where(_ASSIGNED.c.gateway.in_(gateways))):
        if (gateway, camera) in wanted:
            found.add(project)
    return frozenset(found)


def mark_dirty(connection: Connection, projects: Iterable[str]) -> None:
    """New facts for these projects: their judgement is out of date until reassessed. Sorted, against deadlocks."""
    statement = insert_statement(connection, AssessmentState)
    grown = statement.on_conflict_do_update(index_elements=["project"], set_={"revision": _STATE.c.revision + 1})
    for project in sorted(projects):
        connection.execute(grown, {"project": project, "revision": 1, "assessed_revision": 0})


class Credits:
    """What stages prove of the items of one building of the newest plan; false when the building has no plan."""

    def __init__(self, *, project: str, by_item: Mapping[str, Mapping[str, int]]) -> None:
        self.project = project
        self.by_item = by_item

    def __bool__(self) -> bool:
        return bool(self.by_item)


def credits_of(connection: Connection, building: str) -> Credits:
    """Credits of the building's items in the newest plan of its project."""
    wanted = (
        select(_BUILDING.c.project, _ITEM.c.id, _ITEM.c.credits)
        .join(_PROJECT, _PROJECT.c.id == _BUILDING.c.project)
        .join(_ITEM, _ITEM.c.building == _BUILDING.c.id)
        .where(_BUILDING.c.id == building, _ITEM.c.plan_version == _PROJECT.c.plan_version)
    )
    rows = connection.execute(wanted).all()
    return Credits(project=rows[0].project if rows else "", by_item={row.id: json.loads(row.credits) for row in rows})


def _faces_seen(
    connection: Connection, *, gateway: str, building: str, since_ms: int, until_ms: int
) -> list[list[FaceSeen]]:
    """Readings of assigned faces by instant. A face nobody assigned to this camera is stored, but not counted."""
    wanted = (
        select(_READING)
        .join(
            _ASSIGNED,
            (_ASSIGNED.c.gateway == _READING.c.gateway)
            & (_ASSIGNED.c.camera == _READING.c.camera)
            & (_ASSIGNED.c.building == _READING.c.building)
            & (_ASSIGNED.c.face == _READING.c.face),
        )
        .where(
            _READING.c.gateway == gateway,
            _READING.c.building == building,
            _READING.c.observed_at.between(since_ms, until_ms),
        )
    )
    groups: dict[int, list[FaceSeen]] = defaultdict(list)
    for row in connection.execute(wanted):
        groups[row.observed_at].append(
            FaceSeen(
                gateway=row.gateway,
                epoch=row.epoch,
                seq=row.seq,
                camera=row.camera,
                face=row.face,
                building=row.building,
                observed_at_ms=row.observed_at,
                shares=json.loads(row.shares),
                cells=row.cells,
                completion_bp=row.completion_bp,
                sigma_bp=row.sigma_bp,
            )
        )
    return [groups[at] for at in sorted(groups)]


def _observation_row(seen: ItemSeen, *, project: str) -> dict[str, Any]:
    return {
        "item": seen.item,
        "kind": "camera",
        "source": seen.gateway,
        "observed_at": seen.observed_at_ms,
        "project": project,
        "building": seen.building,
        "seq": seen.seq,
        "value_bp": seen.value_bp,
        "conf_bp": seen.conf_bp,
        "refs": ",".join(seen.refs),
    }


def newest_of_cameras(connection: Connection, rows: Sequence[Row]) -> None:
    """When each camera was last seen working, by event time, and whether its view was then verified."""
    newest: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = row["gateway"], row["camera"]
        if key not in newest or newest[key]["observed_at"] <= row["observed_at"]:
            newest[key] = row
    for (gateway, camera), row in sorted(newest.items()):
        insert_new(connection, Camera, [{"gateway": gateway, "id": camera}])
        connection.execute(
            update(_CAMERA)
            .where(
                _CAMERA.c.gateway == gateway,
                _CAMERA.c.id == camera,
                func.coalesce(_CAMERA.c.last_observed_at, -1) <= row["observed_at"],
            )
            .values(last_observed_at=row["observed_at"], registration=row["registration"])
        )
