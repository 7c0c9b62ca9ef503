"""A received message and how it is acknowledged: only on the connection it came by, only after the commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

BULK = "/up/bulk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One MQTT message. `acknowledge` sends its PUBACK, or does nothing when the connection has been replaced since."""

    topic: str
    payload: bytes
    acknowledge: Callable[[], None]

    @property
    def is_bulk(self) -> bool:
        """Whether it came by the backlog lane."""
        return self.topic.endswith(BULK)
