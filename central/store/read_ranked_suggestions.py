"""Reads suggested consequences with what was done to them: the register of how results are used (E04)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select

from central.domain import Subject, Text
from central.evaluate.appeal import MOVES, Standing, SuggestionAct, SuggestionState
from central.evaluate.consequence import Suggestion
from central.scoring.period import period_of
from central.store import tables
from central.store.upsert import table_of

_MADE, _ACT = table_of(tables.SuggestionRow), table_of(tables.SuggestionActRow)
_ORDER: tuple[SuggestionAct, ...] = get_args(SuggestionAct)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActNoted:
    """What somebody did: basis, reason or reference in `words`, the hearing's note, what was decided on instead."""

    act: SuggestionAct
    actor: str
    at_ms: int
    words: str
    hearing: str
    cut_bp: int | None
    amount_fen: int | None
    closes_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSuggestion:
    """A suggestion, how far it is and how it came there. `cut_bp`, `amount_fen` are what was decided, once it was."""

    id: int
    suggestion: Suggestion
    standing: Standing
    made_ms: int
    acts: tuple[ActNoted, ...]

    @property
    def decided(self) -> ActNoted | None:
        """The decision, by the named person."""
        return next((one for one in self.acts if one.act in ("approve", "reject")), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionFilter:
    """What of the register is wanted; empty = all. `units` None = of every unit. `persons`: those of all persons too.

    `state`: waiting (for somebody), or in force (final or carried out).
    """

    period: str = ""
    kinds: tuple[str, ...] = ()
    subject: Subject | None = None
    units: Sequence[str] | None = None
    persons: bool = False
    state: str = ""


def suggestion_of(connection: Connection, number: int) -> StoredSuggestion | None:
    """One of them."""
    found = _stored(connection, [_MADE.c.id == number])
    return found[0] if found else None


def suggestions_of(
    connection: Connection, wanted: SuggestionFilter, *, limit: int | None, offset: int = 0
) -> tuple[StoredSuggestion, ...]:
    """A page of the register: the newest period first, then in the order in which they were suggested."""
    return _stored(connection, _where(wanted), limit=limit, offset=offset)


def count_suggestions(connection: Connection, wanted: SuggestionFilter) -> int:
    """How many there are."""
    return int(connection.execute(select(func.count()).select_from(_MADE).where(*_where(wanted))).scalar_one())


def open_windows(connection: Connection, *, before: date) -> tuple[StoredSuggestion, ...]:
    """Approved ones whose appeal window ended before a day, and which nobody appealed against or ended."""
    closed = _has("approve", _ACT.c.closes_on < before)
    return _stored(connection, [closed, not_(_has("appeal")), not_(_has("expire"))])


def _where(wanted: SuggestionFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.period:
        where.append(_MADE.c.period == wanted.period)
    if wanted.kinds:
        where.append(_MADE.c.kind.in_(wanted.kinds))
    if wanted.subject is not None:
        where += [_MADE.c.subject_kind == wanted.subject.kind, _MADE.c.subject == wanted.subject.id]
    if wanted.units is not None:
        own = _MADE.c.unit.in_(wanted.units)
        where.append(or_(own, _MADE.c.subject_kind == "person") if wanted.persons else own)
    if not wanted.persons:
        where.append(_MADE.c.subject_kind != "person")
    if wanted.state == "in_force":
        where.append(or_(_has("expire"), _has("dismiss")))
    elif wanted.state == "waiting":
        ended = [_has(act) for act in ("reject", "withdraw", "expire", "dismiss", "uphold")]
        where.append(not_(or_(*ended)))
    return where


def _has(act: SuggestionAct, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(and_(_ACT.c.suggestion == _MADE.c.id, _ACT.c.act == act, *more))


def _stored(
    connection: Connection, where: Sequence[ColumnElement[bool]], *, limit: int | None = None, offset: int = 0
) -> tuple[StoredSuggestion, ...]:
    order = (_MADE.c.period.desc(), _MADE.c.id)
    rows = connection.execute(select(_MADE).where(*where).order_by(*order).limit(limit).offset(offset)).all()
    acts: dict[int, list[Any]] = {}
    numbers = [row.id for row in rows]
    for at in range(0, len(numbers), 500):
        for act in connection.execute(select(_ACT).where(_ACT.c.suggestion.in_(numbers[at : at + 500]))):
            acts.setdefault(act.suggestion, []).append(act)
    return tuple(_folded(row, acts.get(row.id, ())) for row in rows)


def _folded(row: Any, acts: Iterable[Any]) -> StoredSuggestion:
    """What the acts say, in the order in which they are possible."""
    in_order = sorted(acts, key=lambda act: _ORDER.index(act.act))
    state: SuggestionState = "suggested"
    for act in in_order:
        state = MOVES[state, act.act]
    by = {act.act: act for act in in_order}
    decided = by.get("approve") or by.get("reject")
    subject = Subject(kind=row.subject_kind, id=row.subject)
    standing = Standing(
        kind=row.kind,
        subject=subject,
        unit=row.unit,
        state=state,
        decider=row.decider,
        author=row.author,
        reviewed_by=by["review"].actor if "review" in by else "",
        decided_by=decided.actor if decided is not None else "",
        appealed_by=by["appeal"].actor if "appeal" in by else "",
        closes_on=decided.closes_on if decided is not None else None,
    )
    suggestion = Suggestion(
        origin=row.origin,
        kind=row.kind,
        subject=subject,
        period=period_of(row.period),
        group=row.group_id,
        basis=tuple(json.loads(row.basis)),
        reason=Text(zh=row.reason_zh, en=row.reason_en),
        policy=row.policy,
        decider=row.decider,
        appeal_days=row.appeal_days,
        hearing=row.hearing,
        cut_bp=row.cut_bp,
        budget_fen=row.budget_fen,
        amount_fen=row.amount_fen,
    )
    noted = tuple(
        ActNoted(
            act=act.act,
            actor=act.actor,
            at_ms=act.at,
            words=act.words,
            hearing=act.hearing,
            cut_bp=act.cut_bp,
            amount_fen=act.amount_fen,
            closes_on=act.closes_on,
        )
        for act in in_order
    )
    return StoredSuggestion(id=row.id, suggestion=suggestion, standing=standing, made_ms=row.made_at, acts=noted)
