"""Writes one move of a case or a measure: the row, the event beside it, and the audit trail, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, update

from central.audit.trail import append
from central.mending.case import Case, CaseState, Rectification, RectificationState
from central.mending.clocks import running
from central.store import tables
from central.store.upsert import table_of

_CASE, _MEASURE = table_of(tables.MendingCase), table_of(tables.Rectification)
_CASE_EVENT, _MEASURE_EVENT = table_of(tables.CaseEvent), table_of(tables.RectificationEvent)
SYSTEM = "system:mending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does something, in which seat, when (wall time, ms UTC)."""

    wall_ms: int
    actor: str = SYSTEM
    seat: str = ""


def note_case(
    connection: Connection,
    before: Case,
    after: Case,
    doing: Doing,
    *,
    event: str,
    tag: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Case:
    """Store what `after` says in place of `before`, with the event that made it so. The case with its new version."""
    after = replace(after, version=before.version + 1)
    connection.execute(update(_CASE).where(_CASE.c.id == before.id).values(**case_values(after)))
    said = dict(detail or {})
    row = {
        "case_id": after.id,
        "at": doing.wall_ms,
        "actor": doing.actor,
        "seat": doing.seat,
        "event": event,
        "before": before.state,
        "after": after.state,
        "level": after.level,
        "tag": tag,
        "detail_json": json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    }
    connection.execute(insert(_CASE_EVENT).values(**row))
    _trail(connection, doing, event=f"case.{event}", what=f"case/{after.id}", detail={**said, "state": after.state})
    return after


def walk_case(
    connection: Connection,
    case: Case,
    path: Sequence[CaseState],
    doing: Doing,
    *,
    event: str,
    changes: Mapping[str, Any],
    detail: Mapping[str, Any] | None = None,
) -> Case:
    """Lead a case through states; states passed on the way are events of their own, the last one is `event`."""
    for passed in path[:-1]:
        case = note_case(connection, case, replace(case, state=passed, **_stamp(passed, doing)), doing, event=passed)
    last = path[-1]
    return note_case(connection, case, replace(case, state=last, **changes), doing, event=event, detail=detail)


def _stamp(passed: CaseState, doing: Doing) -> dict[str, Any]:
    return {"acknowledged_ms": doing.wall_ms} if passed == "acknowledged" else {}


def note_measure(
    connection: Connection,
    before: Rectification,
    path: Sequence[RectificationState],
    doing: Doing,
    *,
    event: str,
    values: Mapping[str, Any] | None = None,
    tag: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """The same for a measure: `values` are columns that change with it; an empty `path` leaves its state."""
    state: str = before.state
    for passed in path or (before.state,):
        named = event if passed == (path or (before.state,))[-1] else passed
        said = dict(detail or {}) if named == event else {}
        row = {
            "rectification": before.id,
            "at": doing.wall_ms,
            "actor": doing.actor,
            "seat": doing.seat,
            "event": named,
            "before": state,
            "after": passed,
            "tag": tag if named == event else "",
            "detail_json": json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        }
        connection.execute(insert(_MEASURE_EVENT).values(**row))
        _trail(connection, doing, event=f"rectification.{named}", what=f"rectification/{before.id}", detail=said)
        state = passed
    grown = {"state": state, "version": _MEASURE.c.version + 1, **(values or {})}
    connection.execute(update(_MEASURE).where(_MEASURE.c.id == before.id).values(**grown))


def case_values(case: Case) -> dict[str, Any]:
    """The columns of a case but its id; the clock that runs out first is found anew."""
    clock = running(case)
    return {
        "project": case.project,
        "rule": case.rule,
        "subject_kind": case.subject.kind,
        "subject": case.subject.id,
        "warning": case.warning,
        "state": case.state,
        "facts": case.facts,
        "level": case.level,
        "peak": case.peak,
        "reopened": case.reopened,
        "opened_at": case.opened_ms,
        "level_at": case.level_ms,
        "pushed_at": case.pushed_ms,
        "acknowledged_at": case.acknowledged_ms,
        "assigned_at": case.assigned_ms,
        "ready_at": case.ready_ms,
        "ended_at": case.ended_ms,
        "rectification": case.rectification.id if case.rectification else None,
        "cause": case.cause,
        "department": case.department,
        "coordinated_at": case.coordinated_ms,
        "clock": clock.kind if clock else "",
        "due_at": clock.due_ms if clock else None,
        "version": case.version,
    }


def _trail(connection: Connection, doing: Doing, *, event: str, what: str, detail: dict[str, Any]) -> None:
    told = {**detail, "seat": doing.seat} if doing.seat else detail
    append(connection, at_ms=doing.wall_ms, actor=doing.actor, action=event, object_=what, detail=told)
