"""Facts an assessment is a function of: from the newest checkpoint that none of them has overturned."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, func, or_, select

from central.assess import ProjectFacts, plan_at
from central.checkpoint import Checkpoint, CheckpointError, unpack
from central.course import PlanInForce
from central.domain import CameraCondition, LifeEvent, Observation
from central.lifecycle.chain import in_force
from central.plan.calendar import local_day, midnight
from central.policy import Policy
from central.progress.siteplan import site_plan
from central.store import tables
from central.store.instants import from_ms, to_ms
from central.store.judged_plans import plans_of
from central.store.read_goals import goals_agreed
from central.store.read_ladders import ladders_of
from central.store.read_ledger import entries_of
from central.store.read_organised import life_events_of
from central.store.upsert import table_of

log = logging.getLogger(__name__)

_CAMERA, _CONDITION = table_of(tables.Camera), table_of(tables.CameraCondition)
_OBSERVATION, _ASSIGNED = table_of(tables.Observation), table_of(tables.FaceAssignment)
_BUILDING, _PROJECT = table_of(tables.Building), table_of(tables.Project)
_STATE, _CHECKPOINT = table_of(tables.AssessmentState), table_of(tables.Checkpoint)
_JUDGED = table_of(tables.JudgedPlan)

_FOR_EVER_MS = 2**62
_STANDS = select(_STATE.c.revision, _STATE.c.dirty_from_at).where(_STATE.c.project == bindparam("of"))
_SEEN = select(_OBSERVATION).where(
    _OBSERVATION.c.project == bindparam("of"),
    _OBSERVATION.c.observed_at > bindparam("after_ms"),
    _OBSERVATION.c.observed_at <= bindparam("until_ms"),
)
_LOOKING = (
    select(_ASSIGNED.c.gateway, _ASSIGNED.c.camera)
    .join(_BUILDING, _BUILDING.c.id == _ASSIGNED.c.building)
    .join(_PROJECT, _PROJECT.c.id == _BUILDING.c.project)
    .where(_PROJECT.c.id == bindparam("of"), _ASSIGNED.c.plan_version == _PROJECT.c.plan_version)
    .distinct()
)
_EVER_LOOKING = (
    select(
        _ASSIGNED.c.gateway,
        _ASSIGNED.c.camera,
        case(
            (func.max(_ASSIGNED.c.plan_version) == func.max(_PROJECT.c.plan_version), None),
            else_=func.max(_ASSIGNED.c.plan_version),
        ).label("last_version"),
    )
    .join(_BUILDING, _BUILDING.c.id == _ASSIGNED.c.building)
    .join(_PROJECT, _PROJECT.c.id == _BUILDING.c.project)
    .where(_PROJECT.c.id == bindparam("of"))
    .group_by(_ASSIGNED.c.gateway, _ASSIGNED.c.camera)
)
_CAME = select(_JUDGED.c.version, _JUDGED.c.since_at).where(_JUDGED.c.project == bindparam("of"))
_CHECKPOINTS = (
    select(_CHECKPOINT.c.at, _CHECKPOINT.c.digest)
    .where(_CHECKPOINT.c.project == bindparam("of"), _CHECKPOINT.c.at < bindparam("before_ms"))
    .order_by(_CHECKPOINT.c.at.desc())
)
_BODY = select(_CHECKPOINT.c.body).where(
    _CHECKPOINT.c.project == bindparam("of"), _CHECKPOINT.c.at == bindparam("then")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Facts later than the checkpoint `resume` (None: all), the policy, and the revision they were read at."""

    facts: ProjectFacts
    policy: Policy
    resume: Checkpoint | None
    revision: int


def load_facts(connection: Connection, project_id: str, *, now: datetime) -> Loaded | None:
    """What there is to judge a project by up to `now`; None when it has no plan. Read in one snapshot."""
    row = connection.execute(_STANDS, {"of": project_id}).first()
    plans = plans_of(connection, project_id)
    if not plans:
        return None
    policy = Policy(ladders=ladders_of(connection, project_id))
    resume = _newest_sound(connection, project_id, plans, policy, now=now, dirty_ms=row.dirty_from_at if row else 0)
    after = resume.at if resume else None
    events = life_events_of(connection, project_id)
    goals, records = goals_agreed(connection, project_id)
    return Loaded(
        facts=ProjectFacts(
            plans=plans,
            observations=observations_of(connection, project_id, after=after, until=now),
            conditions=conditions_of(connection, project_id, events, after=after),
            entries=entries_of(connection, project_id, since=local_day(after) if after else None),
            events=events,
            goals=goals,
            records=records,
        ),
        policy=policy,
        resume=resume,
        revision=int(row.revision) if row else 0,
    )


