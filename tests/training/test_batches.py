"""Batches: what is taught of each cell, what is held aside, and what a look is compared with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training has an environment of its own (training/requirements-train.txt)")


from edge_agent.vision.dataset import UNKNOWN  # noqa: E402
from edge_agent.vision.rectify import (  # noqa: E402
    CELL_PX,
    MARGIN_BELOW_PX,
    MARGIN_SIDE_PX,
    canvas_size,
)
from edge_agent.vision.stages import COVERS, STAGE_LISTS  # noqa: E402
from tests.edge_agent.vision.drawing import write_dataset  # noqa: E402
from tests.training.given import read_samples  # noqa: E402
from training.batches import SCREENED, SKETCH_VEILED, Batches  # noqa: E402
from training.cut import cut  # noqa: E402
from training.held import is_held  # noqa: E402
from training.loss import as_planes, loss_of  # noqa: E402
from training.network import CellNet  # noqa: E402
from training.piece import piece_of, screened, veiled, window_look, with_distractor  # noqa: E402
from training.repaint import Paint  # noqa: E402
from training.sample import Library, choose, stage_weights  # noqa: E402
from training.sketch.face import sketches  # noqa: E402
from training.train import drawn_beside  # noqa: E402


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
