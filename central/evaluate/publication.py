"""How long a result stands open to objections, and when it is final (E17). Pure; days are the district's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from central.evaluate.calendar import working_days_after

PUBLICATION_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Said on a day against a published result; `answered_on` None = it waits."""

    raised_on: date
    answered_on: date | None = None


def publication_end(published_on: date, *, working_days: int = PUBLICATION_WORKING_DAYS) -> date:
    """The last day of the publication period; the day of publication is not counted."""
    return working_days_after(published_on, working_days)


def may_object(published_on: date, today: date, *, working_days: int = PUBLICATION_WORKING_DAYS) -> bool:
    """Whether objections are heard: from the day of publication to the last day of the period, both included."""
    return published_on <= today <= publication_end(published_on, working_days=working_days)


def end_of(
    published_on: date,
    objections: Iterable[Objection],
    *,
    today: date,
    working_days: int = PUBLICATION_WORKING_DAYS,
) -> date:
    """The day after which the result is final, as it looks today.

    An objection is to be answered before the end; while one waits beyond it, the end moves with every day that passes,
    and one answered late leaves one working day to read the answer.
    """
    end = publication_end(published_on, working_days=working_days)
    for one in objections:
        if one.answered_on is None:
            end = max(end, working_days_after(today, 1))
        elif one.answered_on > publication_end(published_on, working_days=working_days):
            end = max(end, working_days_after(one.answered_on, 1))
    return end


def is_final(
    published_on: date,
    objections: Iterable[Objection],
    *,
    today: date,
    working_days: int = PUBLICATION_WORKING_DAYS,
) -> bool:
    """Whether the period is over and every objection answered."""
    known = tuple(objections)
    waits = any(one.answered_on is None for one in known)
    return not waits and today > end_of(published_on, known, today=today, working_days=working_days)
