"""Tasks of people, month by month, and the joint meeting that makes some of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.acting import Number
from central.api.evaluation_schemas import Agenda, MeetingDecisionGiven
from central.api.mending_refusals import RESPONSES
from central.api.policy import district_wide
from central.api.refused_acts import recorded
from central.api.services import Db, Given, Services
from central.api.task_schemas import NoteGiven, ProgressGiven, TaskDetail, TaskGiven, TaskList, TaskStateName
from central.api.views.seats import units_of
from central.api.views.tasks import TaskFilter, agenda_shown, seen_task, task_detail, tasks_shown
from central.domain import Text
from central.evaluate.agenda import OLDER_THAN_DAYS
from central.evaluate.task import Draft, Task
from central.scoring.refused import ScoringRefused
from central.store import save_tasks
from central.store.engine import reading, writing
from central.store.instants import district_day, to_ms
from central.store.move_evaluated import Doing
from central.store.read_mended import holders_of_unit
from central.store.save_agenda import decide_issue
from central.store.save_audit import lock_head

router = APIRouter(tags=["tasks"])
Reader = Annotated[Access, allow("read_tasks")]
Doer = Annotated[Access, allow("do_tasks")]
Confirmer = Annotated[Access, allow("confirm_tasks")]
TaskId = Annotated[Number, Path()]
Short = Annotated[str, Query(max_length=128, pattern=r"^[^\x00]*$")]
PAGE_MAX = 500
OFFSET_MAX = 1_000_000
AGENDA_DAYS_MAX = 3650


@router.get("/tasks", operation_id="listTasks", response_model=TaskList)
def get_tasks(
    access: Reader,
    services: Given,
    session: Db,
    *,
    month: Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2})?$")] = "",
    unit: Short = "",
    state: TaskStateName | None = None,
    mine: bool = False,
    running: bool = False,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
) -> TaskList:
    """Tasks of the caller, his units and projects, by due day."""
    wanted = TaskFilter(month=month, unit=unit, state=state or "", mine=mine, running=running)
    today = district_day(services.wall())
    return tasks_shown(session.connection(), access, wanted, today=today, limit=limit, offset=offset)


@router.post("/tasks", operation_id="addTask", status_code=201, response_model=TaskDetail, responses=RESPONSES)
def post_task(given: TaskGiven, access: Confirmer, services: Given) -> TaskDetail:
    """A task besides the month's list, for a person of a unit that the caller heads."""
    wall_ms, today = to_ms(services.wall()), district_day(services.wall())
    with (
        recorded(services, access, action="task.add", object_=f"unit/{given.unit}"),
        writing(services.engine) as connection,
    ):
        newest, _ = lock_head(connection)
        _check_unit(access, given.unit)
        _check_person(connection, given, wall_ms)
        parent = "" if given.parent is None else f"task/{seen_task(connection, given.parent, access).id}"
        draft = Draft(
            source=f"own/{newest + 1}", title=Text(zh=given.title, en=given.title), unit=given.unit,
            person=given.person, start=given.start, due=given.due, parent=parent,
        )  # fmt: skip
        number = save_tasks.add_task(
            connection, draft, doing=Doing(wall_ms=wall_ms, actor=access.username, seat=_seat(access))
        )
    with reading(services.engine) as connection:
        return task_detail(connection, number, access, today=today)


@router.get("/tasks/{task_id}", operation_id="getTask", response_model=TaskDetail)
def get_task(task_id: TaskId, access: Reader, services: Given, session: Db) -> TaskDetail:
    """One task with its timeline and its Mondays."""
    return task_detail(session.connection(), task_id, access, today=district_day(services.wall()))


@router.post("/tasks/{task_id}/progress", operation_id="reportTask", response_model=TaskDetail, responses=RESPONSES)
def post_progress(task_id: TaskId, given: ProgressGiven, access: Doer, services: Given) -> TaskDetail:
    """The responsible person says how far it is; what is measured is typed by nobody."""

    def do(connection: Connection, number: int, **more: Any) -> Task:
        return save_tasks.report(connection, number, given.progress_bp, **more)

    return _do(task_id, given.note, access, services, do, action="task.report")


