"""Weights: the shipped ones load and answer; anything that does not fit together is refused with its reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_agent.vision.baseline import load_baseline
from edge_agent.vision.dataset import UNKNOWN, read_scene_folder
from edge_agent.vision.errors import ModelError
from edge_agent.vision.frame import decode_frame
from edge_agent.vision.rectify import canvas_size, rectify
from edge_agent.vision.session import load_network

REPOSITORY = Path(__file__).resolve().parents[3]
SHIPPED = REPOSITORY / "models"
FOOTAGE = REPOSITORY / "demo" / "footage" / "scenes"


@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (5, 6), (14, 9)])
def test_the_shipped_weights_answer_for_any_grid(rows: int, cols: int) -> None:
    net = load_network(SHIPPED)
    rng = np.random.default_rng(0)
    said = net.infer(rng.integers(0, 256, (*canvas_size(rows, cols), 3), dtype=np.uint8))
    assert said.stage.shape == (rows, cols, 6)
    assert said.stage.sum(axis=-1) == pytest.approx(1.0, abs=1e-5)
    assert said.cover.shape == (rows, cols, 3)
    assert said.occluded.shape == (rows, cols)
    assert (said.occluded >= 0).all()
    assert (said.occluded <= 1).all()


def test_rows_come_from_the_ground_up_and_the_stages_are_mostly_right() -> None:
    """Rendered footage that the weights never saw: right in most cells, and far more so than upside down."""
    net = load_network(SHIPPED)
    folder = read_scene_folder(next(p for p in sorted(FOOTAGE.iterdir()) if (p / "scene.json").exists()))
    file = folder.frames[len(folder.frames) // 2]
    frame = decode_frame(file.path.read_bytes(), captured_at=file.captured_at, source=file.path.name)
    face = folder.scene.faces[0]
    truth = file.truth[face.face_id]
    known = (truth.stage != UNKNOWN) & ~truth.occluded
    said = net.infer(rectify(frame, folder.scene, face).image).stage.argmax(axis=-1)
    assert (said == truth.stage)[known].mean() > 0.6
    assert (said[::-1] == truth.stage)[known].mean() < 0.6


def test_a_canvas_of_no_whole_cells_is_refused() -> None:
    with pytest.raises(ModelError, match="whole number"):
        load_network(SHIPPED).infer(np.zeros((300, 300, 3), np.uint8))


def copied(tmp_path: Path, change: Callable[[dict[str, Any]], object] = lambda manifest: None) -> Path:
    for name in ("manifest.json", "new_build.onnx"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    path = tmp_path / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    return tmp_path


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m["models"]["new_build"].update(sha256="0" * 64), "sha256"),
        (lambda m: m["models"]["new_build"].update(stages=["a", "b"]), "stages"),
        (lambda m: m["models"]["new_build"].update(covers=["a"]), "covers"),
        (lambda m: m["models"]["new_build"]["canvas"].update(cell_px=32), "canvas"),
        (lambda m: m["models"]["new_build"].update(file="other.onnx"), "cannot be read"),
        (lambda m: m["models"]["new_build"].pop("file"), "new_build.file"),
        (lambda m: m.update(schema="siteprogress.models/2"), "siteprogress.models/1"),
        (lambda m: m["models"].clear(), "names no weights"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], object], reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        load_network(copied(tmp_path, change))


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"manifest\.json: cannot be read"):
        load_network(tmp_path)


def test_the_shipped_baseline_answers() -> None:
    said = load_baseline(SHIPPED / "feature_baseline.npz").infer(np.zeros((*canvas_size(3, 2), 3), np.uint8))
    assert said.stage.shape == (3, 2, 6)


def test_the_card_is_of_these_weights() -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text())
    assert manifest["models"]["new_build"]["sha256"] in (SHIPPED / "new_build.md").read_text()
