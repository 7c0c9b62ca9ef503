"""What the API takes and answers about tasks. Answers have every field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.acting import Day, Line, Note
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Level, Text

TaskStateName = Literal["published", "underway", "submitted", "done", "unmet", "cancelled"]


class TaskGiven(Asked):
    """A task besides the month's list: one person of the caller's unit, until a day."""

    title: Line
    person: Line
    unit: Line
    start: Day
    due: Day
    parent: Annotated[int | None, Field(ge=1, lt=1 << 31)] = None


class ProgressGiven(Asked):
    """How far a task is, 0-9999: what is done is submitted and confirmed by another."""

    progress_bp: Annotated[int, Field(ge=0, lt=10_000)]
    note: Note = ""


class NoteGiven(Asked):
    """Words for the timeline."""

    note: Note = ""


class TaskShown(Answer):
    """A task; `level` is its colour today, null on its way; `follows` what measures it by itself, '' = its person."""

    id: int
    month: str
    source: str
    parent: str
    title: Text
    unit: str
    project: str | None
    person: str
    start: date
    due: date
    state: TaskStateName
    word: Text
    progress_bp: int
    late_days: int
    level: Level | None
    follows: Literal["gap", "goal", "rectification", ""]
    ended_on: date | None


class TaskList(Answer):
    """A page of tasks by due day; `total` without paging."""

    total: int
    tasks: list[TaskShown]


class TaskEventShown(Answer):
    """One act on a task."""

    at: datetime
    actor: str
    event: str
    before: str
    after: str
    progress_bp: int
    note: str


class TaskWeek(Answer):
    """Where a task stood on a Monday at 08:00."""

    week: date
    state: str
    progress_bp: int
    late_days: int
    level: Level | None


class TaskDetail(TaskShown):
    """A task with its timeline and its Mondays."""

    timeline: list[TaskEventShown]
    weeks: list[TaskWeek]
