"""What people do to a case, each act one transaction: checked, moved, noted, told. MendingRefused says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, update

from central.domain import Text
from central.errors import UnknownThing
from central.mending.case import Case
from central.mending.causes import cause_of
from central.mending.moves import case_move
from central.mending.order import Order, check_order, check_reason
from central.mending.refused import MendingRefused
from central.mending.who import Actor, check_ending, check_may, check_verifier
from central.mending.words import ACT_WORDS, STATE_WORDS
from central.store import tables
from central.store.move_mended import Doing, note_case, walk_case
from central.store.order_mended import all_recovered, cancel_measure, new_measure, verified_case, verify_measure
from central.store.read_mended import count_events, last_event, load_case, newest_cases, told_of
from central.store.save_audit import lock_head
from central.store.tell_mended import department_of, tell_person
from central.store.upsert import table_of

_TOLD = table_of(tables.CaseTold)
BULK_MAX = 200


def acknowledge(
    connection: Connection, case_id: int, actor: Actor, *, wall_ms: int, version: int | None = None
) -> Case:
    """Somebody has read it: the first stops the clock; others who were told say so for themselves."""
    case = opened(connection, case_id, version=version)
    seat = check_may("acknowledge", actor)
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    waiting = [row for row in told_of(connection, case.id) if row.person == actor.person and not row.acknowledged_at]
    if case.state in ("open", "pushed") or not waiting or case.ended:
        path = case_move(case.state, "acknowledge")
        changes = {"acknowledged_ms": wall_ms}
        case = walk_case(connection, case, path, doing, event="acknowledged", changes=changes)
    else:
        case = note_case(connection, case, case, doing, event="read")
    mine = update(_TOLD).where(_TOLD.c.case_id == case.id, _TOLD.c.person == actor.person)
    connection.execute(mine.where(_TOLD.c.acknowledged_at.is_(None)).values(acknowledged_at=wall_ms))
    return case


def assign(
    connection: Connection,
    case_ids: Sequence[int],
    order: Order,
    actor: Actor,
    *,
    cause: str,
    department: str = "",
    wall_ms: int,
    today: date,
    version: int | None = None,
) -> list[Case]:
    """Order one measure for these cases of one project; what was ordered before and still runs is cancelled."""
    lock_head(connection)
    cases = [opened(connection, case_id, version=version) for case_id in sorted(set(case_ids))]
    _same_project(cases)
    seat = check_may("assign", actor)
    check_order(order, today=today)
    known = cause_of(cause) if cause else None
    paths = [case_move(case.state, "assign") for case in cases]
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    measure = new_measure(connection, cases, order, cause=cause, doing=doing)
    moved: list[Case] = []
    for case, path in zip(cases, paths, strict=True):
        _replace_measure(connection, case, doing)
        changes = {
            "assigned_ms": case.assigned_ms or wall_ms,
            "acknowledged_ms": case.acknowledged_ms or wall_ms,
            "rectification": measure,
        }
        detail = {"rectification": measure.id, "person": order.person, "due": str(order.due)}
        after = walk_case(connection, case, path, doing, event="assigned", changes=changes, detail=detail)
        moved.append(_caused(connection, after, cause, department, doing) if known is not None else after)
    return moved


def verify_case(
    connection: Connection,
    case_id: int,
    actor: Actor,
    *,
    note: str,
    cause: str = "",
    department: str = "",
    wall_ms: int,
    version: int | None = None,
) -> Case:
    """Somebody other than the responsible says that it is mended, and why it was; closed where the facts agree."""
    case = opened(connection, case_id, version=version)
    seat = check_verifier("verify", actor, [case.rectification])
    case_move(case.state, "verify")
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    if cause and cause != case.cause:
        cause_of(cause)
        case = _caused(connection, case, cause, department, doing)
    measure = case.rectification
    if measure is not None and case.mending and (case.state != "recovered" or all_recovered(connection, measure)):
        return next(one for one in verify_measure(connection, measure, doing, note=note) if one.id == case.id)
    return verified_case(connection, case, doing, note=note)


def waive(
    connection: Connection, case_id: int, actor: Actor, *, reason: str, wall_ms: int, version: int | None = None
) -> Case:
    """The approver of its colour says that it stays as it is, and why."""
    return _end(connection, case_id, actor, act="waive", reason=reason, wall_ms=wall_ms, version=version)


def deny(
    connection: Connection, case_id: int, actor: Actor, *, reason: str, wall_ms: int, version: int | None = None
) -> Case:
    """The approver of its colour says that the rule was wrong; this counts against the rule's precision."""
    return _end(connection, case_id, actor, act="false_alarm", reason=reason, wall_ms=wall_ms, version=version)


