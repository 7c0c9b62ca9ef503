"""How long a camera has had a condition of one family: what the device rules share."""

from __future__ import annotations

from central.domain import Finding
from central.rules.facts import RuleInput
from central.rules.judge import judge
from central.rules.ladder import LadderProfile

_HOUR_S = 3600


def ailing(rule: str, seen: RuleInput, profile: LadderProfile, *, codes: frozenset[str]) -> Finding | None:
    """Finding on the whole hours of the oldest condition with one of the codes; None when the subject is no camera."""
    if seen.subject.kind != "camera":
        return None
    active = sorted((c for c in seen.conditions if c.code in codes), key=lambda c: (c.since, c.code, c.ref))
    hours = int((seen.as_of - active[0].since).total_seconds()) // _HOUR_S if active else None
    refs = tuple(condition.ref for condition in active)
    return judge(rule, seen, profile, value=hours, confirmed=True, refs=refs)
