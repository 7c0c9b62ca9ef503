"""Delivery and devices as the page shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from sqlmodel import Session, select

from central.api.access import Access
from central.api.fleet_schemas import CameraState, Condition, Fleet, GatewayState
from central.api.views.words import instant, named
from central.store.instants import from_ms
from central.store.read_fleet import Delivery, Watching, deliveries, watching
from central.store.tables import Project

Registration = Literal["VERIFIED", "UNVERIFIED", "MOVED"]


def fleet_of(session: Session, *, access: Access, now: datetime) -> Fleet:
    """Everything for district-wide callers; else the cameras of the caller's projects and their gateways."""
    if access.everywhere:
        cameras = watching(session)
        gateways = deliveries(session)
    else:
        visible = [project.id for project in session.exec(select(Project)) if access.sees(project)]
        cameras = watching(session, visible)
        mine = {camera.gateway for camera in cameras}
        gateways = [delivery for delivery in deliveries(session) if delivery.gateway in mine]
    return Fleet(as_of=now, gateways=[gateway_state(g) for g in gateways], cameras=[camera_state(c) for c in cameras])


def camera_state(found: Watching) -> CameraState:
    """One camera; what was never heard is null."""
    seen = found.seen
    return CameraState(
        id=found.camera,
        gateway=found.gateway,
        buildings=[named(building) for building in found.buildings],
        last_observed_at=instant(seen.last_observed_at) if seen else None,
        registration=cast(Registration, seen.registration) if seen and seen.registration else None,
        conditions=[Condition(code=c.code, since=from_ms(c.since_at), detail=c.detail) for c in found.conditions],
    )


def gateway_state(found: Delivery) -> GatewayState:
    """One gateway. What it says of itself is null until it has spoken (birth and beat name an epoch)."""
    status, stream = found.status, found.stream
    beaten = status is not None and bool(status.epoch)
    heard = status is not None and status.last_seen_at > 0
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
        security_refusals=status.security if status and beaten else None,
        security_events=found.security_events,
        known_losses=found.known_losses,
        enrolled=found.enrolled,
        revoked=found.revoked,
        clock=status.clock if status and beaten else None,
        software=status.software or None if status else None,
    )
