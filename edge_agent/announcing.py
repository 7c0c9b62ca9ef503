"""What a gateway says of itself: birth, heartbeat, presence and will. Builds messages, sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edge_agent.buffer.outbox import Outbox
from wire import topics
from wire.codec import encode
from wire.messages import Beat, Birth, CameraHealth, Clock, Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the heartbeat and the birth say of this gateway beside the outbox's own figures."""

    clock: Clock
    disk_free_bytes: int
    cameras: tuple[CameraHealth, ...]
    degraded: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is sending."""

    gateway: str
    boot: str
    software: str
    model_sha256: str
    cameras: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A message ready to be published; `sent_at` is the wall clock in it, which an ack echoes."""

    topic: str
    payload: bytes
    sent_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcer:
    """Says what outbox and vitals hold at the moment it is asked."""

    identity: Identity
    outbox: Outbox
    vitals: Callable[[], Vitals]
    wall: Callable[[], datetime]

    def now_ms(self) -> int:
        """Wall clock, ms UTC."""
        return int(self.wall().timestamp() * 1000)

    def presence(self, *, online: bool, session: int) -> Announcement:
        """For the retained state; offline, it is also the will."""
        said = Presence(gw=self.identity.gateway, online=online, session=session)
        return Announcement(topic=topics.up(self.identity.gateway, "state"), payload=encode(said))

    def birth(self) -> Announcement:
        """Hello: what this gateway holds."""
        counters, sent_at = self.outbox.counters(), self.now_ms()
        said = Birth(
            gw=self.identity.gateway,
            epoch=counters.epoch,
            boot=self.identity.boot,
            oldest=counters.oldest,
            newest=counters.produced,
            clock=self.vitals().clock,
            sent_at=sent_at,
            software=self.identity.software,
            model_sha256=self.identity.model_sha256,
            cameras=self.identity.cameras,
        )
        return Announcement(topic=topics.up(self.identity.gateway, "birth"), payload=encode(said), sent_at=sent_at)

    def beat(self, *, in_flight: int, clock_offset_ms: int | None, security: int) -> Announcement:
        """Heartbeat, with the figures of delivery."""
        counters, vitals, sent_at = self.outbox.counters(), self.vitals(), self.now_ms()
        self.outbox.leave_mark(counters)
        said = Beat(
            gw=self.identity.gateway,
            epoch=counters.epoch,
            sent_at=sent_at,
            produced=counters.produced,
            acked=counters.acked,
            oldest_age_ms=counters.oldest_age_ms,
            disk_free_bytes=vitals.disk_free_bytes,
            cameras=vitals.cameras,
            in_flight=in_flight,
            tombstoned=counters.tombstoned,
            clock_offset_ms=clock_offset_ms,
            security=security,
            degraded=vitals.degraded,
        )
        return Announcement(topic=topics.up(self.identity.gateway, "beat"), payload=encode(said), sent_at=sent_at)
