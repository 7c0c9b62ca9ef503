"""A value on a ladder becomes a finding: the one place where a value meets its thresholds."""

from __future__ import annotations

from dataclasses import replace

from central.domain import Finding
from central.rules.facts import RuleInput
from central.rules.ladder import LadderProfile, lower, rank


def judge(
    rule: str,
    seen: RuleInput,
    profile: LadderProfile,
    *,
    value: int | None,
    confirmed: bool,
    refs: tuple[str, ...] = (),
) -> Finding:
    """The finding of one rule. A value of None means that nothing ails: no level, and nothing that holds one."""
    ladder = profile.ladder(rule)
    level = None if value is None else ladder.level(value)
    return Finding(
        rule=rule,
        rule_version=profile.rule_version(rule),
        subject=seen.subject,
        as_of=seen.as_of,
        level=level,
        held=None if value is None else ladder.held(value),
        value=value or 0,
        threshold=ladder.threshold(level),
        unit=ladder.unit,
        confirmed=confirmed,
        capped=False,
        refs=refs,
    )


def cap(finding: Finding, seen: RuleInput, profile: LadderProfile) -> Finding:
    """No more than blue on thin evidence. A level that is open already is not lowered by evidence going missing."""
    if seen.sufficient or rank(finding.level) <= rank("blue"):
        return finding
    level = lower(finding.level, "blue")
    return replace(finding, level=level, threshold=profile.ladder(finding.rule).threshold(level), capped=True)
