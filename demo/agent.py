"""One site gateway of the demo: its settings, its process, its clock, and what its own store says."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from demo.process import Child, start
from edge_agent.buffer.opening import STORE
from edge_agent.clock import wall_ms
from edge_agent.status import Status, last_instants, read_status

CLI = (sys.executable, "-c", "from edge_agent.cli import main; main()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """A camera as its gateway is told of it: a folder that is watched, or an address that streams."""

    camera: str
    scene: Path
    folder: Path | None = None
    rtsp_url: str | None = None


@dataclass(slots=True, kw_only=True)
class Agent:
    """A gateway's folder and, once started, its process."""

    gateway: str
    folder: Path
    settings: Path
    clock: Path
    cameras: tuple[str, ...]
    child: Child | None = field(default=None)

    @property
    def data_dir(self) -> Path:
        """Where its outbox is."""
        return self.folder / "data"

    def start(self) -> None:
        """Start `siteprogress-edge run`; its words go to agent.log."""
        command = [*CLI, "run", "--settings", str(self.settings)]
        self.child = start(self.gateway, command, log=self.folder / "agent.log")

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.child is not None:
            self.child.stop()

    def set_clock(self, at: datetime) -> None:
        """Move its clock; the file is replaced whole, so it never reads half an instant."""
        replace_text(self.clock, at.isoformat())

    def seen(self) -> dict[str, datetime]:
        """The capture time of the newest frame it has dealt with, by camera; a camera without one is not there."""
        return last_instants(self.data_dir)

    def status(self) -> Status | None:
        """What its store says; None before it has made one."""
        if not (self.data_dir / STORE).exists():
            return None
        return read_status(self.data_dir, now_ms=wall_ms())

    def produced(self) -> int:
        """How many records it has made durable in this epoch."""
        status = self.status()
        return status.produced if status is not None else 0

    def waiting(self) -> int:
        """How many records the centre has not acknowledged yet."""
        status = self.status()
        return status.pending if status is not None else 0

    def acked(self) -> int:
        """How many records of this epoch the centre has said to be committed."""
        status = self.status()
        return status.acked if status is not None else 0


def prepare(
    gateway: str,
    folder: Path,
    *,
    broker: Mapping[str, str | int],
    centre_url: str,
    token: str,
    eyes: Sequence[Eye],
    first: datetime,
    models: Path | None = None,
) -> Agent:
    """Write a gateway's files. `broker` holds host, port, username and password; without `models` the shipped ones."""
    folder.mkdir(parents=True, exist_ok=True)
    write_secret(folder / "broker.password", str(broker["password"]))
    write_secret(folder / "centre.token", token)
    sections: list[tuple[str, dict[str, Any]]] = [
        ("[gateway]", {"id": gateway, "data_dir": "data"}),
        (
            "[broker]",
            {
                "url": f"mqtt://{broker['host']}:{broker['port']}",
                "username": broker["username"],
                "password_file": "broker.password",
                "retry_min_s": 0.2,
                "retry_max_s": 2.0,
                "beat_s": 5.0,
            },
        ),
        ("[centre]", {"url": centre_url, "token_file": "centre.token"}),
        ("[clock]", {"source": "file", "path": "clock"}),
        *([("[vision]", {"models": str(models.resolve())})] if models is not None else []),
        *(("[[camera]]", _camera(eye)) for eye in eyes),
    ]
    settings = folder / "agent.toml"
    settings.write_text("\n".join(_toml(head, values) for head, values in sections), encoding="utf-8")
    cameras = tuple(eye.camera for eye in eyes)
    agent = Agent(gateway=gateway, folder=folder, settings=settings, clock=folder / "clock", cameras=cameras)
    agent.set_clock(first)
    return agent


def replace_text(path: Path, text: str) -> None:
    """Write beside and rename over, so that a reader sees the old text or the new, never half."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def write_secret(path: Path, secret: str) -> None:
    """A file only its owner can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(secret + "\n")


def _camera(eye: Eye) -> dict[str, Any]:
    told: dict[str, Any] = {"id": eye.camera, "scene": str(eye.scene)}
    if eye.rtsp_url is not None:
        return told | {
            "kind": "rtsp",
            "url": eye.rtsp_url,
            "interval_s": 0.1,
            "open_timeout_s": 5.0,
            "restart_min_s": 0.2,
        }
    return told | {"kind": "folder", "path": str(eye.folder), "interval_s": 0.1, "settle_s": 0.0}


def _toml(head: str, values: Mapping[str, Any]) -> str:
    """TOML's basic strings and numbers are spelt as JSON's."""
    return "\n".join([head, *(f"{key} = {json.dumps(value)}" for key, value in values.items()), ""])
