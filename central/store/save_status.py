"""SQL of what gateways say of themselves: birth, beat, presence."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from central.store.tables import Camera, GatewayStatus
from central.store.upsert import insert_new, table_of, upsert
from wire.messages import Beat, Birth, Presence

_STATUS = table_of(GatewayStatus)


def save_birth(connection: Connection, birth: Birth, *, now_ms: int) -> None:
    """Epoch, boot, clock, software and cameras of a gateway that has just connected."""
    row = {
        "gateway": birth.gw,
        "epoch": birth.epoch,
        "boot": birth.boot,
        "clock": birth.clock,
        "software": birth.software,
        "model_sha256": birth.model_sha256,
        "oldest_seq": birth.oldest,
        "produced": birth.newest,
        "last_seen_at": now_ms,
    }
    upsert(connection, GatewayStatus, [row])
    insert_new(connection, Camera, [{"gateway": birth.gw, "id": camera} for camera in birth.cameras])


def save_beats(connection: Connection, beats: Sequence[Beat], *, now_ms: int) -> None:
    """Queue, disk and camera ages; the last beat of a gateway in the list wins."""
    for beat in beats:
        row = {
            "gateway": beat.gw,
            "epoch": beat.epoch,
            "produced": beat.produced,
            "acked": beat.acked,
            "oldest_age_ms": beat.oldest_age_ms,
            "disk_free_bytes": beat.disk_free_bytes,
            "last_seen_at": now_ms,
            "in_flight": beat.in_flight,
            "tombstoned": beat.tombstoned,
            "clock_offset_ms": beat.clock_offset_ms,
            "security": beat.security,
            "degraded": beat.degraded or "",
        }
        upsert(connection, GatewayStatus, [row])
        cameras = [
            {
                "gateway": beat.gw,
                "id": camera.camera,
                "frame_age_ms": camera.frame_age_ms,
                "inference_age_ms": camera.inference_age_ms,
                "reported_at": now_ms,
            }
            for camera in beat.cameras
        ]
        upsert(connection, Camera, cameras)


def epoch_of(connection: Connection, gateway: str) -> str:
    """The epoch that the gateway last spoke of; '' when it never did."""
    return str(connection.execute(select(_STATUS.c.epoch).where(_STATUS.c.gateway == gateway)).scalar() or "")


def refused_by(connection: Connection, gateway: str) -> int:
    """How many messages the gateway's last beat said it had refused."""
    found = connection.execute(select(_STATUS.c.security).where(_STATUS.c.gateway == gateway)).scalar()
    return int(found or 0)


def save_presence(connection: Connection, presence: Presence, *, now_ms: int) -> None:
    """Online or not; the will of an older session that arrives late changes nothing."""
    insert_new(connection, GatewayStatus, [{"gateway": presence.gw, "last_seen_at": now_ms}])
    connection.execute(
        update(_STATUS)
        .where(_STATUS.c.gateway == presence.gw, _STATUS.c.session <= presence.session)
        .values(online=presence.online, session=presence.session)
    )


def save_seen_now(connection: Connection, gateways: Sequence[str], *, now_ms: int) -> None:
    """These gateways have just delivered something."""
    upsert(connection, GatewayStatus, [{"gateway": gateway, "last_seen_at": now_ms} for gateway in gateways])
