"""Figures that can be checked by hand, strata, the worst by rule."""

from typing import Any

import numpy as np
import pytest

from edge_agent.vision.metrics import (
    cell_set,
    confusion_of,
    estimator_figures,
    interval_coverage,
    reliability,
    risk_coverage,
)
from edge_agent.vision.report import TARGETS, gap, group_figures, kept_of, targets_of
from edge_agent.vision.strata import not_beaten, strata, worst_strata
from tests.edge_agent.vision.evaluating import a_record, cells


def test_errors_bias_and_missing_values() -> None:
    records = [a_record(value=v, truth=50.0, building=b) for v, b in ((52.0, "A"), (46.0, "B"), (None, "C"))]
    figures = estimator_figures(records, "filtered")
    assert (figures["readings"], figures["mae_pp"], figures["p95_pp"], figures["bias_pp"]) == (2, 3.0, 4.0, -1.0)
    assert figures["ci90"]["mae_pp"] == [2.0, 4.0]
    assert estimator_figures(records, "features") == {"readings": 0}


def test_one_building_gives_no_interval() -> None:
    figures = estimator_figures([a_record(value=v, truth=50.0) for v in (40.0, 60.0)], "filtered")
    assert figures["ci90"]["mae_pp"] is None


def test_a_figure_known_of_one_building_only_has_no_interval_either() -> None:
    tower = [a_record(value=52.0, truth=50.0, tops={"filtered": 3})]
    walls = [a_record(value=v, truth=50.0, building=b, true_top=None, tops={}) for v, b in ((51.0, "B"), (55.0, "C"))]
    bounds = estimator_figures([*tower, *walls], "filtered")["ci90"]
    assert bounds["mae_pp"] is not None
    assert bounds["top_storey_exact"] is None


def test_a_day_with_several_false_falls_counts_once() -> None:
    falls = [(0.1, False), (0.2, True), (0.3, True), (1.1, False), (2.1, False), (3.1, True)]
    records = [a_record(value=1, truth=1, day=day, fell={"filtered": fell}) for day, fell in falls]
    assert estimator_figures(records, "filtered")["false_regression_per_day"] == 0.5


def test_cells_said_to_go_back_are_a_share_of_the_cells_watched() -> None:
    counts: list[dict[str, tuple[int, int]]] = [{}, {"filtered": (1, 10)}, {"filtered": (0, 20)}, {"filtered": (0, 0)}]
    records = [a_record(value=1, truth=1, cells_fell=fell) for fell in counts]
    assert estimator_figures(records, "filtered")["cell_false_regression"] == 0.033


def test_top_storey_counts_only_where_there_is_a_top() -> None:
    records = [a_record(value=1, truth=1, tops={"filtered": top}) for top in (3, 3, 4, 6)]
    records.append(a_record(value=1, truth=1, true_top=None, tops={}))
    figures = estimator_figures(records, "filtered")
    assert (figures["top_storey_exact"], figures["top_storey_within_1"]) == (0.5, 0.75)


def test_cell_figures_by_hand() -> None:
    figures = estimator_figures(
        [a_record(value=1, truth=1, visible={"filtered": cells([0, 0, 1, 1], [0, 0, 1, 2])})], "filtered"
    )
    assert (figures["cells"], figures["cell_accuracy"]) == (4, 0.75)
    stages = ("void", "formwork", "structure", "infill", "base", "finished")
    assert figures["recall"] == {"new_build": dict(zip(stages, (1.0, 0.5, None, None, None, None), strict=True))}
    assert figures["cell_macro_f1"] == pytest.approx((1 + 2 / 3) / 2, abs=1e-3)


def test_classes_of_two_kinds_of_work_are_not_mixed() -> None:
    base_of_a_tower = a_record(value=1, truth=1, visible={"filtered": cells([4], [4])})
    base_of_a_road = a_record(value=1, truth=1, work_type="road", visible={"filtered": cells([3], [2])})
    figures = estimator_figures([base_of_a_tower, base_of_a_road], "filtered")
    assert figures["recall"]["new_build"]["base"] == 1.0
    assert figures["recall"]["road"]["base"] == 0.0
    assert figures["cell_macro_f1"] == 0.5
    assert confusion_of([base_of_a_tower, base_of_a_road], "filtered", work_type="road") == [
        [int((r, c) == (3, 2)) for c in range(7)] for r in range(7)
    ]


def test_calibration_error_is_the_gap_of_confidence_and_truth() -> None:
    seen = cells([0] * 10, [0] * 6 + [1] * 4, certainty=0.85)
    record = a_record(value=1, truth=1, visible={"filtered": seen})
    assert estimator_figures([record], "filtered")["ece"] == pytest.approx(0.25)
    assert reliability([record], "filtered") == [{"cells": 10, "confidence": 0.85, "right": 0.6}]


