"""Reads tasks, and what the list of a month is made of: plans, rectifications, goals, with the person of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from central.domain import Text
from central.evaluate.roster import Roster
from central.evaluate.task import Draft, Task
from central.mending.case import RectificationState
from central.scoring.goal import Goal, done_share, reached
from central.scoring.period import Period, period_of
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_goals import goals_of, records_of
from central.store.read_transfers import units_on
from central.store.upsert import table_of

_TASK, _EVENT, _SNAPSHOT = table_of(tables.TaskRow), table_of(tables.TaskEvent), table_of(tables.TaskSnapshot)
_PROJECT, _BUILDING, _ITEM = table_of(tables.Project), table_of(tables.Building), table_of(tables.WorkItem)
_POINT, _MEASURE = table_of(tables.PlanPoint), table_of(tables.Rectification)
_DEVIATION = table_of(tables.DeviationRow)
RUNNING = ("published", "underway", "submitted")
_ORDERED: tuple[RectificationState, ...] = ("assigned", "rectifying", "evidence")
ITEMS_NAMED_MAX = 5
FULL_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalShare:
    """How much of a goal is reached; `ended` done, unmet or '' while it goes on. One that asks for less (a time, a
    count of faults) is reached only when its due day was told of."""

    share_bp: int
    ended: str
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureState:
    """The state of a rectification; `ended_on` the day of its evidence once that was verified."""

    state: RectificationState
    ended_on: date | None


def load_task(connection: Connection, number: int) -> Task | None:
    """One task."""
    row = connection.execute(select(_TASK).where(_TASK.c.id == number)).first()
    return None if row is None else task_of(row)


def running_tasks(connection: Connection) -> list[Task]:
    """Every task that has not ended, by id."""
    wanted = select(_TASK).where(_TASK.c.state.in_(RUNNING)).order_by(_TASK.c.id)
    return [task_of(row) for row in connection.execute(wanted)]


def task_of(row: Row[Any]) -> Task:
    """A row of the table as the noun."""
    return Task(
        id=row.id, month=row.month, source=row.source, title=Text(zh=row.title_zh, en=row.title_en), unit=row.unit,
        project=row.project, person=row.person, start=row.start, due=row.due, state=row.state,
        progress_bp=row.progress_bp, parent=row.parent, follows=row.follows, follows_ref=row.follows_ref,
        ended_on=row.ended_on,
    )  # fmt: skip


def task_events(connection: Connection, number: int) -> list[Row[Any]]:
    """The timeline of a task, first to last."""
    return list(connection.execute(select(_EVENT).where(_EVENT.c.task == number).order_by(_EVENT.c.id)))


def snapshots_of(connection: Connection, number: int) -> list[Row[Any]]:
    """The Mondays of a task, first to last."""
    wanted = select(_SNAPSHOT).where(_SNAPSHOT.c.task == number).order_by(_SNAPSHOT.c.week)
    return list(connection.execute(wanted))


def newest_gaps(connection: Connection, *, now_ms: int) -> dict[str, tuple[int, int]]:
    """By project the newest (planned, actual) share as of now, in basis points; one index look-up a project."""
    newest = (
        select(func.max(_DEVIATION.c.as_of_at))
        .where(
            _DEVIATION.c.subject_kind == "project",
            _DEVIATION.c.subject == _PROJECT.c.id,
            _DEVIATION.c.as_of_at <= now_ms,
        )
        .correlate(_PROJECT)
        .scalar_subquery()
    )
    wanted = select(_PROJECT.c.id, _DEVIATION.c.plan_bp, _DEVIATION.c.actual_bp).select_from(
        _PROJECT.join(
            _DEVIATION,
            (_DEVIATION.c.subject_kind == "project")
            & (_DEVIATION.c.subject == _PROJECT.c.id)
            & (_DEVIATION.c.as_of_at == newest),
        )
    )
    return {row.id: (row.plan_bp, row.actual_bp) for row in connection.execute(wanted)}


def measure_states(connection: Connection, numbers: Iterable[int]) -> dict[int, MeasureState]:
    """The state of each rectification, and when it ended."""
    columns = (_MEASURE.c.id, _MEASURE.c.state, _MEASURE.c.submitted_at, _MEASURE.c.verified_at)
    wanted = select(*columns).where(_MEASURE.c.id.in_(sorted(numbers)))
    found = {}
    for row in connection.execute(wanted):
        at = row.submitted_at or row.verified_at if row.state == "verified" else None
        found[row.id] = MeasureState(state=row.state, ended_on=None if at is None else district_day(from_ms(at)))
    return found


def drafts_of(connection: Connection, month: Period, people: Roster, *, now_ms: int) -> list[Draft]:
    """What the list of a month asks for: each running project's plan, each rectification that is under way, and each
    goal in force that has none under it."""
    plans = _of_plans(connection, month, people, now_ms=now_ms)
    return [*plans, *_of_measures(connection, month), *_of_goals(connection, month, people)]


def _of_plans(connection: Connection, month: Period, people: Roster, *, now_ms: int) -> list[Draft]:
    finishing, seen = _finishing(connection, month), newest_gaps(connection, now_ms=now_ms)
    wanted = select(_PROJECT).where(_PROJECT.c.start <= month.last).order_by(_PROJECT.c.id)
    return [
        Draft(
            source=f"plan/{row.id}",
            title=_title(row, finishing.get(row.id, [])),
            unit=row.unit_zh,
            person=people.of_project(row.id, unit=row.unit_zh),
            project=row.id,
            start=max(row.start, month.first),
            due=month.last,
            follows="gap",
            follows_ref=row.id,
        )
        for row in connection.execute(wanted)
        if seen.get(row.id, (0, 0))[1] < FULL_BP
    ]


def _title(project: Row[Any], items: Sequence[Text]) -> Text:
    if not items:
        return Text(zh=f"{project.name_zh}: 按计划推进", en=f"{project.name_en}: keep to the plan")
    more = len(items) - ITEMS_NAMED_MAX
    zh, en = "、".join(one.zh for one in items[:ITEMS_NAMED_MAX]), ", ".join(one.en for one in items[:ITEMS_NAMED_MAX])
    if more > 0:
        zh, en = f"{zh}等 {len(items)} 项", f"{en} and {more} more"
    return Text(zh=f"{project.name_zh}: 本月完成 {zh}", en=f"{project.name_en}: finish {en}")


def _finishing(connection: Connection, month: Period) -> dict[str, list[Text]]:
    """Work items whose plan ends in the month, by project in the plan's order."""
    wanted = (
        select(_PROJECT.c.id.label("project"), _BUILDING.c.name_zh.label("b_zh"), _BUILDING.c.name_en.label("b_en"),
               _ITEM.c.name_zh, _ITEM.c.name_en)
        .join(_POINT, (_POINT.c.project == _PROJECT.c.id) & (_POINT.c.version == _PROJECT.c.plan_version))
        .join(_ITEM, _ITEM.c.id == _POINT.c.item)
        .join(_BUILDING, _BUILDING.c.id == _ITEM.c.building)
        .where(_POINT.c.cum_bp == FULL_BP, _POINT.c.day >= month.first, _POINT.c.day <= month.last)
        .group_by(_PROJECT.c.id, _BUILDING.c.position, _BUILDING.c.name_zh, _BUILDING.c.name_en, _ITEM.c.position,
                  _ITEM.c.id, _ITEM.c.name_zh, _ITEM.c.name_en)
        .order_by(_PROJECT.c.id, _BUILDING.c.position, _ITEM.c.position)
    )  # fmt: skip
    found: dict[str, list[Text]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.project].append(Text(zh=f"{row.b_zh}{row.name_zh}", en=f"{row.b_en} {row.name_en}"))
    return found


