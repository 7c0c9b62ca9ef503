"""Stores standstills that are asked for, and decisions on them; an approved one has the project judged anew."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.lifecycle.pauses import CAUSES, AskedPause, check_asked, check_decided, check_ended
from central.lifecycle.refused import ActRefused
from central.plan.calendar import midnight
from central.store import tables
from central.store.instants import to_ms
from central.store.read_pauses import pause_of, pauses_of
from central.store.save_audit import lock_head
from central.store.save_seen import mark_dirty
from central.store.tell_deciding import PLAN_DECIDERS, tell_decided, tell_waiting
from central.store.upsert import table_of

_PAUSE, _PROJECT = table_of(tables.PauseRequest), table_of(tables.Project)


def ask_pause(
    connection: Connection, project: str, *, first: date, last: date, cause: str, reason: str, by: str, now_ms: int
) -> int:
    """The number of the question; ActRefused when it cannot be asked."""
    lock_head(connection)  # before rows, as everybody does
    start = connection.execute(select(_PROJECT.c.start).where(_PROJECT.c.id == project).with_for_update()).scalar()
    if start is None:
        raise UnknownThing(f"project {project!r}", where="project", expected="one that has a plan")
    asked = AskedPause(id=0, first=first, last=last, cause=cause, reason=reason, asked_by=by)
    check_asked(asked, [stored.pause for stored in pauses_of(connection, project)], start=start)
    row = {"project": project, "first": first, "last": last, "cause": cause, "reason": reason, "asked_by": by}
    made = insert(_PAUSE).values(**row, asked_at=now_ms, state="asked", decided_by="", remark="")
    number = int(connection.execute(made.returning(_PAUSE.c.id)).scalar_one())
    told = tell_waiting(
        connection,
        project,
        "pause",
        number,
        what=Text(zh=f"{first}至{last} {CAUSES[cause].zh}", en=f"{first} to {last}, {CAUSES[cause].en}"),
        roles=PLAN_DECIDERS,
        by=by,
        now_ms=now_ms,
    )
    detail: dict[str, Any] = {"pause": number, "first": str(first), "last": str(last), "cause": cause}
    detail |= {"reason": reason, "told": list(told)}
    append(connection, at_ms=now_ms, actor=by, action="pause.ask", object_=f"project/{project}", detail=detail)
    return number


def decide_pause(
    connection: Connection, project: str, number: int, *, by: str, approve: bool, remark: str, now_ms: int
) -> None:
    """Approve or refuse; from an approved one on the project is judged anew from its first day."""
    pause = pause_of(connection, project, number)
    if pause is None:
        raise UnknownThing(f"pause {number}", where="pause", expected=f"one of project {project}")
    check_decided(pause, by=by, remark=remark, approve=approve)
    state = "approved" if approve else "refused"
    _settle(connection, number, state=state, by=by, remark=remark, now_ms=now_ms)
    if approve:
        mark_dirty(connection, [project], since_ms=to_ms(midnight(pause.first)))
    tell_decided(
        connection, project, "pause", number, author=pause.asked_by, approved=approve, remark=remark, by=by,
        now_ms=now_ms,
    )  # fmt: skip
    detail = {"pause": number, "first": str(pause.first), "last": str(pause.last), "remark": remark}
    append(connection, at_ms=now_ms, actor=by, action=f"pause.{state}", object_=f"project/{project}", detail=detail)


def end_pause(
    connection: Connection, project: str, number: int, *, last: date, by: str, remark: str, today: date, now_ms: int
) -> None:
    """Let an approved standstill end on an earlier day: by who may approve one, and did not ask for it. Days that have
    gone by stand still for good; the trail keeps the day until which it was approved."""
    pause = pause_of(connection, project, number)
    if pause is None:
        raise UnknownThing(f"pause {number}", where="pause", expected=f"one of project {project}")
    check_ended(pause, last=last, by=by, remark=remark, today=today)
    same = update(_PAUSE).where(_PAUSE.c.id == number, _PAUSE.c.state == "approved", _PAUSE.c.last == pause.last)
    if not connection.execute(same.values(last=last)).rowcount:
        raise ActRefused(f"pause {number} was changed", where="pause", expected="the pause as it is now")
    mark_dirty(connection, [project], since_ms=to_ms(midnight(pause.first)))
    detail = {"pause": number, "first": str(pause.first), "last": str(last), "before": str(pause.last)}
    append(
        connection, at_ms=now_ms, actor=by, action="pause.ended", object_=f"project/{project}",
        detail=detail | {"remark": remark},
    )  # fmt: skip


def withdraw_pause(connection: Connection, project: str, number: int, *, by: str, now_ms: int) -> None:
    """Whoever asked takes the question back while nobody has decided."""
    pause = pause_of(connection, project, number)
    if pause is None:
        raise UnknownThing(f"pause {number}", where="pause", expected=f"one of project {project}")
    if pause.asked_by != by:
        raise ActRefused(f"{by} did not ask for it", where="pause", expected=f"{pause.asked_by}, who did")
    _settle(connection, number, state="withdrawn", by=by, remark="", now_ms=now_ms)
    append(
        connection,
        at_ms=now_ms,
        actor=by,
        action="pause.withdrawn",
        object_=f"project/{project}",
        detail={"pause": number},
    )


def _settle(connection: Connection, number: int, *, state: str, by: str, remark: str, now_ms: int) -> None:
    """The state once; of two who decide at the same time the second is told."""
    same = update(_PAUSE).where(_PAUSE.c.id == number, _PAUSE.c.state == "asked")
    settled = same.values(state=state, decided_by=by, decided_at=now_ms, remark=remark)
    if not connection.execute(settled).rowcount:
        raise ActRefused(f"pause {number} was decided", where="pause", expected="one that waits for a decision")
