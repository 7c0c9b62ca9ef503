"""Publishes the tasks of a month, looks at them every Monday, and stores what their people say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.evaluate.roster import Roster
from central.evaluate.task import (
    FULL_BP,
    Draft,
    Task,
    TaskAct,
    TaskState,
    check_confirmer,
    check_reporter,
    checked,
    late_days,
    level,
    moved,
    plan_kept,
    publishable,
)
from central.mending.case import RectificationState
from central.plan.calendar import midnight
from central.scoring.period import Period
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.move_evaluated import Doing, digest
from central.store.read_tasks import (
    GoalShare,
    MeasureState,
    goal_shares,
    last_day_before,
    load_task,
    measure_states,
    newest_gaps,
    published_sources,
    running_tasks,
)
from central.store.save_audit import lock_head
from central.store.tell_tasks import tell_behind, tell_lacking, tell_list, tell_task
from central.store.upsert import insert_new, table_of

_TASK, _EVENT = table_of(tables.TaskRow), table_of(tables.TaskEvent)
_MEASURED: dict[RectificationState, tuple[TaskAct | None, int]] = {
    "assigned": (None, 0),
    "rectifying": (None, FULL_BP // 2),
    "evidence": (None, FULL_BP - 1),
    "verified": ("measure_done", FULL_BP),
    "cancelled": ("cancel", 0),
}
RESPONSIBLE = "responsible"
_ENDED_GOAL: dict[str, TaskAct | None] = {"done": "measure_done", "unmet": "measure_unmet", "": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How many tasks were published, and the sources that nobody is responsible for."""

    count: int
    homeless: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the platform knows of what tasks follow: (planned, actual) by project, states by rectification, goals.

    `ended`: the same by project at the end of each day on which a month's task ended that is looked at now."""

    gaps: Mapping[str, tuple[int, int]]
    ended: Mapping[date, Mapping[str, tuple[int, int]]]
    states: Mapping[int, MeasureState]
    goals: Mapping[str, GoalShare]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A task as it was and as it is after it was looked at."""

    before: Task
    after: Task
    act: TaskAct | None


def publish_month(
    connection: Connection, month: Period, drafts: Sequence[Draft], people: Roster, *, doing: Doing
) -> Published:
    """Publish what is not yet: each source once a month. Who is responsible is told once; for what has no person the
    unit's head is told that it has none."""
    known = published_sources(connection, month.name, [draft.source for draft in drafts])
    placed, homeless = publishable([draft for draft in drafts if draft.source not in known])
    rows = [_row(draft, month.name, doing) for draft in placed]
    insert_new(connection, tables.TaskRow, rows)
    detail = {"count": len(rows), "sha256": digest([[one.source, one.person, str(one.due)] for one in placed])}
    named = [draft.source for draft in homeless]
    append(
        connection, at_ms=doing.wall_ms, actor=doing.actor, action="tasks.published", object_=f"tasks/{month.name}",
        detail={**detail, "without_person": named[:50]},
    )  # fmt: skip
    tell_list(connection, month, placed, wall_ms=doing.wall_ms)
    tell_lacking(connection, month, homeless, people.with_role("leader"), wall_ms=doing.wall_ms)
    return Published(count=len(rows), homeless=tuple(named))


def add_task(connection: Connection, draft: Draft, *, doing: Doing) -> int:
    """One task besides the month's list, e.g. a decision of a meeting; its number."""
    month = f"{district_day(from_ms(doing.wall_ms)):%Y-%m}"
    made = connection.execute(insert(_TASK).values(**_row(checked(draft), month, doing)).returning(_TASK.c.id))
    number = int(made.scalar_one())
    connection.execute(insert(_EVENT).values(**_event(number, doing, "published", before="")))
    detail = {"person": draft.person, "due": str(draft.due), "source": draft.source}
    _trail(connection, number, doing, event="published", detail=detail)
    tell_task(connection, number, draft, wall_ms=doing.wall_ms)
    return number


def look_at_tasks(connection: Connection, week: date, *, doing: Doing) -> str:
    """Every running task as of now: what is measured moves by itself, and each leaves a row for this Monday."""
    today = district_day(from_ms(doing.wall_ms))
    looked = look(connection, today, now_ms=doing.wall_ms)
    _move(connection, looked, doing)
    after = [one.after for one in looked]
    rows = [
        {
            "task": task.id, "week": week, "state": task.state, "progress_bp": task.progress_bp,
            "late_days": late_days(task, today), "level": level(task, today) or "", "taken_at": doing.wall_ms,
        }
        for task in after
    ]  # fmt: skip
    insert_new(connection, tables.TaskSnapshot, rows)
    behind = [row for row in rows if row["level"] in ("yellow", "red")]
    detail = {"tasks": len(rows), "behind": len(behind), "sha256": digest([[*map(str, row.values())] for row in rows])}
    append(
        connection, at_ms=doing.wall_ms, actor=doing.actor, action="tasks.looked_at", object_=f"tasks/{week}",
        detail=detail,
    )  # fmt: skip
    tell_behind(connection, week, [task for task in after if level(task, today)], today, wall_ms=doing.wall_ms)
    return f"{len(rows)} tasks, {len(behind)} behind"


