"""Delivery and devices as the page shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast

from sqlmodel import Session, select

from central.api.access import Access
from central.api.fleet_schemas import (
    CameraDay,
    CameraState,
    Condition,
    Fleet,
    FleetDay,
    GatewayDay,
    GatewayState,
    NewestConfig,
    Reason,
)
from central.api.views.running import Behind, Running, lagging
from central.api.views.troubles import Health, troubles_of
from central.api.views.words import instant, named, said_by_gateway
from central.configuring.standing import state_of
from central.store.instants import from_ms, to_ms
from central.store.read_fleet import HOUR_MS, Delivery, HourSeen, Watching, deliveries, hours_seen, watching
from central.store.tables import DesiredConfig, Project

Registration = Literal["VERIFIED", "UNVERIFIED", "MOVED"]
HOURS = 24


def fleet_of(session: Session, *, access: Access, now: datetime, wall: datetime) -> Fleet:
    """Everything for district-wide callers; else the cameras of the caller's projects and their gateways."""
    everyone = gateways = deliveries(session)
    if access.everywhere:
        cameras = watching(session)
    else:
        visible = [project.id for project in session.exec(select(Project)) if access.sees(project)]
        cameras = watching(session, visible)
        mine = {camera.gateway for camera in cameras}
        gateways = [delivery for delivery in everyone if delivery.gateway in mine]
    behind = lagging([standing_of(one) for one in everyone])
    return Fleet(
        as_of=now,
        gateways=[gateway_state(one, behind=behind.get(one.gateway), wall=wall) for one in gateways],
        cameras=[camera_state(one) for one in cameras],
    )


def fleet_day_of(session: Session, *, access: Access, now: datetime) -> FleetDay:
    """The day of the cameras that the caller sees in the fleet; hours are elapsed ones, the last ends at `now`."""
    until_ms = to_ms(now) + 1  # what was seen at this very instant belongs to it
    first_ms = until_ms - HOURS * HOUR_MS
    seen = hours_seen(session, first_ms=first_ms, hours=HOURS)
    if not access.everywhere:
        visible = [project.id for project in session.exec(select(Project)) if access.sees(project)]
        mine = {(one.gateway, one.camera) for one in watching(session, visible)}
        seen = [one for one in seen if (one.gateway, one.camera) in mine]
    return FleetDay(since=from_ms(first_ms), until=now, gateways=_by_hour(seen), cameras=_by_camera(seen))


def _by_hour(seen: Sequence[HourSeen]) -> list[GatewayDay]:
    hours: dict[str, list[int]] = {}
    for one in seen:
        hours.setdefault(one.gateway, [0] * HOURS)[one.hour] += one.readings
    return [GatewayDay(gateway=gateway, hours=counts) for gateway, counts in hours.items()]


def _by_camera(seen: Sequence[HourSeen]) -> list[CameraDay]:
    cameras: dict[tuple[str, str], list[HourSeen]] = {}
    for one in seen:
        cameras.setdefault((one.gateway, one.camera), []).append(one)
    return [
        CameraDay(
            gateway=gateway,
            camera=camera,
            readings=sum(one.readings for one in own),
            silent=sum(one.readings for one in own if one.abstained),
            reasons=_reasons(own),
        )
        for (gateway, camera), own in cameras.items()
    ]


def _reasons(seen: Sequence[HourSeen]) -> list[Reason]:
    """Most frequent first."""
    counts: Counter[str] = Counter()
    for one in seen:
        for code in filter(None, one.abstained.split(",")):
            counts[code] += one.readings
    return [Reason(code=code, readings=n) for code, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]


def camera_state(found: Watching) -> CameraState:
    """One camera; what was never heard is null."""
    seen = found.seen
    return CameraState(
        id=found.camera,
        gateway=found.gateway,
        buildings=[named(building) for building in found.buildings],
        last_observed_at=instant(seen.last_observed_at) if seen else None,
        registration=cast(Registration, seen.registration) if seen and seen.registration else None,
        conditions=[
            Condition(code=c.code, since=from_ms(c.since_at), detail=c.detail, said=said_by_gateway(c.detail))
            for c in found.conditions
        ],
    )


def standing_of(found: Delivery) -> Running:
    """What a gateway runs, by its own word."""
    said = found.status
    return Running(
        gateway=found.gateway, software=said.software if said else "", models=said.model_sha256 if said else ""
    )


def gateway_state(found: Delivery, *, behind: Behind | None, wall: datetime) -> GatewayState:
    """One gateway. What it says of itself is null until it has spoken (birth and beat name an epoch)."""
    status, stream = found.status, found.stream
    beaten = status is not None and bool(status.epoch)
    heard = status is not None and status.last_seen_at > 0
    config = _newest_config(found.config, wall=wall)
    return GatewayState(
        id=found.gateway,
        epoch=stream.epoch if stream else None,
        online=bool(status and status.online),
        watermark=stream.watermark if stream else 0,
        received=found.stored,
        duplicates=found.duplicates,
        tombstones=found.tombstones,
        dead_letters=found.dead_letters,
        conflicts=found.conflicts,
        last_seen=from_ms(status.last_seen_at) if status and heard else None,
        produced=status.produced if status and beaten else None,
        acked=status.acked if status and beaten else None,
        in_flight=max(0, status.produced - status.acked) if status and beaten else None,
        sent=status.in_flight if status and beaten else None,
        oldest_age_ms=max(0, status.oldest_age_ms) if status and beaten else None,
        tombstoned=status.tombstoned if status and beaten else None,
        clock_offset_ms=status.clock_offset_ms if status and beaten else None,
        degraded=status.degraded or None if status and beaten else None,
        degraded_said=said_by_gateway(status.degraded) if status and beaten and status.degraded else None,
        security_refusals=status.security if status and beaten else None,
        security_events=found.security_events,
        known_losses=found.known_losses,
        enrolled=found.enrolled,
        revoked=found.revoked,
        clock=status.clock if status and beaten else None,
        software=status.software or None if status else None,
        models=status.model_sha256.split(",") if status and status.model_sha256 else [],
        behind=behind,
        disk_free_bytes=status.disk_free_bytes if status and beaten else None,
        certificate_until=instant(found.certificate_until_at),
        config=config,
        troubles=troubles_of(_health(found, config, behind=behind), wall=wall),
    )


def _health(found: Delivery, config: NewestConfig | None, *, behind: Behind | None) -> Health:
    status = found.status
    beaten = status is not None and bool(status.epoch)
    return Health(
        online=bool(status and status.online),
        revoked=found.revoked,
        degraded=bool(status and status.degraded),
        refused=found.dead_letters + found.conflicts,
        oldest_age_ms=status.oldest_age_ms if status and beaten and status.produced > status.acked else None,
        clock_offset_ms=status.clock_offset_ms if status and beaten else None,
        disk_free_bytes=status.disk_free_bytes if status and beaten else None,
        certificate_until=instant(found.certificate_until_at),
        config=config.state if config else None,
        behind=behind is not None,
    )


def _newest_config(row: DesiredConfig | None, *, wall: datetime) -> NewestConfig | None:
    if row is None:
        return None
    return NewestConfig(
        id=row.id,
        state=state_of(row.state, newest=True, late=to_ms(wall) > row.deadline_at),
        issued_at=from_ms(row.issued_at),
        answered_at=instant(row.answered_at),
    )
