"""What the API answers about cameras and gateways, and what was refused of what they sent."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from central.api.schemas import Answer, Named, Text

Trouble = Literal[
    "revoked", "offline", "degraded", "backlog", "refused", "clock", "disk", "config", "certificate", "behind"
]


class Condition(Answer):
    """A device fact that began and has not ended: moved, frozen, covered, dark, offline."""

    code: str
    since: datetime
    detail: str
    said: Text


class CameraState(Answer):
    """A camera: what it looks at, when it last said something, what is wrong with it."""

    id: str
    gateway: str
    buildings: list[Named]
    last_observed_at: datetime | None
    registration: Literal["VERIFIED", "UNVERIFIED", "MOVED"] | None
    conditions: list[Condition]


class NewestConfig(Answer):
    """The configuration ordered last; `GET /gateways/{id}/config` tells all, to administrators."""

    id: int
    state: Literal["waiting", "overdue", "superseded", "applied", "refused", "rolled_back", "expired"]
    issued_at: datetime
    answered_at: datetime | None


class GatewayState(Answer):
    """Delivery of one gateway. What it says of itself is null until it said so.

    `in_flight` = produced - acked, of which `sent` are on their way; `tombstoned` records it gave up by policy;
    `clock_offset_ms` is the centre's clock minus its own; `degraded` why it takes records in badly, as it says so, and
    `degraded_said` in both languages.
    `enrolled` = its frames must be signed; `known_losses` counts what went with older stores of it.
    `models` are SHA-256 digests of its weights, none = not said. `behind`: it runs older software than another gateway,
    or the newest software with weights that most of those on it do not run. `certificate_until` null = it has none;
    `config` null = nothing was ordered. `troubles`: what is wrong with it now, the heaviest first.
    """

    id: str
    epoch: str | None
    online: bool
    watermark: int
    received: int
    duplicates: int
    tombstones: int
    dead_letters: int
    conflicts: int
    last_seen: datetime | None
    produced: int | None
    acked: int | None
    in_flight: int | None
    sent: int | None
    oldest_age_ms: int | None
    tombstoned: int | None
    clock_offset_ms: int | None
    degraded: str | None
    degraded_said: Text | None
    security_refusals: int | None
    security_events: int
    known_losses: int
    enrolled: bool
    revoked: bool
    clock: str | None
    software: str | None
    models: list[str]
    behind: Literal["software", "models"] | None
    disk_free_bytes: int | None
    certificate_until: datetime | None
    config: NewestConfig | None
    troubles: list[Trouble]


class Fleet(Answer):
    """Gateways and cameras of the caller's scope."""

    as_of: datetime
    gateways: list[GatewayState]
    cameras: list[CameraState]


class Reason(Answer):
    """Why readings came without a value, and how many."""

    code: str
    readings: int


class CameraDay(Answer):
    """Readings of one camera within the day, and why some of them say nothing: a reading may have several reasons."""

    gateway: str
    camera: str
    readings: int
    silent: int
    reasons: list[Reason]


class GatewayDay(Answer):
    """Readings of a gateway by hour, the oldest first."""

    gateway: str
    hours: list[int]


class FleetDay(Answer):
    """What was read in the 24 hours up to `until`, of the caller's scope; a camera without a reading is not named."""

    since: datetime
    until: datetime
    gateways: list[GatewayDay]
    cameras: list[CameraDay]


class SecurityEventRow(Answer):
    """Something refused or claimed wrongly; the same again counts in `times`. `gateway` null = nobody known."""

    id: int
    code: str
    gateway: str | None
    detail: str
    said: Text
    times: int
    first_at: datetime
    last_at: datetime


class SecurityEventList(Answer):
    """The newest events; `total` counts all."""

    total: int
    events: list[SecurityEventRow]


class DeadLetterRow(Answer):
    """A message or record that could not be taken; `replayed_at` = when it was taken after all."""

    id: int
    received_at: datetime
    topic: str
    gateway: str | None
    code: str
    reason: str
    said: Text
    size_bytes: int
    times: int
    replayed_at: datetime | None


class DeadLetterList(Answer):
    """The newest letters; `total` counts all."""

    total: int
    letters: list[DeadLetterRow]
