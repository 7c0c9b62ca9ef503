"""Who may stop the clock of a site: asked for with days, cause and reason, approved by somebody else. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from central.domain import Text
from central.lifecycle.refused import ActRefused

PauseState = Literal["asked", "approved", "refused", "withdrawn"]
DAYS_MAX = 366 * 2
CAUSES: dict[str, Text] = {
    "winter": Text(zh="冬季停工", en="Winter"),
    "weather": Text(zh="恶劣天气", en="Bad weather"),
    "force_majeure": Text(zh="不可抗力", en="Force majeure"),
    "order": Text(zh="行政停工令", en="Order of an authority"),
    "permit": Text(zh="手续办理", en="Permits"),
    "relocation": Text(zh="征迁", en="Relocation"),
    "archaeology": Text(zh="文物保护", en="Archaeology"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPause:
    """A standstill from `first` to `last`, both included, and what became of the question."""

    id: int
    first: date
    last: date
    cause: str
    reason: str
    asked_by: str
    state: PauseState = "asked"


def check_asked(pause: AskedPause, known: Iterable[AskedPause], *, start: date) -> None:
    """ActRefused when the days cannot be, no cause or reason is given, or another pause has some of the days."""
    if pause.last < pause.first:
        raise ActRefused(str(pause.last), where="last", expected=f"a day from {pause.first} on")
    if (pause.last - pause.first).days >= DAYS_MAX:
        raise ActRefused(f"{(pause.last - pause.first).days + 1} days", where="last", expected=f"at most {DAYS_MAX}")
    if pause.last < start:
        raise ActRefused(str(pause.last), where="last", expected=f"days of the project, which starts on {start}")
    if pause.cause not in CAUSES:
        raise ActRefused(f"cause {pause.cause!r}", where="cause", expected=f"one of {', '.join(CAUSES)}")
    if not pause.reason.strip():
        raise ActRefused("no reason", where="reason", expected="why the site stands still")
    for other in known:
        if other.state in ("asked", "approved") and other.first <= pause.last and pause.first <= other.last:
            what = f"{pause.first} to {pause.last} with pause {other.id} ({other.first} to {other.last})"
            raise ActRefused(what, where="first", expected="days that no other pause has")


def check_decided(pause: AskedPause, *, by: str, remark: str, approve: bool) -> None:
    """ActRefused when the pause was decided already, by its own author, or is refused without a word."""
    if pause.state != "asked":
        raise ActRefused(f"pause {pause.id} is {pause.state}", where="pause", expected="one that waits for a decision")
    if by == pause.asked_by:
        raise ActRefused(f"{by} asked for it", where="approver", expected="somebody other than who asked")
    if not approve and not remark.strip():
        raise ActRefused("refused without a reason", where="remark", expected="why")


def check_ended(pause: AskedPause, *, last: date, by: str, remark: str, today: date) -> None:
    """ActRefused when an approved pause cannot end on this day: a day of it, neither before yesterday nor its last."""
    if pause.state != "approved":
        raise ActRefused(f"pause {pause.id} is {pause.state}", where="pause", expected="one that was approved")
    if by == pause.asked_by:
        raise ActRefused(f"{by} asked for it", where="approver", expected="somebody other than who asked")
    first = max(pause.first, today - timedelta(days=1))
    if not first <= last < pause.last:
        raise ActRefused(str(last), where="last", expected=f"a day from {first} on and before {pause.last}")
    if not remark.strip():
        raise ActRefused("no reason", where="remark", expected="why the work goes on")
