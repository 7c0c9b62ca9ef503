"""Holds a self-evaluation against the money that was measured (domain.md §4.7): what it says beside what was spent."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import Connection

from central.scoring.honesty import FULL_EXECUTION, FULL_SCORE, Honesty, honesty
from central.scoring.measured_money import spent_of_budget
from central.scoring.sheet import Sheet, scored
from central.store.read_sources import Measures, projects_of

EXECUTION = "money.execution_rate"
_EXECUTION_LEAVES = frozenset({"self.execution"})  # of the form for those without a set of their own


def honesty_of(connection: Connection, sheet: Sheet, *, now_ms: int) -> Honesty | None:
    """The check of a self-evaluation; None for other sheets, and where score or money is not known.

    The points for execution are those measured, 10 min(1, spent / budget); what the form itself says of execution is
    left out, the rest of it is scaled to 90.
    """
    said = _rest(sheet) if sheet.kind == "self" else None
    if said is None:
        return None
    projects = projects_of(connection, sheet.subject, day=sheet.period.last)
    facts = Measures(connection, sheet.period, now_ms, projects).facts(sheet.subject, ("money",))
    spent_fen, budget_fen = spent_of_budget([one.money for one in facts if one.money is not None])
    if budget_fen <= 0:
        return None
    execution = min(Fraction(FULL_EXECUTION), FULL_EXECUTION * Fraction(max(0, spent_fen), budget_fen))
    return honesty(score=said, execution=execution, spent_fen=spent_fen, budget_fen=budget_fen)


def _rest(sheet: Sheet) -> Fraction | None:
    """Points 0-90 of what is not execution; None when nothing else counts."""
    leaves = zip(sheet.set.leaves, scored(sheet).contributions, strict=True)
    rest = [
        part
        for leaf, part in leaves
        if leaf.indicator.source != EXECUTION and leaf.indicator.id not in _EXECUTION_LEAVES and part.weight > 0
    ]
    weight = sum((Fraction(part.weight) for part in rest), Fraction(0))
    if weight == 0:
        return None
    points = sum((Fraction(part.weight) * Fraction(part.leaf_score) for part in rest), Fraction(0))
    return points / weight * FULL_SCORE / 100