def look(connection: Connection, today: date, *, now_ms: int) -> list[Looked]:
    """Running tasks with what the platform measures of them; nothing is stored."""
    tasks = running_tasks(connection)
    gaps = newest_gaps(connection, now_ms=now_ms)
    over = last_day_before(today, tasks)
    ended = {due: newest_gaps(connection, now_ms=_end_ms(due)) for due in sorted({task.due for task in over})}
    ordered = [int(task.follows_ref) for task in tasks if task.follows == "rectification"]
    states = measure_states(connection, ordered)
    goals = goal_shares(connection, today, [task.follows_ref for task in tasks if task.follows == "goal"])
    seen, numbers = Seen(gaps=gaps, ended=ended, states=states, goals=goals), {task.id for task in over}
    return [_looked(task, seen, today, over=task.id in numbers) for task in tasks]


def report(connection: Connection, number: int, progress_bp: int, *, note: str, person: str, now_ms: int) -> Task:
    """The responsible person says how far it is, 0-9999; done is submitted and then confirmed."""
    task = _held(connection, number)
    check_reporter(task, person)
    if not 0 <= progress_bp < FULL_BP:
        raise ScoringRefused(
            "unknown", Text(zh=f"进展 {progress_bp}", en=f"progress {progress_bp}"), where="progress_bp",
            expected=Text(zh="0-9999; 完成请提交", en="0-9999; what is done is submitted"),
        )  # fmt: skip
    after = replace(task, state=moved(task.state, "report"), progress_bp=progress_bp)
    doing = Doing(wall_ms=now_ms, actor=person, seat=RESPONSIBLE)
    return _said(connection, task, after, "report", note=note, doing=doing)


def submit(connection: Connection, number: int, *, note: str, person: str, now_ms: int) -> Task:
    """The responsible person says that it is done."""
    task = _held(connection, number)
    check_reporter(task, person)
    today = district_day(from_ms(now_ms))
    after = replace(task, state=moved(task.state, "submit"), progress_bp=FULL_BP, ended_on=today)
    doing = Doing(wall_ms=now_ms, actor=person, seat=RESPONSIBLE)
    return _said(connection, task, after, "submit", note=note, doing=doing, told_by=person)


def confirm(connection: Connection, number: int, *, note: str, person: str, seat: str = "", now_ms: int) -> Task:
    """Another says that it is done, in a seat (role) of his."""
    task = _held(connection, number)
    check_confirmer(task, person, told_by=_told_by(connection, number))
    after = replace(task, state=moved(task.state, "confirm"))  # it ended on the day on which it was handed in
    doing = Doing(wall_ms=now_ms, actor=person, seat=seat)
    return _said(connection, task, after, "confirm", note=note, doing=doing, confirmed_by=person)


def give_back(connection: Connection, number: int, *, note: str, person: str, seat: str = "", now_ms: int) -> Task:
    """It is not done: back to the responsible person with the reason."""
    task = _held(connection, number)
    check_confirmer(task, person, told_by=_told_by(connection, number))
    if not note.strip():
        raise ScoringRefused(
            "missing", Text(zh="没有理由", en="no reason"), where="note", expected=Text(zh="理由", en="a reason")
        )
    after = replace(task, state=moved(task.state, "return"), progress_bp=0, ended_on=None)
    doing = Doing(wall_ms=now_ms, actor=person, seat=seat)
    return _said(connection, task, after, "return", note=note, doing=doing)


def _looked(task: Task, seen: Seen, today: date, *, over: bool) -> Looked:
    act, progress = _measured(task, seen, over=over)
    state: TaskState = task.state
    if act is not None:
        state = moved(task.state, act)
    elif progress != task.progress_bp and task.state == "published":
        state = "underway"
    ended = task.ended_on if act is None else _ended_on(task, seen, today, over=over)
    return Looked(before=task, after=replace(task, state=state, progress_bp=progress, ended_on=ended), act=act)


