"""Paid more than was approved, on a project or budget line; above the estimate (概算) is red (domain.md §4.6)."""

from __future__ import annotations

from dataclasses import replace

from central.domain import Finding
from central.rules.facts import RuleInput
from central.rules.judge import judge, unjudged
from central.rules.ladder import LadderProfile
from central.rules.money import FULL_BP, NO_LEDGER, Spent, by_line, has_entries, spent_of

NAME = "overspend"
_NO_BUDGET_BP = FULL_BP  # money out of a line that was granted nothing: all of it is over


def overspend(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on paid / budget - 1 in basis points, cut. The ledger is exact, so one evaluation is enough."""
    if not seen.tick or seen.subject.kind not in ("project", "line"):
        return None
    if seen.subject.kind == "line" and not by_line(seen):
        return None
    spent = spent_of(seen)
    if spent is None or not has_entries(seen.money):
        return unjudged(NAME, seen, profile, detail=NO_LEDGER)
    if seen.subject.kind == "project" and spent.budget_fen <= 0:
        return unjudged(NAME, seen, profile, detail="no approved budget is known")
    over_bp = _over_bp(spent)
    finding = judge(NAME, seen, profile, value=over_bp, confirmed=True)
    estimate_fen = seen.money.estimate_fen if seen.money and seen.subject.kind == "project" else 0
    if estimate_fen and spent.paid_fen > estimate_fen:
        over_bp = spent.paid_fen * FULL_BP // estimate_fen - FULL_BP
        return replace(finding, level="red", held="red", value=over_bp, threshold=0, basis="estimate")
    return finding


def _over_bp(spent: Spent) -> int | None:
    if spent.budget_fen > 0:
        return spent.paid_fen * FULL_BP // spent.budget_fen - FULL_BP
    return _NO_BUDGET_BP if spent.paid_fen > 0 else None
