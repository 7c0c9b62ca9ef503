"""The gateway's systemd unit: systemd understands every line of it, and what it keeps from the agent."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "deploy" / "edge" / "siteprogress-edge.service"


def read() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    parser.read(UNIT)
    return parser


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze not found: a machine without systemd")
    text = UNIT.read_text().replace(read()["Service"]["ExecStart"].split()[0], "/bin/true")  # not installed here
    (tmp_path / UNIT.name).write_text(text)
    done = subprocess.run([analyze, "verify", str(tmp_path / UNIT.name)], capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, told) == (0, [])


def test_it_is_started_again_however_often_it_ends() -> None:
    unit = read()
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit["Service"]["Restart"] == "always"


def test_what_it_writes_is_its_users_alone() -> None:
    service = read()["Service"]
    assert (service["UMask"], service["StateDirectoryMode"]) == ("0077", "0700")
