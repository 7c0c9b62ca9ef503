"""Facts an assessment is a function of: from the newest checkpoint that none of them has overturned."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)

from central.assess import ProjectFacts, plan_at
from central.checkpoint import Checkpoint, CheckpointError, unpack
from central.course import PlanInForce
from central.domain import CameraCondition, LifeEvent, Observation
from central.lifecycle.chain import in_force
from central.plan.calendar import local_day, midnight
from central.policy import Policy
from central.progress.siteplan import site_plan
from central.rules.in_force import LaddersInForce
from central.store import tables
from central.store.instants import from_ms, to_ms
from central.store.judged_plans import plans_of
from central.store.read_goals import goals_agreed
from central.store.read_ladders import ladders_of
from central.store.read_ledger import entries_of
from central.store.read_organised import life_events_of
from central.store.read_said import OF, later, said_columns
from central.store.upsert import table_of

log = logging.getLogger(__name__)

_CAMERA, _CONDITION = table_of(tables.Camera), table_of(tables.CameraCondition)
_OBSERVATION, _ASSIGNED = table_of(tables.Observation), table_of(tables.FaceAssignment)
_BUILDING, _PROJECT = table_of(tables.Building), table_of(tables.Project)
_STATE, _CHECKPOINT = table_of(tables.AssessmentState), table_of(tables.Checkpoint)
_JUDGED = table_of(tables.JudgedPlan)
_SWITCH, _GOAL = table_of(tables.LadderSwitch), table_of(tables.GoalRow)
_PAUSE, _ENTRY = table_of(tables.PauseRequest), table_of(tables.FundEntry)

_FOR_EVER_MS = 2**62
_SAID, _REMEMBERED = said_columns()


def _any(table: Table, *that: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(literal(1)).select_from(table).where(*that).exists()


# What there is at all is asked at once, and only that is read: of most projects most of this is nothing.
_STANDS = select(
    select(_STATE.c.revision).where(_STATE.c.project == OF).scalar_subquery().label("revision"),
    select(_STATE.c.dirty_from_at).where(_STATE.c.project == OF).scalar_subquery().label("dirty_from_at"),
    _SAID.label("stated_ms"),
    _REMEMBERED.label("remembered_ms"),
    select(func.max(_ENTRY.c.day)).where(_ENTRY.c.project == OF).scalar_subquery().label("spent_on"),
    _any(_SWITCH, or_(_SWITCH.c.scope == "", _SWITCH.c.scope == OF)).label("switched"),
    _any(_GOAL, _GOAL.c.subject_kind == "project", _GOAL.c.subject_id == OF).label("aims"),
    _any(_PAUSE, _PAUSE.c.project == OF, _PAUSE.c.state == "approved").label("stood_still"),
)
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
_AILING = select(_CONDITION).where(
    _CONDITION.c.gateway.in_(
        select(_ASSIGNED.c.gateway)
        .join(_BUILDING, _BUILDING.c.id == _ASSIGNED.c.building)
        .where(_BUILDING.c.project == OF)
    ),
    or_(_CONDITION.c.until_at.is_(None), _CONDITION.c.until_at > bindparam("after_ms")),
)
_CAME = select(_JUDGED.c.version, _JUDGED.c.since_at).where(_JUDGED.c.project == bindparam("of"))
_NEWEST = (
    select(_CHECKPOINT.c.at, _CHECKPOINT.c.digest, _CHECKPOINT.c.body)
    .where(_CHECKPOINT.c.project == bindparam("of"), _CHECKPOINT.c.at < bindparam("before_ms"))
    .order_by(_CHECKPOINT.c.at.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Facts later than the checkpoint `resume` (None: all), the policy, and the revision they were read at.

    `overturned` = more was judged than `resume` knows of, and some of that is not so any more.
    """

    facts: ProjectFacts
    policy: Policy
    resume: Checkpoint | None
    overturned: bool
    revision: int


def load_facts(connection: Connection, project_id: str, *, now: datetime) -> Loaded | None:
    """What there is to judge a project by up to `now`; None when it has no plan. Read in one snapshot."""
    there = connection.execute(_STANDS, {"of": project_id}).one()
    plans = plans_of(connection, project_id, stood_still=there.stood_still)
    if not plans:
        return None
    policy = Policy(ladders=ladders_of(connection, project_id)) if there.switched else Policy(ladders=LaddersInForce())
    dirty_ms = 0 if there.revision is None else there.dirty_from_at
    before_ms = to_ms(now) + 1 if dirty_ms is None else min(dirty_ms, to_ms(now) + 1)
    resume = _newest_sound(connection, project_id, before_ms=before_ms, plans=plans, policy=policy)
    after = resume.at if resume else None
    events = life_events_of(connection, project_id)
    goals, records = goals_agreed(connection, project_id) if there.aims else ((), ())
    spent = there.spent_on is not None and (after is None or there.spent_on >= local_day(after))
    return Loaded(
        facts=ProjectFacts(
            plans=plans,
            observations=observations_of(connection, project_id, after=after, until=now),
            conditions=conditions_of(connection, project_id, events, after=after),
            entries=entries_of(connection, project_id, since=local_day(after) if after else None) if spent else (),
            events=events,
            goals=goals,
            records=records,
        ),
        policy=policy,
        resume=resume,
        overturned=resume is None or later(there.stated_ms, there.remembered_ms) > to_ms(resume.at),
        revision=int(there.revision or 0),
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
    ailing = connection.execute(_AILING, {"of": project_id, "after_ms": to_ms(after) if after else -1}).all()
    if not ailing:
        return ()
    looked = _looked_until(connection, project_id, in_force(events).get("completed"))
    found = [
        CameraCondition(
            camera=row.camera,
            code=row.code,
            since=from_ms(row.since_at),
            until=from_ms(until_ms) if until_ms is not None else None,
            detail=row.detail,
            ref=row.ref,
        )
        for row in ailing
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
    connection: Connection, project_id: str, *, before_ms: int, plans: tuple[PlanInForce, ...], policy: Policy
) -> Checkpoint | None:
    """The newest checkpoint before an instant that was made by this policy and these plans."""
    while row := connection.execute(_NEWEST, {"of": project_id, "before_ms": before_ms}).first():
        at, before_ms = from_ms(row.at), row.at
        if policy.digest(site_plan(plan_at(plans, at).project), at) != row.digest:
            continue
        try:
            return Checkpoint(at=at, digest=row.digest, memory=unpack(row.body))
        except CheckpointError as broken:
            log.warning("checkpoint of %s at %s is passed over: %s", project_id, at, broken)
    return None
