"""What should have been seen: lag by truth against plan, reckoned here on its own and not with the centre's code."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from demo.footage import HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingPlan:
    """Planned completion of a building in bp at the end of each day, and the days on which the clock stands still."""

    building: str
    start: date
    by_day: tuple[tuple[date, int], ...]
    paused: frozenset[date] = frozenset()


def building_plans(plan: Mapping[str, Any]) -> list[BuildingPlan]:
    """The building plans of a `siteprogress.plan/1` file."""
    project = plan["project"]
    pauses = [(date.fromisoformat(p["from"]), date.fromisoformat(p["to"])) for p in project.get("pauses", ())]
    paused = frozenset(day for first, last in pauses for day in _days(first, last))
    start = date.fromisoformat(project["start"])
    return [
        BuildingPlan(building=b["id"], start=start, by_day=_weighted(b["items"]), paused=paused)
        for b in plan["buildings"]
    ]


def lag_days(plan: BuildingPlan, true_bp: int, *, at: datetime) -> float:
    """Effective days between `at` and the latest moment whose plan had been reached; 0 when on plan or ahead."""
    now = _effective(plan, at)
    knots = [(0.0, 0)] + [(_effective(plan, _end_of(day)), bp) for day, bp in plan.by_day]
    reached = 0.0
    for (s0, v0), (s1, v1) in itertools.pairwise(knots):
        if v0 > true_bp:
            break
        reached = s1 if v1 <= true_bp else s0 + (s1 - s0) * (true_bp - v0) / (v1 - v0)
    if knots[-1][1] <= true_bp:
        reached = now
    return max(0.0, now - min(reached, now))


def first_lag(plan: BuildingPlan, truth: Mapping[datetime, int], *, days: float) -> datetime | None:
    """The first seen instant at which the truth is so many effective days late, None if never."""
    return next((at for at, bp in sorted(truth.items()) if lag_days(plan, bp, at=at) >= days), None)


def _weighted(items: Sequence[Mapping[str, Any]]) -> tuple[tuple[date, int], ...]:
    """Mean of the items' points by day; in the demo's plans every item has a point on each day."""
    sums: dict[date, int] = {}
    for item in items:
        for point in item["points"]:
            day = date.fromisoformat(point["day"])
            sums[day] = sums.get(day, 0) + item["weight_bp"] * point["cum_bp"]
    total = sum(item["weight_bp"] for item in items)
    return tuple((day, round(weight / total)) for day, weight in sorted(sums.items()))


def _effective(plan: BuildingPlan, at: datetime) -> float:
    """Days since 00:00 of the start, paused days left out."""
    here = at.astimezone(HERE)
    whole = sum(1 for day in _days(plan.start, here.date() - timedelta(days=1)) if day not in plan.paused)
    midnight = datetime.combine(here.date(), time(), HERE)
    return whole + (0.0 if here.date() in plan.paused else (here - midnight) / timedelta(days=1))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), HERE)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
