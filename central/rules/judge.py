"""A value on a ladder becomes a finding: the one place where a value meets its thresholds."""

from __future__ import annotations

from dataclasses import replace

from central.domain import Condition, Finding
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
        basis=ladder.basis,
        month_end=seen.month_end and not seen.on_pause,
    )


def cap(finding: Finding, seen: RuleInput, profile: LadderProfile) -> Finding:
    """No more than blue on thin evidence. A level that is open already is not lowered by evidence going missing."""
    if seen.sufficient:
        return finding
    if rank(finding.level) <= rank("blue"):
        return replace(finding, thin=True)
    level = lower(finding.level, "blue")
    threshold = profile.ladder(finding.rule).threshold(level)
    return replace(finding, level=level, threshold=threshold, capped=True, thin=True)


def kept(finding: Finding, *, condition: Condition = "ok", detail: str = "") -> Finding:
    """The finding as one that says nothing new: what is open stays as it is, neither run goes on nor ends.

    A month without data is no month's evaluation.
    """
    counts = finding.month_end and condition == "ok"
    return replace(finding, judged=False, condition=condition, detail=detail, month_end=counts)


def not_now(rule: str, seen: RuleInput, profile: LadderProfile) -> Finding:
    """A rule that could judge and does not at this instant: what is open stays, and the month is not counted."""
    return replace(judge(rule, seen, profile, value=None, confirmed=False), judged=False, month_end=False)


def unjudged(
    rule: str, seen: RuleInput, profile: LadderProfile, *, detail: str, condition: Condition = "no_data"
) -> Finding:
    """A rule that is about the subject and cannot judge it, and why: no silence, no zero, no warning."""
    return Finding(
        rule=rule,
        rule_version=profile.rule_version(rule),
        subject=seen.subject,
        as_of=seen.as_of,
        level=None,
        held=None,
        value=0,
        threshold=None,
        unit="",
        confirmed=False,
        capped=False,
        refs=(),
        judged=False,
        condition=condition,
        detail=detail,
    )
