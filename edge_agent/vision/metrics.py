"""The figures of vision.md section 5 from what was estimated and what was true, with intervals over buildings. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_agent.vision.bootstrap import (
    Floats,
    Statistic,
    group_index,
    group_sums,
    interval,
    once,
    ratio,
    resamples,
    weighted_quantile,
)
from edge_agent.vision.stages import STAGE_LISTS

ECE_BINS = 10
REGRESSION_PP = 1.0  # a fall of an estimate by more than this while the truth did not fall is a false one
TAIL = 0.95
# Every class of every work type: `base` of a tower and `base` of a road are two.
CLASSES = tuple((kind, name) for kind, stages in STAGE_LISTS.items() for name in stages.names)
FIRST_CLASS = {kind: CLASSES.index((kind, stages.names[0])) for kind, stages in STAGE_LISTS.items()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellSet:
    """Cells with a known truth: stage index, the stage one estimator says, and how sure it is of that (0–1)."""

    truth: npt.NDArray[np.uint8]
    said: npt.NDArray[np.uint8]
    confidence: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceRecord:
    """One face in one frame. Values are points (0–100); `values` by estimator, None where it gives none.

    `fell` tells by estimator whether this look's value is a false regression against the look before (absent: no look
    before), and `cells_fell` how many of its cells in sight did, and of how many. `tops` and `true_top` are storeys
    begun, None where the work type has no top or the truth leaves it open. `occluders`: kinds of what hides at least
    one cell, by the truth. `obliquity_deg`: angle between the view and the face's normal.
    """

    scene: str
    face: str
    building: str
    work_type: str
    captured_at: datetime
    conditions: tuple[str, ...]
    occluded_share: float
    occluders: tuple[str, ...]
    px_per_storey: float
    obliquity_deg: float
    truth_pp: float
    true_top: int | None
    values: dict[str, float | None]
    fell: dict[str, bool]
    cells_fell: dict[str, tuple[int, int]]
    tops: dict[str, int | None]
    visible: dict[str, CellSet]
    hidden: dict[str, CellSet]
    sigma_pp: float
    coverage: float
    abstained: tuple[str, ...]
    registration: str

    @property
    def unit(self) -> tuple[str, str]:
        """What is resampled: a building, as one scene shows it."""
        return self.scene, self.building


def cell_set(truth: npt.NDArray[np.int64], probabilities: npt.NDArray[Any], chosen: npt.NDArray[np.bool_]) -> CellSet:
    """The chosen cells of a face; `probabilities` rows x cols x stages."""
    picked = np.asarray(probabilities)[chosen]
    return CellSet(
        truth=truth[chosen].astype(np.uint8),
        said=picked.argmax(axis=-1).astype(np.uint8),
        confidence=picked.max(axis=-1).astype(np.float32),
    )


def estimator_figures(records: Sequence[FaceRecord], name: str, *, intervals: bool = True) -> dict[str, Any]:
    """Every figure of one estimator over some records; `ci90` holds the 90 % interval over buildings of each."""
    told = [(r, v) for r in records if (v := r.values.get(name)) is not None]
    if not told:
        return {"readings": 0}
    statistics = _value_statistics(told) | _fall_statistics(records, name) | _cell_fall_statistics(records, name)
    statistics |= _top_statistics(records, name)
    figures: dict[str, Any] = {"readings": len(told)} | _with_intervals(statistics, intervals=intervals)
    seen = _Cells.of(records, name, hidden=False)
    if seen is not None:
        cell = _with_intervals(seen.statistics(), intervals=intervals)
        cell["ci90"] = figures.get("ci90", {}) | cell.get("ci90", {})
        figures |= cell | {"cells": seen.count, "recall": seen.recall()}
    hidden = _Cells.of(records, name, hidden=True)
    if hidden is not None:
        figures["imputation_accuracy"] = _round(float(hidden.accuracy(once(hidden.groups))[0]))
        figures["imputed_cells"] = hidden.count
    return figures


def _with_intervals(statistics: dict[str, tuple[Statistic, int]], *, intervals: bool) -> dict[str, Any]:
    """Each statistic at the sample itself, and over resampled buildings: those that it knows, which may be fewer than
    have readings. One building tells nothing of another: no interval.
    """
    figures: dict[str, Any] = {}
    bounds: dict[str, list[float] | None] = {}
    for name, (statistic, of_groups) in statistics.items():
        value = float(statistic(once(of_groups))[0])
        figures[name] = _round(value) if np.isfinite(value) else None
        if intervals and np.isfinite(value):
            found = interval(statistic(resamples(of_groups)))
            bounds[name] = [_round(v) for v in found] if found and of_groups > 1 else None
    return figures | ({"ci90": bounds} if intervals else {})


def _value_statistics(told: Sequence[tuple[FaceRecord, float]]) -> dict[str, tuple[Statistic, int]]:
    errors = np.array([value - record.truth_pp for record, value in told])
    index = group_index([r.unit for r, _ in told])
    groups = int(index.max()) + 1
    count = group_sums(np.ones(len(errors)), index, groups=groups)
    total, signed = group_sums(np.abs(errors), index, groups=groups), group_sums(errors, index, groups=groups)
    return {
        "mae_pp": (lambda w: ratio(w @ total, w @ count), groups),
        "p95_pp": (lambda w: weighted_quantile(np.abs(errors), index, w, share=TAIL), groups),
        "bias_pp": (lambda w: ratio(w @ signed, w @ count), groups),
    }


def _fall_statistics(records: Sequence[FaceRecord], name: str) -> dict[str, tuple[Statistic, int]]:
    """Share of the watched face-days with a false fall: a day counts once however often the value fell in it."""
    days: dict[tuple[tuple[str, str], str, str], bool] = {}
    for record in records:
        if name in record.fell:
            key = (record.unit, record.face, record.captured_at.date().isoformat())
            days[key] = days.get(key, False) or record.fell[name]
    if not days:
        return {}
    return _shares({"false_regression_per_day": list(days.values())}, [unit for unit, _, _ in days])


def _cell_fall_statistics(records: Sequence[FaceRecord], name: str) -> dict[str, tuple[Statistic, int]]:
    """Share of the cells in sight that are said to have gone back since the look before, though they did not."""
    told = [(r.unit, *counts) for r in records if (counts := r.cells_fell.get(name)) is not None and counts[1]]
    if not told:
        return {}
    index = group_index([unit for unit, _, _ in told])
    groups = int(index.max()) + 1
    fell, watched = (group_sums([row[i] for row in told], index, groups=groups) for i in (1, 2))
    return {"cell_false_regression": (lambda w: ratio(w @ fell, w @ watched), groups)}


def _top_statistics(records: Sequence[FaceRecord], name: str) -> dict[str, tuple[Statistic, int]]:
    told = [
        (r.unit, abs(top - r.true_top))
        for r in records
        if (top := r.tops.get(name)) is not None and r.true_top is not None
    ]
    if not told:
        return {}
    off = [d for _, d in told]
    shares = {"top_storey_exact": [d == 0 for d in off], "top_storey_within_1": [d <= 1 for d in off]}
    return _shares(shares, [unit for unit, _ in told])


def _shares(flags: dict[str, list[bool]], units: Sequence[tuple[str, str]]) -> dict[str, tuple[Statistic, int]]:
    index = group_index(units)
    groups = int(index.max()) + 1
    count = group_sums(np.ones(len(units)), index, groups=groups)

    def share(name: str) -> Statistic:
        hits = group_sums(flags[name], index, groups=groups)
        return lambda w: ratio(w @ hits, w @ count)

    return {name: (share(name), groups) for name in flags}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Cells of one estimator summed by building: `confusion` groups x true class x said class, `bins` groups x bin x
    (count, sum of confidence, number right).
    """

    confusion: Floats
    bins: Floats

    @classmethod
    def of(cls, records: Sequence[FaceRecord], name: str, *, hidden: bool) -> "_Cells | None":
        found = [(r, s) for r in records if (s := (r.hidden if hidden else r.visible).get(name)) is not None]
        found = [(r, s) for r, s in found if len(s.truth)]
        if not found:
            return None
        index = group_index([r.unit for r, _ in found])
        confusion = np.zeros((int(index.max()) + 1, len(CLASSES), len(CLASSES)))
        bins = np.zeros((len(confusion), ECE_BINS, 3))
        for group, (record, cells) in zip(index, found, strict=True):
            first = FIRST_CLASS[record.work_type]
            np.add.at(confusion[group], (first + cells.truth, first + cells.said), 1)
            bins[group] += confidence_bins(cells)
        return cls(confusion=confusion, bins=bins)

    @property
    def groups(self) -> int:
        return len(self.confusion)

    @property
    def count(self) -> int:
        return int(self.confusion.sum())

    def statistics(self) -> dict[str, tuple[Statistic, int]]:
        each = {"cell_accuracy": self.accuracy, "cell_macro_f1": self._macro_f1, "ece": self._error}
        return {name: (statistic, self.groups) for name, statistic in each.items()}

    def accuracy(self, weights: Floats) -> Floats:
        right = np.trace(self.confusion, axis1=1, axis2=2)
        return ratio(weights @ right, weights @ self.confusion.sum(axis=(1, 2)))

    def _macro_f1(self, weights: Floats) -> Floats:
        """Mean over the classes that occur in the truth of a resample."""
        right = weights @ np.diagonal(self.confusion, axis1=1, axis2=2)
        true, said = weights @ self.confusion.sum(axis=2), weights @ self.confusion.sum(axis=1)
        f1 = 2 * right / np.maximum(true + said, 1)
        return ratio((f1 * (true > 0)).sum(axis=1), (true > 0).sum(axis=1).astype(float))

    def _error(self, weights: Floats) -> Floats:
        """Expected calibration error of the winning stage over equal-width confidence bins."""
        count, confidence, right = (weights @ self.bins[..., i] for i in range(3))
        return ratio(np.abs(confidence - right).sum(axis=1), count.sum(axis=1))

    def recall(self) -> dict[str, dict[str, float | None]]:
        """Recall by work type and stage; None for a stage that does not occur."""
        confusion = self.confusion.sum(axis=0)
        true, right = confusion.sum(axis=1), np.diag(confusion)
        found: dict[str, dict[str, float | None]] = {}
        for number, (kind, stage) in enumerate(CLASSES):
            rate = _round(right[number] / true[number]) if true[number] else None
            found.setdefault(kind, {})[stage] = rate
        return {kind: rates for kind, rates in found.items() if any(rate is not None for rate in rates.values())}


