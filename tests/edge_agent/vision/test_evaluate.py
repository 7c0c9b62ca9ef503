"""Evaluation: figures that can be checked by hand, every estimator in the table, broken data refused before running."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from edge_agent.vision.baseline import FeatureBaseline, cell_features, load_baseline
from edge_agent.vision.errors import DatasetError, FrameError, ModelError
from edge_agent.vision.evaluate import ESTIMATORS, evaluate_dataset
from edge_agent.vision.metrics import CellSet, FaceRecord, calibration_error, cell_figures, estimator_figures, strata
from edge_agent.vision.rectify import canvas_size
from tests.edge_agent.vision.drawing import START, write_dataset
from tests.edge_agent.vision.fixed_network import ColourNetwork


def a_record(*, value: float | None, truth: float, day: float = 0.0, building: str = "A", **over: object) -> FaceRecord:
    given = {
        "scene": "s",
        "face": f"{building}-front",
        "building": building,
        "captured_at": START + timedelta(days=day),
        "conditions": ("clear",),
        "occluded_share": 0.0,
        "px_per_storey": 30.0,
        "truth_pp": truth,
        "true_top": 3,
        "values": {"filtered": value},
        "tops": {"filtered": 3},
        "visible": {},
        "hidden": {},
        "sigma_pp": 2.0,
        "coverage": 1.0,
        "abstained": (),
    }
    return FaceRecord(**(given | over))  # type: ignore[arg-type]


def cells(truth: list[int], said: list[int], *, certainty: float = 0.8) -> CellSet:
    probabilities = np.full((len(truth), 6), (1 - certainty) / 5)
    probabilities[np.arange(len(said)), said] = certainty
    return CellSet(truth=np.array(truth), probabilities=probabilities)


def test_errors_bias_and_missing_values() -> None:
    records = [a_record(value=v, truth=50.0, building=b) for v, b in ((52.0, "A"), (46.0, "B"), (None, "C"))]
    figures = estimator_figures(records, "filtered")
    assert (figures["readings"], figures["mae_pp"], figures["bias_pp"]) == (2, 3.0, -1.0)
    assert figures["mae_ci90_pp"] == [2.0, 4.0]
    assert estimator_figures(records, "features") == {"readings": 0}


def test_false_regressions_are_falls_that_the_truth_did_not_make() -> None:
    days = [(50.0, 50.0), (47.0, 51.0), (40.0, 40.0), (39.5, 41.0)]
    records = [a_record(value=v, truth=t, day=d) for d, (v, t) in enumerate(days)]
    assert estimator_figures(records, "filtered")["false_regression_per_day"] == pytest.approx(1 / 3, abs=1e-3)


def test_top_storey_counts() -> None:
    records = [a_record(value=1, truth=1, tops={"filtered": top}) for top in (3, 3, 4, 6)]
    figures = estimator_figures(records, "filtered")
    assert (figures["top_storey_exact"], figures["top_storey_within_1"]) == (0.5, 0.75)


def test_cell_figures_by_hand() -> None:
    figures = cell_figures(cells([0, 0, 1, 1], [0, 0, 1, 2]))
    assert (figures["cells"], figures["cell_accuracy"]) == (4, 0.75)
    assert figures["recall"] == [1.0, 0.5, None, None, None, None]
    assert figures["cell_macro_f1"] == pytest.approx((1 + 2 / 3) / 2, abs=1e-3)


def test_calibration_error_is_the_gap_of_confidence_and_truth() -> None:
    assert calibration_error(cells([0] * 10, [0] * 6 + [1] * 4, certainty=0.85)) == pytest.approx(0.25)


def test_strata_name_what_occurs() -> None:
    names = strata([a_record(value=1, truth=1, conditions=("rain", "dusk"), occluded_share=0.2, px_per_storey=20)])
    assert list(names) == [
        "building:s/A",
        "condition:dusk",
        "condition:rain",
        "occlusion_pct:10-30",
        "px_per_storey:16-24",
    ]


def a_baseline() -> FeatureBaseline:
    count = cell_features(np.zeros((*canvas_size(1, 1), 3), np.uint8)).shape[-1]
    rng = np.random.default_rng(0)
    return FeatureBaseline(
        mean=np.zeros(count), scale=np.ones(count), weights=rng.normal(0, 0.01, (count, 6)), bias=np.zeros(6)
    )


def test_a_data_set_gives_every_estimator(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    root = write_dataset(tmp_path, scenes=2, days=20, step=2)
    report = evaluate_dataset(root, ColourNetwork(), lambda *step: steps.append(step), features=a_baseline())
    assert json.loads(json.dumps(report)) == report
    assert steps == [(i, 20) for i in range(1, 21)]
    estimators = report["all"]["estimators"]
    assert set(estimators) == set(ESTIMATORS)
    assert all(figures["readings"] for figures in estimators.values())
    assert estimators["filtered"]["mae_pp"] < 4
    assert estimators["filtered"]["cell_macro_f1"] > 0.85
    assert estimators["network"]["cell_accuracy"] > 0.95
    assert estimators["features"]["cell_accuracy"] < 0.7
    assert {"condition:clear", "building:drawn-0/A", "building:drawn-1/A"} < set(report["strata"])


def test_a_broken_data_set_is_refused_before_anything_runs(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, scenes=2, days=4)
    (root / "scenes" / "drawn-1" / "truth.json").write_text("[]")
    steps: list[int] = []
    with pytest.raises(DatasetError, match=r"drawn-1.*truth\.json"):
        evaluate_dataset(root, ColourNetwork(), lambda done, _: steps.append(done))
    assert steps == []


def test_a_truncated_frame_names_its_file(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, scenes=1, days=4)
    path = next((root / "scenes" / "drawn-0" / "frames").iterdir())
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(FrameError, match=path.name):
        evaluate_dataset(root, ColourNetwork())


def test_features_tell_flat_from_textured_and_dark_from_bright() -> None:
    canvas = np.full((*canvas_size(2, 1), 3), 200, np.uint8)
    canvas[48:96:4] = 20  # upper storey striped
    features = cell_features(canvas)
    assert features.shape[:2] == (2, 1)
    assert np.abs(features[1, 0] - features[0, 0]).max() > 20
    assert np.isfinite(features).all()


def test_a_missing_baseline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="feature baseline"):
        load_baseline(tmp_path / "none.npz")
