"""Asks a gateway for a reference frame: signed with everything else that is open there, filed, published by the
announcer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from central.identity.keys import centre_signer
from central.store.save_references import ask
from wire.codec import config_statement
from wire.messages import References, ReferenceWanted


def ask_reference(
    engine: Engine, data_dir: Path, gateway: str, camera: str, *, reason: str, life_ms: int, by: str, now_ms: int
) -> ReferenceWanted:
    """The filed request; the listener publishes it. UnknownThing: not a gateway that takes orders."""
    signer = centre_signer(data_dir)

    def wanted(number: int) -> ReferenceWanted:
        return ReferenceWanted(id=number, camera=camera, deadline=now_ms + life_ms)

    def make(number: int, open_: tuple[ReferenceWanted, ...]) -> References:
        plain = References(gw=gateway, id=number, issued_at=now_ms, wanted=open_)
        return replace(plain, sig=signer.sign(config_statement(plain)))

    return ask(engine, wanted, gateway=gateway, reason=reason, make=make, by=by, now_ms=now_ms)
