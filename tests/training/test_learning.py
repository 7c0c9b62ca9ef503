"""The training side: windows, jitter, variety, and that a short run learns and exports what it learnt."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

torch = pytest.importorskip("torch", reason="training has an environment of its own (training/requirements-train.txt)")

import onnx  # noqa: E402
from rich.console import Console  # noqa: E402

from edge_agent.vision.dataset import UNKNOWN, FaceTruth  # noqa: E402
from edge_agent.vision.rectify import (  # noqa: E402
    CELL_PX,
    MARGIN_ABOVE_PX,
    MARGIN_BELOW_PX,
    MARGIN_SIDE_PX,
    canvas_size,
    rectify,
)
from edge_agent.vision.session import load_network, load_networks  # noqa: E402
from edge_agent.vision.stages import COVERS, OCCLUDERS, STAGE_LISTS  # noqa: E402
from tests.edge_agent.vision.drawing import a_frame, a_scene, draw, stages_on, write_dataset  # noqa: E402
from training.augment import VARIATIONS, vary  # noqa: E402
from training.baseline import accuracy, cells_of, fit  # noqa: E402
from training.batches import SCREENED, SKETCH_VEILED, Batch, Batches  # noqa: E402
from training.calibrate import HeldCells, fit_temperature  # noqa: E402
from training.cut import cut, jittered, window_nodes  # noqa: E402
from training.export import export_onnx, export_run  # noqa: E402
from training.held import is_held  # noqa: E402
from training.loss import as_planes, loss_of, stage_loss  # noqa: E402
from training.network import LEAST_DEVIATION, WEATHER, CellNet, in_its_light  # noqa: E402
from training.paste import THINGS, paste  # noqa: E402
from training.piece import piece_of, screened, veiled, window_look, with_distractor  # noqa: E402
from training.precision import taken_by_itself  # noqa: E402
from training.quantise import MOST_SHIFT_BP, Agreement, whole_nodes  # noqa: E402
from training.repaint import Paint, paints, repainted  # noqa: E402
from training.sample import Library, Sample, choose, stage_weights  # noqa: E402
from training.screen import screen  # noqa: E402
from training.sketch.face import sketches  # noqa: E402
from training.soup import mean_of  # noqa: E402
from training.start import take_over  # noqa: E402
from training.train import ABLATIONS, Plan, drawn_beside, network_for, train  # noqa: E402
from training.veil import veil  # noqa: E402
from wire.scene.grid import node_grid  # noqa: E402


def read_samples(root: Path) -> list[Sample]:
    """Every face of every frame of one data set that has truth."""
    library = Library(roots=(root,))
    library.refresh()
    return library.samples[0]


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


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.step.__name__)
def test_every_variation_keeps_an_image_an_image(variation: object) -> None:
    image = draw(stages_on(12))[:312, :288]
    for seed in range(5):
        varied = variation.step(image, np.random.default_rng(seed))  # type: ignore[attr-defined]
        assert varied.shape == image.shape
        assert varied.dtype == np.uint8
        assert varied.std() > 1.5


def test_variety_is_a_pure_function_tells_its_weather_and_adds_no_second() -> None:
    image = draw(stages_on(12))[:312, :288]
    told = [vary(image, np.random.default_rng(seed)) for seed in range(240)]
    assert np.array_equal(told[3].image, vary(image, np.random.default_rng(3)).image)
    assert {name for each in told for name in each.weather} == {"fog", "night", "rain", "snow"}
    assert max(len(each.weather) for each in told) == 1
    in_fog = [vary(image, np.random.default_rng(seed), weather=frozenset({"fog"})) for seed in range(120)]
    assert not any(each.weather for each in in_fog)
    unlit = [vary(image, np.random.default_rng(seed), light=False) for seed in range(120)]
    assert not any("night" in each.weather for each in unlit)


def test_what_is_pasted_in_front_is_counted_per_cell_and_named() -> None:
    image = np.full((*canvas_size(4, 4), 3), 100, np.uint8)
    kinds = set()
    for seed in range(60):
        pasted = paste(image, np.random.default_rng(seed), other=np.full_like(image, 250))
        assert pasted.hidden.shape == (4, 4)
        assert 0 <= pasted.hidden.min() <= pasted.hidden.max() <= 1
        kinds.add(pasted.kind)
    assert kinds == {OCCLUDERS.index(name) if name else UNKNOWN for name, _ in THINGS}


def test_what_a_distractor_hides_is_learnt_as_what_is_behind_it(tmp_path: Path) -> None:
    sample = read_samples(write_dataset(tmp_path, scenes=1, days=4, step=3))[0]
    rows, cols = sample.shape
    piece = piece_of(sample, cut(sample.image, sample.nodes), window=(slice(0, rows), slice(0, cols)))
    changed = 0
    for seed in range(40):
        after = with_distractor(piece, np.random.default_rng(seed), donor=sample.image)
        hidden = (after.occluded == 1) & (piece.occluded == 0)
        assert (after.stage[hidden] == UNKNOWN).all()
        assert np.array_equal(after.behind[hidden], piece.stage[hidden])
        assert np.array_equal(after.behind[~hidden], piece.behind[~hidden])
        assert (after.occluder[hidden] != 0).all()
        assert np.array_equal(after.stage[~hidden], piece.stage[~hidden])
        changed += int(hidden.any())
    assert changed > 10


def test_batches_are_a_pure_function_and_hide_what_must_not_be_learnt(tmp_path: Path) -> None:
    samples = read_samples(write_dataset(tmp_path, scenes=2, days=13, step=3))
    plan = Batches(samples, size=4, epoch=3, varied=True)
    again = Batches(samples, size=4, epoch=3, varied=True)
    assert torch.equal(plan[0].canvas, again[0].canvas)
    whole = Batches(samples, size=len(samples), epoch=1, varied=False)[0]
    assert ((whole.occluded == 1) == (whole.stage == UNKNOWN)).all()
    assert ((whole.occluded == 1) == (whole.behind != UNKNOWN)).all()
    assert (whole.occluded == 1).sum() == 6
    assert (whole.occluder[whole.occluded == 0] == 0).all()
    # Rows come from the top down: the top row of the drawn sites is void far longer than the lowest.
    assert (whole.stage[:, 0] == 0).sum() > (whole.stage[:, -1] == 0).sum()


def test_an_epoch_keeps_the_shares_of_its_data_sets(tmp_path: Path) -> None:
    many = read_samples(write_dataset(tmp_path / "a", scenes=3, days=20, step=2))
    few = read_samples(write_dataset(tmp_path / "b", scenes=1, days=9, step=3))
    rng = np.random.default_rng(0)
    assert len(choose([many, few], mix=None, count=None, rng=rng)) == len(many) + len(few)
    chosen = choose([many, few, []], mix=(1, 3, 5), count=40, rng=rng)
    assert len(chosen) == 40
    assert sum(any(sample is each for each in few) for sample in chosen) == 30
    assert {id(sample) for sample in few} <= {id(sample) for sample in chosen}


def test_faces_are_drawn_of_the_kinds_that_the_renders_show(tmp_path: Path) -> None:
    towers = read_samples(write_dataset(tmp_path, scenes=1, days=20, step=2))
    roads = [replace(sample, work_type="road") for sample in towers]
    rng = np.random.default_rng(0)
    assert {face.work_type for face in drawn_beside(roads, share=0.5, rng=rng)} == {"road"}
    drawn = drawn_beside([*towers, *roads], share=0.75, rng=rng)
    assert len(drawn) == 3 * len(towers + roads)
    assert sum(face.work_type == "road" for face in drawn) == len(drawn) / 2
    assert not drawn_beside(towers, share=0.0, rng=rng)


def test_scenes_that_arrive_later_are_read_once(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, scenes=2, days=9, step=4)
    late = root / "scenes" / sorted(p.name for p in (root / "scenes").iterdir())[1]
    late.rename(tmp_path / "late")
    library = Library(roots=(root,))
    library.refresh()
    first = list(library.samples[0])
    (tmp_path / "late").rename(late)
    library.refresh()
    library.refresh()
    assert len(library.samples[0]) == 2 * len(first)
    assert all(a is b for a, b in zip(first, library.samples[0], strict=False))


@pytest.mark.parametrize(
    ("one", "other"),
    [("train-new_build-00012", "bulk-new_build-00012"), ("train-00012", "bulk-new_build-00012")],
)
def test_a_site_is_held_aside_whoever_drew_it(one: str, other: str) -> None:
    assert is_held(one) == is_held(other)
    numbers = range(300)
    assert [is_held(f"train-road-{i:05d}") for i in numbers] == [is_held(f"bulk-road-{i:05d}") for i in numbers]


def test_scenes_are_held_aside_by_their_name() -> None:
    held = [name for name in (f"train-{i:05d}" for i in range(500)) if is_held(name)]
    assert 15 < len(held) < 70


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


def having_learnt(net: CellNet) -> CellNet:
    """With norms as training leaves them."""
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
            torch.nn.init.uniform_(module.weight, 0.2, 1.5)
    return net


def a_short_plan(tmp_path: Path, **given: Any) -> Plan:
    """Three epochs over a few drawn scenes."""
    data = write_dataset(tmp_path / "data", scenes=4, days=40, step=2)
    plan = {"epochs": 3, "epoch_samples": None, "batch": 8, "rate": 3e-3, "workers": 0}
    return Plan(data=(data,), out=tmp_path / "run", **plan | given)


def a_wall(*, nets: bool = False) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64], FaceTruth]:
    """Two storeys of two bays, 40 px each, all of one grey: old below, coated above; the right bay is hidden above."""
    image = np.full((100, 120, 3), 120, np.uint8) + np.arange(120, dtype=np.uint8)[None, :, None] // 4
    x, y = np.meshgrid(np.array([20.0, 60, 100]), np.array([90.0, 50, 10]))
    cover = np.zeros((2, 2, len(COVERS)), bool)
    cover[0, 1, COVERS.index("net_seethrough")] = nets
    truth = FaceTruth(
        stage=np.array([[0, 0], [3, 3]]),
        occluded=np.array([[False, False], [False, True]]),
        cover=cover,
        occluder=np.zeros((2, 2), np.int64),
    )
    return image, np.stack([x, y], axis=-1), truth


def test_each_stage_has_one_paint_and_what_hides_a_cell_keeps_its_own() -> None:
    image, nodes, truth = a_wall(nets=True)
    red, blue = (Paint(mix=np.diag(mix)) for mix in ((0.2, 0.2, 1.5), (1.5, 0.2, 0.2)))
    after = repainted(image, nodes, truth, (red, red, red, blue, red))
    assert (after[70, 40] == (26, 26, 195)).all()  # 130 times the paint of old
    assert (after[30, 40] == (195, 26, 26)).all()
    for y, x in ((70, 80), (30, 80), (5, 40), (70, 10)):  # netted, hidden, above and beside the face
        assert (after[y, x] == image[y, x]).all()
    assert (image[70, 40] == 130).all()


def test_paints_keep_greys_grey_and_differ() -> None:
    rng = np.random.default_rng(5)
    many = [paint.mix for paint in paints(200, rng)]
    lightness = np.array([(mix @ np.ones(3)).mean() for mix in many])
    assert 0.6 < lightness.min() < 0.85
    assert 1.1 < lightness.max() < 1.6
    yellow = np.array([mix @ np.array([40.0, 200.0, 200.0]) for mix in many])
    assert {int(i) for i in yellow.argmin(axis=1)} == {0, 1, 2}  # any hue comes up


def test_a_scaffold_is_told_where_it_is_drawn() -> None:
    high, wide = canvas_size(3, 4)
    plain = np.full((high, wide, 3), 128, np.uint8)
    told = set()
    for seed in range(30):
        seen = veil(plain, np.random.default_rng(seed))
        changed = (seen.image != plain).any(axis=-1)
        behind = seen.cover.any(axis=-1)
        assert (behind == behind[0]).all()  # whole bays, from the ground to the roof
        for col in range(4):
            part = changed[:, MARGIN_SIDE_PX + col * CELL_PX : MARGIN_SIDE_PX + (col + 1) * CELL_PX]
            assert part.any() == behind[0, col]
        assert 0.1 < changed[:, MARGIN_SIDE_PX:-MARGIN_SIDE_PX].mean() <= behind.mean() + 0.01
        told |= {COVERS[index] for index in np.flatnonzero(seen.cover.any(axis=(0, 1)))}
    assert told == {"scaffold", "net_seethrough"}


def test_what_is_covered_already_gets_no_second_scaffold(tmp_path: Path) -> None:
    sample = read_samples(write_dataset(tmp_path, scenes=1, days=4, step=3))[0]
    rows, cols = sample.shape
    piece = piece_of(sample, cut(sample.image, sample.nodes), window=(slice(0, rows), slice(0, cols)))
    bare = replace(piece, cover=np.zeros_like(piece.cover))
    after = veiled(bare, np.random.default_rng(1))
    assert (after.canvas != bare.canvas).any()
    assert after.cover.any()
    assert np.array_equal(after.stage, bare.stage)  # it is seen through
    covered = replace(bare, cover=np.ones_like(piece.cover))
    assert veiled(covered, np.random.default_rng(1)) is covered


def test_what_a_screen_hides_is_learnt_as_what_is_behind_it(tmp_path: Path) -> None:
    sample = read_samples(write_dataset(tmp_path, scenes=1, days=4, step=3))[0]
    rows, cols = sample.shape
    piece = piece_of(sample, cut(sample.image, sample.nodes), window=(slice(0, rows), slice(0, cols)))
    covered = 0
    for seed in range(20):
        after = screened(piece, np.random.default_rng(seed))
        hidden = after.cover[..., COVERS.index("net_opaque")] > piece.cover[..., COVERS.index("net_opaque")]
        assert (after.stage[hidden] == UNKNOWN).all()
        assert np.array_equal(after.behind[hidden], np.maximum(piece.stage, piece.behind)[hidden])
        assert (after.occluded[hidden] == 1).all()
        assert np.array_equal(after.stage[~hidden], piece.stage[~hidden])
        assert (after.canvas != piece.canvas).any() == hidden.any()
        covered += int(hidden.any())
    assert covered > 15


@pytest.mark.parametrize("top", [1, 3])
def test_screens_guard_the_storey_in_work(top: int) -> None:
    """Over many draws the highest hidden row is mostly the one above the highest in work."""
    high, wide = canvas_size(6, 4)
    plain, highest = np.full((high, wide, 3), 128, np.uint8), []
    for seed in range(200):
        shown = screen(plain, np.random.default_rng(seed), top=top)
        highest.append(int(np.flatnonzero(shown.hidden.any(axis=1))[0]))
        cells = (slice(MARGIN_ABOVE_PX, -MARGIN_BELOW_PX), slice(MARGIN_SIDE_PX, -MARGIN_SIDE_PX))
        changed = (shown.image != plain).any(axis=-1)[cells]
        assert changed.mean() == pytest.approx(shown.hidden.mean(), abs=0.1)
    assert 0.5 < np.mean(np.array(highest) == top - 1) < 0.8


def test_a_look_is_compared_with_looks_of_its_past_from_begin_middle_and_late(tmp_path: Path) -> None:
    samples = [s for s in read_samples(write_dataset(tmp_path, scenes=1, days=40, step=2)) if s.before]
    counts = [len(sample.before) for sample in samples]
    assert counts == sorted(counts)
    assert set(counts) == {1, 2, 3}
    kept = samples[-1].before
    assert len({look.jpeg for look in kept}) == 3
    done = [look.truth.stage[look.truth.stage != UNKNOWN].mean() for look in kept]
    assert done[0] < done[1] < done[2]


def test_a_first_look_is_painted_like_the_look_it_is_compared_with(tmp_path: Path) -> None:
    sample = next(s for s in read_samples(write_dataset(tmp_path, scenes=1, days=20, step=4)) if s.before)
    rows, cols = sample.shape
    window = (slice(0, rows), slice(0, cols))
    stages = len(STAGE_LISTS["new_build"].names)
    black = (Paint(mix=np.zeros((3, 3))),) * stages
    before = sample.before[0]
    plain, painted = window_look(before, window=window), window_look(before, window=window, coat=black)
    assert plain is not None
    assert painted is not None
    bare = ~before.truth.occluded & ~before.truth.cover.any(axis=-1) & (before.truth.stage != UNKNOWN)
    for row, col in np.argwhere(bare):  # a kept look has half the canvas's resolution
        y = painted.shape[0] - MARGIN_BELOW_PX // 2 - CELL_PX // 2 * row - CELL_PX // 4
        x = MARGIN_SIDE_PX // 2 + CELL_PX // 2 * col + CELL_PX // 4
        assert (painted[y, x] == 0).all()
    assert (painted[0] == plain[0]).all()
    assert window_look(None, window=window) is None


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


def test_a_soup_is_the_mean_of_its_runs_and_of_one_network() -> None:
    one, other = ({"w": torch.full((2,), value), "seen": torch.tensor(seen)} for value, seen in ((1.0, 3), (3.0, 8)))
    mixed = mean_of([one, other])
    assert mixed["w"].tolist() == [2.0, 2.0]
    assert int(mixed["seen"]) == 8
    with pytest.raises(ValueError, match="same names and shapes"):
        mean_of([one, {"w": torch.ones(3), "seen": torch.tensor(1)}])


@pytest.mark.parametrize("work_type", sorted(STAGE_LISTS))
def test_drawn_faces_make_batches_like_rendered_ones(work_type: str) -> None:
    faces = sketches(work_type, 24, np.random.default_rng(2))
    batches = Batches(faces, size=4, epoch=1, varied=True)
    veiled_ones = 0
    for batch in map(batches.__getitem__, range(len(batches))):
        rows, cols = batch.stage.shape[-2:]
        assert batch.canvas.shape[1:] == (*canvas_size(rows, cols), 3)
        hidden = batch.occluded > 0  # by screens alone: there are no renders to cut things in front from
        assert torch.equal(batch.stage == UNKNOWN, hidden)
        assert torch.equal(batch.behind != UNKNOWN, hidden)
        assert bool(hidden.any()) <= (work_type in SCREENED)
        assert (batch.stage < len(STAGE_LISTS[work_type].names)).all()
        assert (batch.weather == UNKNOWN).all()
        veiled_ones += int((batch.cover.amax((1, 2, 3)) > 0).sum())
        assert torch.isfinite(loss_of(CellNet().eval()(as_planes(batch.canvas)), batch, weights=stage_weights([])))
    assert (veiled_ones > 0) == (work_type in SKETCH_VEILED)
