"""What cannot be of use to any gateway is refused where it is ordered, with file and place."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from central.configuring.contents import (
    ContentRefused,
    model_content,
    policy_content,
    read_policy_file,
    scene_content,
    zip_folder,
)
from tests.central.configuring.build import model
from tests.edge_agent.remote.build import a_scene, a_zip

MANIFEST = json.dumps(
    {"schema": "siteprogress.models/2", "models": {"new_build": {"file": "a.onnx", "sha256": "0" * 64}}}
).encode()
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "scene no JSON": (lambda: scene_content(b"x", where="s.json"), "at s.json: expected JSON text"),
    "scene of another schema": (lambda: scene_content(b'{"schema": 1}', where="s"), "siteprogress.scene/1"),
    "scene without faces": (lambda: scene_content(a_scene(faces=[]), where="s"), "at least one"),
    "scene of a megabyte": (lambda: scene_content(b" " * (1 << 20) + b"{}", where="s"), "at most 1048576"),
    "policy for the broker's place": (lambda: policy_content({"broker": {"url": "x"}}, where="p"), "p.broker"),
    "policy out of bounds": (lambda: policy_content({"vision": {"threads": 0}}, where="p"), "from 1 to 64"),
    "model no zip": (lambda: model_content(b"PK", where="m"), "a zip of manifest.json"),
    "model without manifest": (lambda: model_content(a_zip({"a": b""}), where="m"), "no manifest.json"),
    "model of another schema": (
        lambda: model_content(a_zip({"manifest.json": b'{"schema": "x"}'}), where="m"),
        "siteprogress.models/2",
    ),
    "model too large": (lambda: model_content(bytes((10 << 20) + 1), where="m"), "at most 10485760"),
    "model that unpacks to too much": (
        lambda: model_content(a_zip({"manifest.json": b"{}", "b": bytes(65 << 20)}), where="m"),
        "unpacked size",
    ),
    "model packed by bzip2, of which one small read may inflate to gigabytes": (
        lambda: model_content(a_zip({"manifest.json": bytes(32 << 20)}, compression=zipfile.ZIP_BZIP2), where="m"),
        "stored or deflated",
    ),
    "model packed by lzma": (
        lambda: model_content(a_zip({"manifest.json": MANIFEST}, compression=zipfile.ZIP_LZMA), where="m"),
        "stored or deflated",
    ),
    "weights that are not there": (lambda: model_content(a_zip({"manifest.json": MANIFEST}), where="m"), "no a.onnx"),
    "weights that differ": (
        lambda: model_content(a_zip({"manifest.json": MANIFEST, "a.onnx": b"y"}), where="m"),
        "as manifest.json says",
    ),
}


@pytest.mark.parametrize(("make", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(make: Callable[[], object], why: str) -> None:
    with pytest.raises(ContentRefused, match=why):
        make()


def test_the_same_weights_give_the_same_bytes(tmp_path: Path) -> None:
    assert model(tmp_path / "a") == model(tmp_path / "b")


def test_the_shipped_weights_fit(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "models"
    assert len(model_content(zip_folder(shipped), where="models")) < 10 << 20


def test_a_policy_may_be_toml_or_json(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("[evidence]\nevery_h = 2.0\n[camera.cam-1]\ninterval_s = 60\n")
    (tmp_path / "p.json").write_text('{"evidence": {"every_h": 2.0}, "camera": {"cam-1": {"interval_s": 60}}}')
    assert read_policy_file(tmp_path / "p.toml") == read_policy_file(tmp_path / "p.json")
    (tmp_path / "p.toml").write_text("[evidence\n")
    with pytest.raises(ContentRefused, match="expected TOML text"):
        read_policy_file(tmp_path / "p.toml")