def test_hidden_cells_are_scored_apart() -> None:
    record = a_record(value=1, truth=1, hidden={"filtered": cells([0, 5], [0, 4])})
    figures = estimator_figures([record], "filtered")
    assert (figures["imputation_accuracy"], figures["imputed_cells"], "cells" in figures) == (0.5, 2, False)


def test_a_cell_set_keeps_what_is_needed() -> None:
    probabilities = np.array([[[0.1, 0.9], [0.6, 0.4]]])
    found = cell_set(np.array([[1, 1]]), probabilities, np.array([[True, True]]))
    assert (found.truth.tolist(), found.said.tolist()) == ([1, 1], [1, 0])
    assert found.confidence.tolist() == pytest.approx([0.9, 0.6])


def test_surest_readings_first() -> None:
    records = [a_record(value=50 + e, truth=50.0, sigma_pp=s) for e, s in ((8.0, 4.0), (2.0, 1.0))]
    assert risk_coverage(records, "filtered", steps=2) == [
        {"share": 0.5, "mae_pp": 2.0, "sigma_pp": 1.0},
        {"share": 1.0, "mae_pp": 5.0, "sigma_pp": 4.0},
    ]
    assert interval_coverage(records, "filtered", sigmas=2.0) == 1.0


def test_strata_name_what_occurs() -> None:
    record = a_record(
        value=1,
        truth=1,
        conditions=("rain", "dusk", "rain"),
        occluded_share=0.65,
        occluders=("crane",),
        px_per_storey=20,
        obliquity_deg=75,
    )
    assert list(strata([record])) == [
        "condition:dusk",
        "condition:rain",
        "obliquity_deg:70+",
        "occluder:crane",
        "occlusion_pct:60+",
        "px_per_storey:16-24",
        "work_type:new_build",
    ]


def row(looks: int, buildings: int, **estimators: dict[str, Any]) -> dict[str, Any]:
    names = ("filtered", "network", "features")
    return {"buildings": buildings, "estimators": {n: {"readings": looks} | estimators.get(n, {}) for n in names}}


def test_the_worst_stratum_must_be_large_enough() -> None:
    figures = {
        "few looks": row(19, 9, filtered={"mae_pp": 30.0, "cell_macro_f1": 0.1}),
        "one building": row(90, 1, filtered={"mae_pp": 20.0, "cell_macro_f1": 0.2}),
        "fog": row(20, 3, filtered={"mae_pp": 9.0, "cell_macro_f1": 0.8}),
        "night": row(20, 3, filtered={"mae_pp": 8.0, "cell_macro_f1": 0.7}),
    }
    worst = worst_strata(figures)
    assert (worst["mae_pp"]["stratum"], worst["cell_macro_f1"]["stratum"]) == ("fog", "night")
    assert worst_strata({})["mae_pp"] is None


@pytest.mark.parametrize(
    ("network", "features", "measures"),
    [
        ({"mae_pp": 3.0, "cell_macro_f1": 0.9}, {"mae_pp": 5.0, "cell_macro_f1": 0.6}, []),
        ({"mae_pp": 5.0, "cell_macro_f1": 0.9}, {"mae_pp": 5.0, "cell_macro_f1": 0.6}, ["mae_pp"]),
        ({"mae_pp": 6.0, "cell_macro_f1": 0.5}, {"mae_pp": 5.0, "cell_macro_f1": 0.6}, ["mae_pp", "cell_macro_f1"]),
        ({"mae_pp": 6.0}, {}, []),
    ],
)
def test_where_the_features_are_not_beaten(
    network: dict[str, Any], features: dict[str, Any], measures: list[str]
) -> None:
    found = not_beaten({"fog": row(9, 9, network=network, features=features)})
    assert [entry["measure"] for entry in found] == measures


def test_asks_are_met_or_not() -> None:
    records = [a_record(value=53.0, truth=50.0, building=b) for b in "AB"]
    rows = {r["measure"]: r for r in targets_of(group_figures(records))}
    assert (rows["mae_pp"]["first_met"], rows["mae_pp"]["goal_met"]) == (True, False)
    assert rows["interval_90_covers"]["goal_met"] is False
    assert {measure for measure, *_ in TARGETS} >= set(rows) - {"interval_90_covers"}


def test_the_gap_is_this_minus_the_other() -> None:
    ours = group_figures([a_record(value=56.0, truth=50.0)])
    theirs = group_figures([a_record(value=52.0, truth=50.0)])
    assert gap(ours, theirs)["filtered"]["mae_pp"] == 4.0


def test_a_shift_is_not_measured_on_the_first_frame() -> None:
    records = [a_record(value=1, truth=1, day=d) for d in (2, 0, 1)]
    assert [r.captured_at.day for r in kept_of(records, "shift_px")] == [3, 2]
    assert len(kept_of(records, "jpeg")) == 3
