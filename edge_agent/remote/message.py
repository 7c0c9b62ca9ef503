"""A configuration message judged: whose it is, whether it is for us, newer than what was handled, and in time."""

from __future__ import annotations

import re
from typing import TypeVar

from edge_agent.remote.errors import ExpiredError, ForgedError, RefusedError, StaleError
from wire.codec import config_statement, decode
from wire.errors import WireError
from wire.messages import Clock, Config, References
from wire.signing import verify

PART_BYTES_MAX = {"scene": 1 << 20, "settings": 64 << 10, "model": 10 << 20}
PARTS_MAX = 64
HEX = re.compile("[0-9a-f]{64}")


Order = TypeVar("Order", Config, References)


def opened(kind: type[Order], payload: bytes, *, gateway: str, key: str) -> Order:
    """The message, if our centre (its public `key`) signed it for this gateway; ForgedError otherwise."""
    try:
        order = decode(kind, payload)
    except WireError as bad:
        raise ForgedError(str(bad), where="order", expected="a message this version reads") from bad
    if not verify(key, config_statement(order), order.sig):
        raise ForgedError(f"id {order.id}", where="order.sig", expected="the signature of our centre")
    if order.gw != gateway:
        raise ForgedError(f"gateway {order.gw}", where="order.gw", expected=gateway)
    return order


def check(config: Config, *, newest: int, now_ms: int, clock: Clock) -> None:
    """StaleError, ExpiredError or RefusedError when it is not to be applied; `newest` is the last id handled."""
    if config.id <= newest:
        raise StaleError(f"id {config.id}", where="configuration.id", expected=f"above {newest}, which was handled")
    check_deadline(config, now_ms=now_ms, clock=clock)
    _check_parts(config)


def check_deadline(config: Config, *, now_ms: int, clock: Clock) -> None:
    """ExpiredError when it is past; a clock that nobody sets can tell nothing."""
    if clock == "synced" and now_ms > config.deadline:
        late_s = (now_ms - config.deadline) // 1000
        raise ExpiredError(f"{late_s} s late", where="configuration.deadline", expected="to be applied before it")


def _check_parts(config: Config) -> None:
    if len(config.parts) > PARTS_MAX:
        raise RefusedError(f"{len(config.parts)} parts", where="parts", expected=f"at most {PARTS_MAX}")
    named = [(part.kind, part.name) for part in config.parts]
    if len(set(named)) != len(named):
        raise RefusedError("a part twice", where="parts", expected="each kind and name once")
    for part in config.parts:
        if not HEX.fullmatch(part.sha256):
            raise RefusedError(f"sha256 {part.sha256!r:.80}", where=f"parts.{part.kind}", expected="64 hex digits")
        if part.kind not in ("scene", part.name):
            raise RefusedError(f"name {part.name!r}", where=f"parts.{part.kind}", expected=repr(part.kind))
        if part.size_bytes > PART_BYTES_MAX[part.kind]:
            raise RefusedError(
                f"{part.size_bytes} bytes", where=f"parts.{part.kind}", expected=f"at most {PART_BYTES_MAX[part.kind]}"
            )
