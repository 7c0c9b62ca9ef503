"""Tells people of evaluations: forms to fill in, results that are published or final; each once, many as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, select

from central.domain import Text
from central.evaluate.evaluation import Evaluation
from central.evaluate.forms import Form
from central.evaluate.roster import Roster
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_evaluated import form_of, forms_of
from central.store.upsert import table_of

_FORM = table_of(tables.EvaluationForm)
REMIND_DAYS = (3, 1, 0)
_DAY_MS = 86_400_000


def tell_forms(connection: Connection, opened: Sequence[Evaluation], *, wall_ms: int) -> None:
    """Everybody who is asked hears of the forms and their last day."""
    mine: dict[str, list[Form]] = defaultdict(list)
    for forms in forms_of(connection, opened).values():
        for form in forms:
            if form.person and form.state == "open":
                mine[form.person].append(form)
    for person, own in sorted(mine.items()):
        due = district_day(from_ms(own[0].due_ms))
        subject = Text(
            zh=f"{opened[0].period.name} 绩效评价: 请填写 {len(own)} 份评价表",
            en=f"Evaluation of {opened[0].period.name}: {len(own)} forms to fill in",
        )
        body = Text(zh=f"截止 {due}", en=f"until {due}")
        _queue(connection, person, f"forms/{opened[0].period.name}", subject, body, nth=0, wall_ms=wall_ms)


def remind_forms(connection: Connection, *, wall_ms: int) -> int:
    """Whose forms are due in three days, tomorrow or today hears it, once for each; how many persons."""
    today = district_day(from_ms(wall_ms))
    soon = (_FORM.c.state == "open", _FORM.c.person != "", _FORM.c.due_at < wall_ms + (max(REMIND_DAYS) + 1) * _DAY_MS)
    mine: dict[tuple[str, int], int] = defaultdict(int)
    for row in connection.execute(select(_FORM).where(*soon).order_by(_FORM.c.id)):
        form = form_of(row)
        days = (district_day(from_ms(form.due_ms)) - today).days
        if days in REMIND_DAYS:
            mine[form.person, days] += 1
    for (person, days), count in sorted(mine.items()):
        subject = Text(zh=f"{count} 份评价表 {days} 天后截止", en=f"{count} forms are due in {days} days")
        body = Text(zh="请及时提交", en="please hand them in")
        _queue(connection, person, f"forms/due/{today}", subject, body, nth=days, wall_ms=wall_ms)
    return len(mine)


def tell_results(
    connection: Connection, found: Iterable[Evaluation], people: Roster, *, final: bool, wall_ms: int
) -> None:
    """Who answers for the assessed hears that results are published (and until when one may object), or final."""
    mine: dict[str, list[Evaluation]] = defaultdict(list)
    for one in found:
        person = _responsible(one, people)
        if person:
            mine[person].append(one)
    today = district_day(from_ms(wall_ms))
    for person, own in sorted(mine.items()):
        subject, body = _said(own, final=final)
        kind = "final" if final else "published"
        _queue(connection, person, f"results/{kind}/{today}", subject, body, nth=0, wall_ms=wall_ms)


def _said(own: Sequence[Evaluation], *, final: bool) -> tuple[Text, Text]:
    names = "、".join(f"{one.subject.id} {one.period.name}" for one in own[:10])
    if final:
        return Text(zh=f"{len(own)} 项评价结果已定稿", en=f"{len(own)} results are final"), Text(zh=names, en=names)
    ends = min((one.ends_on for one in own if one.ends_on), default=date.max)
    subject = Text(zh=f"{len(own)} 项评价结果公示", en=f"{len(own)} results are published")
    return subject, Text(zh=f"{names}; 异议截止 {ends}", en=f"{names}; objections until {ends}")


def _responsible(one: Evaluation, people: Roster) -> str:
    match one.subject.kind:
        case "project":
            return people.of_project(one.subject.id, unit=one.unit)
        case "person":
            return one.subject.id
        case _:
            return people.of_unit(one.unit)


def _queue(
    connection: Connection, person: str, about: str, subject: Text, body: Text, *, nth: int, wall_ms: int
) -> None:
    message = Message(
        person=person, kind="evaluation", about=about, level=None, subject=subject, body=body, link="/evaluation",
        nth=nth,
    )  # fmt: skip
    enqueue(connection, message, wall_ms=wall_ms)
