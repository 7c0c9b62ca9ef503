"""Rules of credit: a step of a work item counts once its paper was verified by somebody else (domain.md §2.5). Pure.

An item without steps has the one step `done`, worth all of it: that is how milestones are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.lifecycle.refused import ActRefused
from central.plan.structure import Step

StepState = Literal["submitted", "verified", "returned"]
DONE = "done"
FULL_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """A paper that shows a step of an item as done on a day."""

    id: int
    item: str
    step: str
    credit_bp: int
    done_on: date
    sha256: str
    author: str
    state: StepState
    decided_by: str = ""
    remark: str = ""


def steps_of(item: str, steps: Iterable[Step]) -> Mapping[str, int]:
    """What each step of an item is worth of it, basis points."""
    return {step.name: step.credit_bp for step in steps if step.item == item} or {DONE: FULL_BP}


def check_step(
    new: StepRecord, worth: Mapping[str, int], known: Iterable[StepRecord], *, start: date, today: date
) -> None:
    """ActRefused when the item has no such step, it was shown already, or the day cannot be."""
    if new.step not in worth:
        raise ActRefused(f"step {new.step!r}", where="step", expected=f"one of {', '.join(worth)}")
    if not start <= new.done_on <= today:
        raise ActRefused(str(new.done_on), where="done_on", expected=f"a day from {start} to {today}")
    for other in known:
        if (other.item, other.step) == (new.item, new.step) and other.state != "returned":
            what = f"step {new.step} of {new.item} is {other.state}"
            raise ActRefused(what, where="step", expected="one that was not shown yet")


def check_verdict(record: StepRecord, *, by: str, remark: str, approve: bool) -> None:
    """ActRefused when this person may not say whether the step is done, or returns it without a word."""
    if record.state != "submitted":
        raise ActRefused(f"step {record.id} is {record.state}", where="step", expected="one that waits for a decision")
    if by == record.author:
        raise ActRefused(f"{by} is its author", where="verifier", expected="somebody other than the author")
    if not approve and not remark.strip():
        raise ActRefused("returned without a reason", where="remark", expected="what is missing")


def shown_by_day(records: Sequence[StepRecord]) -> tuple[tuple[date, int, int], ...]:
    """(day, done by then in basis points, number of the newest record) of one item, by day; verified steps only."""
    verified = sorted((r for r in records if r.state == "verified"), key=lambda r: (r.done_on, r.id))
    found: dict[date, tuple[int, int]] = {}
    total = 0
    for record in verified:
        total = min(total + record.credit_bp, FULL_BP)
        found[record.done_on] = (total, record.id)
    return tuple((day, value, number) for day, (value, number) in sorted(found.items()))
