"""The commissioning of one camera as the centre knows it: what runs there, or will, and what it was seen with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from central.configuring.blobs import BlobFolder
from central.configuring.standing import Standing, standings
from central.store.read_references import first_readings, last_ask, steps_of

LOOKED_AT = 50  # configurations in which the camera's scene is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Commissioned:
    """`ask` is the newest request, `taken` the newest that gave a frame; `scene` what to begin with (None = not known).

    `newest` is the id of the last configuration of the gateway (0 = none): an order based on another is refused.
    `order` is the last that changes this camera's scene. `frame_is_old`: a scene came into force after the frame.
    """

    ask: Row[Any] | None
    taken: Row[Any] | None
    scene: dict[str, Any] | None
    newest: int
    order: Standing | None
    steps: dict[str, Row[Any]]
    readings: tuple[Row[Any], ...]
    frame_is_old: bool


def commissioned(connection: Connection, blobs: BlobFolder, gateway: str, camera: str, *, now_ms: int) -> Commissioned:
    """All of it, read once."""
    orders = standings(connection, gateway, now_ms=now_ms, limit=LOOKED_AT)
    changes = _changes(orders, camera)
    order = changes[0] if changes else None
    taken = last_ask(connection, gateway, camera, state="taken")
    running = next((one for one in changes if one.state == "applied"), None)
    newer = running is not None and (taken is None or running.id > taken.config)
    scene = _scene_of(blobs, running, camera) if running is not None and newer else None
    if scene is None and taken is not None:
        scene = json.loads(taken.scene)
    steps = steps_of(connection, gateway, order.id) if order else {}
    trial = steps.get("on_trial")
    return Commissioned(
        ask=last_ask(connection, gateway, camera),
        taken=taken,
        scene=scene,
        newest=orders[0].id if orders else 0,
        order=order,
        steps=steps,
        readings=tuple(first_readings(connection, camera, after=trial)) if trial else (),
        frame_is_old=newer and taken is not None,
    )


def _changes(orders: tuple[Standing, ...], camera: str) -> list[Standing]:
    """Orders, newest first, that gave this camera another scene than the order before did."""
    of = [(order, _digest(order, camera)) for order in orders]
    befores = [digest for _, digest in (*of[1:], (None, None))]
    return [order for (order, digest), before in zip(of, befores, strict=False) if digest not in (None, before)]


def _digest(order: Standing, camera: str) -> str | None:
    return next((part.sha256 for part in order.parts if (part.kind, part.name) == ("scene", camera)), None)


def _scene_of(blobs: BlobFolder, order: Standing, camera: str) -> dict[str, Any] | None:
    digest = _digest(order, camera)
    path = blobs.path_of(digest) if digest else None
    if path is None or not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found
