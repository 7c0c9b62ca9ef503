"""What the facts do to a case: a warning that is raised, rises, falls, ends, comes back, or never was. Pure.

Facts that clear a warning do not silently close a case that was yellow or red: it waits for somebody who verifies.
Historical warnings open no case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from central.domain import Level
from central.mending.case import Case, Facts, rank

REOPEN_MS = 30 * 86_400_000
Followed = Literal["open", "redate", "escalate", "ease", "relapse", "recover", "close", "withdraw", "reopen", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The newest warning of a rule and subject as it stands now; `historical` = raised by facts that came late."""

    warning: int
    level: Level
    open: bool
    historical: bool


def facts_of(life: Life | None) -> Facts:
    """What the facts say of the fault; None = late facts undid its warning."""
    if life is None:
        return "withdrawn"
    return "standing" if life.open else "cleared"


def followed(case: Case | None, life: Life | None, *, now_ms: int) -> Followed | None:
    """What becomes of the case (None = there is none); None = nothing new."""
    if case is None:
        return "open" if life is not None and life.open and not life.historical else None
    after = facts_of(life)
    if life is not None and after == "standing" and case.facts != "standing":
        return None if life.historical else _begun(case, now_ms=now_ms)
    if case.facts == "standing" and after != "standing":
        return _over(case, after)
    if life is None or after != "standing":
        return None
    return _still(case, life)


def _begun(case: Case, *, now_ms: int) -> Followed:
    if case.ended_ms is None:
        return "relapse"
    return "reopen" if now_ms - case.ended_ms <= REOPEN_MS else "open"


def _over(case: Case, after: Facts) -> Followed:
    if case.ended:
        return "note"
    if case.state == "verified":
        return "close"
    if after == "withdrawn" and not case.mending:
        return "withdraw"
    if case.peak == "blue" and not case.mending:
        return "close"
    return "recover"


def _still(case: Case, life: Life) -> Followed | None:
    if case.ended:
        return "reopen" if rank(life.level) > rank(case.peak) else _redated(case, life)
    if rank(life.level) > rank(case.level):
        return "escalate"
    if rank(life.level) < rank(case.level):
        return "ease"
    return _redated(case, life)


def _redated(case: Case, life: Life) -> Followed | None:
    return "redate" if life.warning != case.warning else None
