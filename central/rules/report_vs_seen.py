"""Reported more than was seen: 虚报复核, a review and no verdict (domain.md §4.4, §4.6)."""

from __future__ import annotations

from central.domain import Finding
from central.rules.facts import RuleInput
from central.rules.judge import cap, judge
from central.rules.ladder import LadderProfile
from central.rules.money import is_projects
from central.rules.schedule_gap import sure

NAME = "report_vs_seen"


def report_vs_seen(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on self-report - fused in basis points; no more than blue where what was seen is thin."""
    if not is_projects(seen) or seen.deviation is None or seen.reported_bp is None:
        return None
    value = seen.reported_bp - seen.deviation.actual_bp
    finding = judge(
        NAME, seen, profile, value=value, confirmed=sure(seen, profile.ladder(NAME)), refs=seen.deviation.refs
    )
    return cap(finding, seen, profile)
