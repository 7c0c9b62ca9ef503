"""Leaf scores 0-100 of all six kinds, and grades (domain.md §4.7). Nothing is rounded before it is compared.

The total of a score is a sum of floats: it may come out a few 1e-14 under the 90 that it is. `grade` therefore looks
at nine digits after the point, which is still far finer than 89.995.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from central.scoring.indicator import IndicatorKind, ValueState

LeafKind = IndicatorKind
LeafState = Literal["scored", "missing", "not_due", "too_few", "not_applicable"]
COUNTED: frozenset[LeafState] = frozenset({"scored", "missing", "too_few"})
SUSPICIOUS_RATIO = 1.3  # a target beaten by more than this was set too low; no extra points, a review
_FULL = 100.0
_NOISE_DIGITS = 9
GRADES_EN = {"优": "excellent", "良": "good", "中": "fair", "差": "poor"}
_GRADES = ((90.0, "优"), (80.0, "良"), (60.0, "中"))
_BANDS = ((80.0, "一档"), (60.0, "二档"))


class LeafError(ValueError):
    """A value or target that cannot be scored; the message names it and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafScore:
    """One leaf: 0-100, why it may be absent, whether it counts as met, and whether its target looks too low."""

    score: float
    state: LeafState
    review: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is reached; samples that are too small do not count as reached."""
        return self.state == "scored" and self.score >= _FULL


def leaf_score(kind: LeafKind, actual: float | None, *, target: float, due: bool) -> LeafScore:
    """Higher-better, surveys and panels 100 min(1, a/t); lower-better 100 if a <= t else 100 t/a; binary 0 or 100 by
    a >= t; qualitative: the panel's points 0-100 as they are (三档, `band`).

    Nothing measured: 0 with state "missing" once it is due, state "not_due" (out of the sum) before. LeafError for what
    is no number, a target that nothing can be measured by, and a value below 0 (but for higher-better, where a loss
    instead of a saving earns nothing).
    """
    check_target(kind, target)
    if actual is None:
        return LeafScore(score=0.0, state="missing" if due else "not_due")
    check_actual(kind, actual)
    match kind:
        case "higher" | "survey" | "panel":
            ratio = actual / target
            return LeafScore(score=_FULL * max(0.0, min(1.0, ratio)), state="scored", review=ratio > SUSPICIOUS_RATIO)
        case "lower":
            return LeafScore(score=_FULL if actual <= target else _FULL * target / actual, state="scored")
        case "binary":
            return LeafScore(score=_FULL if actual >= target else 0.0, state="scored")
        case "qualitative":
            return LeafScore(score=actual, state="scored")


def scored_value(kind: LeafKind, actual: float | None, *, target: float, state: ValueState) -> LeafScore:
    """The score of a value in its state: a sample that is too small is shown and earns nothing (样本不足, 不计达标);
    what is not applicable or not due leaves its weight to the others."""
    match state:
        case "too_few":
            check_target(kind, target)
            return LeafScore(score=0.0, state="too_few")
        case "not_applicable":
            check_target(kind, target)
            return LeafScore(score=0.0, state="not_applicable")
        case "measured" | "entered" | "missing" | "not_due":
            return leaf_score(kind, actual, target=target, due=state != "not_due")


def check_target(kind: LeafKind, target: float) -> None:
    """LeafError unless values of this kind can be measured by the target; only "the fewer the better" may want none."""
    lowest_is_zero = kind in ("lower", "qualitative")
    if not isfinite(target) or target < 0 or (target == 0 and not lowest_is_zero):
        expected = "0 or more" if lowest_is_zero else "more than 0"
        raise LeafError(f"target {target!r} of a {kind} indicator: expected a finite number, {expected}")


def check_actual(kind: LeafKind, actual: float) -> None:
    """LeafError unless the value can be scored."""
    if not isfinite(actual):
        raise LeafError(f"value {actual!r} of a {kind} indicator: expected a finite number")
    if actual < 0 and kind != "higher":
        raise LeafError(f"value {actual!r} of a {kind} indicator: expected 0 or more")
    if kind == "qualitative" and actual > _FULL:
        raise LeafError(f"value {actual!r} of a qualitative indicator: expected points from 0 to 100")


def band(points: float) -> str:
    """The band of a qualitative leaf (财预〔2020〕10号): 100-80, 80-60, 60-0; its floor belongs to it."""
    return next((name for floor, name in _BANDS if points >= floor), "三档")


def grade(total: float) -> str:
    """优 from 90, 良 from 80, 中 from 60, else 差; unrounded but for the noise of adding, so 89.995 is 良."""
    exact = round(total, _NOISE_DIGITS)
    return next((name for floor, name in _GRADES if exact >= floor), "差")


def formula(kind: LeafKind, actual: str, target: str, *, found: LeafScore) -> str:
    """How the score comes of the value (both as they are written), so that it can be done again by hand."""
    match found.state:
        case "missing":
            return "0 (missing, due)"
        case "not_due":
            return "not due, no weight"
        case "not_applicable":
            return "not applicable, no weight"
        case "too_few":
            return f"0 (sample too small: {actual} is shown, not counted as met)"
        case "scored":
            return _counted(kind, actual, target) + _review(found)


def _counted(kind: LeafKind, actual: str, target: str) -> str:
    match kind:
        case "higher" | "survey" | "panel":
            return f"100 × min(1, {actual} / {target})"
        case "lower":
            return f"100 if {actual} ≤ {target} else 100 × {target} / {actual}"
        case "binary":
            return f"100 if {actual} ≥ {target} else 0"
        case "qualitative":
            return f"points of the panel {actual}: 一档 100-80, 二档 80-60, 三档 60-0"


def _review(found: LeafScore) -> str:
    return "; target beaten by more than 30 %, review the target" if found.review else ""