def newest_observed_ms(connection: Connection) -> int | None:
    """Event time of the newest accepted reading of any camera, ms UTC."""
    return connection.execute(select(func.max(_CAMERA.c.last_observed_at))).scalar()


def observations_of(
    connection: Connection, project_id: str, *, after: datetime | None = None, until: datetime | None = None
) -> tuple[Observation, ...]:
    """Observations of the project's items, ordered by (observed_at, source, seq, item)."""
    span = {"after_ms": to_ms(after) if after else -1, "until_ms": to_ms(until) if until else _FOR_EVER_MS}
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
        for row in connection.execute(_SEEN, {"of": project_id, **span})
    ]
    return tuple(sorted(found, key=lambda o: (o.observed_at, o.source, o.seq, o.item)))


def cameras_of(connection: Connection, project_id: str) -> tuple[tuple[str, str], ...]:
    """(gateway, camera) that look at buildings of the project's newest plan, sorted."""
    return tuple(sorted((row.gateway, row.camera) for row in connection.execute(_LOOKING, {"of": project_id})))


def conditions_of(
    connection: Connection, project_id: str, events: Iterable[LifeEvent], *, after: datetime | None = None
) -> tuple[CameraCondition, ...]:
    """Conditions of the project's cameras, begun and ended alike, ordered by (since, camera, code).

    What ailed a camera while it looked stays a fact when a revision lets it go, or the project is completed: it ends
    then, and what ails the camera afterwards is not the project's. With `after` without those that had ended by then.
    """
    looked = _looked_until(connection, project_id, in_force(events).get("completed"))
    if not looked:
        return ()
    wanted = select(_CONDITION).where(_CONDITION.c.gateway.in_(sorted({gateway for gateway, _ in looked})))
    if after is not None:
        wanted = wanted.where(or_(_CONDITION.c.until_at.is_(None), _CONDITION.c.until_at > to_ms(after)))
    found = [
        CameraCondition(
            camera=row.camera,
            code=row.code,
            since=from_ms(row.since_at),
            until=from_ms(until_ms) if until_ms is not None else None,
            detail=row.detail,
            ref=row.ref,
        )
        for row in connection.execute(wanted)
        if (row.gateway, row.camera) in looked
        for until_ms in (_earlier(row.until_at, looked[row.gateway, row.camera]),)
        if until_ms is None or (row.since_at < until_ms and (after is None or until_ms > to_ms(after)))
    ]
    return tuple(sorted(found, key=lambda c: (c.since, c.camera, c.code)))


def _looked_until(connection: Connection, project_id: str, done: LifeEvent | None) -> dict[tuple[str, str], int | None]:
    """Every camera that ever looked at the project, and until when (ms; None = it does): a revision let it go, or the
    day has ended on which the project was completed, after which cameras are taken down."""
    found = connection.execute(_EVER_LOOKING, {"of": project_id}).all()
    came: dict[int, int] = {}
    if any(row.last_version is not None for row in found):
        came = {row.version: row.since_at for row in connection.execute(_CAME, {"of": project_id})}
    done_ms = to_ms(midnight(done.day + timedelta(days=1))) if done else None
    return {
        (row.gateway, row.camera): _earlier(
            None if row.last_version is None else came.get(row.last_version + 1, 0), done_ms
        )
        for row in found
    }


def _earlier(one: int | None, other: int | None) -> int | None:
    """The earlier of two ends; None = no end."""
    ends = [end for end in (one, other) if end is not None]
    return min(ends, default=None)


def _newest_sound(
    connection: Connection,
    project_id: str,
    plans: tuple[PlanInForce, ...],
    policy: Policy,
    *,
    now: datetime,
    dirty_ms: int | None,
) -> Checkpoint | None:
    """The newest checkpoint up to now, before every fact that is not judged yet, of this policy and these plans."""
    before_ms = to_ms(now) + 1 if dirty_ms is None else min(dirty_ms, to_ms(now) + 1)
    for row in connection.execute(_CHECKPOINTS, {"of": project_id, "before_ms": before_ms}).all():
        at = from_ms(row.at)
        if policy.digest(site_plan(plan_at(plans, at).project), at) != row.digest:
            continue
        body = connection.execute(_BODY, {"of": project_id, "then": row.at}).scalar_one()
        try:
            return Checkpoint(at=at, digest=row.digest, memory=unpack(body))
        except CheckpointError as broken:
            log.warning("checkpoint of %s at %s is passed over: %s", project_id, at, broken)
    return None
