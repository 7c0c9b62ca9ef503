"""Makes the cases follow the warnings, in the transaction that stored these: opened, told, escalated, recovered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, update

from central.domain import Level, Subject
from central.mending.case import Case, CaseState, rank
from central.mending.following import Followed, Life, facts_of, followed
from central.mending.moves import case_move
from central.store import tables
from central.store.move_mended import Doing, case_values, note_case, walk_case
from central.store.read_mended import Key, lives_of, newest_cases
from central.store.save_audit import lock_head
from central.store.tell_mended import push
from central.store.upsert import insert_new, table_of

_CASE, _TOLD = table_of(tables.MendingCase), table_of(tables.CaseTold)
_WORKING: Mapping[str, CaseState] = {"assigned": "assigned", "rectifying": "rectifying", "evidence": "evidence"}


def follow(connection: Connection, *, project: str, wall_ms: int) -> int:
    """Bring the project's cases in line with its warnings as they are stored now; how many cases moved.

    Every writer of cases holds the head of the audit trail first, so that no two wait for each other.
    """
    lock_head(connection)
    cases = newest_cases(connection, project)
    lives = lives_of(connection, project, cases)
    doing, moved = Doing(wall_ms=wall_ms), 0
    for key in sorted({*cases, *lives}):
        case, life = cases.get(key), lives.get(key)
        act = followed(case, life, now_ms=wall_ms)
        if act is None:
            continue
        moved += 1
        if act == "open" and life is not None:
            push(connection, _open(connection, project, key, life, doing), doing)
        elif case is not None:
            _ACTS[act](connection, case, life, doing)
    return moved


def _open(connection: Connection, project: str, key: Key, life: Life, doing: Doing) -> Case:
    rule, kind, subject = key
    new = Case(
        id=0,
        project=project,
        rule=rule,
        subject=Subject(kind=_kind(kind), id=subject),
        warning=life.warning,
        state="open",
        facts="standing",
        level=life.level,
        peak=life.level,
        opened_ms=doing.wall_ms,
        level_ms=doing.wall_ms,
        version=0,
    )
    made = connection.execute(insert(_CASE).values(**case_values(new)).returning(_CASE.c.id))
    new = replace(new, id=int(made.scalar_one()))
    _belongs(connection, new)
    return note_case(connection, new, new, doing, event="raised", detail={"warning": life.warning})


def _kind(kind: str) -> Any:
    return kind


def _belongs(connection: Connection, case: Case) -> None:
    insert_new(connection, tables.CaseWarning, [{"warning": case.warning, "case_id": case.id}])


def _redate(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    after = replace(case, warning=_of(case, life))
    _belongs(connection, after)
    note_case(connection, case, after, doing, event="redated", detail={"warning": after.warning})


def _escalate(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    if life is None:
        return
    after = replace(case, warning=life.warning)
    _belongs(connection, after)
    path = case_move(case.state, "escalate")
    changes: dict[str, Any] = {"level": life.level, "peak": max(case.peak, life.level, key=rank)}
    changes["level_ms"] = doing.wall_ms
    if path[-1] == "open":
        changes |= {"acknowledged_ms": None, "assigned_ms": None, "ready_ms": None}
        _unread(connection, case, life.level)
    detail = {"from": case.level, "to": life.level}
    case = walk_case(connection, after, path, doing, event="escalated", changes=changes, detail=detail)
    push(connection, case, doing)


def _unread(connection: Connection, case: Case, level: Level) -> None:
    """It was at this level before in this round: who read it then reads it again, without a second message."""
    same = update(_TOLD).where(_TOLD.c.case_id == case.id, _TOLD.c.level == level, _TOLD.c.nth == case.reopened)
    connection.execute(same.values(acknowledged_at=None))


def _ease(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    if life is None:
        return
    after = replace(case, warning=life.warning, level=life.level)
    _belongs(connection, after)
    note_case(connection, case, after, doing, event="eased", detail={"from": case.level, "to": life.level})


def _relapse(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    state = case_move(case.state, "relapse")[-1]
    if case.state == "recovered" and case.mending and case.rectification is not None:
        state = _WORKING[case.rectification.state]  # people go on where they are
    _again(connection, case, life, doing, state=state, event="relapsed")


def _reopen(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    _again(connection, case, life, doing, state=case_move(case.state, "reopen")[-1], event="reopened")


def _again(
    connection: Connection, case: Case, life: Life | None, doing: Doing, *, state: CaseState, event: str
) -> None:
    """The fault is back: counted, and everybody of its route is told anew."""
    if life is None:
        return
    after = replace(
        case,
        state=state,
        facts="standing",
        warning=life.warning,
        level=life.level,
        peak=life.level if case.ended else max(case.peak, life.level, key=rank),
        reopened=case.reopened + 1,
        level_ms=doing.wall_ms,
        ready_ms=case.ready_ms if state in ("evidence", "verified") else None,
        ended_ms=None,
    )
    if state == "open":
        after = replace(after, pushed_ms=None, acknowledged_ms=None, assigned_ms=None, rectification=None)
    _belongs(connection, after)
    detail = {"warning": life.warning, "times": after.reopened}
    push(connection, note_case(connection, case, after, doing, event=event, detail=detail), doing)


def _recover(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    path = case_move(case.state, "recover")
    changes = {"facts": facts_of(life), "ready_ms": doing.wall_ms}
    detail = {"facts": facts_of(life)}
    walk_case(connection, case, path, doing, event="recovered", changes=changes, detail=detail)


def _close(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    """The facts clear a case that was verified, or a blue one nobody works on."""
    path = case_move(case.state, "close")
    changes = {"facts": facts_of(life), "ended_ms": doing.wall_ms}
    detail = {"by": "facts", "verified": case.state == "verified"}
    walk_case(connection, case, path, doing, event="closed", changes=changes, detail=detail)


def _withdraw(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    path = case_move(case.state, "withdraw")
    changes = {"facts": facts_of(life), "ended_ms": doing.wall_ms}
    walk_case(connection, case, path, doing, event="withdrawn", changes=changes)


def _note(connection: Connection, case: Case, life: Life | None, doing: Doing) -> None:
    """An ended case learns that the facts are well too."""
    note_case(connection, case, replace(case, facts=facts_of(life)), doing, event="cleared")


def _of(case: Case, life: Life | None) -> int:
    return case.warning if life is None else life.warning


_ACTS: Mapping[Followed, Callable[[Connection, Case, Life | None, Doing], None]] = {
    "redate": _redate,
    "escalate": _escalate,
    "ease": _ease,
    "relapse": _relapse,
    "recover": _recover,
    "close": _close,
    "withdraw": _withdraw,
    "reopen": _reopen,
    "note": _note,
}
