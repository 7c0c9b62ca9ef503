"""The training side: windows, jitter, variety, and that a short run learns and exports what it learnt."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training has an environment of its own (training/requirements-train.txt)")

from rich.console import Console  # noqa: E402

from edge_agent.vision.dataset import UNKNOWN  # noqa: E402
from edge_agent.vision.grid import node_grid  # noqa: E402
from edge_agent.vision.rectify import canvas_size, rectify  # noqa: E402
from edge_agent.vision.session import load_network  # noqa: E402
from tests.edge_agent.vision.drawing import a_frame, a_scene, draw, stages_on, write_dataset  # noqa: E402
from training.augment import STEPS, paste, vary  # noqa: E402
from training.dataset import Batches, cut, jittered, read_samples, window_nodes  # noqa: E402
from training.export import export_onnx, fit_temperature, manifest_entry, write_manifest  # noqa: E402
from training.network import CellNet  # noqa: E402
from training.train import Plan, is_held, train  # noqa: E402


@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (3, 5), (7, 2)])
def test_logits_have_the_grid_of_the_canvas(rows: int, cols: int) -> None:
    logits = CellNet()(torch.zeros(2, 3, *canvas_size(rows, cols)))
    assert logits.stage.shape == (2, 6, rows, cols)
    assert logits.cover.shape == (2, 3, rows, cols)
    assert logits.occluded.shape == (2, 1, rows, cols)


def test_a_whole_window_is_what_the_agent_rectifies() -> None:
    scene = a_scene()
    image = draw(stages_on(12))
    nodes = window_nodes(node_grid(scene.faces[0]).points, rows=(0, 5), cols=(0, 4))
    wanted = rectify(a_frame(image), scene, scene.faces[0]).image
    assert np.abs(cut(image, nodes).astype(int) - wanted).max() <= 1


@pytest.mark.parametrize(("rows", "cols"), [((1, 4), (0, 2)), ((0, 2), (2, 4)), ((3, 5), (1, 3))])
def test_a_window_shows_its_cells(rows: tuple[int, int], cols: tuple[int, int]) -> None:
    scene = a_scene()
    image = draw(stages_on(12))
    nodes = node_grid(scene.faces[0]).points
    whole, part = cut(image, nodes), cut(image, window_nodes(nodes, rows=rows, cols=cols))
    top, left = 48 + (5 - rows[1]) * 48, 24 + cols[0] * 48
    height, width = (rows[1] - rows[0]) * 48, (cols[1] - cols[0]) * 48
    inside = part[48 : 48 + height, 24 : 24 + width].astype(int)
    assert np.abs(inside - whole[top : top + height, left : left + width]).mean() < 0.5


def test_jitter_stays_within_a_quarter_storey_and_the_corner_error() -> None:
    nodes = node_grid(a_scene().faces[0]).points
    rng = np.random.default_rng(0)
    worst = max(float(np.abs(jittered(nodes, rng) - nodes).max()) for _ in range(200))
    assert 4 < worst < 0.35 * 60 + 5


@pytest.mark.parametrize("step", [step for _, step in STEPS], ids=lambda step: step.__name__)
def test_every_variation_keeps_an_image_an_image(step: object) -> None:
    image = draw(stages_on(12))[:312, :288]
    for seed in range(5):
        varied = step(image, np.random.default_rng(seed))  # type: ignore[operator]
        assert varied.shape == image.shape
        assert varied.dtype == np.uint8
        assert varied.std() > 2
    assert np.array_equal(vary(image, np.random.default_rng(3)), vary(image, np.random.default_rng(3)))


def test_what_is_pasted_in_front_is_counted_per_cell() -> None:
    image = np.full((*canvas_size(4, 4), 3), 100, np.uint8)
    for seed in range(30):
        pasted = paste(image, np.random.default_rng(seed), other=np.full_like(image, 250))
        assert pasted.hidden.shape == (4, 4)
        assert 0 <= pasted.hidden.min() <= pasted.hidden.max() <= 1


def test_batches_are_a_pure_function_and_hide_what_must_not_be_learnt(tmp_path: Path) -> None:
    samples = read_samples(write_dataset(tmp_path, scenes=2, days=13, step=3))
    plan = Batches(samples, size=4, epoch=3, varied=True)
    again = Batches(samples, size=4, epoch=3, varied=True)
    assert torch.equal(plan[0].canvas, again[0].canvas)
    whole = Batches(samples, size=len(samples), epoch=1, varied=False)[0]
    assert ((whole.occluded == 1) == (whole.stage == UNKNOWN)).all()
    assert (whole.occluded == 1).sum() == 6
    # Rows come from the top down: the top row of the drawn sites is void far longer than the lowest.
    assert (whole.stage[:, 0] == 0).sum() > (whole.stage[:, -1] == 0).sum()


def test_scenes_are_held_aside_by_their_name() -> None:
    held = [name for name in (f"train-{i:05d}" for i in range(500)) if is_held(name)]
    assert 15 < len(held) < 70


def test_a_short_run_learns_resumes_and_exports(tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "data", scenes=3, days=40, step=4)
    plan = Plan(
        data=(data,),
        out=tmp_path / "run",
        epochs=6,
        minutes=None,
        batch=8,
        rate=3e-3,
        workers=0,
        threads=1,
        seed=0,
        start=None,
    )
    console = Console(quiet=True)
    net = train(plan, console)
    log = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    assert len(log) == 6
    assert train(plan, console) is not None  # all epochs done: resumes and stops
    assert len((tmp_path / "run" / "log.jsonl").read_text().splitlines()) == 6
    temperature = fit_temperature(net, read_samples(data))
    assert 0.3 < temperature < 4
    digest = export_onnx(net, tmp_path / "models" / "new_build.onnx")
    entry = manifest_entry(file="new_build.onnx", sha256=digest, work_type="new_build", facts={})
    write_manifest(tmp_path / "models", work_type="new_build", entry=entry)
    assert load_network(tmp_path / "models").sha256 == digest
