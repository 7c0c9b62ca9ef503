"""A small site on disk for tests of the whole agent: settings, commissioning, drawn frames, and the agent's process."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2

from edge_agent.errors import StoreError
from edge_agent.status import Status, read_status
from tests.edge_agent.vision.drawing import daylight, draw, scene_json
from tests.services import Broker, wait_until

START = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
ROWS, COLS = 5, 4


def frame_name(number: int) -> str:
    """The name of the frame that many hours after the start."""
    return f"{START + timedelta(hours=number):%Y%m%dT%H%M%SZ}.jpg"


def a_jpeg(number: int) -> bytes:
    """A drawing of the building after so many hours; no two are alike."""
    stages = [[min(5, max(0, number // 8 - row)) for _ in range(COLS)] for row in range(ROWS)]
    image = daylight(draw(stages), number / 24)
    cv2.putText(image, str(number), (8, 20), cv2.FONT_HERSHEY_PLAIN, 1.2, (255, 255, 255), 1)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])
    assert done
    return data.tobytes()


@dataclass(slots=True, kw_only=True)
class Site:
    """A gateway's folder with its settings file; cameras are added as tables."""

    root: Path
    broker: Broker
    gateway: str = "gw-1"
    cameras: list[dict[str, Any]] = field(default_factory=list)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data_dir(self) -> Path:
        """Where outbox and evidence lie."""
        return self.root / "data"

    def add_folder_camera(self, camera: str = "cam-1", **options: Any) -> Path:
        """A camera that watches a folder of its own, which is returned."""
        drop = self.root / f"{camera}-drop"
        drop.mkdir(parents=True)
        options = {"kind": "folder", "path": str(drop), "interval_s": 0.05, "settle_s": 0.0} | options
        self._add(camera, options)
        return drop

    def add_rtsp_camera(self, url: str, camera: str = "cam-2", **options: Any) -> None:
        """A camera that reads a stream."""
        short: dict[str, Any]
        short = {"interval_s": 0.05, "open_timeout_s": 4.0, "read_timeout_s": 1.0, "stale_s": 5.0}
        short.update(kind="rtsp", url=url, restart_min_s=0.1, restart_max_s=0.5)
        self._add(camera, short | options)

    def add_http_camera(self, url: str, camera: str = "cam-3", **options: Any) -> None:
        """A camera that fetches snapshots."""
        short: dict[str, Any] = {"kind": "http", "url": url, "interval_s": 0.1, "timeout_s": 2.0}
        self._add(camera, short | options)

    def write(self) -> Path:
        """The settings file."""
        password = self.root / "password"
        password.write_text(self.broker.users[self.gateway])
        broker: dict[str, Any] = {
            "url": f"mqtt://127.0.0.1:{self.broker.port}",
            "username": self.gateway,
            "password_file": "password",
        }
        broker |= {"retry_min_s": 0.05, "retry_max_s": 0.3, "resend_s": 0.3, "beat_s": 0.5}
        tables = {"gateway": {"id": self.gateway, "data_dir": "data"}, "broker": broker, **self.sections}
        lines = [f"[{name}]\n{_toml(table)}" for name, table in tables.items()]
        lines += [f"[[camera]]\n{_toml(table)}" for table in self.cameras]
        path = self.root / "agent.toml"
        path.write_text("\n".join(lines))
        return path

    def start(self) -> None:
        """Start the agent as a process of its own."""
        command = [sys.executable, "-m", "tests.edge_agent.agent_process", str(self.write())]
        with (self.root / "agent.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL, as a power cut does it to a process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(20)
        self.process = None
        return code

    def status(self) -> Status:
        """What the store says."""
        return read_status(self.data_dir, now_ms=0)

    def wait_for(self, condition: Any, *, what: str, timeout_s: float = 30.0) -> None:
        """Until `condition(status)` holds; the agent's log is shown when it does not."""
        try:
            wait_until(lambda: self._holds(condition), what=what, timeout_s=timeout_s)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{(self.root / 'agent.log').read_text()[-4000:]}") from late

    def _holds(self, condition: Any) -> bool:
        try:
            return bool(condition(self.status()))
        except StoreError:  # the store is still being made
            return False

    def _add(self, camera: str, options: dict[str, Any]) -> None:
        scene = self.root / f"{camera}.scene.json"
        scene.parent.mkdir(parents=True, exist_ok=True)
        scene.write_text(json.dumps(scene_json(rows=ROWS, cols=COLS)))
        self.cameras.append({"id": camera, "scene": scene.name, **options})


def deliver(drop: Path, numbers: range) -> None:
    """Drop frames into a folder as an FTP server does that renames when it is done."""
    for number in numbers:
        part = drop / f".{frame_name(number)}.part"
        part.write_bytes(a_jpeg(number))
        part.rename(drop / frame_name(number))


def _toml(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
