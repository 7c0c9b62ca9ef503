"""Tasks as the caller may see them: his own, those of his units and projects, all of the district."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from central.api.access import Access
from central.api.errors import absent
from central.api.evaluation_schemas import Agenda, AgendaItemShown
from central.api.task_schemas import TaskDetail, TaskEventShown, TaskList, TaskShown, TaskWeek
from central.api.views.seats import units_of, visible_projects
from central.api.views.timeline import text_of
from central.evaluate.task import STATE_WORDS, Task, late_days, level
from central.store import tables
from central.store.instants import from_ms
from central.store.read_tasks import RUNNING, load_task, snapshots_of, task_events, task_of
from central.store.save_agenda import agenda_of
from central.store.upsert import table_of

_TASK = table_of(tables.TaskRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """What is looked for; empty = everything that the caller may see."""

    month: str = ""
    unit: str = ""
    state: str = ""
    mine: bool = False
    running: bool = False


def tasks_shown(
    connection: Connection, access: Access, wanted: TaskFilter, *, today: date, limit: int, offset: int
) -> TaskList:
    """A page of tasks by due day."""
    conditions = [*_conditions(access, wanted), *_reach(connection, access)]
    total = connection.execute(select(func.count()).select_from(_TASK).where(*conditions)).scalar_one()
    rows = select(_TASK).where(*conditions).order_by(_TASK.c.due, _TASK.c.id).limit(limit).offset(offset)
    return TaskList(total=total, tasks=[task_shown(task_of(row), today) for row in connection.execute(rows)])


def task_detail(connection: Connection, number: int, access: Access, *, today: date) -> TaskDetail:
    """One task with its timeline; absent for who may not see it."""
    task = seen_task(connection, number, access)
    return TaskDetail(
        **task_shown(task, today).model_dump(),
        timeline=[
            TaskEventShown(
                at=from_ms(row.at), actor=row.actor, event=row.event, before=row.before, after=row.after,
                progress_bp=row.progress_bp, note=row.note,
            )
            for row in task_events(connection, number)
        ],
        weeks=[
            TaskWeek(
                week=row.week, state=row.state, progress_bp=row.progress_bp, late_days=row.late_days,
                level=row.level or None,
            )
            for row in snapshots_of(connection, number)
        ],
    )  # fmt: skip


def seen_task(connection: Connection, number: int, access: Access) -> Task:
    """A task that the caller may see."""
    found = connection.execute(select(_TASK.c.id).where(_TASK.c.id == number, *_reach(connection, access))).first()
    task = load_task(connection, number) if found is not None else None
    if task is None:
        raise absent("task", str(number))
    return task


def task_shown(task: Task, today: date) -> TaskShown:
    """A task as of a day."""
    return TaskShown(
        id=task.id, month=task.month, source=task.source, parent=task.parent,
        title=text_of(task.title), unit=task.unit, project=task.project or None, person=task.person, start=task.start,
        due=task.due, state=task.state, word=text_of(STATE_WORDS[task.state]), progress_bp=task.progress_bp,
        late_days=late_days(task, today), level=level(task, today), follows=task.follows, ended_on=task.ended_on,
    )  # fmt: skip


def agenda_shown(connection: Connection, access: Access, *, today: date, older_than_days: int) -> Agenda:
    """What waits between departments within the caller's scope."""
    projects = visible_projects(connection, access)
    found = agenda_of(connection, today=today, projects=projects, older_than_days=older_than_days)
    return Agenda(
        older_than_days=older_than_days,
        items=[
            AgendaItemShown(
                issue=item.issue.ref, title=text_of(item.issue.title), departments=list(item.issue.departments),
                project=item.issue.project, level=item.issue.level or None,
                opened_on=item.issue.opened_on, days=item.days, tasks=list(item.decided),
            )
            for item in found
        ],
    )  # fmt: skip


def _conditions(access: Access, wanted: TaskFilter) -> list[ColumnElement[bool]]:
    given: list[tuple[Any, str]] = [
        (_TASK.c.month, wanted.month),
        (_TASK.c.unit, wanted.unit),
        (_TASK.c.state, wanted.state),
    ]
    found = [column == value for column, value in given if value]
    if wanted.mine:
        found.append(_TASK.c.person == access.username)
    if wanted.running:
        found.append(_TASK.c.state.in_(RUNNING))
    return found


def _reach(connection: Connection, access: Access) -> list[ColumnElement[bool]]:
    projects = visible_projects(connection, access)
    if projects is None:
        return []
    return [or_(_TASK.c.person == access.username, _TASK.c.unit.in_(units_of(access)), _TASK.c.project.in_(projects))]
