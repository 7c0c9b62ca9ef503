"""Facts of a project as they were known at an instant: what came later is left out, so that it changes no old score.

What cameras saw is read anew from the stored readings, so that nothing derived has a say. Left out by when it came:
records (received), daily reports (submitted), steps (verified), ledger entries (posted), life events (noted), goals
(approved) and what was reached of them (noted). Not left
out: plan versions, which hold from when they were approved on and no earlier; standstills that were approved afterwards
for days before, which hold from their first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from central.assess import ProjectFacts
from central.domain import FundEntry
from central.policy import Policy
from central.store import tables
from central.store.instants import district_day, to_ms
from central.store.judged_plans import plans_of
from central.store.load_facts import cameras_of, conditions_of, observations_of
from central.store.read_goals import goals_agreed
from central.store.read_ladders import ladders_of
from central.store.read_ledger import entries_of
from central.store.read_organised import life_events_of
from central.store.save_seen import refresh_observations
from central.store.upsert import table_of

_RECORD, _REPORT = table_of(tables.Record), table_of(tables.DailyReport)
_READING, _SEEN, _EVENT = (
    table_of(tables.FaceReading),
    table_of(tables.Observation),
    table_of(tables.CameraEvent),
)
_ASSIGNED, _BUILDING = table_of(tables.FaceAssignment), table_of(tables.Building)
_STEP, _ENTRY = table_of(tables.StepRecord), table_of(tables.FundEntry)
_STATE, _PAUSE = table_of(tables.AssessmentState), table_of(tables.PauseRequest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Facts up to `until` that were known at an instant; how many were left out as late; `revision` of the project, and
    `standstills` that were approved afterwards and count all the same."""

    facts: ProjectFacts
    policy: Policy
    revision: int
    late: int
    standstills: int


def load_known(connection: Connection, project: str, *, until: datetime, known_ms: int) -> Known | None:
    """All facts from the start; None when the project has no plan. It writes observations anew: the caller's
    transaction has to be taken back."""
    plans = plans_of(connection, project)
    if not plans:
        return None
    readings = _see_again(connection, project, until=until, known_ms=known_ms)
    late = _late_refs(connection, project, known_ms=known_ms)
    seen = observations_of(connection, project, until=until)
    observations = tuple(one for one in seen if one.ref not in late)
    if len(observations) < len(seen):  # measures count what is stored
        unseen = [{"of": ref} for ref in sorted({one.ref for one in seen} & late)]
        mine = (_SEEN.c.project == project, _SEEN.c.refs == bindparam("of"))
        connection.execute(delete(_SEEN).where(*mine), unseen)
    events = life_events_of(connection, project)
    noted = life_events_of(connection, project, known_ms=known_ms)
    ailing = conditions_of(connection, project, noted)
    conditions = tuple(one for one in ailing if one.ref not in late)
    posted = entries_of(connection, project)
    entries = _posted(connection, project, posted, known_ms=known_ms)
    goals, records = goals_agreed(connection, project, known_ms=known_ms)
    of_goals = sum(map(len, goals_agreed(connection, project))) - len(goals) - len(records)
    kept = len(observations) + len(conditions) + len(entries) + len(set(events) & set(noted))
    revision = connection.execute(select(_STATE.c.revision).where(_STATE.c.project == project)).scalar()
    return Known(
        facts=ProjectFacts(
            plans=plans,
            observations=observations,
            conditions=conditions,
            entries=entries,
            events=noted,
            goals=goals,
            records=records,
        ),
        policy=Policy(ladders=ladders_of(connection, project)),
        revision=int(revision or 0),
        late=readings + len(seen) + len(ailing) + len(posted) + len(events) + of_goals - kept,
        standstills=_standstills(connection, project, until=until, known_ms=known_ms),
    )


def none_received(connection: Connection, *, known_ms: int) -> bool:
    """Whether there are records, and all were received after an instant: a replay's clock is not that of receipt."""
    one = select(_RECORD.c.seq).limit(1)
    known = connection.execute(one.where(_RECORD.c.received_at <= known_ms)).first()  # ends at the first that is found
    return known is None and connection.execute(one).first() is not None


def _see_again(connection: Connection, project: str, *, until: datetime, known_ms: int) -> int:
    """Observations of the project's cameras from the readings that had come, and no others; how many came later."""
    places = select(_ASSIGNED.c.gateway, _ASSIGNED.c.building).join(_BUILDING, _BUILDING.c.id == _ASSIGNED.c.building)
    found = sorted(set(connection.execute(places.where(_BUILDING.c.project == project)).tuples()))
    same = (
        _RECORD.c.gateway == _READING.c.gateway,
        _RECORD.c.epoch == _READING.c.epoch,
        _RECORD.c.seq == _READING.c.seq,
        _RECORD.c.received_at > known_ms,
    )
    late = 0
    for gateway, building in found:
        mine = (_READING.c.gateway == gateway, _READING.c.building == building)
        late += connection.execute(delete(_READING).where(*mine, select(_RECORD.c.seq).where(*same).exists())).rowcount
        seen = (_SEEN.c.kind == "camera", _SEEN.c.source == gateway, _SEEN.c.building == building)
        connection.execute(delete(_SEEN).where(*seen))
        refresh_observations(connection, gateway=gateway, building=building, since_ms=0, until_ms=to_ms(until))
    return late


def _late_refs(connection: Connection, project: str, *, known_ms: int) -> frozenset[str]:
    """References of what came later; of records those that tell of a camera's condition."""
    gateways = sorted({gateway for gateway, _ in cameras_of(connection, project)})
    events = select(_EVENT.c.gateway, _EVENT.c.epoch, _EVENT.c.seq).join(
        _RECORD,
        (_RECORD.c.gateway == _EVENT.c.gateway) & (_RECORD.c.epoch == _EVENT.c.epoch) & (_RECORD.c.seq == _EVENT.c.seq),
    )
    records = events.where(_EVENT.c.gateway.in_(gateways), _RECORD.c.received_at > known_ms)
    reports = select(_REPORT.c.id).where(_REPORT.c.project == project, _REPORT.c.submitted_at > known_ms)
    steps = select(_STEP.c.id).where(_STEP.c.project == project, _STEP.c.decided_at > known_ms)
    return frozenset(
        [
            *("/".join(map(str, row)) for row in connection.execute(records)),
            *(f"report/{number}" for number in connection.execute(reports).scalars()),
            *(f"step/{number}" for number in connection.execute(steps).scalars()),
        ]
    )


def _posted(
    connection: Connection, project: str, entries: tuple[FundEntry, ...], *, known_ms: int
) -> tuple[FundEntry, ...]:
    late = select(_ENTRY.c.voucher).where(_ENTRY.c.project == project, _ENTRY.c.posted_at > known_ms)
    vouchers = set(connection.execute(late).scalars())
    return tuple(entry for entry in entries if entry.voucher not in vouchers)


def _standstills(connection: Connection, project: str, *, until: datetime, known_ms: int) -> int:
    wanted = select(_PAUSE.c.id).where(
        _PAUSE.c.project == project,
        _PAUSE.c.state == "approved",
        _PAUSE.c.decided_at > known_ms,
        _PAUSE.c.first <= district_day(until),
    )
    return len(connection.execute(wanted).all())
