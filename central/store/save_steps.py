"""Stores steps of work items with their papers; verified ones become observations of kind document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from central.audit.trail import append
from central.errors import UnknownThing
from central.lifecycle.steps import StepRecord, check_step, check_verdict, shown_by_day, steps_of
from central.plan.calendar import midnight
from central.store import tables
from central.store.instants import to_ms
from central.store.read_proposals import structure_of
from central.store.save_seen import mark_dirty
from central.store.upsert import insert_new, table_of

_STEP, _OBSERVATION = table_of(tables.StepRecord), table_of(tables.Observation)
_ITEM, _BUILDING, _PROJECT = table_of(tables.WorkItem), table_of(tables.Building), table_of(tables.Project)
SOURCE = "papers"  # of the observations made here
_NOON = timedelta(hours=12)  # a paper names a day: what it shows counts from the middle of it


def submit_step(
    connection: Connection,
    project: str,
    item: str,
    *,
    step: str,
    done_on: date,
    sha256: str,
    by: str,
    today: date,
    now_ms: int,
) -> int:
    """The number under which the step waits for verification."""
    start = connection.execute(select(_PROJECT.c.start).where(_PROJECT.c.id == project).with_for_update()).scalar()
    if start is None or _building_of(connection, project, item) is None:
        raise UnknownThing(f"item {item!r}", where="item", expected=f"an item in the plan of project {project}")
    worth = steps_of(item, structure_of(connection, project).steps)
    new = StepRecord(
        id=0,
        item=item,
        step=step,
        credit_bp=worth.get(step, 0),
        done_on=done_on,
        sha256=sha256,
        author=by,
        state="submitted",
    )
    check_step(new, worth, records_of(connection, project), start=start, today=today)
    row = {
        "project": project,
        "item": item,
        "step": step,
        "credit_bp": new.credit_bp,
        "done_on": done_on,
        "sha256": sha256,
        "author": by,
        "submitted_at": now_ms,
        "state": "submitted",
        "decided_by": "",
        "remark": "",
    }
    number = int(connection.execute(insert(_STEP).values(**row).returning(_STEP.c.id)).scalar_one())
    detail = {"record": number, "item": item, "step": step, "done_on": str(done_on), "sha256": sha256}
    _note(connection, project, "step.submit", by=by, now_ms=now_ms, detail=detail)
    return number


def decide_step(
    connection: Connection, project: str, number: int, *, by: str, approve: bool, remark: str, now_ms: int
) -> None:
    """Verify or return a step; a verified one is a fact of its day, and the project is judged anew from then."""
    connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id == project).with_for_update())
    record = next((one for one in records_of(connection, project) if one.id == number), None)
    if record is None:
        raise UnknownThing(f"step {number}", where="step", expected=f"one of project {project}")
    check_verdict(record, by=by, remark=remark, approve=approve)
    state = "verified" if approve else "returned"
    settled = {"state": state, "decided_by": by, "decided_at": now_ms, "remark": remark}
    connection.execute(update(_STEP).where(_STEP.c.id == number).values(**settled))
    if approve:
        _observe(connection, project, record.item)
        mark_dirty(connection, [project], since_ms=to_ms(midnight(record.done_on) + _NOON))
    detail = {"record": number, "item": record.item, "step": record.step, "remark": remark}
    _note(connection, project, f"step.{state}", by=by, now_ms=now_ms, detail=detail)


def records_of(connection: Connection, project: str) -> tuple[StepRecord, ...]:
    """Every step that was shown, oldest first."""
    rows = connection.execute(select(_STEP).where(_STEP.c.project == project).order_by(_STEP.c.id))
    return tuple(
        StepRecord(
            id=row.id,
            item=row.item,
            step=row.step,
            credit_bp=row.credit_bp,
            done_on=row.done_on,
            sha256=row.sha256,
            author=row.author,
            state=row.state,
            decided_by=row.decided_by,
            remark=row.remark,
        )
        for row in rows
    )


def _observe(connection: Connection, project: str, item: str) -> None:
    """What the verified steps of an item show by day, made anew: an earlier step moves all that come after it."""
    mine = (_OBSERVATION.c.item == item, _OBSERVATION.c.kind == "document", _OBSERVATION.c.source == SOURCE)
    connection.execute(delete(_OBSERVATION).where(*mine))
    records: Sequence[StepRecord] = [one for one in records_of(connection, project) if one.item == item]
    rows = [
        {
            "item": item,
            "kind": "document",
            "source": SOURCE,
            "observed_at": to_ms(midnight(day) + _NOON),
            "project": project,
            "building": _building_of(connection, project, item) or "",
            "seq": number,
            "value_bp": value,
            "conf_bp": 10_000,
            "refs": f"step/{number}",
        }
        for day, value, number in shown_by_day(records)
    ]
    insert_new(connection, tables.Observation, rows)


def _building_of(connection: Connection, project: str, item: str) -> str | None:
    inside = select(_BUILDING.c.id).join(_ITEM, _ITEM.c.building == _BUILDING.c.id)
    found = inside.where(_ITEM.c.id == item, _BUILDING.c.project == project)
    return connection.execute(found).scalar()


def _note(connection: Connection, project: str, action: str, *, by: str, now_ms: int, detail: dict[str, Any]) -> None:
    append(connection, at_ms=now_ms, actor=by, action=action, object_=f"project/{project}", detail=detail)
