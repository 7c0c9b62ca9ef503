"""When a project is evaluated: at every instant of evidence and at every midnight, in event time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby

from central.domain import Observation
from central.plan.calendar import local_day, midnight
from central.progress.hourly import order


def by_instant(
    observations: Iterable[Observation], *, start: date, now: datetime, after: datetime | None = None
) -> list[tuple[datetime, tuple[Observation, ...]]]:
    """Instants up to now, ascending, each with what was observed then; a midnight may have observed nothing.

    Observations that say the same are one. Evidence later than `now` is not there yet; what is not later than `after`
    was taken in before.
    """
    known = {o for o in observations if o.observed_at <= now and (after is None or o.observed_at > after)}
    seen = {instant: tuple(found) for instant, found in groupby(sorted(known, key=order), key=lambda o: o.observed_at)}
    return [(instant, seen.get(instant, ())) for instant in sorted({*seen, *midnights(start, now, after=after)})]


def midnights(start: date, now: datetime, *, after: datetime | None = None) -> list[datetime]:
    """00:00 district time of every day from the start up to now, later than `after`."""
    found, day = [], start if after is None else max(start, local_day(after) + timedelta(days=1))
    while (instant := midnight(day)) <= now:
        found.append(instant)
        day += timedelta(days=1)
    return found
