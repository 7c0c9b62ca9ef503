"""A camera was knocked or turned: what it sees is not what it was set up for. Blue at once, yellow after a day."""

from __future__ import annotations

from central.domain import Finding
from central.rules.ailing import ailing
from central.rules.facts import RuleInput
from central.rules.ladder import LadderProfile

NAME = "device_moved"
CODES = frozenset({"moved"})


def device_moved(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on the hours since the camera moved."""
    return ailing(NAME, seen, profile, codes=CODES)