def _ended_on(task: Task, seen: Seen, today: date, *, over: bool) -> date:
    """The day on which it ended, not that on which it was looked at: nobody is late by waiting for Monday."""
    if over:
        return task.due
    known = None
    match task.follows:
        case "goal" if task.follows_ref in seen.goals:
            known = seen.goals[task.follows_ref].ended_on
        case "rectification" if int(task.follows_ref) in seen.states:
            known = seen.states[int(task.follows_ref)].ended_on
    return min(known or today, today)


def _measured(task: Task, seen: Seen, *, over: bool) -> tuple[TaskAct | None, int]:
    """What is known of a task by itself: how it ended (None = not yet) and how far it is."""
    match task.follows:
        case "gap" if task.follows_ref in (gaps := seen.ended[task.due] if over else seen.gaps):
            planned, actual = gaps[task.follows_ref]
            kept = plan_kept(planned, actual)
            ended: TaskAct = "measure_done" if kept else "measure_unmet"
            return ended if over else None, FULL_BP if kept else actual * FULL_BP // planned
        case "gap" if over:
            return "measure_unmet", task.progress_bp
        case "goal" if task.follows_ref in seen.goals:
            share = seen.goals[task.follows_ref]
            return _ENDED_GOAL[share.ended], share.share_bp
        case "rectification" if int(task.follows_ref) in seen.states:
            return _MEASURED.get(seen.states[int(task.follows_ref)].state, (None, task.progress_bp))
        case _:
            return None, task.progress_bp


def _end_ms(day: date) -> int:
    """00:00 after a day of the district, ms UTC: a month is judged by its own last day, whenever that is looked at."""
    return to_ms(midnight(day + timedelta(days=1)))


def _move(connection: Connection, looked: Sequence[Looked], doing: Doing) -> None:
    changed = [one for one in looked if one.before != one.after]
    if not changed:
        return
    moves = [
        {"task": one.after.id, "now": one.after.state, "far": one.after.progress_bp, "end": one.after.ended_on}
        for one in changed
    ]
    values: dict[str, Any] = {"state": bindparam("now"), "progress_bp": bindparam("far"), "ended_on": bindparam("end")}
    connection.execute(update(_TASK).where(_TASK.c.id == bindparam("task")).values(**values), moves)
    events = [
        _event(one.before.id, doing, one.act or "measured", before=one.before.state, after=one.after) for one in changed
    ]
    connection.execute(insert(_EVENT), events)


def _said(
    connection: Connection, before: Task, after: Task, act: TaskAct, *, note: str, doing: Doing, **columns: Any
) -> Task:
    values = {"state": after.state, "progress_bp": after.progress_bp, "ended_on": after.ended_on, **columns}
    connection.execute(update(_TASK).where(_TASK.c.id == before.id).values(**values))
    row = _event(before.id, doing, act, before=before.state, after=after)
    connection.execute(insert(_EVENT).values(**{**row, "note": note}))
    _trail(connection, before.id, doing, event=act, detail={"state": after.state, "progress_bp": after.progress_bp})
    return after


def _held(connection: Connection, number: int) -> Task:
    lock_head(connection)
    found = load_task(connection, number)
    if found is None:
        raise UnknownThing(f"task {number}", where="task", expected="one that is there")
    return found


def _told_by(connection: Connection, number: int) -> str:
    return str(connection.execute(_TASK.select().where(_TASK.c.id == number)).one().told_by)


def _row(draft: Draft, month: str, doing: Doing) -> dict[str, Any]:
    return {
        "month": month, "source": draft.source, "parent": draft.parent, "title_zh": draft.title.zh,
        "title_en": draft.title.en, "unit": draft.unit, "project": draft.project, "person": draft.person,
        "start": draft.start, "due": draft.due, "follows": draft.follows, "follows_ref": draft.follows_ref,
        "state": "published", "progress_bp": 0, "published_at": doing.wall_ms,
    }  # fmt: skip


def _event(number: int, doing: Doing, event: str, *, before: str, after: Task | None = None) -> dict[str, Any]:
    return {
        "task": number, "at": doing.wall_ms, "actor": doing.actor, "event": event, "before": before,
        "after": after.state if after else "published", "progress_bp": after.progress_bp if after else 0, "note": "",
    }  # fmt: skip


def _trail(connection: Connection, number: int, doing: Doing, *, event: str, detail: dict[str, Any]) -> None:
    detail = {**detail, "seat": doing.seat} if doing.seat else detail
    append(
        connection, at_ms=doing.wall_ms, actor=doing.actor, action=f"task.{event}", object_=f"task/{number}",
        detail=detail,
    )  # fmt: skip
