"""Reads what people entered: values with who accepted them, counts from other systems, savings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from central.domain import Subject, Text
from central.scoring.indicator import Value, ValueState
from central.scoring.period import Period, period_of
from central.scoring.sheet import OVERRIDE
from central.scoring.survey import ENOUGH
from central.store import tables
from central.store.upsert import table_of

_ENTRY, _DECISION = table_of(tables.EnteredValue), table_of(tables.ValueDecision)
_SAVING, _EVALUATION = table_of(tables.Saving), table_of(tables.EvaluationRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as it is kept, and what somebody else said of it (`outcome` '' = nobody yet). Times in ms UTC."""

    id: int
    subject: Subject
    period: Period
    indicator: str
    kind: str
    value: Value
    detail: Mapping[str, Any]
    satisfied: int | None
    reason: str
    evidence: tuple[str, ...]
    author: str
    entered_ms: int
    outcome: str
    remark: str
    decided_by: str
    decided_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSaving:
    """A saving as it was noted; `outcome` as of entries."""

    id: int
    project: str
    day: Any
    would_fen: int
    did_fen: int
    counterfactual: str
    method: str
    evidence: tuple[str, ...]
    author: str
    outcome: str
    decided_by: str

    @property
    def saved_fen(self) -> int:
        """What was saved."""
        return self.would_fen - self.did_fen


def entered(connection: Connection, *, subject: Subject, period: Period, indicator: str) -> Value | None:
    """The newest accepted value of an indicator; None when nobody entered one that was accepted."""
    return entered_all(connection, period=period, subjects=[subject]).get((subject, indicator))


def entered_all(
    connection: Connection, *, period: Period, subjects: Sequence[Subject], known_ms: int | None = None
) -> dict[tuple[Subject, str], Value]:
    """The newest accepted value by subject and indicator, for many subjects at once; accepted by `known_ms`."""
    kinds = sorted({one.kind for one in subjects})
    wanted = _with_decisions().where(
        _ENTRY.c.period == period.name, _ENTRY.c.subject_kind.in_(kinds), _DECISION.c.outcome == "accepted"
    )
    if len(subjects) == 1:
        wanted = wanted.where(_ENTRY.c.subject == subjects[0].id)
    if known_ms is not None:
        wanted = wanted.where(_DECISION.c.decided_at <= known_ms)
    among = set(subjects)
    found: dict[tuple[Subject, str], Value] = {}
    for row in connection.execute(wanted.order_by(_ENTRY.c.id)):
        stored = _entry(row)
        if stored.subject in among:
            found[stored.subject, stored.indicator] = stored.value
    return found


def entered_surveys(connection: Connection, *, subject: Subject, indicator: str, period: Period) -> tuple[int, int]:
    """Satisfied and answers of the newest accepted survey of a period; (0, 0) without one."""
    wanted = _with_decisions().where(
        _ENTRY.c.subject_kind == subject.kind,
        _ENTRY.c.subject == subject.id,
        _ENTRY.c.indicator == indicator,
        _ENTRY.c.period == period.name,
        _ENTRY.c.satisfied.is_not(None),
        _DECISION.c.outcome == "accepted",
    )
    row = connection.execute(wanted.order_by(_ENTRY.c.id.desc()).limit(1)).first()
    return (0, 0) if row is None else (int(row.satisfied), int(row.n))


def entry_of(connection: Connection, number: int) -> StoredEntry | None:
    """One entry."""
    row = connection.execute(_with_decisions().where(_ENTRY.c.id == number)).first()
    return None if row is None else _entry(row)


def entries_before(
    connection: Connection,
    *,
    subject: Subject,
    period: Period | None = None,
    waiting: bool = False,
    before: int | None,
    limit: int,
) -> tuple[StoredEntry, ...]:
    """Entries of a subject numbered under `before`, newest first; `waiting` = those nobody has decided."""
    where: list[ColumnElement[bool]] = [_ENTRY.c.subject_kind == subject.kind, _ENTRY.c.subject == subject.id]
    if period is not None:
        where.append(_ENTRY.c.period == period.name)
    if waiting:
        where.append(_DECISION.c.outcome.is_(None))
    if before is not None:
        where.append(_ENTRY.c.id < before)
    wanted = _with_decisions().where(*where).order_by(_ENTRY.c.id.desc()).limit(limit)
    return tuple(_entry(row) for row in connection.execute(wanted))


