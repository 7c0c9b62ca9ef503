"""The joint meeting's agenda out of cases that wait for another department, and its decisions as tasks (A50)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.evaluate.agenda import OLDER_THAN_DAYS, AgendaItem, Issue, agenda, task_of
from central.mending.case import ENDED
from central.mending.wording import rule_name
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.move_evaluated import Doing
from central.store.read_mended import holders_of_unit
from central.store.save_audit import lock_head
from central.store.save_tasks import add_task
from central.store.upsert import table_of

_CASE, _PROJECT = table_of(tables.MendingCase), table_of(tables.Project)
_DECISION = table_of(tables.AgendaDecision)


def agenda_of(
    connection: Connection, *, today: date, projects: Sequence[str] | None, older_than_days: int = OLDER_THAN_DAYS
) -> tuple[AgendaItem, ...]:
    """What waits between departments for more than so many days, oldest first; `projects` None = of the district."""
    return agenda(
        _issues(connection, projects), today=today, older_than_days=older_than_days, decided=_decided(connection)
    )


def decide_issue(
    connection: Connection, ref: str, *, decision: str, person: str, unit: str, due: date, by: str, now_ms: int
) -> int:
    """What the meeting decided becomes a task of a person until a day; its number."""
    lock_head(connection)
    today = district_day(from_ms(now_ms))
    issue = next((one for one in _issues(connection, None) if one.ref == ref), None)
    if issue is None:
        raise UnknownThing(f"issue {ref[:64]}", where="issue", expected="an open one between departments")
    if not decision.strip():
        raise ScoringRefused(
            "missing",
            Text(zh="没有决定内容", en="no decision"),
            where="decision",
            expected=Text(zh="决定", en="words"),
        )
    if unit not in issue.departments:
        raise ScoringRefused(
            "unknown", Text(zh=f"{unit[:64]!r} 与此事项无关", en=f"{unit[:64]!r} has no part in it"), where="unit",
            expected=Text(zh="、".join(issue.departments), en=", ".join(issue.departments)),
        )  # fmt: skip
    if person and all(holder.person != person for holder in holders_of_unit(connection, unit, at_ms=now_ms)):
        raise ScoringRefused(
            "unknown", Text(zh=f"{person[:64]!r} 不在该单位", en=f"{person[:64]!r} is not of that unit"),
            where="person",
            expected=Text(zh=f"{unit} 的在任人员", en=f"an active person of {unit}"),
        )  # fmt: skip
    number = len(_decided(connection).get(ref, ())) + 1
    draft = task_of(issue, decision=decision.strip(), person=person, unit=unit, today=today, due=due, number=number)
    doing = Doing(wall_ms=now_ms, actor=by)
    task = add_task(connection, draft, doing=doing)
    row = {"issue": ref, "decision": decision.strip(), "task": task, "decided_by": by, "decided_at": now_ms}
    connection.execute(insert(_DECISION).values(**row))
    append(
        connection, at_ms=now_ms, actor=by, action="agenda.decided", object_=ref,
        detail={"task": task, "person": person, "due": str(due)},
    )  # fmt: skip
    return task


def _issues(connection: Connection, projects: Sequence[str] | None) -> list[Issue]:
    joined = _CASE.join(_PROJECT, _PROJECT.c.id == _CASE.c.project)
    wanted = (
        select(_CASE, _PROJECT.c.unit_zh, _PROJECT.c.name_zh, _PROJECT.c.name_en)
        .select_from(joined)
        .where(_CASE.c.department != "", _CASE.c.state.not_in(sorted(ENDED)))
    )
    if projects is not None:
        wanted = wanted.where(_CASE.c.project.in_(list(projects)))
    return [_issue(row) for row in connection.execute(wanted.order_by(_CASE.c.id))]


def _issue(row: Any) -> Issue:
    rule = rule_name(row.rule)
    return Issue(
        ref=f"case/{row.id}",
        title=Text(zh=f"{row.name_zh}: {rule.zh}", en=f"{row.name_en}: {rule.en}"),
        departments=(row.unit_zh, row.department),
        opened_on=district_day(from_ms(row.opened_at)),
        project=row.project,
        level=row.level,
    )


def _decided(connection: Connection) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for issue, task in connection.execute(select(_DECISION.c.issue, _DECISION.c.task).order_by(_DECISION.c.id)):
        found[issue].append(task)
    return {issue: tuple(tasks) for issue, tasks in found.items()}
