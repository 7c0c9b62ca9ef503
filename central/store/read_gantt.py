"""Read queries of the Gantt: spans of items in a version of the plan, when work was first seen, days with stills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, case, func, select

from central.plan.calendar import local_day
from central.store import tables
from central.store.instants import from_ms
from central.store.upsert import table_of

_POINT, _OBSERVED = table_of(tables.PlanPoint), table_of(tables.Observation)
_BUILDING = table_of(tables.Building)
_READING, _EVIDENCE = table_of(tables.FaceReading), table_of(tables.Evidence)
_BEGUN_BP = 500  # of less a camera may be mistaken: five points are the sigma from which on evidence is thin
_DONE_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSpan:
    """The last day before an item's share rises, and the first on which it is whole."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSpan:
    """Days of the first sight of an item's work and of its completion; None = not yet."""

    begun: date | None
    done: date | None


def spans_of(connection: Connection, project: str, version: int, *, start: date) -> dict[str, PlannedSpan]:
    """By item; one without points is not there, one that never stands at nothing rises from the project's start."""
    own = and_(_POINT.c.project == project, _POINT.c.version == version)
    whole = select(_POINT.c.item, func.max(_POINT.c.cum_bp).label("most")).where(own).group_by(_POINT.c.item).subquery()
    first = func.min(case((_POINT.c.cum_bp > 0, _POINT.c.day)))
    before = func.max(case((_POINT.c.cum_bp == 0, _POINT.c.day)))
    last = func.min(case((_POINT.c.cum_bp == whole.c.most, _POINT.c.day)))
    wanted = (
        select(_POINT.c.item, first.label("first"), before.label("before"), last.label("last"))
        .join(whole, whole.c.item == _POINT.c.item)
        .where(own)
        .group_by(_POINT.c.item)
    )
    return {
        row.item: PlannedSpan(first=row.before or min(start, row.first), last=row.last)
        for row in connection.execute(wanted)
        if row.first is not None
    }


def seen_of(connection: Connection, project: str) -> dict[str, SeenSpan]:
    """By item, over every accepted observation of it; progress itself is kept for its newest instant only."""
    begun = func.min(case((_OBSERVED.c.value_bp >= _BEGUN_BP, _OBSERVED.c.observed_at)))
    done = func.min(case((_OBSERVED.c.value_bp >= _DONE_BP, _OBSERVED.c.observed_at)))
    wanted = (
        select(_OBSERVED.c.item, begun.label("begun"), done.label("done"))
        .where(_OBSERVED.c.project == project)
        .group_by(_OBSERVED.c.item)
    )
    return {row.item: SeenSpan(begun=_day(row.begun), done=_day(row.done)) for row in connection.execute(wanted)}


def still_days(connection: Connection, project: str) -> dict[str, tuple[date, ...]]:
    """By building, the days of which the centre has a still of it, oldest first."""
    wanted = (
        select(_READING.c.building, _READING.c.observed_at)
        .join(_EVIDENCE, _EVIDENCE.c.sha256 == _READING.c.evidence_sha256)
        .join(_BUILDING, _BUILDING.c.id == _READING.c.building)
        .where(_BUILDING.c.project == project, _READING.c.timing != "future")
    )
    found: dict[str, set[date]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.building, set()).add(local_day(from_ms(row.observed_at)))
    return {building: tuple(sorted(days)) for building, days in found.items()}


def _day(at_ms: int | None) -> date | None:
    return None if at_ms is None else local_day(from_ms(at_ms))
