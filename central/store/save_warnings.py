"""Makes the stored warnings those the facts say: new ones are raised, changed ones move, undone ones are withdrawn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from central.audit.trail import append
from central.domain import Assessment, WarningChange
from central.store import tables
from central.store.instants import to_ms
from central.store.read_timing import only_historical
from central.store.save_mended import follow
from central.store.upsert import insert_new, table_of

_WARNING, _EVENT = table_of(tables.PlanWarning), table_of(tables.WarningEvent)
_ALIVE = select(_WARNING).where(
    _WARNING.c.project == bindparam("of"),
    or_(
        _WARNING.c.raised_at > bindparam("since_ms"),
        _WARNING.c.closed_at.is_(None),
        _WARNING.c.closed_at > bindparam("since_ms"),
    ),
)
ACTOR = "system:reassess"
Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The transitions of one warning, first to last; it begins with `raised`."""

    changes: tuple[WarningChange, ...]

    @property
    def key(self) -> Key:
        """Rule, subject kind, subject, raised at (ms): the same however often it is computed."""
        first = self.changes[0]
        return first.rule, first.subject.kind, first.subject.id, to_ms(first.at)

    @property
    def closed_ms(self) -> int | None:
        """When it was cleared; None while it is open."""
        last = self.changes[-1]
        return to_ms(last.at) if last.event == "cleared" else None


def lives(changes: Iterable[WarningChange]) -> list[Life]:
    """Transitions in order of time, cut into warnings. Pure."""
    running: dict[tuple[str, str, str], list[WarningChange]] = {}
    done: list[Life] = []
    for change in changes:
        key = change.rule, change.subject.kind, change.subject.id
        running.setdefault(key, []).append(change)
        if change.event == "cleared":
            done.append(Life(changes=tuple(running.pop(key))))
    return done + [Life(changes=tuple(found)) for found in running.values()]


def save_warnings(connection: Connection, assessment: Assessment, *, wall_ms: int) -> None:
    """Bring the project's warnings in line; every transition is in the audit trail once, and the cases follow.

    Those that were over at `assessment.since` are left as they are: it says nothing of them.
    """
    wanted = {life.key: life for life in lives(assessment.changes)}
    since_ms = to_ms(assessment.since) if assessment.since else -1
    found = connection.execute(_ALIVE, {"of": assessment.project, "since_ms": since_ms})
    stored = {_key(row): row for row in found}
    trail = _Trail(connection=connection, wall_ms=wall_ms)
    for key, row in stored.items():
        if key not in wanted and row.state != "withdrawn":
            _withdraw(connection, row, at_ms=to_ms(assessment.as_of), trail=trail)
    ordered = sorted(wanted.values(), key=lambda life: (life.closed_ms is None, life.key))
    for life in ordered:  # closed ones first: at most one may be open
        known = stored.get(life.key)
        if known is None:
            _raise(connection, life, project=assessment.project, trail=trail)
        else:
            _move(connection, life, known, trail=trail)
    if trail.noted:
        follow(connection, project=assessment.project, wall_ms=wall_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trail:
    connection: Connection
    wall_ms: int
    noted: list[str] = field(default_factory=list)

    def note(self, event: str, warning: int, *, key: Key, at_ms: int, level: str | None) -> None:
        self.noted.append(event)
        append(
            self.connection,
            at_ms=self.wall_ms,
            actor=ACTOR,
            action=f"warning.{event}",
            object_=f"warning/{warning}",
            detail={"rule": key[0], "subject": f"{key[1]}/{key[2]}", "event_at": at_ms, "level": level},
        )


def _raise(connection: Connection, life: Life, *, project: str, trail: _Trail) -> None:
    rule, kind, subject, raised_ms = life.key
    fixed = {"project": project, "rule": rule, "subject_kind": kind, "subject": subject, "raised_at": raised_ms}
    late = only_historical(connection, life.changes[0].refs)
    values = {**fixed, **_newest(life), "historical": late}
    made = connection.execute(insert(_WARNING).values(**values).returning(_WARNING.c.id))
    warning = int(made.scalar_one())
    insert_new(connection, tables.WarningEvent, [_event_row(change, warning) for change in life.changes])
    for change in life.changes:
        trail.note(change.event, warning, key=life.key, at_ms=to_ms(change.at), level=change.level)


def _move(connection: Connection, life: Life, row: Row[Any], *, trail: _Trail) -> None:
    newest = _newest(life)
    if any(getattr(row, name) != value for name, value in newest.items()):
        connection.execute(update(_WARNING).where(_WARNING.c.id == row.id).values(**newest))
    events = {(to_ms(change.at), change.event): change for change in life.changes}
    for event in connection.execute(select(_EVENT).where(_EVENT.c.warning == row.id)).all():
        change = events.get((event.at, event.event))
        if change is not None and all(getattr(event, n) == v for n, v in _event_row(change, row.id).items()):
            del events[event.at, event.event]
            continue
        connection.execute(delete(_EVENT).where(_EVENT.c.warning == row.id, *_same_event(event.at, event.event)))
        trail.note(f"corrected.{event.event}", row.id, key=life.key, at_ms=event.at, level=event.level)
    if row.state == "withdrawn":
        trail.note("restored", row.id, key=life.key, at_ms=to_ms(life.changes[-1].at), level=newest["level"])
    insert_new(connection, tables.WarningEvent, [_event_row(change, row.id) for change in events.values()])
    for change in events.values():
        trail.note(change.event, row.id, key=life.key, at_ms=to_ms(change.at), level=change.level)


def _withdraw(connection: Connection, row: Row[Any], *, at_ms: int, trail: _Trail) -> None:
    """Facts that came late show that it never was: it is no warning any more, and stays readable."""
    connection.execute(update(_WARNING).where(_WARNING.c.id == row.id).values(state="withdrawn", changed_at=at_ms))
    trail.note("withdrawn", row.id, key=_key(row), at_ms=at_ms, level=row.level)


def _newest(life: Life) -> dict[str, Any]:
    last = life.changes[-1]
    telling = life.changes[-2] if last.event == "cleared" and len(life.changes) > 1 else last
    return {
        "rule_version": last.rule_version,
        "state": "open" if life.closed_ms is None else "closed",
        "level": last.level or last.previous or telling.level,
        "changed_at": to_ms(last.at),
        "closed_at": life.closed_ms,
        "value": last.value,
        "threshold": last.threshold,
        "unit": last.unit,
        "basis": last.basis,
        "capped": last.capped,
        "refs": _listed(last.refs),
    }


def _event_row(change: WarningChange, warning: int) -> dict[str, Any]:
    return {
        "warning": warning,
        "at": to_ms(change.at),
        "event": change.event,
        "level": change.level,
        "previous": change.previous,
        "rule_version": change.rule_version,
        "value": change.value,
        "threshold": change.threshold,
        "unit": change.unit,
        "basis": change.basis,
        "capped": change.capped,
        "refs": _listed(change.refs),
    }


def _key(row: Row[Any]) -> Key:
    return row.rule, row.subject_kind, row.subject, row.raised_at


def _same_event(at_ms: int, event: str) -> tuple[Any, Any]:
    return _EVENT.c.at == at_ms, _EVENT.c.event == event


def _listed(refs: Sequence[str]) -> str:
    return json.dumps(list(refs), ensure_ascii=False, separators=(",", ":"))
