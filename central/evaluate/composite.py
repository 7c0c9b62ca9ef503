"""The composite of an evaluation: its parts weighed by policy (§4.7; forms and weights of 财预〔2020〕10号). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite

from central.scoring.leaf import grade
from central.scoring.sheet import SheetKind

FULL_BP = 10_000
FULL_POINTS = 100.0


class CompositeError(ValueError):
    """Parts that cannot be added up; the message names the part and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one kind of evaluation gave: points 0-100, None = it is missing. Several sheets of a kind count as their
    mean."""

    kind: SheetKind
    score: float | None
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A part with its weight by policy and the one it has after those of missing parts were shared out (0-1)."""

    part: Part
    policy_bp: int
    weight: float
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """`total` None where every part is missing. `missing` parts were left out and the others' weights scaled to 1."""

    total: float | None
    grade: str | None
    parts: tuple[Weighed, ...]
    missing: tuple[SheetKind, ...]


def composite(parts: Sequence[Part], weights_bp: Mapping[SheetKind, int]) -> Composite:
    """Total = Σ weight · score over the parts that are there; the grade looks at it before any rounding.

    Every kind that the policy weighs is a part: one that nobody gave is missing, and said to be. CompositeError for
    weights that do not sum to 10000, a kind given twice, one without weight, or points outside 0-100.
    """
    _check(parts, weights_bp)
    given = {part.kind: part for part in parts}
    known = {kind: given.get(kind, Part(kind=kind, score=None)) for kind in weights_bp}
    live = fsum(weights_bp[kind] / FULL_BP for kind, part in known.items() if part.score is not None)
    weighed = tuple(_weighed(part, weights_bp[kind], live) for kind, part in known.items())
    total = fsum(one.points for one in weighed) if live > 0 else None
    return Composite(
        total=total,
        grade=None if total is None else grade(total),
        parts=weighed,
        missing=tuple(kind for kind, part in known.items() if part.score is None and weights_bp[kind]),
    )


def mean_part(kind: SheetKind, scores: Mapping[str, float]) -> Part:
    """Several sheets of a kind (id -> points) as one part: their mean."""
    found = fsum(scores.values()) / len(scores) if scores else None
    return Part(kind=kind, score=found, sheets=tuple(sorted(scores)))


def _weighed(part: Part, policy_bp: int, live: float) -> Weighed:
    """Added up as a score sheet is, so that the sheet of the composite has the same total bit for bit."""
    if part.score is None or not live > 0:
        return Weighed(part=part, policy_bp=policy_bp, weight=0.0, points=0.0)
    weight = policy_bp / FULL_BP / live
    return Weighed(part=part, policy_bp=policy_bp, weight=weight, points=weight * part.score)


def _check(parts: Sequence[Part], weights_bp: Mapping[SheetKind, int]) -> None:
    if sum(weights_bp.values()) != FULL_BP or any(weight < 0 for weight in weights_bp.values()):
        raise CompositeError(f"weights {dict(weights_bp)}: expected whole numbers >= 0 that sum to {FULL_BP}")
    kinds = [part.kind for part in parts]
    for part in parts:
        if kinds.count(part.kind) > 1:
            raise CompositeError(f"part {part.kind}: given {kinds.count(part.kind)} times, expected once")
        if part.kind not in weights_bp:
            raise CompositeError(f"part {part.kind}: expected one of {', '.join(weights_bp)}")
        if part.score is not None and not (isfinite(part.score) and 0 <= part.score <= FULL_POINTS):
            raise CompositeError(f"part {part.kind}: {part.score} points, expected 0 to 100")
