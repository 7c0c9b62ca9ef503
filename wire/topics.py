"""The topic tree: siteprogress/v1/{gateway}/up|down/{channel}."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from wire.errors import TopicError

ROOT = "siteprogress/v1"
HOST_STATE = f"{ROOT}/host/state"
GATEWAY_ID = re.compile(r"(?!host$)[a-z0-9][a-z0-9-]{0,62}")

Direction = Literal["up", "down"]
UpChannel = Literal["data", "bulk", "birth", "beat", "state"]
DownChannel = Literal["ack", "config", "cmd"]
_CHANNELS: dict[str, frozenset[str]] = {
    "up": frozenset({"data", "bulk", "birth", "beat", "state"}),
    "down": frozenset({"ack", "config", "cmd"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A parsed topic of one gateway."""

    gateway: str
    direction: str
    channel: str


def up(gateway: str, channel: UpChannel) -> str:
    """Topic a gateway publishes on."""
    return f"{ROOT}/{_checked(gateway)}/up/{channel}"


def down(gateway: str, channel: DownChannel) -> str:
    """Topic a gateway listens on."""
    return f"{ROOT}/{_checked(gateway)}/down/{channel}"


def all_up() -> str:
    """Subscription of the centre: everything every gateway sends."""
    return f"{ROOT}/+/up/#"


def all_down(gateway: str) -> str:
    """Subscription of one gateway."""
    return f"{ROOT}/{_checked(gateway)}/down/#"


def parse(topic: str) -> Topic:
    """Split a topic; TopicError when it is not of the tree."""
    match topic.split("/"):
        case ["siteprogress", "v1", gateway, direction, channel] if channel in _CHANNELS.get(direction, ()):
            return Topic(gateway=_checked(gateway), direction=direction, channel=channel)
    raise TopicError(f"topic {topic[:200]!r}", where="topic", expected=f"{ROOT}/{{gateway}}/up|down/{{channel}}")


def _checked(gateway: str) -> str:
    if GATEWAY_ID.fullmatch(gateway):
        return gateway
    raise TopicError(
        f"gateway id {gateway[:80]!r}",
        where="gateway",
        expected="1-63 of a-z, 0-9 and '-', starting with a letter or digit, not 'host'",
    )
