"""Paid ahead of physical progress: the other half of 双监控 (domain.md §4.4, §4.6)."""

from __future__ import annotations

from central.domain import Finding
from central.plan.compare import pay_gap_bp
from central.rules.facts import RuleInput
from central.rules.judge import cap, judge, unjudged
from central.rules.ladder import LadderProfile
from central.rules.money import NO_LEDGER, has_entries, is_projects
from central.rules.schedule_gap import sure

NAME = "paid_ahead"


def paid_ahead(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on paid / contract - actual in basis points; no more than blue where actual is thinly evidenced.

    Before the plan begins and anything was seen, nothing is built: all that was paid is ahead.
    """
    if not is_projects(seen):
        return None
    if seen.money is None or not has_entries(seen.money):
        return unjudged(NAME, seen, profile, detail=NO_LEDGER)
    if seen.contract_fen <= 0:
        return unjudged(NAME, seen, profile, detail="no contract sum is known")
    actual_bp, refs = (seen.deviation.actual_bp, seen.deviation.refs) if seen.deviation else (0, ())
    value = pay_gap_bp(seen.money.paid_fen, seen.contract_fen, actual_bp=actual_bp)
    finding = judge(NAME, seen, profile, value=value, confirmed=sure(seen, profile.ladder(NAME)), refs=refs)
    return cap(finding, seen, profile)
