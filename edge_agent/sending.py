"""The state of the link and of delivery that other threads may read; the publisher's thread writes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Sending:
    """`security` counts messages that claim what cannot be; `clock_offset_ms` is the centre's clock minus ours."""

    connected: bool = False
    host_online: bool = False
    synced: bool = False
    protocol: str = ""
    problem: str = "not connected yet"
    frames_sent: int = 0
    records_sent: int = 0
    refused: int = 0
    in_flight: int = 0
    backlog: bool = False
    security: int = 0
    clock_offset_ms: int | None = None
