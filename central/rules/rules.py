"""The rules there are. A new rule is one file, one ladder and one line here."""

from __future__ import annotations

import logging

from central.domain import Finding
from central.rules.abnormal_spend import abnormal_spend
from central.rules.device_blind import device_blind
from central.rules.device_moved import device_moved
from central.rules.device_offline import device_offline
from central.rules.effect import effect
from central.rules.evidence import evidence
from central.rules.facts import Rule, RuleInput
from central.rules.judge import unjudged
from central.rules.ladder import LadderProfile
from central.rules.not_started import not_started
from central.rules.overspend import overspend
from central.rules.paid_ahead import paid_ahead
from central.rules.report_vs_seen import report_vs_seen
from central.rules.schedule_gap import schedule_gap
from central.rules.time_lag import time_lag
from central.rules.underspend import underspend

log = logging.getLogger(__name__)

RULES: tuple[Rule, ...] = (
    schedule_gap,
    time_lag,
    evidence,
    not_started,
    overspend,
    underspend,
    paid_ahead,
    abnormal_spend,
    report_vs_seen,
    effect,
    device_moved,
    device_offline,
    device_blind,
)
"""Each is named as its ladder is."""


def evaluate(seen: RuleInput, profile: LadderProfile, *, rules: tuple[Rule, ...] = RULES) -> tuple[Finding, ...]:
    """What every rule that is about this subject says of it at this instant.

    A rule that raises is an evaluation error of that rule and subject: logged, a finding of its own, no silence, and no
    stop of the others.
    """
    found = (_asked(rule, seen, profile) for rule in rules)
    return tuple(finding for finding in found if finding is not None)


def _asked(rule: Rule, seen: RuleInput, profile: LadderProfile) -> Finding | None:
    try:
        return rule(seen, profile)
    except Exception as broken:  # the edge between a rule and all the others
        name = rule.__name__
        log.exception("rule %s failed subject=%s/%s at=%s", name, seen.subject.kind, seen.subject.id, seen.as_of)
        detail = f"{type(broken).__name__}: {broken}"[:500]
        return unjudged(name, seen, profile, detail=detail, condition="error")
