"""What an agent keeps is its own user's alone, also what an earlier release left open."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge_agent.site import Site
from tests.edge_agent.vision.test_session import a_models_folder
from tests.services import Broker, wait_until


@pytest.fixture
def site(tmp_path: Path, mosquitto: Broker) -> Iterator[Site]:
    site = Site(root=tmp_path / "gw-1", broker=mosquitto)
    (site.root / "data" / "drop").mkdir(parents=True)
    site.add_folder_camera(path=str(site.root / "data" / "drop"))
    (tmp_path / "models").mkdir()
    site.sections = {"vision": {"models": str(a_models_folder(tmp_path / "models"))}}
    yield site
    site.kill()


def test_store_and_folder_are_closed_and_the_folder_that_a_camera_fills_is_not(site: Site) -> None:
    (site.data_dir / "evidence").mkdir()
    for path in (site.data_dir, site.data_dir / "evidence", site.data_dir / "drop"):
        path.chmod(0o755)
    command = [sys.executable, "-m", "edge_agent.cli", "run", "--settings", str(site.write())]
    with (site.root / "agent.log").open("ab") as log:
        site.process = subprocess.Popen(command, stdout=log, stderr=log, umask=0o022)
    wait_until((site.data_dir / "health.json").exists, what="the agent runs")
    found = {path.name: path.stat().st_mode & 0o777 for path in (site.data_dir, *site.data_dir.iterdir())}
    assert found.pop("data") == 0o711  # the way to the drop, for those who know its name
    assert found.pop("drop") == 0o755
    assert found["outbox.db"] == found["outbox.db-wal"] == found["outbox.db-shm"] == 0o600
    assert {name: mode for name, mode in found.items() if mode & 0o077} == {}
    assert site.stop() == 0
