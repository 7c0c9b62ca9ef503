"""Approved standstills in a plan: the clock stops, and what was planned after the first day moves by as much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from central.domain import Building, PlanPoint, Project, WorkItem
from central.plan.calendar import SiteCalendar, calendar_of

Pause = tuple[date, date]  # first and last day, both of them off


def with_known(project: Project, pauses: Sequence[Pause]) -> Project:
    """The project with pauses that its plan was made in knowledge of: off days, and no day of the plan moves."""
    return replace(project, pauses=tuple(sorted({*project.pauses, *pauses}))) if pauses else project


def stopped(project: Project, pauses: Sequence[Pause]) -> Project:
    """The project with pauses that its plan knew nothing of.

    Every day of the plan from the first pause on moves to where as much effective time has gone by as was planned;
    what was planned before a pause stays, so that nothing of the past is judged anew.
    """
    if not pauses:
        return project
    paused = with_known(project, pauses)
    shift = _Shift(calendar_of(project), calendar_of(replace(paused, finish=_far(project, pauses))))
    buildings = tuple(_moved(building, shift) for building in project.buildings)
    return replace(paused, finish=shift.day(project.finish), buildings=buildings)


class _Shift:
    """From the days of one calendar to those of another with more days off."""

    def __init__(self, before: SiteCalendar, after: SiteCalendar) -> None:
        self.before, self.after = before, after

    def day(self, day: date) -> date:
        """The working day at whose end as much effective time has gone by; the same day while nothing stands still."""
        end_s = self.before.end_of(day)
        return day if end_s == self.after.end_of(day) else self.after.day_at(end_s - 1)


def _far(project: Project, pauses: Sequence[Pause]) -> date:
    """A finish late enough that the calendar knows every festival up to the moved one."""
    late = max((last for _, last in pauses), default=project.finish)
    days = sum((last - first).days + 1 for first, last in pauses)
    return date.fromordinal(max(project.finish, late).toordinal() + days)


def _moved(building: Building, shift: _Shift) -> Building:
    return replace(building, items=tuple(_moved_item(item, shift) for item in building.items))


def _moved_item(item: WorkItem, shift: _Shift) -> WorkItem:
    points = tuple(PlanPoint(day=shift.day(point.day), cum_bp=point.cum_bp) for point in item.points)
    return replace(item, points=points)
