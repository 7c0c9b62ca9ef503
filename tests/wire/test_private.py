"""Who may read what a gateway or a centre keeps."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from wire.private import keep_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    keep_private(tmp_path / "a" / "data")
    assert mode(tmp_path / "a" / "data") == 0o700


def test_what_was_open_is_closed_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "data" / "identity").mkdir(parents=True)
    for name, before in (("centre.db", 0o644), ("centre.db-wal", 0o664), ("run.sh", 0o755), ("secret", 0o600)):
        (tmp_path / "data" / name).touch()
        (tmp_path / "data" / name).chmod(before)
    (tmp_path / "data" / "identity").chmod(0o750)
    (tmp_path / "data").chmod(0o755)
    keep_private(tmp_path / "data")
    found = {path.name: mode(path) for path in (tmp_path / "data", *(tmp_path / "data").iterdir())}
    assert found == {
        "data": 0o700,
        "identity": 0o700,
        "centre.db": 0o600,
        "centre.db-wal": 0o600,
        "run.sh": 0o700,
        "secret": 0o600,
    }
    assert "centre.db mode=600 before=644" in caplog.text
    assert "secret" not in caplog.text


def test_the_second_time_nothing_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "open").touch()
    keep_private(tmp_path)
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        keep_private(tmp_path)
    assert caplog.text == ""


def test_what_others_must_reach_stays_as_it_is_and_the_way_there_is_open(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "broker").mkdir(parents=True)
    (data / "photos").mkdir()
    (data / "broker" / "gateways.crl").touch(0o644)
    for folder in (data, data / "broker", data / "photos"):
        folder.chmod(0o755)
    keep_private(data, shared=[data / "broker" / "gateways.crl", tmp_path / "elsewhere"])
    assert [mode(path) for path in (data, data / "broker", data / "photos")] == [0o711, 0o755, 0o700]
    assert mode(data / "broker" / "gateways.crl") == 0o644


def test_what_a_link_points_to_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "outside").touch()
    (tmp_path / "outside").chmod(0o644)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "data" / "nowhere").symlink_to(tmp_path / "none")
    keep_private(tmp_path / "data")
    assert mode(tmp_path / "outside") == 0o644