def set_cause(
    connection: Connection,
    case_id: int,
    actor: Actor,
    *,
    cause: str,
    department: str = "",
    note: str = "",
    wall_ms: int,
) -> Case:
    """Record why; where the cause needs another department, that is asked to coordinate."""
    case = opened(connection, case_id)
    seat = check_may("cause", actor)
    _not_ended(case, "cause")
    cause_of(cause)
    return _caused(
        connection, case, cause, department, Doing(wall_ms=wall_ms, actor=actor.person, seat=seat), note=note
    )


def coordinate(connection: Connection, case_id: int, person: str, *, note: str, ref: str, wall_ms: int) -> Case:
    """The department that was asked says what came of it; `ref` names the permit or paper."""
    case = opened(connection, case_id)
    said = check_reason(note, where="note")
    if not case.department or case.coordinated_ms is not None:
        raise MendingRefused(
            "wrong_state",
            Text(zh="没有待答复的协调", en="no coordination waits for an answer"),
            where="case.department",
            expected=Text(zh="已请求且未答复的协调", en="one that was asked for and not answered"),
        )
    doing = Doing(wall_ms=wall_ms, actor=person, seat="department")
    after = replace(case, coordinated_ms=wall_ms)
    detail = {"department": case.department, "note": said, "ref": ref}
    return note_case(connection, case, after, doing, event="coordinated", detail=detail)


def permitted(connection: Connection, project: str, cause: str, *, ref: str, actor: str, wall_ms: int) -> int:
    """A permit arrived: the coordination of every active case with that cause is answered; how many there were."""
    lock_head(connection)
    waiting = [
        case
        for case in newest_cases(connection, project).values()
        if not case.ended and case.cause == cause and case.department and case.coordinated_ms is None
    ]
    for case in waiting:
        doing = Doing(wall_ms=wall_ms, actor=actor, seat="department")
        after = replace(case, coordinated_ms=wall_ms)
        detail = {"department": case.department, "ref": ref}
        note_case(connection, case, after, doing, event="coordinated", detail=detail)
    return len(waiting)


def press(connection: Connection, case_id: int, actor: Actor, *, note: str, wall_ms: int) -> Case:
    """A leader presses for action: who is responsible is told, and who was told of the warning where nobody is yet."""
    case = opened(connection, case_id)
    seat = check_may("press", actor)
    _not_ended(case, "press")
    said = check_reason(note, where="note")
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    measure = case.rectification
    owners = [row.person for row in told_of(connection, case.id) if row.seat == "project_owner"]
    persons = [measure.person] if measure is not None and case.mending else sorted({*owners} - {actor.person})
    nth = count_events(connection, case.id, "pressed") + 1
    for person in persons:
        tell_person(connection, case, person, Text(zh=said, en=said), kind="press", nth=nth, doing=doing)
    return note_case(connection, case, case, doing, event="pressed", detail={"note": said, "told": persons})


def note(connection: Connection, case_id: int, actor: Actor, *, words: str, wall_ms: int) -> Case:
    """Words for the timeline; they change nothing, and may come after the end."""
    case = opened(connection, case_id)
    seat = check_may("note", actor)
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    return note_case(connection, case, case, doing, event="noted", detail={"note": check_reason(words, where="note")})


