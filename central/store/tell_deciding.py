"""Tells who may decide that something waits for a decision, and who asked what was decided; each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from sqlalchemy import Connection, select

from central.domain import Text
from central.mending.routing import Holder
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.store import tables
from central.store.read_mended import holders_near, site_of
from central.store.upsert import table_of

Question = Literal["stage", "pause", "proposal"]
NAMES: dict[Question, Text] = {
    "stage": Text(zh="环节", en="stage"),
    "pause": Text(zh="停工申请", en="standstill"),
    "proposal": Text(zh="计划变更", en="revision of the plan"),
}
PLAN_DECIDERS = frozenset({"dept_head", "leader"})
_PROJECT = table_of(tables.Project)
_NEARNESS = {"project": 0, "unit": 1, "street": 1, "district": 2}


def tell_waiting(
    connection: Connection,
    project: str,
    question: Question,
    number: int,
    *,
    what: Text,
    roles: Collection[str],
    by: str,
    now_ms: int,
) -> tuple[str, ...]:
    """Tell the nearest holders of each of the roles, never who asks; their names, none where nobody may decide."""
    holders = [one for one in holders_near(connection, site_of(connection, project), at_ms=now_ms) if one.person != by]
    persons = tuple(sorted({person for role in roles for person in _nearest(holders, role)}))
    name, where = NAMES[question], _name(connection, project)
    subject = Text(zh=f"待审批: {where.zh} {name.zh}", en=f"waits for a decision: {name.en} of {where.en}")
    body = Text(zh=f"{by} 提交: {what.zh}", en=f"{by} asks: {what.en}")
    for person in persons:
        _tell(connection, project, question, number, person=person, subject=subject, body=body, nth=0, now_ms=now_ms)
    return persons


def tell_decided(
    connection: Connection,
    project: str,
    question: Question,
    number: int,
    *,
    author: str,
    approved: bool,
    remark: str,
    by: str,
    now_ms: int,
) -> None:
    """Tell who asked what was decided, and by whom."""
    name, where = NAMES[question], _name(connection, project)
    outcome = Text(zh="通过", en="approved") if approved else Text(zh="退回", en="not approved")
    subject = Text(zh=f"{outcome.zh}: {where.zh} {name.zh}", en=f"{outcome.en}: {name.en} of {where.en}")
    words = f" {remark}" if remark else ""
    body = Text(zh=f"{by} {outcome.zh}。{words}", en=f"{outcome.en} by {by}.{words}")
    _tell(connection, project, question, number, person=author, subject=subject, body=body, nth=1, now_ms=now_ms)


def _tell(
    connection: Connection,
    project: str,
    question: Question,
    number: int,
    *,
    person: str,
    subject: Text,
    body: Text,
    nth: int,
    now_ms: int,
) -> None:
    message = Message(
        person=person, kind="decision", about=f"{question}/{project}/{number}", level=None, subject=subject, body=body,
        link=f"/projects/{project}", nth=nth,
    )  # fmt: skip
    enqueue(connection, message, wall_ms=now_ms)


def _nearest(holders: Iterable[Holder], role: str) -> set[str]:
    """Who has the role closest to the project: the unit's own head before the district's."""
    known = [one for one in holders if one.role == role]
    near = min((_NEARNESS[one.kind] for one in known), default=0)
    return {one.person for one in known if _NEARNESS[one.kind] == near}


def _name(connection: Connection, project: str) -> Text:
    row = connection.execute(select(_PROJECT.c.name_zh, _PROJECT.c.name_en).where(_PROJECT.c.id == project)).one()
    return Text(zh=row.name_zh, en=row.name_en)
