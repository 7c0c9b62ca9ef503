"""The evaluation as one JSON document (`siteprogress.evaluation/2`): in all, by stratum, against the goal."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from edge_agent.vision.metrics import (
    FaceRecord,
    confusion_of,
    estimator_figures,
    interval_coverage,
    reliability,
    risk_coverage,
)
from edge_agent.vision.peers import ESTIMATORS
from edge_agent.vision.perturb import LADDERS, Disturbance
from edge_agent.vision.reading import HALF_WIDTH_SIGMAS
from edge_agent.vision.strata import by_building, not_beaten, strata, worst_strata

MAIN = ("filtered", "network", "features")  # those that get intervals in every stratum
# vision.md section 6: measure, at most or at least, first row, goal row
TARGETS: tuple[tuple[str, str, float, float], ...] = (
    ("mae_pp", "<=", 5.0, 2.0),
    ("p95_pp", "<=", 12.0, 5.0),
    ("cell_macro_f1", ">=", 0.85, 0.93),
    ("ece", "<=", 0.05, 0.02),
    ("top_storey_exact", ">=", 0.85, 0.95),
    ("top_storey_within_1", ">=", 0.98, 0.98),
)
COVERAGE_GOAL = (0.88, 0.92)
FALSE_REGRESSION_GOAL = 0.005


def group_figures(records: Sequence[FaceRecord], *, intervals: Sequence[str] = tuple(ESTIMATORS)) -> dict[str, Any]:
    """All figures over some looks; intervals over buildings for the estimators named."""
    figures: dict[str, Any] = {"faces": len(records), "buildings": len({r.unit for r in records})}
    if not records:
        return figures
    return figures | {
        "coverage": round(float(np.mean([r.coverage for r in records])), 3),
        "abstained": round(float(np.mean([bool(r.abstained) for r in records])), 3),
        "abstained_because": _shares([reason for r in records for reason in r.abstained], of=len(records)),
        "registration": _shares([r.registration for r in records], of=len(records)),
        "interval_90_covers": interval_coverage(records, "filtered", sigmas=HALF_WIDTH_SIGMAS),
        "estimators": {name: estimator_figures(records, name, intervals=name in intervals) for name in ESTIMATORS},
    }


def _shares(names: Sequence[str], *, of: int) -> dict[str, float]:
    return {name: round(count / of, 3) for name, count in sorted(Counter(names).items())}


def body(records: Sequence[FaceRecord]) -> dict[str, Any]:
    """Everything that follows from the looks of an undisturbed run."""
    every = group_figures(records)
    rows = {name: group_figures(group, intervals=MAIN) for name, group in strata(records).items()}
    kinds = sorted({r.work_type for r in records})
    return {
        "faces_scored": len(records),
        "estimators": dict(ESTIMATORS),
        "all": every,
        "targets": {
            name: targets_of(figures)
            for name, figures in {"all": every, **{k: rows[f"work_type:{k}"] for k in kinds}}.items()
            if figures["faces"]
        },
        "strata": rows,
        "worst": worst_strata(rows),
        "network_not_better_than_features": not_beaten(rows),
        "buildings": {name: _building(group) for name, group in by_building(records).items()},
        "confusion": {kind: {name: confusion_of(records, name, work_type=kind) for name in MAIN} for kind in kinds},
        "reliability": {name: reliability(records, name) for name in MAIN},
        "risk_coverage": risk_coverage(records, "filtered"),
        "series": _series(records),
    }


def targets_of(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Each measure of section 6's table: value of what the agent holds, asked first and as goal, and whether met."""
    held = figures["estimators"]["filtered"]
    rows = [
        {
            "measure": measure,
            "sign": sign,
            "first": first,
            "goal": goal,
            "value": value,
            "network": figures["estimators"]["network"].get(measure),
            "first_met": value <= first if sign == "<=" else value >= first,
            "goal_met": value <= goal if sign == "<=" else value >= goal,
        }
        for measure, sign, first, goal in TARGETS
        if (value := held.get(measure)) is not None
    ]
    covers, falls = figures["interval_90_covers"], held.get("false_regression_per_day")
    if covers is not None:
        met = COVERAGE_GOAL[0] <= covers <= COVERAGE_GOAL[1]
        rows.append(_goal_only("interval_90_covers", "in", list(COVERAGE_GOAL), value=covers, met=met))
    if falls is not None:
        met = falls <= FALSE_REGRESSION_GOAL
        rows.append(_goal_only("false_regression_per_day", "<=", FALSE_REGRESSION_GOAL, value=falls, met=met))
    return rows