def is_final(connection: Connection, subject: Subject, period: Period) -> bool:
    """Whether the result of a period that holds this one is final for the subject."""
    names = connection.execute(
        select(_EVALUATION.c.period).where(
            _EVALUATION.c.subject_kind == subject.kind,
            _EVALUATION.c.subject == subject.id,
            _EVALUATION.c.final_at.is_not(None),
        )
    ).scalars()
    finals = [period_of(name) for name in names]
    return any(one.first <= period.first and period.last <= one.last for one in finals)


def savings(
    connection: Connection, *, projects: Sequence[str] | None, after: int = 0, limit: int | None = None
) -> tuple[StoredSaving, ...]:
    """Savings of these projects (None = all) in the order in which they were noted."""
    wanted = _savings().where(_SAVING.c.id > after).order_by(_SAVING.c.id)
    if projects is not None:
        wanted = wanted.where(_SAVING.c.project.in_(projects))
    return tuple(_saving(row) for row in connection.execute(wanted if limit is None else wanted.limit(limit)))


def accepted_fen(connection: Connection, *, projects: Sequence[str] | None) -> int:
    """What the accepted savings of these projects (None = all) come to."""
    decided = and_(_DECISION.c.about == "saving", _DECISION.c.number == _SAVING.c.id)
    wanted = (
        select(func.coalesce(func.sum(_SAVING.c.would_fen - _SAVING.c.did_fen), 0))
        .select_from(_SAVING.join(_DECISION, decided))
        .where(_DECISION.c.outcome == "accepted")
    )
    if projects is not None:
        wanted = wanted.where(_SAVING.c.project.in_(projects))
    return int(connection.execute(wanted).scalar_one())


def saving_of(connection: Connection, number: int) -> StoredSaving | None:
    """One saving."""
    row = connection.execute(_savings().where(_SAVING.c.id == number)).first()
    return None if row is None else _saving(row)


def _with_decisions() -> Select[Any]:
    decided = and_(_DECISION.c.about == "entry", _DECISION.c.number == _ENTRY.c.id)
    said = (_DECISION.c.outcome, _DECISION.c.remark, _DECISION.c.decided_by, _DECISION.c.decided_at)
    return select(_ENTRY, *said).select_from(_ENTRY.outerjoin(_DECISION, decided))


def _savings() -> Select[Any]:
    decided = and_(_DECISION.c.about == "saving", _DECISION.c.number == _SAVING.c.id)
    said = (_DECISION.c.outcome, _DECISION.c.decided_by)
    return select(_SAVING, *said).select_from(_SAVING.outerjoin(_DECISION, decided))


def _entry(row: Row[Any]) -> StoredEntry:
    evidence, detail = tuple(json.loads(row.evidence)), json.loads(row.detail)
    return StoredEntry(
        id=row.id,
        subject=Subject(kind=row.subject_kind, id=row.subject),
        period=period_of(row.period),
        indicator=row.indicator,
        kind=row.kind,
        value=_value(row, evidence, detail),
        detail=detail,
        satisfied=row.satisfied,
        reason=row.reason,
        evidence=evidence,
        author=row.author,
        entered_ms=row.entered_at,
        outcome=row.outcome or "",
        remark=row.remark or "",
        decided_by=row.decided_by or "",
        decided_ms=row.decided_at,
    )


def _value(row: Row[Any], evidence: tuple[str, ...], detail: Mapping[str, Any]) -> Value:
    survey = row.satisfied is not None
    state: ValueState = "too_few" if survey and row.n < ENOUGH else "entered"
    original = detail.get("measured")
    version = {"survey": "wilson95-1", "panel": "panel-1"}.get(row.kind, "1")
    return Value(
        indicator=row.indicator,
        value=row.value,
        state=state,
        refs=(*(original["refs"] if original else ()), *(f"paper/{one}" for one in evidence), f"entry/{row.id}"),
        source=f"entry/{row.id}",
        version=OVERRIDE if original else version,
        n=row.n,
        low=row.low,
        high=row.high,
        note=_overridden(original, row.reason) if original else None,
    )


def _overridden(original: Mapping[str, Any], reason: str) -> Text:
    shown = original["state"] if original["value"] is None else f"{original['value']:g}"
    return Text(zh=f"人工改写: 自动值 {shown}; 理由: {reason}", en=f"overridden: measured {shown}; reason: {reason}")


def _saving(row: Row[Any]) -> StoredSaving:
    return StoredSaving(
        id=row.id,
        project=row.project,
        day=row.day,
        would_fen=row.would_fen,
        did_fen=row.did_fen,
        counterfactual=row.counterfactual,
        method=row.method,
        evidence=tuple(json.loads(row.evidence)),
        author=row.author,
        outcome=row.outcome or "",
        decided_by=row.decided_by or "",
    )