@router.post("/tasks/{task_id}/submit", operation_id="submitTask", response_model=TaskDetail, responses=RESPONSES)
def post_submit(task_id: TaskId, given: NoteGiven, access: Doer, services: Given) -> TaskDetail:
    """The responsible person says that it is done."""
    return _do(task_id, given.note, access, services, save_tasks.submit, action="task.submit")


@router.post("/tasks/{task_id}/confirm", operation_id="confirmTask", response_model=TaskDetail, responses=RESPONSES)
def post_confirm(task_id: TaskId, given: NoteGiven, access: Confirmer, services: Given) -> TaskDetail:
    """Another confirms that it is done."""
    act = partial(save_tasks.confirm, seat=_seat(access))
    return _do(task_id, given.note, access, services, act, action="task.confirm")


@router.post("/tasks/{task_id}/return", operation_id="returnTask", response_model=TaskDetail, responses=RESPONSES)
def post_return(task_id: TaskId, given: NoteGiven, access: Confirmer, services: Given) -> TaskDetail:
    """It is not done: back with the reason."""
    act = partial(save_tasks.give_back, seat=_seat(access))
    return _do(task_id, given.note, access, services, act, action="task.return")


@router.get("/agenda", operation_id="getAgenda", response_model=Agenda)
def get_agenda(
    access: Annotated[Access, allow("read_agenda")],
    services: Given,
    session: Db,
    older_than_days: Annotated[int, Query(ge=0, le=AGENDA_DAYS_MAX)] = OLDER_THAN_DAYS,
) -> Agenda:
    """Issues between departments that have been open for more than so many days, oldest first."""
    today = district_day(services.wall())
    return agenda_shown(session.connection(), access, today=today, older_than_days=older_than_days)


@router.post(
    "/agenda/decisions", operation_id="decideIssue", status_code=201, response_model=TaskDetail, responses=RESPONSES
)
def post_decision(
    given: MeetingDecisionGiven, access: Annotated[Access, allow("hold_meeting")], services: Given
) -> TaskDetail:
    """A decision of the joint meeting becomes a task with one person and a day."""
    with (
        recorded(services, access, action="agenda.decide", object_=given.issue),
        writing(services.engine) as connection,
    ):
        number = decide_issue(
            connection, given.issue, decision=given.decision, person=given.person, unit=given.unit, due=given.due,
            by=access.username, now_ms=to_ms(services.wall()),
        )  # fmt: skip
    with reading(services.engine) as connection:
        return task_detail(connection, number, access, today=district_day(services.wall()))


def _do(
    number: int, note: str, access: Access, services: Services, act: Callable[..., Task], *, action: str
) -> TaskDetail:
    with (
        recorded(services, access, action=action, object_=f"task/{number}"),
        writing(services.engine) as connection,
    ):
        seen_task(connection, number, access)
        act(connection, number, note=note, person=access.username, now_ms=to_ms(services.wall()))
    with reading(services.engine) as connection:
        return task_detail(connection, number, access, today=district_day(services.wall()))


def _seat(access: Access) -> str:
    """The role in which the caller confirms."""
    return min(grant.role for grant in access.grants)


def _check_unit(access: Access, unit: str) -> None:
    if district_wide(access.grants) or unit in units_of(access):
        return
    raise ScoringRefused(
        "not_yours", Text(zh=f"不能给 {unit[:64]} 派任务", en=f"no tasks for {unit[:64]} from here"), where="unit",
        expected=Text(zh="本单位", en="a unit of the caller"),
    )  # fmt: skip


def _check_person(connection: Connection, given: TaskGiven, wall_ms: int) -> None:
    if any(holder.person == given.person for holder in holders_of_unit(connection, given.unit, at_ms=wall_ms)):
        return
    raise ScoringRefused(
        "unknown", Text(zh=f"{given.person[:64]} 不在该单位", en=f"{given.person[:64]} is not of that unit"),
        where="person", expected=Text(zh="该单位的在任人员", en="an active person of the unit"),
    )  # fmt: skip
