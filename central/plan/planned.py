"""Planned completion of an item, a building or a project at an instant (domain.md §4.2). Integers throughout."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from central.domain import Building, Project, WorkItem
from central.plan.calendar import DAY_S, SiteCalendar

MICRO = 1_000_000  # curve values are millionths of a basis point, so that weighted sums lose nothing that is compared
FULL_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A nondecreasing piecewise linear curve over effective seconds; values in 1e-6 bp. Flat outside its points.

    `default` marks the assumed S-curve of an item without plan points.
    """

    at_s: tuple[int, ...]
    micro: tuple[int, ...]
    default: bool = False

    def micro_at(self, effective_s: int) -> int:
        """Planned completion in 1e-6 bp, floored."""
        right = bisect_right(self.at_s, effective_s)
        if right == 0:
            return self.micro[0]
        if right == len(self.at_s):
            return self.micro[-1]
        s0, s1 = self.at_s[right - 1], self.at_s[right]
        v0, v1 = self.micro[right - 1], self.micro[right]
        return v0 + (v1 - v0) * (effective_s - s0) // (s1 - s0)

    def bp_at(self, effective_s: int) -> int:
        """Planned completion in basis points, rounded half up."""
        return (self.micro_at(effective_s) + MICRO // 2) // MICRO

    def latest_s(self, value_bp: int, *, until_s: int) -> int:
        """Latest effective second t' <= until_s with P(t') <= value_bp (on a flat stretch its end); 0 if there is none.

        The latest, not the first: a site that has done all that was planned before a stop is not late during it.
        """
        value = value_bp * MICRO
        if self.micro_at(until_s) <= value:
            return until_s
        right = bisect_right(self.micro, value)
        if right == 0:
            return 0
        s0, s1 = self.at_s[right - 1], self.at_s[right]
        v0, v1 = self.micro[right - 1], self.micro[right]
        return min(until_s, s0 + (s1 - s0) * (value - v0) // (v1 - v0))


def item_curve(item: WorkItem, project: Project, calendar: SiteCalendar) -> Curve:
    """The item's plan: 0 at the project's start, each point at 24:00 of its day, linear between over effective time.

    Points of days off have no effective time between them: they are a step, asked for when work goes on again.
    """
    if not item.points:
        return _smoothstep(calendar.end_of(project.finish))
    at_s, micro = [0], [0]
    for point in sorted(item.points, key=lambda p: p.day):
        at_s.append(max(calendar.end_of(point.day), at_s[-1] + 1))
        micro.append(point.cum_bp * MICRO)
    return Curve(at_s=tuple(at_s), micro=tuple(micro))


def _smoothstep(length_s: int) -> Curve:
    """tau^2 (3 - 2 tau), sampled once a working day."""
    length_s = max(length_s, DAY_S)
    at_s = tuple(sorted({*range(0, length_s, DAY_S), length_s}))
    micro = tuple(FULL_BP * MICRO * s * s * (3 * length_s - 2 * s) // length_s**3 for s in at_s)
    return Curve(at_s=at_s, micro=micro, default=True)


def weighted(curves: Sequence[Curve], weights_bp: Sequence[int]) -> Curve:
    """Weighted mean of curves, exact at every breakpoint of any of them."""
    total = sum(weights_bp)
    at_s = tuple(sorted({s for curve in curves for s in curve.at_s}))
    micro = tuple(sum(w * c.micro_at(s) for c, w in zip(curves, weights_bp, strict=True)) // total for s in at_s)
    return Curve(at_s=at_s, micro=micro, default=any(curve.default for curve in curves))


def building_curve(building: Building, project: Project, calendar: SiteCalendar) -> Curve:
    """P_b = sum w_i P_i / sum w_i. All items count from day one."""
    curves = [item_curve(item, project, calendar) for item in building.items]
    return weighted(curves, [item.weight_bp for item in building.items])


def project_curve(project: Project, calendar: SiteCalendar) -> Curve:
    """P = sum w_b P_b / sum w_b."""
    curves = [building_curve(building, project, calendar) for building in project.buildings]
    return weighted(curves, [building.weight_bp for building in project.buildings])


def begin_s(curve: Curve) -> int:
    """Effective second at which the plan leaves 0."""
    return next((curve.at_s[i - 1] for i in range(1, len(curve.micro)) if curve.micro[i] > 0), curve.at_s[0])


def working_s(curve: Curve) -> int:
    """D: effective seconds that the work takes at its planned pace, at least a day.

    The time from 10 % to 90 % of the plan over 0.8: the span itself on a linear plan, but not stretched by a long tail
    in which hardly anything is left to do.
    """
    last = curve.micro[-1] // MICRO
    low_s, high_s = (curve.latest_s(last * share // 10, until_s=curve.at_s[-1]) for share in (1, 9))
    return max((high_s - low_s) * 10 // 8, DAY_S)
