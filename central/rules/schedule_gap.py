"""Behind plan by percentage points, on a building or a project. 15 points = yellow in the default ladder."""

from __future__ import annotations

from central.domain import Finding
from central.rules.facts import RuleInput
from central.rules.judge import cap, judge
from central.rules.ladder import LadderProfile

NAME = "schedule_gap"
SURE_SIGMA_BP = 300  # up to here one evaluation is enough to raise


def schedule_gap(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on plan - actual in basis points; none when nothing new was seen."""
    if seen.deviation is None or not seen.fresh:
        return None
    deviation = seen.deviation
    confirmed = seen.inspected or deviation.sigma_bp <= SURE_SIGMA_BP
    finding = judge(NAME, seen, profile, value=deviation.gap_bp, confirmed=confirmed, refs=deviation.refs)
    return cap(finding, seen, profile)
