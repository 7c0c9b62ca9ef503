"""SQL of what was seen: readings and events as facts; observations, conditions and cameras as functions of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, text, update

from central.domain import Project as PlannedProject
from central.ingest.conditions import EventSeen, spans
from central.ingest.observe import FaceSeen, ItemSeen, observe
from central.store.judged_plans import versions_of
from central.store.tables import (
    AssessmentState,
    Building,
    Camera,
    CameraCondition,
    CameraEvent,
    FaceAssignment,
    FaceReading,
    JudgedPlan,
    Observation,
    Project,
    WorkItem,
)
from central.store.upsert import Row, bulk_insert_new, insert_new, table_of, upsert

_JUDGED = table_of(JudgedPlan)
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
    """Observations of one building from one gateway in a span of event time, both ends included.

    Each instant by what its stages proved in the plan then in force.
    """
    in_force = credits_of(connection, building, since_ms=since_ms)
    rows = [
        _observation_row(seen, project=proves.project)
        for group in _faces_seen(connection, gateway=gateway, building=building, since_ms=since_ms, until_ms=until_ms)
        for proves in [one for one in in_force if one.since_ms <= group[0].observed_at_ms][-1:]
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
    connection: Connection, *, buildings: Mapping[str, int], cameras: Mapping[tuple[str, str], int]
) -> dict[str, int]:
    """Projects that these buildings belong to, or that these (gateway, camera) look at, each with the earliest instant
    (ms UTC) of what was seen of them."""
    found: dict[str, int] = {}
    owned = select(_BUILDING.c.id, _BUILDING.c.project).where(_BUILDING.c.id.in_(sorted(buildings)))
    for building, project in connection.execute(owned):
        found[project] = min(found.get(project, buildings[building]), buildings[building])
    looks_at = select(_BUILDING.c.project, _ASSIGNED.c.gateway, _ASSIGNED.c.camera).join(
        _ASSIGNED, _ASSIGNED.c.building == _BUILDING.c.id
    )
    gateways = sorted({gateway for gateway, _ in cameras})
    for project, gateway, camera in connection.execute(looks_at.where(_ASSIGNED.c.gateway.in_(gateways))):
        at = cameras.get((gateway, camera))
        if at is not None:
            found[project] = min(found.get(project, at), at)
    return found


def projects_of(connection: Connection, *, readings: Iterable[Row], events: Iterable[Row]) -> dict[str, int]:
    """Projects that these rows are facts of, each with the earliest instant of them, ms UTC."""
    buildings: dict[str, int] = {}
    cameras: dict[tuple[str, str], int] = {}
    for row in readings:
        earlier(buildings, {row["building"]: row["observed_at"]})
        earlier(cameras, {(row["gateway"], row["camera"]): row["observed_at"]})
    for row in events:
        earlier(cameras, {(row["gateway"], row["camera"]): row["at"]})
    return projects_touched(connection, buildings=buildings, cameras=cameras)


def earlier(found: dict[Any, int], other: Mapping[Any, int]) -> None:
    """Keep the earlier instant of each."""
    for key, at in other.items():
        found[key] = min(found.get(key, at), at)


TIME_ALONE_MS = 2**62
"""`since_ms` of a judgement that is due though no fact is new: it goes on from where it was."""
_GROW = text(
    "INSERT INTO assessment_state (project, revision, assessed_revision, dirty_from_at)"
    " VALUES (:project, :revision, :assessed_revision, :dirty_from_at) ON CONFLICT (project) DO UPDATE SET"
    " revision = assessment_state.revision + 1, dirty_from_at = CASE"
    " WHEN assessment_state.dirty_from_at < excluded.dirty_from_at THEN assessment_state.dirty_from_at"
    " ELSE excluded.dirty_from_at END"
)


def mark_dirty(
    connection: Connection, projects: Iterable[str] | Mapping[str, int], *, since_ms: int | None = None
) -> None:
    """New facts for these projects: their judgement is out of date until reassessed. Sorted, against deadlocks.

    Each is judged anew from the earliest instant (ms UTC) that its facts bear on: `since_ms`, or the mapping's; None =
    from the start.
    """
    for project in sorted(projects):
        at = projects[project] if isinstance(projects, Mapping) else since_ms
        row = {"project": project, "revision": 1, "assessed_revision": 0, "dirty_from_at": 0 if at is None else at}
        connection.execute(_GROW, row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """What stages prove of the items of one building, from an instant on."""

    project: str
    since_ms: int
    by_item: Mapping[str, Mapping[str, int]]


def credits_of(connection: Connection, building: str, *, since_ms: int) -> list[Credits]:
    """Credits of the building's items in the plans in force from `since_ms` on, oldest first; none without a plan.

    Nearly always the newest plan alone is asked for, and its items are at hand.
    """
    since = (
        select(_JUDGED.c.since_at)
        .where(_JUDGED.c.project == _BUILDING.c.project)
        .order_by(_JUDGED.c.version.desc())
        .limit(1)
        .correlate(_BUILDING)
        .scalar_subquery()
    )
    wanted = (
        select(_BUILDING.c.project, since.label("since"), _ITEM.c.id, _ITEM.c.credits)
        .join(_PROJECT, _PROJECT.c.id == _BUILDING.c.project)
        .outerjoin(_ITEM, (_ITEM.c.building == _BUILDING.c.id) & (_ITEM.c.plan_version == _PROJECT.c.plan_version))
        .where(_BUILDING.c.id == building)
    )
    rows = connection.execute(wanted).all()
    if not rows:
        return []
    project, newest_ms = rows[0].project, rows[0].since or 0
    if since_ms >= newest_ms:
        proofs = {row.id: json.loads(row.credits) for row in rows if row.id is not None}
        return [Credits(project=project, since_ms=newest_ms, by_item=proofs)]
    return [
        Credits(project=project, since_ms=at, by_item=_proofs(plan, building))
        for at, plan in versions_of(connection, project)
    ]


def _proofs(plan: PlannedProject, building: str) -> dict[str, Mapping[str, int]]:
    return {item.id: dict(item.credits) for b in plan.buildings if b.id == building for item in b.items}


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
            _READING.c.observed_at >= _ASSIGNED.c.since_at,
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
