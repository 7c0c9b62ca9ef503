"""Behind plan, on a building or a project: in points of the whole, or of what was planned, or of the time gone by.

15 points = yellow in the default ladder (domain.md §4.6, §6.1).
"""

from __future__ import annotations

from central.domain import Deviation, Finding
from central.rules.facts import RuleInput
from central.rules.judge import cap, judge
from central.rules.ladder import Ladder, LadderProfile
from central.rules.looked import looked

NAME = "schedule_gap"
FULL_BP = 10_000


def schedule_gap(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on how far actual is behind plan in basis points, by the ladder's basis.

    None when nothing new was seen, but for midnights: those say whether there is anything to see by.
    """
    if seen.deviation is None or not (seen.fresh or seen.tick or seen.month_end):
        return None
    deviation = seen.deviation
    value = _measured(deviation, profile.ladder(NAME).basis)
    finding = judge(NAME, seen, profile, value=value, confirmed=sure(seen, profile.ladder(NAME)), refs=deviation.refs)
    return looked(cap(finding, seen, profile), seen)


def sure(seen: RuleInput, ladder: Ladder) -> bool:
    """Whether one evaluation raises: a person confirmed it lately, or sigma is small enough (3 points by default)."""
    sigma_bp = None if seen.deviation is None else seen.deviation.sigma_bp
    return seen.inspected or (sigma_bp is not None and sigma_bp <= ladder.numbers["sure_sigma_bp"])


def _measured(deviation: Deviation, basis: str) -> int | None:
    """None while the plan has not asked for enough to speak of a share of it: nothing is late by that measure."""
    match basis:
        case "relative":
            return deviation.rel_bp
        case "time":
            return None if deviation.spi_t_bp is None else FULL_BP - deviation.spi_t_bp
        case "points" | "":
            return deviation.gap_bp
    raise ValueError(f"{NAME}: basis {basis!r}: expected points, relative or time")
