"""Parts become a whole folder or none; what they change, and what they may not change."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.remote.errors import RefusedError
from edge_agent.remote.overlay import overlaid
from edge_agent.remote.staging import stage
from edge_agent.remote.unpacking import UNPACKED_BYTES_MAX, unpack
from edge_agent.settings import Settings
from tests.edge_agent.remote.build import a_config, a_part, a_policy, a_scene, a_zip, blobs_in, settings_in

POLICY = a_policy(
    evidence={"every_h": 2.5},
    vision={"threads": 2},
    broker={"beat_s": 5},
    camera={"cam-1": {"interval_s": 7, "stale_s": 40}},
)
SCENE = a_scene(rows=6)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def test_parts_go_over_the_settings_file_and_everything_else_stays(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "data/config"
    model = a_zip({"manifest.json": b"{}", "cells.onnx": b"weights"})
    parts = (a_part("settings", POLICY), a_part("scene", SCENE, name="cam-1"), a_part("model", model))
    made = stage(a_config(*parts), blobs_in(tmp_path / "in", POLICY, SCENE, model), settings=settings, folder=folder)
    ours = overlaid(settings, made)
    assert (ours.evidence.every_h, ours.vision.threads, ours.broker.beat_s) == (2.5, 2, 5.0)
    assert (ours.camera[0].interval_s, ours.camera[0].stale_s) == (7.0, 40.0)
    assert ours.camera[0].scene.read_bytes() == SCENE
    assert ours.vision.models is not None
    assert (ours.vision.models / "cells.onnx").read_bytes() == b"weights"
    assert (ours.gateway, ours.broker.url, ours.limits) == (settings.gateway, settings.broker.url, settings.limits)
    assert [entry.name for entry in folder.iterdir()] == ["7"]


def test_no_parts_are_the_settings_file_alone(settings: Settings, tmp_path: Path) -> None:
    made = stage(a_config(), {}, settings=settings, folder=tmp_path / "data/config")
    assert overlaid(settings, made) == settings


BAD_POLICIES = {
    "another gateway id": (a_policy(gateway={"id": "gw-2"}), "may not set"),
    "another broker": (a_policy(broker={"url": "mqtt://elsewhere"}), "may not set"),
    "a camera's address": (a_policy(camera={"cam-1": {"url": "http://elsewhere"}}), "may not set"),
    "a path": (a_policy(vision={"models": "/etc"}), "may not set"),
    "out of bounds": (a_policy(evidence={"every_h": -1}), "a number from 0 to 744"),
    "of another type": (a_policy(vision={"threads": "2"}), "a whole number from 1 to 64"),
    "true for one": (a_policy(vision={"threads": True}), "a whole number"),
    "not a number": (a_policy(evidence={"every_h": float("nan")}), "a number from"),
    "a camera nobody has": (a_policy(camera={"cam-9": {"interval_s": 5}}), "expected one of cam-1"),
    "another schema": (json.dumps({"schema": "x/1"}).encode(), "siteprogress.policy/1"),
    "no table": (b"[]", "a table of values"),
    "no JSON": (b"{", "JSON text"),
    "nested without end": (b"[" * 60_000, "JSON text"),
}


@pytest.mark.parametrize(("policy", "why"), BAD_POLICIES.values(), ids=BAD_POLICIES.keys())
def test_a_policy_that_will_not_do_leaves_no_folder(
    settings: Settings, tmp_path: Path, policy: bytes, why: str
) -> None:
    folder = tmp_path / "data/config"
    with pytest.raises(RefusedError, match=why):
        stage(a_config(a_part("settings", policy)), blobs_in(tmp_path / "in", policy), settings=settings, folder=folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("camera", ["cam-9", "../../../etc/cron.d/x"])
def test_a_scene_of_a_camera_nobody_has_is_refused(settings: Settings, tmp_path: Path, camera: str) -> None:
    config = a_config(a_part("scene", SCENE, name=camera))
    with pytest.raises(RefusedError, match="expected one of cam-1"):
        stage(config, blobs_in(tmp_path / "in", SCENE), settings=settings, folder=tmp_path / "data/config")
    assert not list(tmp_path.glob("**/cron.d"))


def test_a_folder_changed_afterwards_is_not_taken(settings: Settings, tmp_path: Path) -> None:
    config = a_config(a_part("scene", SCENE, name="cam-1"))
    made = stage(config, blobs_in(tmp_path / "in", SCENE), settings=settings, folder=tmp_path / "data/config")
    (made / "scene-cam-1.json").write_bytes(a_scene())
    with pytest.raises(RefusedError, match="was changed"):
        overlaid(settings, made)


def locked(path: Path) -> None:
    path.write_bytes(a_zip({"manifest.json": b"{}"}))
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag that says it is encrypted, in both places
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)


def symlink(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("cells.onnx")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")


BAD_ZIPS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no zip": (lambda path: path.write_bytes(b"hello"), "not a zip"),
    "cut": (lambda path: path.write_bytes(a_zip({"a": b"x" * 9})[:-9]), "not a zip"),
    "a folder in it": (lambda path: path.write_bytes(a_zip({"a/b": b""})), "plain file names"),
    "up and away": (lambda path: path.write_bytes(a_zip({"../x": b""})), "plain file names"),
    "absolute": (lambda path: path.write_bytes(a_zip({"/etc/x": b""})), "plain file names"),
    "hidden": (lambda path: path.write_bytes(a_zip({".x": b""})), "plain file names"),
    "many": (lambda path: path.write_bytes(a_zip({f"f{i}": b"" for i in range(33)})), "at most 32"),
    "a password": (locked, "password"),
    "bzip2": (lambda path: path.write_bytes(a_zip({"a": b""}, compression=zipfile.ZIP_BZIP2)), "stored or deflated"),
    "lzma": (lambda path: path.write_bytes(a_zip({"a": b""}, compression=zipfile.ZIP_LZMA)), "stored or deflated"),
}


@pytest.mark.parametrize(("spoil", "why"), BAD_ZIPS.values(), ids=BAD_ZIPS.keys())
def test_zips_that_are_not_plain_are_refused(tmp_path: Path, spoil: Callable[[Path], object], why: str) -> None:
    spoil(tmp_path / "model.zip")
    with pytest.raises(RefusedError, match=why):
        unpack(tmp_path / "model.zip", tmp_path / "models")


def test_a_link_in_a_zip_is_written_as_a_plain_file(tmp_path: Path) -> None:
    symlink(tmp_path / "model.zip")
    unpack(tmp_path / "model.zip", tmp_path / "models")
    assert (tmp_path / "models/cells.onnx").read_bytes() == b"/etc/passwd"
    assert not (tmp_path / "models/cells.onnx").is_symlink()


def test_a_zip_bomb_ends_at_the_cap_and_costs_little_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("b", "w") as entry:
        for _ in range(128):
            entry.write(bytes(1 << 20))
    assert (tmp_path / "bomb.zip").stat().st_size < 1 << 20
    tracemalloc.start()
    with pytest.raises(RefusedError, match="inflates beyond the cap"):
        unpack(tmp_path / "bomb.zip", tmp_path / "models")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 << 20
    assert (tmp_path / "models/b").stat().st_size <= UNPACKED_BYTES_MAX
