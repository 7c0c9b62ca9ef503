"""Orders a configuration: contents looked over and kept, merged with what the gateway should run, signed, filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from central.configuring.blobs import BlobFolder
from central.identity.keys import centre_signer
from central.store.save_configs import order
from wire.codec import config_statement
from wire.messages import Config, ConfigPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Contents that have been looked over (`contents`). `only`: instead of what was ordered before, not over it."""

    scenes: Mapping[str, bytes] = field(default_factory=dict)
    settings: bytes | None = None
    model: bytes | None = None
    only: bool = False


def order_change(
    engine: Engine,
    data_dir: Path,
    gateway: str,
    change: Change,
    *,
    life_ms: int,
    by: str,
    now_ms: int,
    based_on: int | None = None,
) -> Config:
    """The filed and signed configuration; the listener publishes it. UnknownThing: not a gateway that takes orders.

    With `based_on` UnknownThing too where the last configuration is another one: somebody was first.
    A message says everything that the gateway should run beside its own settings file, so that the last one suffices.
    """
    blobs, signer = BlobFolder(data_dir), centre_signer(data_dir)
    changed = [_part(blobs, "scene", camera, content) for camera, content in sorted(change.scenes.items())]
    changed += [_part(blobs, "settings", "settings", change.settings)] if change.settings is not None else []
    changed += [_part(blobs, "model", "model", change.model)] if change.model is not None else []

    def make(number: int, before: tuple[ConfigPart, ...]) -> Config:
        parts = {(part.kind, part.name): part for part in (*(() if change.only else before), *changed)}
        plain = Config(
            gw=gateway,
            id=number,
            issued_at=now_ms,
            deadline=now_ms + life_ms,
            parts=tuple(part for _, part in sorted(parts.items())),
        )
        return replace(plain, sig=signer.sign(config_statement(plain)))

    return order(engine, gateway, make=make, by=by, now_ms=now_ms, based_on=based_on)


def _part(blobs: BlobFolder, kind: Literal["scene", "settings", "model"], name: str, content: bytes) -> ConfigPart:
    return ConfigPart(kind=kind, name=name, sha256=blobs.keep(content), size_bytes=len(content))
