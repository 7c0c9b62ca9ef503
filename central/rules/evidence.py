"""Evidence insufficient on a building: too little of it seen lately, or too uncertain. Never a progress warning."""

from __future__ import annotations

from central.domain import Deviation, Finding
from central.rules.facts import RuleInput
from central.rules.judge import judge
from central.rules.ladder import DEFAULT, LadderProfile

NAME = "evidence"


def insufficient(deviation: Deviation, profile: LadderProfile = DEFAULT) -> bool:
    """Coverage under 60 % of the weight, or sigma above 5 points, unless the profile says otherwise."""
    numbers = profile.ladder(NAME).numbers
    return deviation.coverage_bp < numbers["coverage_min_bp"] or deviation.sigma_bp > numbers["sigma_max_bp"]


def evidence(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on the effective hours for which evidence has been insufficient; an approved pause does not count."""
    if seen.deviation is None or seen.subject.kind != "building":
        return None
    return judge(NAME, seen, profile, value=seen.insufficient_h, confirmed=True, refs=seen.deviation.refs)
