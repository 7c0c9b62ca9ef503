"""What the sending loop asks of a connection, and what a connection tells: the seam between protocol and network."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something the broker delivered."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The broker's answer to a publish; `code` 0 = taken, 0x10 = taken but nobody listens, 0x80 and more = refused."""

    mid: int
    code: int
    reason: str


Event = Message | Taken


class Link(Protocol):
    """One open connection. Every call may raise BrokerError: it is gone then, and nothing more comes of it."""

    events: deque[Event]
    max_packet_bytes: int | None

    @property
    def room(self) -> int:
        """How many messages of QoS 1 may be handed over now."""
        ...

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> int:
        """Hand a message over and return its number; what becomes of it is told by a `Taken` event."""
        ...
