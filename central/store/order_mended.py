"""Measures from the order to the verified end; the cases they mend move with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from central.domain import Text
from central.errors import UnknownThing
from central.mending.case import Case, Rectification
from central.mending.moves import case_move, rectification_move
from central.mending.order import Order, Piece, check_order, check_pieces, check_reason
from central.mending.refused import MendingRefused
from central.mending.who import Actor, check_doer, check_may, check_verifier
from central.store import tables
from central.store.move_mended import Doing, note_measure, walk_case
from central.store.read_mended import (
    cases_of_measure,
    holders_near,
    holders_of_unit,
    load_measure,
    site_of,
    unknown_pieces,
)
from central.store.save_audit import lock_head
from central.store.tell_mended import tell_order, tell_person, title_of
from central.store.upsert import table_of

_MEASURE, _EVENT = table_of(tables.Rectification), table_of(tables.RectificationEvent)


def new_measure(
    connection: Connection, cases: Sequence[Case], order: Order, *, cause: str, doing: Doing
) -> Rectification:
    """Write the measure of these cases of one project down as ordered, and tell the responsible person."""
    first = cases[0]
    site = site_of(connection, first.project)
    order = replace(order, unit=order.unit or site.unit)
    _check_person(connection, order.person, project=first.project, unit=order.unit, doing=doing)
    title = title_of(connection, first)
    row = {
        **_ordered_values(order, doing),
        "project": first.project,
        "title": title.zh,
        "cause": cause,
        "state": "assigned",
        "origin": f"case/{first.id}/{first.version}",
    }
    measure = _insert(connection, row, doing, event="assigned")
    tell_order(connection, measure, title, urgent=any(case.level == "red" for case in cases), doing=doing)
    return measure


def draft_measure(
    connection: Connection,
    *,
    origin: str,
    project: str,
    unit: str,
    title: str,
    measure: str = "",
    by: str,
    wall_ms: int,
) -> int:
    """A draft for somebody to complete and issue, e.g. of a row of a report; one per origin. Its number."""
    known = connection.execute(select(_MEASURE.c.id).where(_MEASURE.c.origin == origin)).scalar()
    if known is not None:
        return int(known)
    lock_head(connection)
    doing = Doing(wall_ms=wall_ms, actor=by)
    row = {
        "project": project, "unit": unit, "title": title, "measure": measure, "state": "draft", "origin": origin,
        "created_at": wall_ms, "created_by": by,
    }  # fmt: skip
    return _insert(connection, row, doing, event="drafted").id


def issue(
    connection: Connection, measure_id: int, order: Order, actor: Actor, *, wall_ms: int, today: date
) -> Rectification:
    """Complete a draft and order it."""
    measure = held_measure(connection, measure_id)
    seat = check_may("issue", actor)
    path = rectification_move(measure.state, "issue")
    check_order(order, today=today)
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    order = replace(order, unit=order.unit or measure.unit)
    _check_unit(measure, order.unit)
    _check_person(connection, order.person, project=measure.project, unit=order.unit, doing=doing)
    values = _ordered_values(order, doing)
    values = {name: values[name] for name in values if name not in ("created_at", "created_by")}
    detail = {"person": order.person, "due": str(order.due)}
    note_measure(connection, measure, path, doing, event="assigned", values=values, detail=detail)
    measure = held_measure(connection, measure_id)
    title = connection.execute(select(_MEASURE.c.title).where(_MEASURE.c.id == measure_id)).scalar_one()
    tell_order(connection, measure, Text(zh=title, en=title), urgent=False, doing=doing)
    return measure


def start(connection: Connection, measure_id: int, actor: Actor, *, wall_ms: int) -> Rectification:
    """Work on it has begun."""
    measure = held_measure(connection, measure_id)
    seat = check_doer("start", actor, measure)
    path = rectification_move(measure.state, "start")
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    note_measure(connection, measure, path, doing, event="rectifying")
    for case in cases_of_measure(connection, measure_id):
        if case.state == "assigned":
            walk_case(connection, case, case_move(case.state, "start"), doing, event="rectifying", changes={})
    return held_measure(connection, measure_id)


def submit(
    connection: Connection, measure_id: int, pieces: Sequence[Piece], actor: Actor, *, note: str, wall_ms: int
) -> Rectification:
    """Hand in what shows that it is done: photos of the project, or stills of its cameras."""
    measure = held_measure(connection, measure_id)
    seat = check_doer("submit", actor, measure)
    path = rectification_move(measure.state, "submit")
    check_pieces(pieces)
    _check_pieces_there(connection, measure, pieces)
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    told = connection.execute(select(_MEASURE.c.evidence).where(_MEASURE.c.id == measure_id)).scalar_one()
    all_pieces = json.loads(told) + [{**asdict(piece), "at": wall_ms, "by": actor.person} for piece in pieces]
    values = {
        "evidence": json.dumps(all_pieces, ensure_ascii=False, separators=(",", ":")),
        "submitted_at": wall_ms,
        "submitted_by": actor.person,
    }
    detail = {"pieces": [piece.sha256 for piece in pieces], "note": note}
    note_measure(connection, measure, path, doing, event="evidence", values=values, detail=detail)
    for case in cases_of_measure(connection, measure_id):
        changes = {"ready_ms": case.ready_ms or wall_ms}
        path_of_case = case_move(case.state, "submit")
        walk_case(connection, case, path_of_case, doing, event="evidence", changes=changes, detail=detail)
    return held_measure(connection, measure_id)


def verify(connection: Connection, measure_id: int, actor: Actor, *, note: str, wall_ms: int) -> Rectification:
    """Somebody else says that it is done; the cases it mends are verified with it."""
    measure = held_measure(connection, measure_id)
    seat = check_verifier("verify", actor, [measure])
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    rectification_move(measure.state, "verify")
    verify_measure(connection, measure, doing, note=note)
    return held_measure(connection, measure_id)


def verify_measure(connection: Connection, measure: Rectification, doing: Doing, *, note: str) -> list[Case]:
    """Verified, without asking who: the measure and every case it mends that can be."""
    settled = all_recovered(connection, measure)
    path = rectification_move(measure.state, "settle" if settled else "verify")
    for case in cases_of_measure(connection, measure.id):
        _check_cause(case)
    values = {"verified_at": doing.wall_ms, "verified_by": doing.actor}
    note_measure(connection, measure, path, doing, event="verified", values=values, detail={"note": note})
    cases = cases_of_measure(connection, measure.id)
    return [verified_case(connection, case, doing, note=note) for case in cases]


def all_recovered(connection: Connection, measure: Rectification) -> bool:
    """Whether the facts are well for everything that the measure mends."""
    cases = cases_of_measure(connection, measure.id)
    return bool(cases) and all(case.state == "recovered" for case in cases)


def verified_case(connection: Connection, case: Case, doing: Doing, *, note: str) -> Case:
    """The case is verified; where the facts are well already it is closed at once."""
    _check_cause(case)
    path = case_move(case.state, "verify")
    changes = {"ready_ms": case.ready_ms or doing.wall_ms}
    detail = {"note": note, "cause": case.cause, "department": case.department}
    case = walk_case(connection, case, path, doing, event="verified", changes=changes, detail=detail)
    if case.facts == "standing":
        return case
    ended = {"ended_ms": doing.wall_ms}
    closing = Doing(wall_ms=doing.wall_ms)
    path = case_move(case.state, "close")
    return walk_case(connection, case, path, closing, event="closed", changes=ended, detail={"by": "verification"})


def give_back(
    connection: Connection, measure_id: int, actor: Actor, *, reason: str, wall_ms: int, version: int | None = None
) -> Rectification:
    """The evidence does not show it: back to the responsible person, with the reason."""
    measure = held_measure(connection, measure_id, version=version)
    seat = check_verifier("return", actor, [measure])
    path = rectification_move(measure.state, "return")
    said = check_reason(reason, where="reason")
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    times = connection.execute(select(_MEASURE.c.returned).where(_MEASURE.c.id == measure_id)).scalar_one() + 1
    values = {"returned": times, "submitted_at": None, "submitted_by": ""}
    note_measure(connection, measure, path, doing, event="returned", values=values, detail={"reason": said})
    for case in cases_of_measure(connection, measure_id):
        if case.state != "evidence":
            continue
        detail, changes = {"reason": said}, {"ready_ms": None}
        path_of_case = case_move(case.state, "return")
        after = walk_case(connection, case, path_of_case, doing, event="returned", changes=changes, detail=detail)
        tell_person(connection, after, measure.person, Text(zh=said, en=said), kind="returned", nth=times, doing=doing)
    return held_measure(connection, measure_id)


def cancel(
    connection: Connection, measure_id: int, actor: Actor, *, reason: str, wall_ms: int, version: int | None = None
) -> Rectification:
    """Take back a draft, or an order that mends no case; cases are waived or ordered anew instead."""
    measure = held_measure(connection, measure_id, version=version)
    seat = check_may("cancel", actor)
    said = check_reason(reason, where="reason")
    mended = cases_of_measure(connection, measure_id)
    if mended:
        raise MendingRefused(
            "wrong_state",
            Text(zh="整改单对应未结预警", en="it mends warnings that have not ended"),
            where="rectification.cases",
            expected=Text(zh="重新派单, 或豁免预警", en="another order, or a waiver of the warning"),
        )
    doing = Doing(wall_ms=wall_ms, actor=actor.person, seat=seat)
    path = rectification_move(measure.state, "cancel")
    note_measure(connection, measure, path, doing, event="cancelled", detail={"reason": said})
    return held_measure(connection, measure_id)


def cancel_measure(connection: Connection, measure: Rectification, doing: Doing, *, leaving: Sequence[int]) -> None:
    """Cancel a running measure once the last of its cases leaves it."""
    others = [case.id for case in cases_of_measure(connection, measure.id) if case.id not in leaving]
    fresh = held_measure(connection, measure.id)
    if others or not fresh.running:
        return
    path = rectification_move(fresh.state, "cancel")
    note_measure(connection, fresh, path, doing, event="cancelled", detail={"cases": list(leaving)})


def held_measure(connection: Connection, measure_id: int, *, version: int | None = None) -> Rectification:
    """The measure, held against all others until the transaction ends; a newer version than the caller saw is
    refused."""
    lock_head(connection)
    found = load_measure(connection, measure_id)
    if found is None:
        raise UnknownThing(f"rectification {measure_id}", where="rectification", expected="one that is there")
    newest = connection.execute(select(_MEASURE.c.version).where(_MEASURE.c.id == measure_id)).scalar_one()
    if version is not None and version != newest:
        raise MendingRefused(
            "conflict",
            Text(zh=f"整改单已变更, 所见版本 {version}", en=f"it has changed since version {version}"),
            where="version",
            expected=Text(zh=f"版本 {newest}", en=f"version {newest}"),
        )
    return found


def _insert(connection: Connection, row: dict[str, Any], doing: Doing, *, event: str) -> Rectification:
    made = connection.execute(insert(_MEASURE).values(**row).returning(_MEASURE.c.id)).scalar_one()
    measure = held_measure(connection, int(made))
    detail = {"person": measure.person, "due": str(measure.due), "unit": measure.unit} if measure.person else {}
    note_measure(connection, measure, (), doing, event=event, detail=detail)
    return measure


def _ordered_values(order: Order, doing: Doing) -> dict[str, Any]:
    return {
        "unit": order.unit,
        "person": order.person,
        "measure": order.measure.strip(),
        "due": order.due,
        "acceptance_standard": order.acceptance_standard.strip(),
        "assigned_at": doing.wall_ms,
        "created_at": doing.wall_ms,
        "created_by": doing.actor,
    }


def _check_unit(measure: Rectification, unit: str) -> None:
    """A draft for a unit as a whole is not issued to another one: whoever issues it has his role in the first."""
    if measure.project or unit == measure.unit:
        return
    raise MendingRefused(
        "unknown",
        Text(zh=f"单位 {unit[:64]!r} 不是草稿所属单位", en=f"unit {unit[:64]!r} is not that of the draft"),
        where="unit",
        expected=Text(zh=measure.unit, en=measure.unit),
    )


def _check_person(connection: Connection, person: str, *, project: str, unit: str, doing: Doing) -> None:
    """The responsible person is an active one with a role there; a reader is none."""
    if project:
        holders = holders_near(connection, site_of(connection, project), at_ms=doing.wall_ms)
    else:
        holders = holders_of_unit(connection, unit, at_ms=doing.wall_ms)
    readers = {"auditor", "discipline", "public", "visitor", "third_party"}
    if not any(holder.person == person and holder.role not in readers for holder in holders):
        raise MendingRefused(
            "unknown",
            Text(zh=f"责任人 {person[:64]!r} 在该项目没有角色", en=f"person {person[:64]!r} has no role there"),
            where="person",
            expected=Text(zh="该项目或单位的在任人员", en="an active person with a role in the project or unit"),
        )


def _check_pieces_there(connection: Connection, measure: Rectification, pieces: Sequence[Piece]) -> None:
    missing = unknown_pieces(connection, pieces, project=measure.project, unit=measure.unit)
    if missing:
        first = missing[0]
        raise MendingRefused(
            "unknown",
            Text(
                zh=f"没有属于该项目的{'照片' if first.kind == 'photo' else '截图'} {first.sha256[:12]}…",
                en=f"no {first.kind} {first.sha256[:12]}… of this project",
            ),
            where=f"evidence.{list(pieces).index(first)}",
            expected=Text(
                zh="已上传到该项目的照片或摄像头截图", en="a photo uploaded for the project, or a still of its cameras"
            ),
        )


def _check_cause(case: Case) -> None:
    if not case.cause:
        raise MendingRefused(
            "missing",
            Text(zh="尚未登记原因", en="no cause on record"),
            where="cause",
            expected=Text(zh="原因代码, 见原因分类", en="a code of the taxonomy of causes"),
        )