def opened(connection: Connection, case_id: int, *, version: int | None = None) -> Case:
    """The case, held against all others until the transaction ends; a newer version than the caller saw is refused."""
    lock_head(connection)
    case = load_case(connection, case_id)
    if case is None:
        raise UnknownThing(f"case {case_id}", where="case", expected="one that is there")
    if version is not None and version != case.version:
        newest = last_event(connection, case_id)
        who, what = (newest.actor, newest.event) if newest is not None else ("?", "?")
        raise MendingRefused(
            "conflict",
            Text(zh=f"{who} 已先操作 ({what})", en=f"{who} was first ({what})"),
            where="version",
            expected=Text(zh=f"版本 {case.version}", en=f"version {case.version}"),
        )
    return case


def _end(
    connection: Connection, case_id: int, actor: Actor, *, act: str, reason: str, wall_ms: int, version: int | None
) -> Case:
    case = opened(connection, case_id, version=version)
    path = case_move(case.state, "waive" if act == "waive" else "false_alarm")
    seat = check_ending(act, actor, case)
    said = check_reason(reason, where="reason")
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    _replace_measure(connection, case, doing)
    changes = {"ended_ms": wall_ms}
    detail = {"reason": said, "peak": case.peak}
    return walk_case(connection, case, path, doing, event=path[-1], changes=changes, detail=detail)


def _caused(connection: Connection, case: Case, cause: str, department: str, doing: Doing, *, note: str = "") -> Case:
    """Why it is; a department that must coordinate is told, once for each time it is asked."""
    asked = department or cause_of(cause).department
    same = (asked, cause) == (case.department, case.cause)
    after = replace(case, cause=cause, department=asked, coordinated_ms=case.coordinated_ms if same else None)
    detail: dict[str, object] = {"cause": cause}
    if note:
        detail["note"] = note
    if asked and not same:
        persons = department_of(connection, asked, at_ms=doing.wall_ms)
        _check_somebody(persons, department, usual=cause_of(cause).department)
        detail |= {"department": asked, "told": list(persons)}
        name = cause_of(cause).name
        words = Text(
            zh=f"原因: {name.zh}。{note}请协调办理并答复。",
            en=f"Cause: {name.en}. {note} Please coordinate and answer.",
        )
        nth = count_events(connection, case.id, "caused") + 1
        for person in persons:
            tell_person(connection, case, person, words, kind="coordination", nth=nth, doing=doing)
    return note_case(connection, case, after, doing, event="caused", detail=detail)


def _check_somebody(persons: Sequence[str], department: str, *, usual: str) -> None:
    """A department somebody typed must have somebody in it, else the question is put to nobody. That of the cause
    itself is asked all the same: the timeline says that nobody was told."""
    if persons or department in ("", usual):
        return
    raise MendingRefused(
        "unknown",
        Text(zh=f"部门 {department[:64]!r} 没有在任人员", en=f"nobody sits in department {department[:64]!r}"),
        where="department",
        expected=Text(zh="有人任职的部门全称", en="the full name of a department in which somebody has a role"),
    )


def _replace_measure(connection: Connection, case: Case, doing: Doing) -> None:
    """A running measure that mends nothing else any more is cancelled."""
    measure = case.rectification
    if measure is None or not case.mending:
        return
    cancel_measure(connection, measure, doing, leaving=[case.id])


def _same_project(cases: Sequence[Case]) -> None:
    projects = sorted({case.project for case in cases})
    if len(projects) != 1:
        raise MendingRefused(
            "missing",
            Text(zh=f"所选预警属于 {len(projects)} 个项目", en=f"cases of {len(projects)} projects"),
            where="cases",
            expected=Text(zh="同一项目的预警", en="cases of one project"),
        )


def _not_ended(case: Case, act: str) -> None:
    if case.ended:
        word, state = ACT_WORDS[act], STATE_WORDS[case.state]
        raise MendingRefused(
            "wrong_state",
            Text(zh=f"状态为“{state.zh}”, 不能{word.zh}", en=f"state is '{state.en}': cannot {word.en}"),
            where="case.state",
            expected=Text(zh="未结事项", en="a case that has not ended"),
        )
