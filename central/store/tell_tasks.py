"""Tells people of their tasks: a month's list, those behind, those nobody is responsible for; each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from central.domain import Text
from central.evaluate.task import Draft, Task, late_days
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.scoring.period import Period

NAMED_MAX = 20


def tell_list(connection: Connection, month: Period, placed: Sequence[Draft], *, wall_ms: int) -> None:
    """One message to each person with all tasks of the month."""
    mine: dict[str, list[Draft]] = defaultdict(list)
    for draft in placed:
        mine[draft.person].append(draft)
    for person, own in sorted(mine.items()):
        subject = Text(zh=f"{month.name} 绩效任务 {len(own)} 项", en=f"Tasks of {month.name}: {len(own)}")
        body = Text(
            zh="\n".join(f"{one.title.zh} (期限 {one.due})" for one in own[:NAMED_MAX]),
            en="\n".join(f"{one.title.en} (due {one.due})" for one in own[:NAMED_MAX]),
        )
        link = f"/tasks?month={month.name}"
        _queue(connection, person, f"tasks/{month.name}", subject, body, link=link, wall_ms=wall_ms)


def tell_lacking(
    connection: Connection, month: Period, homeless: Sequence[Draft], leaders: Sequence[str], *, wall_ms: int
) -> None:
    """The district's leaders hear, unit by unit, what was not published because nobody is responsible for it."""
    lacking: dict[str, list[Draft]] = defaultdict(list)
    for draft in homeless:
        lacking[draft.unit].append(draft)
    for unit, own in sorted(lacking.items()):
        subject = Text(
            zh=f"{unit}: {len(own)} 项任务没有责任人", en=f"{unit}: {len(own)} tasks have nobody responsible"
        )
        body = Text(
            zh="\n".join(one.title.zh for one in own[:NAMED_MAX]), en="\n".join(one.title.en for one in own[:NAMED_MAX])
        )
        for person in leaders:
            about = f"tasks/{month.name}/{unit}"
            _queue(connection, person, about, subject, body, link="/organisation", wall_ms=wall_ms)


def tell_behind(connection: Connection, week: date, behind: Sequence[Task], today: date, *, wall_ms: int) -> None:
    """One message a week to each person whose tasks are behind."""
    mine: dict[str, list[Task]] = defaultdict(list)
    for task in behind:
        mine[task.person].append(task)
    for person, own in sorted(mine.items()):
        subject = Text(zh=f"{len(own)} 项任务滞后", en=f"{len(own)} tasks are behind")
        body = Text(
            zh="\n".join(f"{one.title.zh} (逾期 {late_days(one, today)} 天)" for one in own[:NAMED_MAX]),
            en="\n".join(f"{one.title.en} ({late_days(one, today)} d late)" for one in own[:NAMED_MAX]),
        )
        _queue(connection, person, f"tasks/{week}", subject, body, link="/tasks", wall_ms=wall_ms)


def tell_task(connection: Connection, number: int, draft: Draft, *, wall_ms: int) -> None:
    """The responsible person hears of a task besides the list."""
    subject = Text(zh=f"新任务: {draft.title.zh}", en=f"New task: {draft.title.en}")
    body = Text(zh=f"期限 {draft.due}", en=f"due {draft.due}")
    _queue(connection, draft.person, f"task/{number}", subject, body, link="/tasks", wall_ms=wall_ms)


def _queue(
    connection: Connection, person: str, about: str, subject: Text, body: Text, *, link: str, wall_ms: int
) -> None:
    message = Message(person=person, kind="task", about=about, level=None, subject=subject, body=body, link=link)
    enqueue(connection, message, wall_ms=wall_ms)
