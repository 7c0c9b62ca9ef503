"""Builders of the edge's nouns with defaults, for tests."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.clock import wall, wall_ms
from edge_agent.publisher import Identity, Publisher, Vitals
from edge_agent.settings import Broker as BrokerSettings
from tests.services import Broker

START_MS = 1_790_000_000_000


def a_record(number: int = 1, *, kind: str = "camera_event", text: str = "") -> NewRecord:
    """A small record; `number` shifts its time by minutes."""
    body: dict[str, Any] = {"camera": "cam-1", "code": "moved", "state": "begin", "detail": text or f"event {number}"}
    body |= {"residual_mpx": 0, "frame_sha256": None}
    return NewRecord(kind=kind, at=START_MS + number * 60_000, clock="synced", body=body)


def an_outbox(folder: Path, *, gateway: str = "gw-1", **rest: Any) -> Outbox:
    """An open outbox in a folder."""
    return open_outbox(folder, gateway=gateway, now_ms=wall_ms, **rest)


def broker_settings(broker: Broker, folder: Path, *, gateway: str = "gw-1", **rest: Any) -> BrokerSettings:
    """Settings for a test broker, with short waits."""
    password = folder / f"{gateway}.password"
    password.write_text(broker.users[gateway] + "\n")
    given = {"retry_min_s": 0.05, "retry_max_s": 0.3, "resend_s": 0.3, "beat_s": 0.5} | rest
    url = f"mqtt://127.0.0.1:{broker.port}"
    return BrokerSettings.model_validate({"url": url, "username": gateway, "password_file": password} | given)


def vitals() -> Vitals:
    """A healthy gateway without cameras."""
    return Vitals(clock="synced", disk_free_bytes=1 << 30, cameras=())


def an_identity(gateway: str = "gw-1") -> Identity:
    """A gateway with one camera."""
    return Identity(gateway=gateway, boot="boot-1", software="test", model_sha256="", cameras=("cam-1",))


@contextmanager
def publishing(outbox: Outbox, settings: BrokerSettings, *, gateway: str = "gw-1") -> Iterator[Publisher]:
    """A publisher running in a thread of its own; stopped and joined afterwards."""
    publisher = Publisher(outbox, settings, an_identity(gateway), vitals=vitals, wall=wall, random=random.Random(7))
    stop = threading.Event()
    thread = threading.Thread(target=publisher.run, args=(stop,), kwargs={"drain_s": 1.0}, name="publisher")
    thread.start()
    try:
        yield publisher
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "publisher did not end"
