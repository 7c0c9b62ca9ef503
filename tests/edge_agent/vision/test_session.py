"""Weights: the shipped ones load and answer; anything that does not fit together is refused with its reason."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_agent.vision.baseline import baseline_work_types, load_baseline
from edge_agent.vision.dataset import UNKNOWN, read_scene_folder
from edge_agent.vision.errors import ModelError
from edge_agent.vision.first_look import kept
from edge_agent.vision.frame import decode_frame
from edge_agent.vision.rectify import canvas_size, rectify
from edge_agent.vision.session import GLANCE_CHANNELS, GLANCES_MOST, load_network, load_networks
from edge_agent.vision.stages import COVERS, OCCLUDERS, STAGE_LISTS
from tests.edge_agent.vision.tiny_onnx import CHANNELS, FLOAT, Tiny

REPOSITORY = Path(__file__).resolve().parents[3]
SHIPPED = REPOSITORY / "models"
FOOTAGE = REPOSITORY / "demo" / "footage" / "scenes"
SHIPPED_KINDS = tuple(json.loads((SHIPPED / "manifest.json").read_text())["models"])
TINY = Tiny()
CANVAS = {"cell_px": 48, "margin_above_px": 48, "margin_below_px": 24, "margin_side_px": 24}


@pytest.mark.parametrize("work_type", SHIPPED_KINDS)
@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (5, 6), (14, 9)])
def test_the_shipped_weights_answer_for_any_grid(work_type: str, rows: int, cols: int) -> None:
    net = load_network(SHIPPED, work_type=work_type)
    rng = np.random.default_rng(0)
    said = net.infer(rng.integers(0, 256, (*canvas_size(rows, cols), 3), dtype=np.uint8))
    assert said.stage.shape == (rows, cols, len(STAGE_LISTS[work_type].names))
    assert said.stage.sum(axis=-1) == pytest.approx(1.0, abs=1e-5)
    assert said.cover.shape == (rows, cols, 3)
    assert said.occluded.shape == (rows, cols)
    assert (said.occluded >= 0).all()
    assert (said.occluded <= 1).all()
    if said.occluder is not None:
        assert said.occluder.shape == (rows, cols, len(OCCLUDERS))
        assert said.occluder.sum(axis=-1) == pytest.approx(1.0, abs=1e-5)


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


@pytest.mark.parametrize(
    ("canvas", "reason"),
    [
        (np.zeros((300, 300, 3), np.uint8), "whole number of 48 px cells"),
        (np.zeros((*canvas_size(2, 2), 3), np.float32), "float32, expected height x width x 3 of uint8"),
        (np.zeros(canvas_size(2, 2), np.uint8), "expected height x width x 3"),
        (np.zeros((*canvas_size(2, 2), 4), np.uint8), "expected height x width x 3"),
        (np.zeros((0, 0, 3), np.uint8), "whole number"),
    ],
)
def test_a_canvas_that_is_none_is_refused(canvas: Any, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        load_network(SHIPPED).infer(canvas)


def an_entry(data: bytes, *, work_type: str, file: str = "cells.onnx") -> dict[str, Any]:
    sha256 = hashlib.sha256(data).hexdigest()
    return {
        "file": file,
        "sha256": sha256,
        "head": f"stage_{work_type}",
        "stages": list(STAGE_LISTS[work_type].names),
        "covers": list(COVERS),
        "occluders": list(OCCLUDERS),
        "canvas": dict(CANVAS),
        "needs": 2,
        "variants": {"fp32": {"file": file, "sha256": sha256}},
    }


def a_models_folder(
    folder: Path, tiny: Tiny = TINY, change: Callable[[dict[str, Any]], object] = lambda manifest: None
) -> Path:
    """Weights for every work type from one small file; `change` spoils the manifest."""
    data = tiny.data()
    (folder / "cells.onnx").write_bytes(data)
    models = {kind: an_entry(data, work_type=kind) for kind in STAGE_LISTS}
    manifest = {"schema": "siteprogress.models/2", "models": models}
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_cameras_of_different_work_share_one_session_and_have_their_own_stages(tmp_path: Path) -> None:
    networks = load_networks(a_models_folder(tmp_path), STAGE_LISTS)
    sessions = {id(net._session) for net in networks.values()}
    assert len(sessions) == 1
    for kind, net in networks.items():
        said = net.infer(np.full((*canvas_size(3, 2), 3), 200, np.uint8))
        assert said.stage.shape == (3, 2, len(STAGE_LISTS[kind].names))
        assert said.stage.argmax(axis=-1).tolist() == [[len(STAGE_LISTS[kind].names) - 1] * 2] * 3
        assert said.occluder is not None


def test_the_occluder_is_told_only_by_weights_that_have_the_head(tmp_path: Path) -> None:
    old = tuple((name, count) for name, count in CHANNELS.items() if name != "occluder")
    folder = a_models_folder(
        tmp_path, Tiny(outputs=old), lambda m: [entry.update(occluders=[]) for entry in m["models"].values()]
    )
    assert load_network(folder).infer(np.zeros((*canvas_size(1, 1), 3), np.uint8)).occluder is None


def test_a_look_is_compared_with_the_first_one_by_weights_that_can(tmp_path: Path) -> None:
    net = load_network(a_models_folder(tmp_path, Tiny(first=GLANCE_CHANNELS)))
    canvas = np.full((*canvas_size(3, 2), 3), 9, np.uint8)
    alone = net.infer(canvas).occluded
    dark, bright = (net.infer(canvas, [kept(np.full_like(canvas, grey))]).occluded for grey in (0, 250))
    assert alone == pytest.approx(dark, abs=1e-6)
    assert (bright > alone + 0.2).all()
    assert net.infer(canvas, [kept(np.full_like(canvas, 250))]).occluded == pytest.approx(bright)


@pytest.mark.parametrize(("looks", "known"), [("looks", 2), (1, 1)])
def test_several_first_looks_are_compared_with_by_weights_that_take_them(
    tmp_path: Path, looks: int | str, known: int
) -> None:
    net = load_network(a_models_folder(tmp_path, Tiny(first=GLANCE_CHANNELS, looks=looks)))
    canvas = np.full((*canvas_size(3, 2), 3), 9, np.uint8)
    dark, bright = (kept(np.full_like(canvas, grey)) for grey in (0, 250))
    between = kept(np.full_like(canvas, 125))
    wanted = net.infer(canvas, [between if known == 2 else dark]).occluded
    assert net.infer(canvas, [dark, bright]).occluded == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize("work_type", sorted(STAGE_LISTS))
def test_a_first_look_of_what_is_renewed_is_asked_as_one_that_has_not_changed_too(
    tmp_path: Path, work_type: str
) -> None:
    """Finished or untouched: a wall that looks new is halfway between both, until a second look tells."""
    net = load_network(a_models_folder(tmp_path, Tiny(first=GLANCE_CHANNELS)), work_type=work_type)
    canvas = np.full((*canvas_size(3, 2), 3), 1, np.uint8)
    first, unchanged = net.infer(canvas), net.infer(canvas, [kept(canvas)])
    nothing = np.full_like(unchanged.stage, 1 / len(net.stages.names))
    assert np.ptp(unchanged.stage, axis=-1).min() > 0.01
    halfway = (nothing + unchanged.stage) / 2
    assert first.stage == pytest.approx(halfway if net.stages.renews else nothing, abs=1e-5)
    assert (first.occluded < unchanged.occluded).all()  # what hides a cell is told by the look itself


def test_weights_that_compare_nothing_take_a_first_look_and_go_on_without(tmp_path: Path) -> None:
    net = load_network(a_models_folder(tmp_path))
    canvas = np.full((*canvas_size(3, 2), 3), 200, np.uint8)
    assert (net.infer(canvas, [kept(canvas)]).stage == net.infer(canvas).stage).all()


def test_first_looks_are_forgotten_before_they_fill_the_memory(tmp_path: Path) -> None:
    net = load_network(a_models_folder(tmp_path, Tiny(first=GLANCE_CHANNELS)))
    canvas = np.full((*canvas_size(1, 1), 3), 9, np.uint8)
    for grey in range(GLANCES_MOST + 5):
        net.infer(canvas, [kept(np.full_like(canvas, grey % 256)), kept(np.full_like(canvas, grey // 256))])
    assert len(net._glances) == GLANCES_MOST


def entry_of(manifest: dict[str, Any]) -> dict[str, Any]:
    return dict.__getitem__(manifest["models"], "new_build")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: entry_of(m)["variants"]["fp32"].update(sha256="0" * 64), "is damaged: sha256"),
        (lambda m: entry_of(m)["stages"].pop(), "stages .* expected .*finished"),
        (lambda m: entry_of(m).update(covers=["a"]), "covers"),
        (lambda m: entry_of(m).update(occluders=["a"]), "occluders"),
        (lambda m: entry_of(m)["canvas"].update(cell_px=32), "canvas"),
        (lambda m: entry_of(m)["variants"]["fp32"].update(file="other.onnx"), r"other\.onnx: cannot be read"),
        (lambda m: entry_of(m).pop("file"), "new_build.file"),
        (lambda m: entry_of(m).update(sha256="short"), "new_build.sha256"),
        (lambda m: entry_of(m).update(head="stage_bridge"), "gives no output stage_bridge"),
        (lambda m: entry_of(m).update(head="stage_road"), "stage_road is 1 x 7 .* expected 1 x 6 classes"),
        (lambda m: entry_of(m).update(needs=4, stages="all of them"), "needs model format 4, .* update the agent"),
        (lambda m: entry_of(m).update(needs="4"), "needs model format 4"),
        (lambda m: entry_of(m).update(preferred="int8"), "has no int8 weights, expected one of fp32"),
        (lambda m: m.update(schema="siteprogress.models/1"), "schema 'siteprogress.models/1'"),
        (lambda m: m.pop("schema"), "schema None"),
        (lambda m: m.update(models=[]), "one object of weights per work type"),
        (lambda m: m["models"].pop("new_build"), "names no weights for work type 'new_build'; it has renovation, road"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        load_network(a_models_folder(tmp_path, change=change))


def without(name: str) -> tuple[tuple[str, int], ...]:
    return tuple((n, count) for n, count in CHANNELS.items() if n != name)


@pytest.mark.parametrize(
    ("tiny", "reason"),
    [
        (Tiny(outputs=(*without("stage_new_build"), ("stage_new_build", 5))), "expected 1 x 6 classes"),
        (Tiny(outputs=(*without("occluder"), ("occluder", 5))), "output occluder is 1 x 5 .* expected 1 x 6"),
        (Tiny(outputs=without("cover")), "gives no output cover"),
        (Tiny(name="image"), "takes inputs image, expected canvas"),
        (Tiny(kind=FLOAT), r"takes a tensor\(float\) canvas, expected tensor\(uint8\)"),
        (Tiny(sizes=(1, 512, 512, 3)), "canvas of 1 x 512 x 512 x 3, expected 1 x height x width x 3"),
        (Tiny(sizes=(1, "height", "width", 1)), "canvas of .* x 1, expected"),
        (Tiny(cell_px=24), "4 x 4 x 6 stage figures of 2 x 2 cells"),
        (Tiny(cell_px=480), "1 x 1 x 6 stage figures of 2 x 2 cells"),
    ],
)
def test_weights_of_another_contract_are_refused(tmp_path: Path, tiny: Tiny, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        load_network(a_models_folder(tmp_path, tiny))


@pytest.mark.parametrize(
    "spoil", [lambda data: data[: len(data) // 2], lambda data: b"no weights at all", lambda _: b""]
)
def test_a_file_that_is_no_onnx_is_refused_even_when_its_sum_is_right(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    data = spoil(Tiny().data())
    folder = a_models_folder(
        tmp_path, change=lambda m: m["models"].update(new_build=an_entry(data, work_type="new_build"))
    )
    (folder / "cells.onnx").write_bytes(data)
    with pytest.raises(ModelError, match="is no ONNX that this onnxruntime runs"):
        load_network(folder)


def test_weights_that_say_no_figures_are_refused(tmp_path: Path) -> None:
    """One NaN in a belief would stay in it for good."""
    third, nothing = (np.array([value], "<f4").tobytes() for value in (0.3, np.nan))
    data = Tiny().data().replace(third, nothing)
    folder = a_models_folder(tmp_path, change=lambda m: m["models"].update(road=an_entry(data, work_type="road")))
    (folder / "cells.onnx").write_bytes(data)
    with pytest.raises(ModelError, match="figures that are none"):
        load_network(folder, work_type="road")


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "is no JSON text"), ("[]", "expected an object"), (None, "cannot be read")]
)
def test_a_folder_without_a_manifest_is_refused(tmp_path: Path, text: str | None, reason: str) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ModelError, match=rf"manifest\.json: .*{reason}"):
        load_network(tmp_path)


@pytest.mark.parametrize("work_type", baseline_work_types(SHIPPED / "feature_baseline.npz"))
def test_the_shipped_baseline_answers(work_type: str) -> None:
    net = load_baseline(SHIPPED / "feature_baseline.npz", work_type=work_type)
    said = net.infer(np.zeros((*canvas_size(3, 2), 3), np.uint8))
    assert said.stage.shape == (3, 2, len(STAGE_LISTS[work_type].names))


def test_a_baseline_without_the_work_type_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "peer.npz", road_mean=np.zeros(3))
    with pytest.raises(ModelError, match="no feature baseline for new_build"):
        load_baseline(tmp_path / "peer.npz")
    with pytest.raises(ModelError, match="no feature baseline"):
        baseline_work_types(tmp_path / "absent.npz")


@pytest.mark.parametrize("work_type", SHIPPED_KINDS)
def test_the_card_is_of_these_weights(work_type: str) -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text())
    entry = manifest["models"][work_type]
    assert entry["sha256"] in (SHIPPED / entry["file"]).with_suffix(".md").read_text()
