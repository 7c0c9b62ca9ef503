"""The rules there are. A new rule is one file, one ladder and one line here."""

from __future__ import annotations

from central.domain import Finding
from central.rules.device_blind import device_blind
from central.rules.device_moved import device_moved
from central.rules.device_offline import device_offline
from central.rules.evidence import evidence
from central.rules.facts import Rule, RuleInput
from central.rules.ladder import LadderProfile
from central.rules.schedule_gap import schedule_gap
from central.rules.time_lag import time_lag

RULES: tuple[Rule, ...] = (schedule_gap, time_lag, evidence, device_moved, device_offline, device_blind)


def evaluate(seen: RuleInput, profile: LadderProfile) -> tuple[Finding, ...]:
    """What every rule that is about this subject says of it at this instant."""
    found = (rule(seen, profile) for rule in RULES)
    return tuple(finding for finding in found if finding is not None)
