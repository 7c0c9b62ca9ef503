"""Queues what people are told of cases and measures, each once, in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Table, and_, select

from central.domain import Text
from central.mending.case import Case, Rectification
from central.mending.clocks import ACK_MS
from central.mending.moves import case_move
from central.mending.routing import NEXT, Holder, Seat, Told, of_department, routed, seated
from central.mending.wording import Matter, missed, ordered, overdue_together, place, reminded, rule_name, told
from central.notify.message import Message, MessageKind
from central.notify.outbox import enqueue
from central.rules.sentence import Said, line_name, sentence
from central.store import tables
from central.store.move_mended import Doing, note_case
from central.store.read_mended import case_tags, holders_near, holders_of_unit, site_of
from central.store.upsert import insert_new, table_of

_WARNING, _PROJECT, _BUILDING = table_of(tables.PlanWarning), table_of(tables.Project), table_of(tables.Building)


def push(connection: Connection, case: Case, doing: Doing) -> Case:
    """Tell everybody of the case's route who was not told of it at this level and round; a case nobody can be told of
    says so once, and stays open."""
    site = site_of(connection, case.project)
    route = routed(case.level, holders_near(connection, site, at_ms=doing.wall_ms), site)
    new = _not_told(connection, case, route.told)
    vacant = {"vacant": list(route.vacant)} if route.vacant else {}
    if not route.told:
        tag = f"unrouted/{case.level}/{case.reopened}"
        if tag in case_tags(connection, [case.id]).get(case.id, ()):
            return case
        return note_case(connection, case, case, doing, event="unrouted", tag=tag, detail=vacant)
    if new:
        matter = matter_of(connection, case)
        subject, body = told(matter, due_ms=case.level_ms + ACK_MS[case.level], again=case.reopened > 0)
        _tell(connection, case, new, subject, body, kind="warning", doing=doing)
        _keep_told(connection, case, new, doing)
    if case.state != "open":
        detail = {"told": [one.person for one in new], **vacant}
        return note_case(connection, case, case, doing, event="told", detail=detail) if new else case
    after = replace(case, state=case_move(case.state, "push")[-1], pushed_ms=doing.wall_ms)
    detail = {"told": [one.person for one in route.told], **vacant}
    return note_case(connection, case, after, doing, event="pushed", detail=detail)


def call(connection: Connection, case: Case, *, kind: str, tag: str, to_next: bool, doing: Doing) -> Case:
    """A clock of the case ran out: the next seat (or the leader) is told, once; the event says whom."""
    site = site_of(connection, case.project)
    holders = holders_near(connection, site, at_ms=doing.wall_ms)
    seat: Seat = NEXT[case.level] if to_next else "leader"
    persons = [Told(person=person, seat=seat) for person in seated(seat, holders, site)]
    late = tuple(dict.fromkeys(one.seat for one in routed(case.level, holders, site).told)) if to_next else ()
    subject, body = missed(matter_of(connection, case), kind=kind, seats=late)
    message: MessageKind = "review" if kind == "review" else "escalation"
    nth = _nth(kind, tag, case)
    _tell(connection, case, persons, subject, body, kind=message, doing=doing, nth=nth)
    if to_next:
        _keep_told(connection, case, _not_told(connection, case, persons), doing)
    detail = {"seat": seat, "told": [one.person for one in persons]}
    return note_case(connection, case, case, doing, event=kind, tag=tag, detail=detail)


def _nth(kind: str, tag: str, case: Case) -> int:
    """A number of its own for each kind of call of each round, and for each week's review."""
    kinds = ("ack_missed", "measure_missed", "verify_missed")
    week = int(tag.rsplit("/", 1)[1]) if kind == "review" else kinds.index(kind)
    return case.reopened * 1000 + week


def tell_order(connection: Connection, measure: Rectification, title: Text, *, urgent: bool, doing: Doing) -> None:
    """Tell the responsible person what he is to do until when."""
    subject, body = ordered(title, measure=measure.measure, standard=measure.acceptance_standard, due=str(measure.due))
    about = f"rectification/{measure.id}"
    message = Message(
        person=measure.person, kind="order", about=about, level=None, subject=subject, body=body,
        link=f"/rectifications/{measure.id}", urgent=urgent,
    )  # fmt: skip
    enqueue(connection, message, wall_ms=doing.wall_ms)


