"""What is wrong with a gateway now, as codes for its page: each has one thing to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from central.api.fleet_schemas import Trouble
from central.identity.ends import SOON

CLOCK_OFF_MS = 60_000
BACKLOG = timedelta(minutes=15)  # a beat is 30 s: what waits so long online does not get through
DISK_LOW_BYTES = 2 << 30  # the size its outbox may grow to when nobody says another
_CONFIG_FAILED = frozenset({"overdue", "refused", "rolled_back", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the centre knows of a gateway; None = not said. `refused` counts dead letters and id conflicts."""

    online: bool
    revoked: bool
    degraded: bool
    refused: int
    oldest_age_ms: int | None
    clock_offset_ms: int | None
    disk_free_bytes: int | None
    certificate_until: datetime | None
    config: str | None
    behind: bool


def troubles_of(said: Health, *, wall: datetime) -> list[Trouble]:
    """The heaviest first. Of a gateway that is away only what does not come from its last word is said."""
    backlog_ms = round(BACKLOG.total_seconds() * 1000)
    found: dict[Trouble, bool] = {
        "revoked": said.revoked,
        "offline": not said.online,
        "degraded": said.online and said.degraded,
        "backlog": said.online and (said.oldest_age_ms or 0) > backlog_ms,
        "refused": said.refused > 0,
        "clock": said.online and abs(said.clock_offset_ms or 0) > CLOCK_OFF_MS,
        "disk": said.disk_free_bytes is not None and said.disk_free_bytes < DISK_LOW_BYTES,
        "config": said.config in _CONFIG_FAILED,
        "certificate": said.certificate_until is not None and said.certificate_until - wall < SOON,
        "behind": said.behind,
    }
    return [code for code, so in found.items() if so]
