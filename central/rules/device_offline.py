"""Nothing comes any more: a camera says that it is offline, or a building that cameras watched has gone silent."""

from __future__ import annotations

from central.domain import Finding
from central.rules.ailing import ailing
from central.rules.facts import RuleInput
from central.rules.judge import judge
from central.rules.ladder import LadderProfile

NAME = "device_offline"
CODES = frozenset({"offline"})


def device_offline(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on hours offline (camera) or hours since the last reading (building). Silence is no lateness."""
    if seen.subject.kind == "camera":
        return ailing(NAME, seen, profile, codes=CODES)
    if seen.subject.kind != "building" or seen.deviation is None:
        return None
    return judge(NAME, seen, profile, value=seen.silent_h, confirmed=True, refs=seen.deviation.refs)
