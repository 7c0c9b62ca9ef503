"""The first scoring tree of a project: four leaves, AHP weights from judgements kept as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from central.domain import Contribution, Score, Subject, Text
from central.scoring.ahp import accepted
from central.scoring.leaf import LeafKind, LeafScore, formula, grade, leaf_score


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An indicator: how it is scored against its target, and how its value is written (`digits` after the point)."""

    indicator: str
    name: Text
    kind: LeafKind
    target: float
    unit: str
    digits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringTree:
    """Leaves of one node and the comparison matrix that weighs them, row i against column j, in the leaves' order."""

    version: str
    leaves: tuple[Leaf, ...]
    judgements: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The value of one indicator (None = nothing known), whether it is due, and the records behind it."""

    indicator: str
    value: float | None
    due: bool
    refs: tuple[str, ...] = ()


PROJECT_TREE = ScoringTree(
    version="project-progress-1",
    leaves=(
        Leaf(
            indicator="spi_t",
            name=Text(zh="工期绩效 SPI(t)", en="Schedule performance SPI(t)"),
            kind="higher",
            target=1.0,
            unit="",
            digits=3,
        ),
        Leaf(
            indicator="completion",
            name=Text(zh="形象进度完成率", en="Physical progress against plan"),
            kind="higher",
            target=1.0,
            unit="",
            digits=3,
        ),
        Leaf(
            indicator="warning_days",
            name=Text(zh="进度预警时长占比", en="Share of time under schedule warning"),
            kind="lower",
            target=0.05,
            unit="",
            digits=3,
        ),
        Leaf(
            indicator="evidence",
            name=Text(zh="实测证据充分率", en="Share of time with sufficient evidence"),
            kind="higher",
            target=0.95,
            unit="",
            digits=3,
        ),
    ),
    judgements=(
        (1, 2, 3, 4),
        (1 / 2, 1, 2, 3),
        (1 / 3, 1 / 2, 1, 2),
        (1 / 4, 1 / 3, 1 / 2, 1),
    ),
)


def score(
    measured: Sequence[Measured],
    *,
    subject: Subject,
    as_of: datetime,
    tree: ScoringTree = PROJECT_TREE,
    observed: bool = True,
) -> Score:
    """Total = sum of weight x leaf score. Leaves that are not due drop out and the others' weights are scaled to 1.

    What nobody has ever `observed` has no total and no grade: its leaves say that they are missing, and 0 points would
    call a project bad (差) because no camera looks at it. Once something was observed, a missing leaf counts 0 points.
    `measured` has one entry per leaf; KeyError names the indicator that is lacking.
    """
    judged = _weighed(tree.judgements)
    values = {m.indicator: m for m in measured}
    leaves = [(leaf, values[leaf.indicator]) for leaf in tree.leaves]
    scores = [leaf_score(leaf.kind, m.value, target=leaf.target, due=m.due) for leaf, m in leaves]
    live = sum(w for w, s in zip(judged.weights, scores, strict=True) if s.state != "not_due")
    contributions = tuple(
        _contribution(leaf, m, found, weight=0.0 if found.state == "not_due" else weight / live)
        for (leaf, m), found, weight in zip(leaves, scores, judged.weights, strict=True)
    )
    total = sum(c.points for c in contributions) if live > 0 and observed else None
    return Score(
        subject=subject,
        as_of=as_of,
        total=total,
        grade=None if total is None else grade(total),
        rule_version=tree.version,
        consistency_ratio=judged.cr,
        contributions=contributions,
    )


_weighed = lru_cache(maxsize=16)(accepted)  # one tree weighs a score a day and project


def _contribution(leaf: Leaf, measured: Measured, found: LeafScore, *, weight: float) -> Contribution:
    return Contribution(
        indicator=leaf.indicator,
        name=leaf.name,
        weight=weight,
        value=_written(leaf, measured, found),
        leaf_score=found.score,
        points=weight * found.score,
        formula=formula(leaf.kind, _number(leaf, measured), f"{leaf.target:g}", found=found),
        refs=measured.refs,
    )


def _written(leaf: Leaf, measured: Measured, found: LeafScore) -> str:
    return found.state if measured.value is None else f"{_number(leaf, measured)}{leaf.unit}"


def _number(leaf: Leaf, measured: Measured) -> str:
    return "" if measured.value is None else f"{measured.value:.{leaf.digits}f}"