def _goal_only(measure: str, sign: str, goal: object, *, value: float, met: bool) -> dict[str, Any]:
    return {
        "measure": measure,
        "sign": sign,
        "first": None,
        "goal": goal,
        "value": value,
        "network": None,
        "first_met": None,
        "goal_met": met,
    }


def _building(records: Sequence[FaceRecord]) -> dict[str, Any]:
    said = {name: estimator_figures(records, name, intervals=False) for name in MAIN}
    kept = ("readings", "mae_pp", "bias_pp", "cell_macro_f1", "cell_accuracy")
    return {
        "faces": len(records),
        "work_type": records[0].work_type,
        "estimators": {name: {k: v for k, v in figures.items() if k in kept} for name, figures in said.items()},
    }


def _series(records: Sequence[FaceRecord]) -> list[dict[str, Any]]:
    """What was true and what was said of every face over time; points, times in UTC."""
    faces: dict[tuple[str, str], list[FaceRecord]] = {}
    for record in records:
        faces.setdefault((record.scene, record.face), []).append(record)
    return [
        {
            "scene": scene,
            "face": face,
            "work_type": looks[0].work_type,
            "looks": [
                {
                    "at": r.captured_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "true_pp": round(r.truth_pp, 2),
                    "filtered_pp": _two(r.values.get("filtered")),
                    "network_pp": _two(r.values.get("network")),
                    "half_width_pp": round(HALF_WIDTH_SIGMAS * r.sigma_pp, 2),
                    "abstained": bool(r.abstained),
                }
                for r in looks
            ],
        }
        for (scene, face), looks in faces.items()
    ]


def _two(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def ladder_row(records: Sequence[FaceRecord], *, kind: str, amount: int | None) -> dict[str, Any]:
    """Figures of one run with a known error, over the looks it is measured on."""
    return {"amount": amount} | group_figures(kept_of(records, kind), intervals=MAIN)


def ladders(
    rows: Sequence[tuple[Disturbance, dict[str, Any]]], *, undisturbed: Sequence[FaceRecord]
) -> dict[str, list[dict[str, Any]]]:
    """Rows by kind of known error, the same looks undisturbed first: amount 0, and null for JPEG (0 would be worst)."""
    return {
        kind: [
            ladder_row(undisturbed, kind=kind, amount=None if kind == "jpeg" else 0),
            *(row for disturbance, row in rows if disturbance.kind == kind),
        ]
        for kind in LADDERS
        if any(disturbance.kind == kind for disturbance, _ in rows)
    }


def kept_of(records: Sequence[FaceRecord], kind: str) -> list[FaceRecord]:
    """The looks a disturbance is measured on: a knocked camera is not knocked in its first frame."""
    if kind != "shift_px":
        return list(records)
    first: dict[str, Any] = {}
    for record in records:
        first[record.scene] = min(first.get(record.scene, record.captured_at), record.captured_at)
    return [record for record in records if record.captured_at > first[record.scene]]


def gap(here: dict[str, Any], other: dict[str, Any]) -> dict[str, dict[str, float]]:
    """How much worse this data set is than another (leakage gap when the other shares assets with training).

    By estimator and measure: this minus the other.
    """
    found: dict[str, dict[str, float]] = {}
    for name in MAIN:
        ours, theirs = here["estimators"][name], other["estimators"][name]
        found[name] = {
            measure: round(ours[measure] - theirs[measure], 3)
            for measure in ("mae_pp", "p95_pp", "bias_pp", "cell_macro_f1", "cell_accuracy", "ece", "top_storey_exact")
            if ours.get(measure) is not None and theirs.get(measure) is not None
        }
    return found
