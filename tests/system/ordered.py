"""A centre and one enrolled gateway that takes its orders: all real, on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from central.configuring.standing import Standing, standings
from central.store.engine import reading
from edge_agent.remote.state import State, read_state
from tests.central.test_serve import Running
from tests.edge_agent.site import Site, deliver
from tests.edge_agent.vision.test_session import a_models_folder
from tests.services import Broker, wait_until

WAIT_S = 90.0
TRIAL_S = 30
EDGE = [sys.executable, "-m", "edge_agent.cli"]


class District:
    """A centre and one enrolled gateway with a folder camera, seen by small real weights."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        (folder / "centre").mkdir()
        self.centre = Running(folder / "centre", broker)
        keys = folder / "keys"
        self.tell("gateway", "enroll", "gw-1", "--out", str(keys))
        self.centre.start()
        self.engine = self.centre.engine
        self.site = Site(root=folder / "gw-1", broker=broker)
        self.site.root.mkdir()
        self.drop = self.site.add_folder_camera()
        (folder / "models").mkdir()
        self.site.sections = {
            "centre": {"url": f"http://127.0.0.1:{self.centre.port}", "token_file": str(keys / "token")},
            "identity": {"signing_key": str(keys / "signing.key"), "centre_key": str(keys / "centre.pub")},
            "vision": {"models": str(a_models_folder(folder / "models"))},
            "remote": {"trial_s": TRIAL_S},
        }
        self.folder = folder
        self.delivered = 0

    def tell(self, *words: str) -> str:
        done = self.centre.tell(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_gateway(self) -> None:
        command = [*EDGE, "run", "--settings", str(self.site.write())]
        with (self.site.root / "agent.log").open("ab") as log:
            self.site.process = subprocess.Popen(command, stdout=log, stderr=log)

    def frames(self, count: int = 1) -> None:
        """So many more frames in the camera's folder."""
        deliver(self.drop, range(self.delivered, self.delivered + count))
        self.delivered += count

    @property
    def state(self) -> State:
        return read_state(self.site.data_dir / "config")

    @property
    def orders(self) -> tuple[Standing, ...]:
        with reading(self.engine) as connection:
            return standings(connection, "gw-1", now_ms=0, limit=50)

    def until(self, happened: Callable[[], Any], what: str) -> None:
        """Wait, with both logs when it does not come."""
        try:
            wait_until(happened, what=what, timeout_s=WAIT_S)
        except AssertionError as late:
            logs = [(self.site.root / "agent.log").read_text()[-5000:], str(self.orders), str(self.state)]
            raise AssertionError("\n".join([str(late), *logs])) from late

    def looked_at(self) -> int:
        """Frames of which the store has a reading."""
        cameras = self.site.status().cameras
        return cameras[0].files_read if cameras else 0

    def readings(self) -> list[dict[str, Any]]:
        """Bodies of the readings the centre has, in order."""
        with reading(self.engine) as connection:
            rows = connection.exec_driver_sql(
                "SELECT body FROM record WHERE gateway = 'gw-1' AND kind = 'face_reading' ORDER BY epoch, seq"
            )
            return [json.loads(body) for (body,) in rows]

    def close(self) -> None:
        self.site.kill()
        self.engine.dispose()
        if self.centre.process is not None and self.centre.process.poll() is None:
            self.centre.kill()


def looked(district: District, count: int) -> bool:
    try:
        return district.looked_at() >= count
    except Exception:  # noqa: BLE001  the store is being made
        return False
