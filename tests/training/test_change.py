"""What two pictures tell is fitted on pairs of looks whose truth is known."""

from pathlib import Path

import numpy as np
import pytest

from edge_agent.vision.dataset import read_scene_folder
from tests.edge_agent.vision.drawing import write_dataset
from training.change import APART, MOST_CELLS, fitted, pairs_of


def test_the_weights_that_made_the_answers_are_found_again() -> None:
    rng = np.random.default_rng(5)
    marks, true = rng.normal(0, 1, (40_000, 3)), np.array([0.4, 1.3, -0.7, 0.2])
    differs = rng.random(len(marks)) < 1 / (1 + np.exp(-(true[0] + marks @ true[1:])))
    found = fitted(marks, differs)
    assert found[1:] == pytest.approx(true[1:], abs=0.06)
    common = np.log(differs.mean() / (1 - differs.mean()))
    assert found[0] == pytest.approx(true[0] - common, abs=0.06)  # both answers as common


def test_pairs_are_of_neighbouring_looks_and_of_cells_that_both_show(tmp_path: Path) -> None:
    (folder,) = (read_scene_folder(p) for p in (write_dataset(tmp_path, scenes=1, days=8) / "scenes").iterdir())
    pairs = list(pairs_of(folder, np.random.default_rng(0)))
    looks = len(folder.frames)
    assert len(pairs) == sum(looks - apart for apart in range(1, APART + 1))
    for marks, differs in pairs:
        assert marks.shape == (len(differs), 3)
        assert 0 < len(differs) <= MOST_CELLS
        assert np.isfinite(marks).all()
    every, told = (np.concatenate(part) for part in zip(*pairs, strict=True))
    assert every[told, 0].mean() > every[~told, 0].mean() + 0.5