def confidence_bins(cells: CellSet) -> Floats:
    """ECE_BINS x (count, sum of confidence, number right) over equal-width confidence bins."""
    index = np.minimum((cells.confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    bins = np.zeros((ECE_BINS, 3))
    right = cells.said == cells.truth
    for column, amount in enumerate((np.ones(len(index)), cells.confidence, right)):
        bins[:, column] = np.bincount(index, weights=amount, minlength=ECE_BINS)
    return bins


def reliability(records: Sequence[FaceRecord], name: str) -> list[dict[str, float]]:
    """Bins of the reliability diagram that hold cells: count, mean confidence, share right."""
    cells = _Cells.of(records, name, hidden=False)
    if cells is None:
        return []
    return [
        {"cells": int(count), "confidence": _round(confidence / count), "right": _round(right / count)}
        for count, confidence, right in cells.bins.sum(axis=0)
        if count
    ]


def confusion_of(records: Sequence[FaceRecord], name: str, *, work_type: str) -> list[list[int]] | None:
    """Cells by true stage (rows) and said stage (columns) of one work type; None when there is no cell."""
    cells = _Cells.of([r for r in records if r.work_type == work_type], name, hidden=False)
    if cells is None:
        return None
    first = FIRST_CLASS[work_type]
    among = slice(first, first + len(STAGE_LISTS[work_type].names))
    return [[int(n) for n in row] for row in cells.confusion.sum(axis=0)[among, among]]


def interval_coverage(records: Sequence[FaceRecord], name: str, *, sigmas: float) -> float | None:
    """Share of the truths within ± sigmas of the estimate."""
    inside = [
        abs(v - r.truth_pp) <= sigmas * r.sigma_pp
        for r in records
        if (v := r.values.get(name)) is not None and r.sigma_pp > 0
    ]
    return _round(float(np.mean(inside))) if inside else None


def risk_coverage(records: Sequence[FaceRecord], name: str, *, steps: int = 20) -> list[dict[str, float]]:
    """Mean error of the surest share of the readings, by rising sigma: what abstaining more or less would give."""
    told = sorted((r.sigma_pp, abs(v - r.truth_pp)) for r in records if (v := r.values.get(name)) is not None)
    if not told:
        return []
    mean = np.cumsum([error for _, error in told]) / np.arange(1, len(told) + 1)
    kept = sorted({max(1, round(len(told) * (i + 1) / steps)) for i in range(steps)})
    return [
        {"share": _round(n / len(told)), "mae_pp": _round(mean[n - 1]), "sigma_pp": _round(told[n - 1][0])}
        for n in kept
    ]


def _round(value: float | np.floating[Any]) -> float:
    return round(float(value), 3)
