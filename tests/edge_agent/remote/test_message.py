"""A configuration message is taken from our centre only, for us only, once, and in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_agent.remote.errors import ConfigError, ExpiredError, ForgedError, RefusedError, StaleError
from edge_agent.remote.message import check, opened
from tests.edge_agent.remote.build import CENTRE, DEADLINE, a_config, a_part, payload
from wire.codec import config_statement
from wire.messages import Config
from wire.signing import new_signer

GOOD = a_config(a_part("settings", b"x"))
STRANGER = new_signer()


def test_what_our_centre_signed_for_us_is_opened() -> None:
    assert opened(Config, payload(GOOD), gateway="gw-1", key=CENTRE.public_hex) == GOOD


FORGED = {
    "another's key": (payload(replace(GOOD, sig=STRANGER.sign(config_statement(GOOD)))), "signature of our centre"),
    "unsigned": (payload(replace(GOOD, sig="")), "signature of our centre"),
    "changed afterwards": (payload(replace(GOOD, deadline=DEADLINE + 1)), "signature of our centre"),
    "another gateway's": (payload(a_config(gateway="gw-2")), "expected gw-1"),
    "no JSON": (b"\xff\x00", "JSON"),
    "another version": (payload(GOOD).replace(b'"v":1', b'"v":9'), "version 9"),
    "too long": (b" " * 300_000, "at most"),
    "a part that is none": (payload(GOOD).replace(b'"settings"', b'"shell"'), "parts"),
}


@pytest.mark.parametrize(("said", "why"), FORGED.values(), ids=FORGED.keys())
def test_forgeries_are_told_apart(said: bytes, why: str) -> None:
    with pytest.raises(ForgedError, match=why):
        opened(Config, said, gateway="gw-1", key=CENTRE.public_hex)


TWICE = a_part("scene", b"y", name="cam-1")
CHECKS: dict[str, tuple[Config, int, int, str, type[ConfigError] | None]] = {
    "new and in time": (GOOD, 6, DEADLINE, "synced", None),
    "handled already": (GOOD, 7, DEADLINE, "synced", StaleError),
    "older": (GOOD, 8, DEADLINE, "synced", StaleError),
    "late": (GOOD, 0, DEADLINE + 1, "synced", ExpiredError),
    "late by a clock nobody sets": (GOOD, 0, DEADLINE + 1, "free", None),
    "late by an unknown clock": (GOOD, 0, DEADLINE + 1, "unknown", None),
    "a part twice": (a_config(TWICE, TWICE), 0, 0, "synced", RefusedError),
    "a wrong name": (a_config(replace(TWICE, kind="model")), 0, 0, "synced", RefusedError),
    "too large": (a_config(replace(TWICE, size_bytes=2 << 20)), 0, 0, "synced", RefusedError),
    "a path for a digest": (a_config(replace(TWICE, sha256="../" * 21 + "x")), 0, 0, "synced", RefusedError),
    "too many": (a_config(*(a_part("scene", b"y", name=f"c{i}") for i in range(65))), 0, 0, "synced", RefusedError),
}


@pytest.mark.parametrize(("config", "newest", "now_ms", "clock", "error"), CHECKS.values(), ids=CHECKS.keys())
def test_what_is_applied(config: Config, newest: int, now_ms: int, clock: str, error: type[ConfigError] | None) -> None:
    if error is None:
        check(config, newest=newest, now_ms=now_ms, clock=clock)  # type: ignore[arg-type]
        return
    with pytest.raises(error):
        check(config, newest=newest, now_ms=now_ms, clock=clock)  # type: ignore[arg-type]
