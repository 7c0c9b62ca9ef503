"""Read queries about delivery and devices."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, text
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from central.store.tables import (
    Building,
    Camera,
    CameraCondition,
    Certificate,
    DeadLetter,
    DesiredConfig,
    FaceAssignment,
    FaceReading,
    Gateway,
    GatewayStatus,
    IdentityConflict,
    KnownLoss,
    Project,
    Record,
    SecurityEvent,
    Stream,
)
from central.store.upsert import table_of

HOUR_MS = 3_600_000
_IS_TOMBSTONE = text("record.kind = 'tombstone'")  # spelled out: no index of some rows answers for a parameter
_CAMERA, _READING = table_of(Camera), table_of(FaceReading)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one gateway delivered over all its epochs, and what it last said of itself (None = nothing yet)."""

    gateway: str
    enrolled: bool
    revoked: bool
    status: GatewayStatus | None
    stream: Stream | None
    stored: int
    duplicates: int
    tombstones: int
    dead_letters: int
    conflicts: int
    known_losses: int
    security_events: int
    certificate_until_at: int | None
    config: DesiredConfig | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """A camera with the buildings it is assigned to and its open conditions."""

    gateway: str
    camera: str
    seen: Camera | None
    buildings: tuple[Building, ...]
    conditions: tuple[CameraCondition, ...]


def deliveries(session: Session) -> list[Delivery]:
    """Every registered gateway, by id; `stream` is that of its newest epoch."""
    registered = session.exec(select(Gateway).where(col(Gateway.retired_at).is_(None)).order_by(Gateway.id)).all()
    statuses = {row.gateway: row for row in session.exec(select(GatewayStatus))}
    streams: dict[str, list[Stream]] = {}
    for row in session.exec(select(Stream).order_by(col(Stream.last_received_at), Stream.epoch)):
        streams.setdefault(row.gateway, []).append(row)
    dead = _counts(session, DeadLetter)
    conflicts = _counts(session, IdentityConflict)
    losses = _counts(session, KnownLoss)
    refusals = _counts(session, SecurityEvent)
    certified, ordered = _certified(session), _ordered(session)
    stones = select(Record.gateway, func.count()).where(_IS_TOMBSTONE).group_by(Record.gateway)
    tombstones = dict(session.exec(stones).all())
    return [
        Delivery(
            gateway=gateway,
            enrolled=row.public_key is not None,
            revoked=row.revoked_at is not None,
            status=statuses.get(gateway),
            stream=_current(streams.get(gateway, []), statuses.get(gateway)),
            stored=sum(stream.stored for stream in streams.get(gateway, [])),
            duplicates=sum(stream.duplicates for stream in streams.get(gateway, [])),
            tombstones=tombstones.get(gateway, 0),
            dead_letters=dead.get(gateway, 0),
            conflicts=conflicts.get(gateway, 0),
            known_losses=losses.get(gateway, 0),
            security_events=refusals.get(gateway, 0),
            certificate_until_at=certified.get(gateway),
            config=ordered.get(gateway),
        )
        for gateway, row in ((row.id, row) for row in registered)
    ]


def watching(session: Session, projects: list[str] | None = None) -> list[Watching]:
    """Cameras by (gateway, id). With `projects`: only those that look at a building of one of them."""
    assigned = _assigned(session, projects)
    known, open_now = select(Camera), select(CameraCondition).where(col(CameraCondition.until_at).is_(None))
    if projects is not None:
        gateways = sorted({gateway for gateway, _ in assigned})
        known = known.where(col(Camera.gateway).in_(gateways))
        open_now = open_now.where(col(CameraCondition.gateway).in_(gateways))
    seen = {(row.gateway, row.id): row for row in session.exec(known)}
    conditions: dict[tuple[str, str], list[CameraCondition]] = {}
    for row in session.exec(open_now.order_by(col(CameraCondition.since_at), CameraCondition.code)):
        conditions.setdefault((row.gateway, row.camera), []).append(row)
    keys = set(assigned) if projects is not None else {*assigned, *seen, *conditions}
    return [
        Watching(
            gateway=gateway,
            camera=camera,
            seen=seen.get((gateway, camera)),
            buildings=tuple(assigned.get((gateway, camera), ())),
            conditions=tuple(conditions.get((gateway, camera), ())),
        )
        for gateway, camera in sorted(keys)
    ]


def _assigned(session: Session, projects: list[str] | None) -> dict[tuple[str, str], list[Building]]:
    """Cameras of the newest plans, each with its buildings once."""
    statement = (
        select(FaceAssignment, Building)
        .join(Building, col(Building.id) == FaceAssignment.building)
        .join(Project, col(Project.id) == Building.project)
        .where(FaceAssignment.plan_version == Project.plan_version)
    )
    if projects is not None:
        statement = statement.where(col(Building.project).in_(projects))
    found: dict[tuple[str, str], list[Building]] = {}
    for face, building in session.exec(statement.order_by(Building.project, col(Building.position))):
        buildings = found.setdefault((face.gateway, face.camera), [])
        if building not in buildings:
            buildings.append(building)
    return found


def _current(streams: list[Stream], status: GatewayStatus | None) -> Stream | None:
    """The stream of the epoch the gateway says it is in, else the one that received last."""
    said = [stream for stream in streams if status and stream.epoch == status.epoch]
    return (said or streams)[-1] if streams else None


def _certified(session: Session) -> dict[str, int]:
    """The end of the newest certificate that was not revoked, by gateway; milliseconds UTC."""
    until = func.max(Certificate.valid_until_at)
    held = (col(Certificate.purpose) == "gateway", col(Certificate.revoked_at).is_(None))
    return dict(session.exec(select(Certificate.name, until).where(*held).group_by(Certificate.name)).all())


def _ordered(session: Session) -> dict[str, DesiredConfig]:
    newest = select(DesiredConfig.gateway, func.max(DesiredConfig.id).label("id")).group_by(DesiredConfig.gateway)
    found = newest.subquery("newest")
    same = and_(found.c.gateway == DesiredConfig.gateway, found.c.id == DesiredConfig.id)
    return {row.gateway: row for row in session.exec(select(DesiredConfig).join(found, same))}


def _counts(session: Session, table: type[DeadLetter | IdentityConflict | KnownLoss | SecurityEvent]) -> dict[str, int]:
    rows = session.exec(select(table.gateway, func.count()).group_by(col(table.gateway)))
    return {gateway: count for gateway, count in rows if gateway is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class HourSeen:
    """Readings of one camera within one hour that have the same reasons ('' = they say a value), comma-separated."""

    gateway: str
    camera: str
    hour: int
    abstained: str
    readings: int


def hours_seen(session: Session, *, first_ms: int, hours: int) -> list[HourSeen]:
    """What known cameras read in so many hours from `first_ms`; hour 0 is the first."""
    hour = (_READING.c.observed_at - first_ms) // HOUR_MS
    why = func.coalesce(_READING.c.abstained, "")
    known = and_(_READING.c.gateway == _CAMERA.c.gateway, _READING.c.camera == _CAMERA.c.id)
    within = _READING.c.observed_at.between(first_ms, first_ms + hours * HOUR_MS - 1)
    which = (_CAMERA.c.gateway, _CAMERA.c.id, hour, why)
    counted = columns(*which, func.count()).select_from(_CAMERA.join(_READING, known)).where(within)
    rows = session.connection().execute(counted.group_by(*which).order_by(_CAMERA.c.gateway, _CAMERA.c.id))
    return [
        HourSeen(gateway=gateway, camera=camera, hour=int(nth), abstained=reasons, readings=count)
        for gateway, camera, nth, reasons, count in rows
    ]
