"""Leaf scores 0-100 and grades (domain.md §4.7). Nothing is rounded before it is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LeafKind = Literal["higher", "lower", "binary"]
LeafState = Literal["scored", "missing", "not_due"]
SUSPICIOUS_RATIO = 1.3  # a target beaten by more than this was set too low; no extra points, a review
_GRADES = ((90.0, "优"), (80.0, "良"), (60.0, "中"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafScore:
    """One leaf: 0-100, why it may be absent, and whether its target looks too low."""

    score: float
    state: LeafState
    review: bool = False


def leaf_score(kind: LeafKind, actual: float | None, *, target: float, due: bool) -> LeafScore:
    """Higher-better 100 min(1, a/t); lower-better 100 if a <= t else 100 t/a; binary 0 or 100 by a >= t.

    Nothing measured: 0 with state "missing" once it is due, state "not_due" (out of the sum) before.
    """
    if actual is None:
        return LeafScore(score=0.0, state="missing" if due else "not_due")
    match kind:
        case "higher":
            ratio = actual / target if target > 0 else 1.0
            return LeafScore(score=100 * max(0.0, min(1.0, ratio)), state="scored", review=ratio > SUSPICIOUS_RATIO)
        case "lower":
            return LeafScore(score=100.0 if actual <= target else 100 * target / actual, state="scored")
        case "binary":
            return LeafScore(score=100.0 if actual >= target else 0.0, state="scored")


def grade(total: float) -> str:
    """优 from 90, 良 from 80, 中 from 60, else 差; unrounded, so 89.995 is 良."""
    return next((name for floor, name in _GRADES if total >= floor), "差")
