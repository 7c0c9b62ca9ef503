"""What a published finding leads to: an order to mend within a time, and a follow-up state that never stays empty.

E18: a unit whose result asks for it is ordered to mend, with person, day and acceptance standard; the order runs as any
rectification does, where whoever answers for it does not verify it. E33: each item of a bulletin says what became of
it. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Subject, Text
from central.evaluate.calendar import working_days_between
from central.mending.case import RectificationState

FollowUpState = Literal["not_begun", "overdue", "ordered", "mending", "evidence", "mended", "waived"]
FOLLOW_UP_WORKING_DAYS = 5
FOLLOW_UP_WORDS: dict[FollowUpState, Text] = {
    "not_begun": Text(zh="待跟进", en="not followed up yet"),
    "overdue": Text(zh="逾期未跟进", en="follow-up overdue"),
    "ordered": Text(zh="已下达整改", en="rectification ordered"),
    "mending": Text(zh="整改中", en="being rectified"),
    "evidence": Text(zh="待核验", en="waiting for verification"),
    "mended": Text(zh="已销号", en="rectified and verified"),
    "waived": Text(zh="免于整改", en="waived with a reason"),
}
_OF_MEASURE: dict[RectificationState, FollowUpState] = {
    "assigned": "ordered",
    "rectifying": "mending",
    "evidence": "evidence",
    "verified": "mended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that was told to everybody about a unit, and must not end with the telling. `measure`: state of the
    rectification that was made of it, None = none; `waived`: somebody said with a reason that it needs none."""

    told_on: date
    measure: RectificationState | None
    waived: bool = False


def follow_up(item: Item, *, today: date) -> FollowUpState:
    """What became of an item. A draft is no order yet; a cancelled order is none."""
    found = None if item.measure is None else _OF_MEASURE.get(item.measure)
    if found is not None:
        return found
    if item.waived:
        return "waived"
    late = working_days_between(item.told_on, today) > FOLLOW_UP_WORKING_DAYS
    return "overdue" if late else "not_begun"


def asks_for_remedy(subject: Subject, grade: str | None, *, grades: Collection[str]) -> bool:
    """Whether a published result asks the unit as a whole to mend."""
    return subject.kind == "unit" and grade in grades


def remedy_title(unit: str, period: str, *, total: float, grade: str) -> Text:
    """What the order is called."""
    return Text(
        zh=f"{unit} {period} 绩效评价 {total:.2f} 分, 等级{grade}: 限期整改",
        en=f"{unit}, {period}: evaluated {total:.2f} ({grade}), to be rectified within a time",
    )
