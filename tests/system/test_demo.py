"""`siteprogress demo` as people call it, over its first days."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = [sys.executable, "-m", "demo.cli", "demo"]


@pytest.mark.requirement("C28")
@pytest.mark.parametrize("broker", ["mosquitto", "amqtt"])
def test_the_first_days(tmp_path: Path, broker: str) -> None:
    out = tmp_path / "out.json"
    command = [*DEMO, "--headless", "--json", str(out), "--days", "3", "--broker", broker]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    told = json.loads(out.read_text())
    assert told["frames"] == 18
    assert told["readings"]["appended"] >= 36
    assert told["readings"]["stored"] == told["readings"]["appended"]
    assert (told["readings"]["lost"], told["readings"]["doubled"], told["failures"]) == (0, 0, [])
    assert {b["id"] for b in told["buildings"]} == {"qp-b1", "qp-b2", "qp-b3", "xl-b1", "xl-b2", "gt-b1"}
    assert {s["subject"] for s in told["scores"]} == {"qp", "xl", "gt"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--footage", "/nowhere"], "no footage in /nowhere"),
        (["--broker", "mqtt://nobody@127.0.0.1"], "expected mqtt://user:password@host[:port]"),
    ],
)
def test_what_cannot_be_is_explained(options: list[str], told: str) -> None:
    done = subprocess.run([*DEMO, "--headless", *options], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert told in done.stdout


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    command = [*DEMO, "--headless", "--keep", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "expected a new or empty folder" in done.stdout
    assert (tmp_path / "letter.txt").read_text() == "mine"
