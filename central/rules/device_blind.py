"""A camera delivers pictures that say nothing: covered, frozen, dark for longer than a night."""

from __future__ import annotations

from central.domain import Finding
from central.rules import device_moved, device_offline
from central.rules.ailing import ailing
from central.rules.facts import RuleInput
from central.rules.ladder import LadderProfile

NAME = "device_blind"


def device_blind(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on the hours of any condition that is neither moved nor offline, known to this version or not."""
    known = device_moved.CODES | device_offline.CODES
    codes = frozenset(condition.code for condition in seen.conditions) - known
    return ailing(NAME, seen, profile, codes=codes)
