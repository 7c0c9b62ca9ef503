"""The figures of vision.md section 5 from what was estimated and what was true. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ECE_BINS = 10
REGRESSION_PP = 1.0  # a fall of an estimate by more than this while the truth did not fall is a false one
BOOTSTRAPS = 400


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellSet:
    """Cells with a known truth: stage index, probabilities (cells x stages) by one estimator."""

    truth: npt.NDArray[np.int64]
    probabilities: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceRecord:
    """One face in one frame. Values are points (0–100); `values` by estimator, None where it gives none."""

    scene: str
    face: str
    building: str
    captured_at: datetime
    conditions: tuple[str, ...]
    occluded_share: float
    px_per_storey: float
    truth_pp: float
    true_top: int
    values: dict[str, float | None]
    tops: dict[str, int | None]
    visible: dict[str, CellSet]
    hidden: dict[str, CellSet]
    sigma_pp: float
    coverage: float
    abstained: tuple[str, ...]


def estimator_figures(records: Sequence[FaceRecord], name: str) -> dict[str, Any]:
    """Every figure of one estimator over some records."""
    told = [(r, v) for r in records if (v := r.values.get(name)) is not None]
    if not told:
        return {"readings": 0}
    errors = np.array([value - record.truth_pp for record, value in told])
    figures: dict[str, Any] = {
        "readings": len(told),
        "mae_pp": _two(np.abs(errors).mean()),
        "p95_pp": _two(np.percentile(np.abs(errors), 95)),
        "bias_pp": _two(errors.mean()),
        "mae_ci90_pp": _bootstrap([r for r, _ in told], np.abs(errors)),
        "false_regression_per_day": _false_regressions(told),
    }
    return figures | _top_figures(records, name) | _cell_figures(records, name)


def _top_figures(records: Sequence[FaceRecord], name: str) -> dict[str, Any]:
    tops = np.array([top - r.true_top for r in records if (top := r.tops.get(name)) is not None])
    if not tops.size:
        return {}
    return {
        "top_storey_exact": _three((tops == 0).mean()),
        "top_storey_within_1": _three((np.abs(tops) <= 1).mean()),
    }


def _cell_figures(records: Sequence[FaceRecord], name: str) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    seen = joined([r.visible[name] for r in records if name in r.visible])
    if seen is not None:
        figures |= cell_figures(seen)
    hidden = joined([r.hidden[name] for r in records if name in r.hidden])
    if hidden is not None:
        figures["imputation_accuracy"] = _three((hidden.probabilities.argmax(1) == hidden.truth).mean())
        figures["imputed_cells"] = len(hidden.truth)
    return figures


def joined(sets: Sequence[CellSet]) -> CellSet | None:
    """Several cell sets as one; None when there is no cell."""
    if not sum(len(s.truth) for s in sets):
        return None
    return CellSet(
        truth=np.concatenate([s.truth for s in sets]), probabilities=np.concatenate([s.probabilities for s in sets])
    )


def cell_figures(cells: CellSet) -> dict[str, Any]:
    """Accuracy, macro-F1 over the classes that occur, recall by class, expected calibration error."""
    stages = cells.probabilities.shape[1]
    said = cells.probabilities.argmax(axis=1)
    confusion = np.zeros((stages, stages))
    np.add.at(confusion, (cells.truth, said), 1)
    right, true, given = np.diag(confusion), confusion.sum(1), confusion.sum(0)
    f1 = 2 * right / np.maximum(true + given, 1)
    return {
        "cells": len(cells.truth),
        "cell_accuracy": _three(right.sum() / true.sum()),
        "cell_macro_f1": _three(f1[true > 0].mean()),
        "recall": [None if t == 0 else _three(r / t) for r, t in zip(right, true, strict=True)],
        "ece": _three(calibration_error(cells)),
    }


def calibration_error(cells: CellSet) -> float:
    """Expected calibration error of the winning stage over equal-width confidence bins."""
    confidence = cells.probabilities.max(axis=1)
    right = cells.probabilities.argmax(axis=1) == cells.truth
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    total = 0.0
    for index in range(ECE_BINS):
        inside = bins == index
        if inside.any():
            total += inside.mean() * abs(float(confidence[inside].mean()) - float(right[inside].mean()))
    return total


def interval_coverage(records: Sequence[FaceRecord], name: str, *, sigmas: float) -> float | None:
    """Share of the truths within ± sigmas of the estimate."""
    z = [
        abs(v - r.truth_pp) <= sigmas * r.sigma_pp
        for r in records
        if (v := r.values.get(name)) is not None and r.sigma_pp > 0
    ]
    return _three(np.mean(z)) if z else None


def _bootstrap(records: Sequence[FaceRecord], errors: Floats) -> list[float]:
    """5 % and 95 % of the mean error over resampled buildings (never over frames)."""
    keys = [(r.scene, r.building) for r in records]
    groups = [errors[[k == key for k in keys]] for key in sorted(set(keys))]
    rng = np.random.default_rng(0)
    means = [
        np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))]).mean() for _ in range(BOOTSTRAPS)
    ]
    return [_two(v) for v in np.percentile(means, (5, 95))]


def _false_regressions(told: Sequence[tuple[FaceRecord, float]]) -> float | None:
    """False falls per day of footage, over faces watched for at least a day."""
    by_face: dict[tuple[str, str], list[tuple[FaceRecord, float]]] = {}
    for record, value in told:
        by_face.setdefault((record.scene, record.face), []).append((record, value))
    falls, days = 0, 0.0
    for series in by_face.values():
        days += (series[-1][0].captured_at - series[0][0].captured_at).total_seconds() / 86400
        for (before, old), (after, new) in pairwise(series):
            falls += new < old - REGRESSION_PP and after.truth_pp >= before.truth_pp
    return _three(falls / days) if days >= 1 else None


def strata(records: Sequence[FaceRecord]) -> dict[str, list[FaceRecord]]:
    """Records by condition, occlusion band, pixels per storey and building; only strata that occur."""
    groups: dict[str, list[FaceRecord]] = {}
    for record in records:
        for key in _strata_of(record):
            groups.setdefault(key, []).append(record)
    return dict(sorted(groups.items()))


def _strata_of(record: FaceRecord) -> list[str]:
    occlusion = _band(record.occluded_share, (0.1, 0.3, 0.6), lambda v: f"{100 * v:.0f}")
    size = _band(record.px_per_storey, (16, 24, 36, 60), lambda v: f"{v:.0f}")
    return [
        *(f"condition:{name}" for name in record.conditions),
        f"occlusion_pct:{occlusion}",
        f"px_per_storey:{size}",
        f"building:{record.scene}/{record.building}",
    ]


def _band(value: float, edges: Sequence[float], text: Callable[[float], str]) -> str:
    below = [e for e in edges if value >= e]
    above = [e for e in edges if value < e]
    return f"{text(below[-1]) if below else '0'}-{text(above[0]) if above else ''}"


def _two(value: float | np.floating[Any]) -> float:
    return round(float(value), 2)


def _three(value: float | np.floating[Any]) -> float:
    return round(float(value), 3)
