"""What is learnt: the loss, a short run from data to exported weights, int8 beside fp32, the peer of features."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training has an environment of its own (training/requirements-train.txt)")

import onnx  # noqa: E402
from rich.console import Console  # noqa: E402

from edge_agent.vision.dataset import UNKNOWN  # noqa: E402
from edge_agent.vision.session import load_network, load_networks  # noqa: E402
from tests.edge_agent.vision.drawing import draw, stages_on, write_dataset  # noqa: E402
from tests.training.given import having_learnt, read_samples  # noqa: E402
from training.baseline import accuracy, cells_of, fit  # noqa: E402
from training.batches import Batch, Batches  # noqa: E402
from training.calibrate import HeldCells, fit_temperature  # noqa: E402
from training.export import export_onnx, export_run  # noqa: E402
from training.loss import as_planes, loss_of, stage_loss  # noqa: E402
from training.network import CellNet  # noqa: E402
from training.precision import taken_by_itself  # noqa: E402
from training.quantise import MOST_SHIFT_BP, Agreement, whole_nodes  # noqa: E402
from training.sample import Library, stage_weights  # noqa: E402
from training.train import Plan, train  # noqa: E402


def test_each_item_is_judged_by_the_head_of_its_work_type(tmp_path: Path) -> None:
    samples = read_samples(write_dataset(tmp_path, scenes=1, days=9, step=3))
    batch = Batches(samples, size=8, epoch=0, varied=False)[0]
    net = CellNet()
    loss_of(net(as_planes(batch.canvas)), batch, weights=stage_weights(samples)).backward()
    assert net.stages["new_build"].weight.grad is not None
    assert net.stages["road"].weight.grad is None
    assert net.weather.weight.grad is not None


def test_what_is_behind_counts_for_less_than_what_is_seen_and_what_nobody_knows_for_nothing(tmp_path: Path) -> None:
    samples = read_samples(write_dataset(tmp_path, scenes=1, days=9, step=3))
    seen = Batches(samples[:1], size=1, epoch=0, varied=False)[0]
    stage, unknown = torch.ones_like(seen.stage), torch.full_like(seen.stage, UNKNOWN)
    cell = torch.zeros(stage.shape, dtype=torch.bool)
    cell[0, 0, 0] = True
    net = CellNet().eval()

    def pull(batch: Batch) -> float:
        """How hard the loss pulls at what is said of the one cell."""
        logits = net(as_planes(batch.canvas))
        said = logits.stage["new_build"]
        said.retain_grad()
        stage_loss(logits, batch, weights=stage_weights([])).backward()
        return float(said.grad[0, :, 0, 0].abs().sum())

    shown = pull(replace(seen, stage=stage, behind=unknown))
    behind = pull(replace(seen, stage=torch.where(cell, UNKNOWN, stage), behind=torch.where(cell, stage, UNKNOWN)))
    assert 0 < behind < 0.5 * shown
    assert pull(replace(seen, stage=torch.where(cell, UNKNOWN, stage), behind=unknown)) == 0


def test_a_temperature_undoes_what_was_done_to_the_logits() -> None:
    torch.manual_seed(0)
    logits = torch.randn(4000, 6) * 2
    stages = torch.distributions.Categorical(logits=logits).sample()
    assert fit_temperature(HeldCells(logits=logits * 1.7, stages=stages)) == pytest.approx(1.7, rel=0.06)
    assert fit_temperature(HeldCells(logits=torch.zeros(0, 6), stages=torch.zeros(0, dtype=torch.int64))) == 1.0


def test_what_takes_the_canvas_and_what_reads_cells_stays_fp32(tmp_path: Path) -> None:
    export_onnx(having_learnt(CellNet()), tmp_path / "cells.onnx")
    model = onnx.load(tmp_path / "cells.onnx")
    shapes = {each.name: tuple(each.dims) for each in model.graph.initializer}
    convs = [node for node in model.graph.node if node.op_type == "Conv"]
    whole = set(whole_nodes(model))
    assert convs[0].name in whole
    assert {node.name for node in convs[1:] if node.name in whole} == {
        node.name for node in convs[1:] if shapes[node.input[1]][2:] == (1, 1)
    }
    assert 0 < len(whole) < len(convs)


@pytest.mark.parametrize(("moved", "accepted"), [(0.0, True), (0.2, True), (-0.2, True), (0.25, False), (-0.25, False)])
def test_int8_is_accepted_by_the_error_of_every_work_type(moved: float, accepted: bool) -> None:
    same = {"new_build": 4.0, "road": 3.0}
    given = Agreement(mae_fp32_pp=same, mae_int8_pp=same | {"road": 3.0 + moved}, fp32_ms=20.0, int8_ms=9.0)
    assert given.accepted is accepted
    assert not Agreement(mae_fp32_pp={}, mae_int8_pp={}, fp32_ms=20.0, int8_ms=9.0).accepted


@pytest.mark.parametrize(
    ("accepted", "int8_ms", "moved_bp", "taken"),
    [
        (True, 9.0, 20.0, "int8"),
        (True, 9.0, 21.0, "fp32"),  # single looks agree, what is held does not
        (True, 21.0, 0.0, "fp32"),
        (False, 9.0, 0.0, "fp32"),
        (True, 9.0, None, "fp32"),  # no episode told it
    ],
)
def test_int8_is_taken_where_it_holds_what_fp32_holds(
    accepted: bool, int8_ms: float, moved_bp: float | None, taken: str
) -> None:
    entry = {"int8": {"accepted": accepted, "fp32_ms": 20.0, "int8_ms": int8_ms}}
    assert taken_by_itself(entry, moved_bp) == taken


def test_the_baseline_learns_what_colours_tell(tmp_path: Path) -> None:
    samples = read_samples(write_dataset(tmp_path, scenes=2, days=40, step=4))
    cells = cells_of(samples)
    assert accuracy(fit(cells, weights=stage_weights(samples)["new_build"]), cells) > 0.9


def test_a_short_run_learns_resumes_and_exports(tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "data", scenes=4, days=40, step=2)
    plan = Plan(data=(data,), out=tmp_path / "run", epochs=3, epoch_samples=None, batch=8, rate=3e-3, workers=0)
    console = Console(quiet=True)
    train(plan, console)
    log = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    assert len(log) == 3
    train(plan, console)  # all epochs done: resumes and stops
    assert len((tmp_path / "run" / "log.jsonl").read_text().splitlines()) == 3
    assert (tmp_path / "run" / "curves.png").exists()
    library = Library(roots=(data,))
    library.refresh()
    models = tmp_path / "models"
    models.mkdir()
    others = {"new_build": {"file": "cells.onnx"}, "road": {"file": "roads.onnx", "of": "another run"}}
    (models / "manifest.json").write_text(json.dumps({"models": others}))
    entries = export_run(tmp_path / "run", library, models)
    assert json.loads((models / "manifest.json").read_text())["models"] == entries | {"road": others["road"]}
    assert list(entries) == ["new_build"]  # no other work was taught
    net = load_network(models, precision="fp32")
    assert net.sha256 == entries["new_build"]["sha256"]
    int8 = entries["new_build"]["int8"]
    assert (models / "cells.int8.onnx").exists() == int8["accepted"]
    if entries["new_build"]["preferred"] == "int8":
        assert int8["held_moved_pp"] <= MOST_SHIFT_BP / 100
    assert load_networks(models, ["new_build"])["new_build"].infer(draw(stages_on(12))[:312, :288]).occluder is not None