def tell_reminder(
    connection: Connection, measure: Rectification, title: Text, persons: Iterable[str], *, days: int, doing: Doing
) -> None:
    """Remind of a measure that is due in so many days, or was."""
    subject, body = reminded(title, days=days, due=str(measure.due))
    kind: MessageKind = "overdue" if days < 0 else "reminder"
    due = measure.due.toordinal() if measure.due else 0
    for person in persons:
        message = Message(
            person=person, kind=kind, about=f"rectification/{measure.id}", level=None, subject=subject, body=body,
            link=f"/rectifications/{measure.id}", nth=due - days,
        )  # fmt: skip
        enqueue(connection, message, wall_ms=doing.wall_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A measure that is overdue (`days` < 0) and who of the leaders is to be told."""

    measure: Rectification
    title: Text
    days: int
    told: tuple[str, ...]


def tell_overdue(connection: Connection, person: str, late: Sequence[Late], *, doing: Doing) -> None:
    """One message a day to one person: of a single measure as ever, of several all together, the longest first."""
    if len(late) == 1:
        tell_reminder(connection, late[0].measure, late[0].title, [person], days=late[0].days, doing=doing)
        return
    by_lateness = sorted(late, key=lambda one: (one.days, one.measure.id))
    subject, body = overdue_together([(one.title, -one.days) for one in by_lateness])
    today = max(one.measure.due.toordinal() - one.days for one in late if one.measure.due is not None)
    message = Message(
        person=person, kind="overdue", about="rectifications", level=None, subject=subject, body=body,
        link="/warnings", nth=today,
    )  # fmt: skip
    enqueue(connection, message, wall_ms=doing.wall_ms)


def tell_person(
    connection: Connection, case: Case, person: str, text: Text, *, kind: MessageKind, nth: int, doing: Doing
) -> None:
    """A person's words to another about a case."""
    matter = matter_of(connection, case)
    where = place(matter)
    rule = rule_name(case.rule)
    heads = {
        "press": Text(zh="督办", en="press for action"),
        "returned": Text(zh="整改退回", en="rectification returned"),
        "coordination": Text(zh="请协调", en="please coordinate"),
    }
    head = heads[kind]
    subject = Text(zh=f"{head.zh}: {where.zh} {rule.zh}", en=f"{head.en}: {where.en}, {rule.en}")
    _tell(connection, case, [Told(person=person, seat="")], subject, text, kind=kind, doing=doing, nth=nth)


def department_of(connection: Connection, department: str, *, at_ms: int) -> tuple[str, ...]:
    """Who answers for a department."""
    return of_department(department, holders_of_unit(connection, department, at_ms=at_ms))


def leaders_of(connection: Connection, project: str, unit: str, *, at_ms: int) -> tuple[str, ...]:
    """The supervising leader of a project; of a unit as a whole, its head."""
    if project:
        site = site_of(connection, project)
        return seated("leader", holders_near(connection, site, at_ms=at_ms), site)
    holders: list[Holder] = holders_of_unit(connection, unit, at_ms=at_ms)
    return tuple(sorted({holder.person for holder in holders if holder.role in ("leader", "dept_head")}))


def title_of(connection: Connection, case: Case) -> Text:
    """What a measure of the case is called: the place and the rule."""
    matter = matter_of(connection, case)
    where, rule = place(matter), rule_name(case.rule)
    return Text(zh=f"{where.zh} {rule.zh}", en=f"{where.en}: {rule.en}")


def matter_of(connection: Connection, case: Case) -> Matter:
    """The case's newest warning with the names that belong to it."""
    about = and_(_WARNING.c.subject_kind == "building", _BUILDING.c.id == _WARNING.c.subject)
    joined: Table | object = _WARNING.join(_PROJECT, _PROJECT.c.id == _WARNING.c.project).outerjoin(_BUILDING, about)
    wanted = select(
        _WARNING,
        _PROJECT.c.name_zh,
        _PROJECT.c.name_en,
        _BUILDING.c.name_zh.label("b_zh"),
        _BUILDING.c.name_en.label("b_en"),
    ).select_from(joined)  # type: ignore[arg-type]
    row = connection.execute(wanted.where(_WARNING.c.id == case.warning)).one()
    project = Text(zh=row.name_zh, en=row.name_en)
    plain = line_name(row.subject) if row.subject_kind == "line" else Text(zh=row.subject, en=row.subject)
    subject = Text(zh=row.b_zh, en=row.b_en) if row.b_zh is not None else plain
    name = project if row.subject_kind == "project" else subject
    said = Said(
        rule=row.rule, name=name, level=case.level, value=row.value, threshold=row.threshold, unit=row.unit,
        capped=row.capped, basis=row.basis,
    )  # fmt: skip
    return Matter(project=project, subject=name, rule=row.rule, level=case.level, sentence=sentence(said))


def _not_told(connection: Connection, case: Case, persons: Iterable[Told]) -> list[Told]:
    told_table = table_of(tables.CaseTold)
    same = (told_table.c.case_id == case.id, told_table.c.level == case.level, told_table.c.nth == case.reopened)
    known = set(connection.execute(select(told_table.c.person).where(*same)).scalars())
    return [one for one in persons if one.person not in known]


def _keep_told(connection: Connection, case: Case, persons: Iterable[Told], doing: Doing) -> None:
    rows = [
        {"case_id": case.id, "person": one.person, "level": case.level, "nth": case.reopened, "seat": one.seat,
         "at": doing.wall_ms, "acknowledged_at": None}
        for one in persons
    ]  # fmt: skip
    insert_new(connection, tables.CaseTold, rows)


def _tell(
    connection: Connection,
    case: Case,
    persons: Iterable[Told],
    subject: Text,
    body: Text,
    *,
    kind: MessageKind,
    doing: Doing,
    nth: int | None = None,
) -> None:
    for one in persons:
        message = Message(
            person=one.person, kind=kind, about=f"case/{case.id}", level=case.level, subject=subject, body=body,
            link=f"/warnings?state=all&sel={case.warning}", nth=case.reopened if nth is None else nth,
            urgent=case.level == "red",
        )  # fmt: skip
        enqueue(connection, message, wall_ms=doing.wall_ms)
