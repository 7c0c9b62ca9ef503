"""What the Gantt asks for: the frozen first plan, the plan in force, what was really seen, and days with stills."""

from __future__ import annotations

from datetime import date, datetime

from central.api.schemas import Answer, Bp, Text


class Span(Answer):
    """From a day to a day, both included."""

    first: date
    last: date


class GanttItem(Answer):
    """A work item. `baseline` is version 1 of the plan and never moves (null = the item came later).

    `begun` and `done` are the days on which work and completion were first seen; null = not seen yet.
    """

    id: str
    name: Text
    baseline: Span | None
    planned: Span | None
    actual_bp: Bp | None
    begun: date | None
    done: date | None


class GanttBuilding(Answer):
    """A building with its items in plan order, and the days of which there is a camera still."""

    id: str
    name: Text
    items: list[GanttItem]
    still_days: list[date]


class Gantt(Answer):
    """All of a project at one time; `version` is the plan in force."""

    project: str
    version: int
    start: date
    finish: date
    as_of: datetime | None
    buildings: list[GanttBuilding]