def _of_measures(connection: Connection, month: Period) -> list[Draft]:
    wanted = select(_MEASURE).where(_MEASURE.c.state.in_(_ORDERED), _MEASURE.c.due.is_not(None)).order_by(_MEASURE.c.id)
    return [
        Draft(
            source=f"rectification/{row.id}",
            title=Text(zh=f"整改: {row.title}", en=f"Rectification: {row.title}"),
            unit=row.unit,
            person=row.person,
            project=row.project,
            start=min(month.first, row.due),
            due=row.due,
            follows="rectification",
            follows_ref=str(row.id),
        )
        for row in connection.execute(wanted)
    ]


def _of_goals(connection: Connection, month: Period, people: Roster) -> list[Draft]:
    goals = goals_of(connection, day=month.last)
    above = {goal.parent for goal in goals}
    units = units_on(connection, month.last) if goals else {}
    return [
        Draft(
            source=f"goal/{goal.id}",
            title=goal.text,
            unit=_unit_of(goal, units, people),
            person=goal.owner,
            project=goal.subject.id if goal.subject.kind == "project" else "",
            start=goal.start,
            due=goal.due,
            parent=f"goal/{goal.parent}" if goal.parent else "",
            follows="goal",
            follows_ref=goal.id,
        )
        for goal in goals
        if goal.id not in above and goal.start <= month.last and goal.due >= month.first
    ]


def _unit_of(goal: Goal, units: Mapping[str, str], people: Roster) -> str:
    match goal.subject.kind:
        case "unit":
            return goal.subject.id
        case "project":
            return units.get(goal.subject.id, "")
        case _:
            return min((scope for _, kind, scope in people.roles_of(goal.owner) if kind == "unit"), default="")


def goal_shares(connection: Connection, today: date, wanted: Iterable[str]) -> dict[str, GoalShare]:
    """How far goals are by what was noted of them last; those nothing was noted of are left out."""
    asked = sorted(set(wanted))
    if not asked:
        return {}
    goals = {goal.id: goal for goal in goals_of(connection, day=today) if goal.id in asked}
    noted = records_of(connection, goals=asked)
    found: dict[str, GoalShare] = {}
    for key, goal in goals.items():
        value = noted[key][-1].value if noted.get(key) else None
        if value is None or value.value is None:
            continue
        met = reached(goal, value).met
        told = period_of(noted[key][-1].period).last >= goal.due
        share = min(FULL_BP - 1, int(done_share(goal, value.value) * FULL_BP))
        ended = "done" if met and (told or goal.direction == "higher") else "unmet" if told and not met else ""
        noted_on = district_day(noted[key][-1].noted_at)
        ended_on = goal.due if told else noted_on  # what was noted of its whole time ended with it
        found[key] = GoalShare(share_bp=FULL_BP if ended == "done" else share, ended=ended, ended_on=ended_on)
    return found


def published_sources(connection: Connection, month: str, sources: Iterable[str]) -> set[str]:
    """Those sources that need no task of this month: published for it, still running from one before (but for plans,
    whose months are each their own), or a goal, which is one task for as long as it is."""
    same_month = select(_TASK.c.source).where(_TASK.c.month == month)
    lasting = select(_TASK.c.source).where(
        or_(_TASK.c.follows == "goal", and_(_TASK.c.state.in_(RUNNING), _TASK.c.follows != "gap"))
    )
    known = {*connection.execute(same_month).scalars(), *connection.execute(lasting).scalars()}
    return set(sources) & known


def last_day_before(day: date, tasks: Sequence[Task]) -> list[Task]:
    """Tasks of a plan whose month was over before a day."""
    return [task for task in tasks if task.follows == "gap" and task.due < day]
