"""The network: a grid of answers for a canvas, small, and with the weights of earlier ones."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training has an environment of its own (training/requirements-train.txt)")

from rich.console import Console  # noqa: E402

from edge_agent.vision.rectify import (  # noqa: E402
    canvas_size,
)
from edge_agent.vision.stages import OCCLUDERS, STAGE_LISTS  # noqa: E402
from tests.edge_agent.vision.drawing import write_dataset  # noqa: E402
from tests.training.given import having_learnt  # noqa: E402
from training.export import export_onnx  # noqa: E402
from training.network import LEAST_DEVIATION, WEATHER, CellNet, in_its_light  # noqa: E402
from training.soup import mean_of  # noqa: E402
from training.start import take_over  # noqa: E402
from training.train import ABLATIONS, Plan, network_for, train  # noqa: E402


@pytest.mark.parametrize("ablation", ABLATIONS.values(), ids=ABLATIONS)
@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (3, 5), (7, 2)])
def test_logits_have_the_grid_of_the_canvas(rows: int, cols: int, ablation: object) -> None:
    logits = network_for(ablation)(torch.zeros(2, 3, *canvas_size(rows, cols)))  # type: ignore[arg-type]
    for kind, stages in STAGE_LISTS.items():
        assert logits.stage[kind].shape == (2, len(stages.names), rows, cols)
    assert logits.cover.shape == (2, 3, rows, cols)
    assert logits.occluded.shape == (2, 1, rows, cols)
    assert logits.occluder.shape == (2, len(OCCLUDERS), rows, cols)
    assert logits.weather.shape == (2, len(WEATHER))


def test_a_canvas_compared_with_several_looks_is_told_the_mean_of_what_each_tells() -> None:
    net = CellNet().eval()
    torch.nn.init.normal_(net.compare[2].weight)
    canvas, looks = torch.rand(1, 96, 3, 4), torch.rand(3, 97, 3, 4)
    with torch.no_grad():
        alone = torch.cat([net.changed(canvas, look[None]) for look in looks])
        assert torch.allclose(net.changed(canvas.repeat(3, 1, 1, 1), looks), alone, atol=1e-5)
        net.neighbours = net.again = torch.nn.Identity()  # what comes after, which has a say of its own
        said, _ = net.cells(torch.cat([canvas, torch.ones(1, 1, 3, 4)], dim=1), looks, several=True)
    assert torch.allclose(said - canvas, alone.mean(dim=0, keepdim=True), atol=1e-5)


def test_exposure_and_white_balance_are_taken_out_of_a_canvas_in_its_own_light() -> None:
    torch.manual_seed(3)
    wall, planes = torch.rand(2, 3, 40, 60), torch.nn.PixelUnshuffle(2)
    another_day = wall * torch.tensor([0.7, 0.9, 1.3])[:, None, None] + torch.tensor([0.2, -0.1, 0.0])[:, None, None]
    apart = in_its_light(planes(50 * wall)) - in_its_light(planes(50 * another_day))
    assert apart.abs().max() < 0.01  # the least deviation has a say
    less = wall - wall.mean(dim=(2, 3), keepdim=True)
    plain = less / (less.pow(2).mean(dim=(2, 3), keepdim=True).sqrt() + LEAST_DEVIATION)
    assert torch.allclose(in_its_light(planes(wall)), planes(plain), atol=1e-5)
    assert in_its_light(planes(torch.full((1, 3, 8, 8), 0.4))).abs().max() < 1e-5  # one colour: nothing is enlarged


def test_weights_that_took_the_canvas_once_say_the_same_where_it_is_given_twice(tmp_path: Path) -> None:
    torch.manual_seed(4)
    once, twice = having_learnt(CellNet(own_light=False)).eval(), CellNet()
    export_onnx(once, tmp_path / "once.onnx")
    take_over(twice, tmp_path / "once.onnx")
    canvas = torch.rand(1, 3, *canvas_size(2, 3)) * 255
    with torch.no_grad():
        assert torch.allclose(twice.eval()(canvas).stage["road"], once(canvas).stage["road"], atol=1e-4)


def test_the_network_is_small_enough_for_a_gateway() -> None:
    assert sum(p.numel() for p in CellNet().parameters()) <= 1_000_000


def test_a_run_starts_from_another_or_from_the_first_generation(tmp_path: Path) -> None:
    torch.manual_seed(1)
    ours, fresh = CellNet(), CellNet()
    torch.save({"ema": ours.state_dict()}, tmp_path / "ours.pt")
    assert take_over(fresh, tmp_path / "ours.pt") == len(ours.state_dict())
    state = {
        name.replace("stem.0", "pixels.1").replace("stem.3", "pixels.4"): v for name, v in ours.state_dict().items()
    }
    heads = torch.cat([ours.stages["new_build"].weight, ours.rest.weight[:4]])
    bias = torch.cat([ours.stages["new_build"].bias, ours.rest.bias[:4]])
    old = {k: v for k, v in state.items() if k.startswith(("pixels", "wide.0", "wide.1", "to_cell", "neighbours"))}
    torch.save({"ema": old | {"heads.weight": heads, "heads.bias": bias}}, tmp_path / "old.pt")
    fresh = CellNet()
    take_over(fresh, tmp_path / "old.pt")
    canvas = torch.rand(1, 3, *canvas_size(2, 3)) * 255
    said, wanted = fresh.eval()(canvas), ours.eval()(canvas)
    for name in ("stem.0.0.weight", "stem.3.first.0.weight", "to_cell.0.weight"):
        assert torch.equal(fresh.state_dict()[name], ours.state_dict()[name])
    assert torch.equal(fresh.rest.weight[:4], ours.rest.weight[:4])
    assert said.stage["new_build"].shape == wanted.stage["new_build"].shape
    assert take_over(CellNet(widths=(48, 96, 96, 96)), tmp_path / "ours.pt") < len(ours.state_dict())  # what fits
    torch.save({"ema": {"other": torch.zeros(1)}}, tmp_path / "none.pt")
    with pytest.raises(ValueError, match="no tensor that fits"):
        take_over(fresh, tmp_path / "none.pt")


def test_a_run_starts_from_exported_weights_which_say_the_same(tmp_path: Path) -> None:
    torch.manual_seed(2)
    ours, fresh = having_learnt(CellNet()), CellNet()
    export_onnx(ours, tmp_path / "cells.onnx")
    take_over(fresh, tmp_path / "cells.onnx")
    canvas = torch.rand(1, 3, *canvas_size(3, 2)) * 255
    with torch.no_grad():
        look = ours.eval().glance(canvas)
        said, wanted = fresh.eval()(canvas, look), ours(canvas, look)
    for kind in STAGE_LISTS:
        assert torch.allclose(said.stage[kind], wanted.stage[kind], atol=1e-3)
    assert torch.allclose(said.occluder, wanted.occluder, atol=1e-3)
    train(a_short_plan(tmp_path, start=tmp_path / "cells.onnx"), Console(quiet=True))
    net = network_for(ABLATIONS["none"])
    net.load_state_dict(torch.load(tmp_path / "run" / "last.pt", weights_only=True)["net"])
    means = [m.running_mean for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert not torch.cat(means).any()  # its norms were never those of a batch


def test_weights_of_a_shallower_network_say_the_same_and_those_of_a_deeper_one_are_refused(tmp_path: Path) -> None:
    torch.manual_seed(5)
    shallow, deep = having_learnt(CellNet()).eval(), CellNet()
    shallow.wide = shallow.wide[:-1]
    export_onnx(shallow, tmp_path / "shallow.onnx")
    take_over(deep, tmp_path / "shallow.onnx")
    canvas = torch.rand(1, 3, *canvas_size(2, 3)) * 255
    with torch.no_grad():
        assert torch.allclose(deep.eval()(canvas).stage["road"], shallow(canvas).stage["road"], atol=1e-3)
    export_onnx(having_learnt(CellNet()), tmp_path / "deep.onnx")
    with pytest.raises(ValueError, match="convolutions fit no layer"):
        take_over(shallow, tmp_path / "deep.onnx")


def test_a_soup_is_the_mean_of_its_runs_and_of_one_network() -> None:
    one, other = ({"w": torch.full((2,), value), "seen": torch.tensor(seen)} for value, seen in ((1.0, 3), (3.0, 8)))
    mixed = mean_of([one, other])
    assert mixed["w"].tolist() == [2.0, 2.0]
    assert int(mixed["seen"]) == 8
    with pytest.raises(ValueError, match="same names and shapes"):
        mean_of([one, {"w": torch.ones(3), "seen": torch.tensor(1)}])


def a_short_plan(tmp_path: Path, **given: Any) -> Plan:
    """Three epochs over a few drawn scenes."""
    data = write_dataset(tmp_path / "data", scenes=4, days=40, step=2)
    plan = {"epochs": 3, "epoch_samples": None, "batch": 8, "rate": 3e-3, "workers": 0}
    return Plan(data=(data,), out=tmp_path / "run", **plan | given)
