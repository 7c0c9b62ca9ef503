"""Items of a plan moved earlier or later, and what must follow because it depends on them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from central.domain import PlanPoint, Project, WorkItem
from central.errors import CentralError
from central.plan.structure import Dependency

MOVE_DAYS_MAX = 366


class WhatIfRefused(CentralError):  # noqa: N818 -- reads as what it is
    """A change that cannot be: `what`, `where`, `expected`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A work item that has not begun begins, and ends, so many calendar days later (earlier when negative)."""

    item: str
    days: int


def moved_by(
    moves: Sequence[Move],
    project: Project,
    dependencies: Sequence[Dependency],
    *,
    begun: frozenset[str],
    today: date,
) -> dict[str, int]:
    """Days by which each item moves: those asked for, and those that must follow. WhatIfRefused says which cannot."""
    items = {item.id: item for building in project.buildings for item in building.items}
    found: dict[str, int] = {}
    for move in moves:
        item = items.get(move.item)
        if item is None:
            raise WhatIfRefused(f"item {move.item!r}", where="changes", expected="an item of the plan in force")
        _check_move(move, item, begun=begun, today=today)
        found[move.item] = move.days
    asked = frozenset(found)
    pairs = _pairs(project, dependencies)
    for _ in range(len(items)):
        late = [(pair, short) for pair in pairs if (short := _short(pair, items, found)) > 0]
        if not late:
            break
        for (before, after, _), short in late:
            if after in asked or after in begun:
                what = f"item {after} would begin {short} days too early after {before}"
                raise WhatIfRefused(what, where="changes", expected="days that the plan's dependencies allow")
            found[after] = found.get(after, 0) + short
    return {item: days for item, days in found.items() if days}


def _check_move(move: Move, item: WorkItem, *, begun: frozenset[str], today: date) -> None:
    start = _start(item)
    if start is None or start <= today or item.id in begun:
        what = f"item {item.id} has begun, or its plan does not say when it begins"
        raise WhatIfRefused(what, where="changes", expected="an item whose plan begins after today")
    if abs(move.days) > MOVE_DAYS_MAX or start + timedelta(days=move.days) <= today:
        what = f"item {item.id} {move.days} days from {start}"
        raise WhatIfRefused(what, where="changes", expected=f"a day after {today}, at most {MOVE_DAYS_MAX} days off")


def _start(item: WorkItem) -> date | None:
    """The first day of work by the plan: the one after the last point at 0; None where it has no such point."""
    zero = [point.day for point in item.points if point.cum_bp == 0]
    return max(zero) + timedelta(days=1) if zero else None


def _pairs(project: Project, dependencies: Sequence[Dependency]) -> list[tuple[str, str, int]]:
    """(item before, item after, least days between finish and start), buildings spelled as all their items."""
    inside = {building.id: [item.id for item in building.items] for building in project.buildings}
    items = {item for of in inside.values() for item in of}

    def spelled(name: str) -> list[str]:
        return inside.get(name, [name] if name in items else [])

    return [
        (before, after, one.lag_days + 1)
        for one in dependencies
        for before in spelled(one.before)
        for after in spelled(one.after)
    ]


def _short(pair: tuple[str, str, int], items: Mapping[str, WorkItem], moved: Mapping[str, int]) -> int:
    """Days by which `after` begins too early with these moves; an overlap that the plan itself has is none."""
    before, after, least = pair
    start = _start(items[after])
    if start is None or not items[before].points or not (before in moved or after in moved):
        return 0
    planned = (start - max(point.day for point in items[before].points)).days
    return min(planned, least) - (planned + moved.get(after, 0) - moved.get(before, 0))


def with_moves(project: Project, moved: Mapping[str, int]) -> Project:
    """The plan with every point of these items moved by so many calendar days."""

    def points(item: WorkItem) -> tuple[PlanPoint, ...]:
        days = timedelta(days=moved.get(item.id, 0))
        return tuple(PlanPoint(day=point.day + days, cum_bp=point.cum_bp) for point in item.points)

    return replace(
        project,
        buildings=tuple(
            replace(building, items=tuple(replace(item, points=points(item)) for item in building.items))
            for building in project.buildings
        ),
    )
