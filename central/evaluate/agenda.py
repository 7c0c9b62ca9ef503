"""What the joint meeting on performance (绩效联席会议) has to talk about: issues between departments that wait (A50).

Pure. A decision of the meeting becomes a task with one person and a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from central.domain import Text
from central.evaluate.task import Draft

OLDER_THAN_DAYS = 30
DEPARTMENTS_MIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something open that needs more than one department: `departments` all of them, the one that has it first."""

    ref: str
    title: Text
    departments: tuple[str, ...]
    opened_on: date
    project: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """An issue with the days it has been open, and the tasks that earlier meetings made of it."""

    issue: Issue
    days: int
    decided: tuple[int, ...] = ()


def agenda(
    issues: Iterable[Issue],
    *,
    today: date,
    older_than_days: int = OLDER_THAN_DAYS,
    decided: dict[str, tuple[int, ...]] | None = None,
) -> tuple[AgendaItem, ...]:
    """Issues of two departments or more that are open for more than so many days, oldest first: 31 days, not 30."""
    known = decided or {}
    found = [
        AgendaItem(issue=one, days=(today - one.opened_on).days, decided=known.get(one.ref, ()))
        for one in issues
        if len(set(one.departments)) >= DEPARTMENTS_MIN and (today - one.opened_on).days > older_than_days
    ]
    return tuple(sorted(found, key=lambda item: (-item.days, item.issue.ref)))


def task_of(issue: Issue, *, decision: str, person: str, unit: str, today: date, due: date, number: int) -> Draft:
    """The task that a decision becomes; `number` tells several decisions about one issue apart."""
    return Draft(
        source=f"agenda/{issue.ref}/{number}",
        title=Text(zh=decision, en=decision),
        unit=unit,
        person=person,
        project=issue.project,
        start=today,
        due=due,
        parent=issue.ref,
    )
