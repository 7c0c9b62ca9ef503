"""The command line on a real site: `check` finds what is wrong, `status` reads, mistakes end with one clear line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.rtsp import StillCamera
from edge_agent.check import Found, check
from edge_agent.settings import load_settings
from tests.edge_agent.build import a_record, an_outbox
from tests.edge_agent.site import Site, a_jpeg, deliver
from tests.services import Broker, free_port


@pytest.fixture
def site(tmp_path: Path, mosquitto: Broker) -> Iterator[Site]:
    site = Site(root=tmp_path / "gw-1", broker=mosquitto)
    site.root.mkdir()
    yield site
    site.kill()


def found_by_check(site: Site) -> dict[str, Found]:
    return {found.what: found for found in check(load_settings(site.write()))}


def edge(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge_agent.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_good_site_is_found_good(site: Site, tmp_path: Path) -> None:
    server = StillCamera().start()
    still = tmp_path / "still.jpg"
    still.write_bytes(a_jpeg(1))
    server.set_still(still)
    deliver(site.add_folder_camera("cam-1"), range(1))
    site.add_rtsp_camera(server.url, "cam-2")
    found = found_by_check(site)
    server.stop()
    wrong = {what: result.detail for what, result in found.items() if result.ok is False}
    assert wrong == {}
    assert found["camera cam-1"].detail.startswith("512 x 384 px")
    assert "A-front 100%" in found["scene of cam-2"].detail
    assert "by MQTT 5" in found["broker"].detail


def test_everything_that_is_wrong_is_found_in_one_go(site: Site) -> None:
    site.add_rtsp_camera(f"rtsp://127.0.0.1:{free_port()}/x", "cam-1", open_timeout_s=1.0, stale_s=60)
    drop = site.add_folder_camera("cam-2")
    (drop / "20260901T020000Z.jpg").write_bytes(b"no image")
    drop = site.add_folder_camera("cam-3", stale_s=0.5)
    site.add_folder_camera("cam-4", stale_s=0.5, path=str(drop / "absent"))
    (site.root / "cam-3.scene.json").write_text('{"schema": "siteprogress.scene/9"}')
    site.sections["vision"] = {"models": "absent"}
    site.sections["centre"] = {"url": f"http://127.0.0.1:{free_port()}", "token_file": "absent"}
    site.write()
    (site.root / "password").write_text("wrong")
    found = {f.what: f for f in check(load_settings(site.root / "agent.toml"))}
    for what, expected in {
        "scene of cam-3": "scene.json: at schema:",
        "network": "absent",
        "camera cam-1": "cannot be opened",
        "camera cam-2": "expected a JPEG or PNG file",
        "camera cam-4": "expected a folder this user can read",
        "broker": "expected user and password the broker knows",
        "centre": "absent",
    }.items():
        assert found[what].ok is False, what
        assert expected in found[what].detail
    assert found["camera cam-3"].ok is None
    assert "no image yet" in found["camera cam-3"].detail


def test_status_as_text_and_json(site: Site) -> None:
    site.add_folder_camera()
    settings = str(site.write())
    before = edge("status", "-s", settings)
    assert before.returncode == 1
    assert "expected the outbox of an agent that has run" in before.stderr
    outbox = an_outbox(site.data_dir)
    outbox.append([a_record(1), a_record(2)])
    outbox.acked(1)
    outbox.close()
    plain = json.loads(edge("status", "-s", settings, "--json").stdout)
    assert (plain["produced"], plain["acked"], plain["pending"]) == (2, 1, 1)
    assert plain["oldest_age_ms"] >= 0
    assert f"gateway gw-1, epoch {outbox.epoch}" in edge("status", "-s", settings).stdout


@pytest.mark.parametrize("command", ["run", "check", "status"])
def test_settings_that_are_wrong_end_with_one_line(tmp_path: Path, command: str) -> None:
    path = tmp_path / "agent.toml"
    path.write_text('[gateway]\nid = "gw-1"\n')
    done = edge(command, "-s", str(path))
    assert done.returncode in (1, 2)
    assert f"{path}: at gateway.data_dir: Field required" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_set_that_is_none_is_refused(tmp_path: Path) -> None:
    done = edge("evaluate", str(tmp_path / "none"), "--json", str(tmp_path / "out.json"))
    assert done.returncode == 1
    assert "none" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.json").exists()


def test_where_figures_cannot_go_is_told_before_the_work(tmp_path: Path) -> None:
    done = edge("evaluate", str(tmp_path), "--json", str(tmp_path / "none" / "out.json"))
    assert done.returncode == 2
    assert "out.json: cannot be written" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
