"""Reads applications for other targets, and the targets that approved ones have set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, select

from central.domain import Subject
from central.evaluate.adjustment import (
    MOVES,
    Adjustment,
    AdjustmentAct,
    AdjustmentState,
    Asked,
)
from central.evaluate.adjustment import target_in_force as newest_target
from central.store import tables
from central.store.upsert import table_of

_ASKED, _ACT = table_of(tables.TargetAdjustment), table_of(tables.AdjustmentActRow)
_ORDER: tuple[AdjustmentAct, ...] = get_args(AdjustmentAct)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDone:
    """What somebody did to an application, and when (ms UTC)."""

    act: AdjustmentAct
    actor: str
    at_ms: int
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAdjustment:
    """An application with its acts, in their order."""

    adjustment: Adjustment
    entered_ms: int
    acts: tuple[ActDone, ...]


def adjustments_of(connection: Connection, *, subject: Subject | None = None) -> tuple[StoredAdjustment, ...]:
    """Every application, of one subject when told, the oldest first."""
    return _stored(connection, *(() if subject is None else _about(subject)))


def adjustment_of(connection: Connection, number: int) -> StoredAdjustment | None:
    """One of them."""
    found = _stored(connection, _ASKED.c.id == number)
    return found[0] if found else None


def target_in_force(connection: Connection, *, subject: Subject, indicator: str, day: date) -> float | None:
    """The target that an adjustment approved by this day has set; None = that of the set of indicators.

    A period is judged by its last day.
    """
    same = _stored(connection, *_about(subject), _ASKED.c.indicator == indicator)
    return newest_target((one.adjustment for one in same), day=day)


def targets_in_force(connection: Connection, *, kind: str, day: date) -> Mapping[Subject, Mapping[str, float]]:
    """The same for every subject of a kind at once: by subject, then indicator; what is not adjusted is not in it."""
    by_leaf: dict[tuple[Subject, str], list[Adjustment]] = {}
    for one in _stored(connection, _ASKED.c.subject_kind == kind):
        asked = one.adjustment.asked
        by_leaf.setdefault((asked.subject, asked.indicator), []).append(one.adjustment)
    found: dict[Subject, dict[str, float]] = {}
    for (subject, indicator), adjustments in by_leaf.items():
        target = newest_target(adjustments, day=day)
        if target is not None:
            found.setdefault(subject, {})[indicator] = target
    return found


def _about(subject: Subject) -> tuple[ColumnElement[bool], ...]:
    return _ASKED.c.subject_kind == subject.kind, _ASKED.c.subject == subject.id


def _stored(connection: Connection, *where: ColumnElement[bool]) -> tuple[StoredAdjustment, ...]:
    rows = connection.execute(select(_ASKED).where(*where).order_by(_ASKED.c.id)).all()
    about = select(_ASKED.c.id).where(*where)
    acts: dict[int, list[Any]] = {}
    for act in connection.execute(select(_ACT).where(_ACT.c.adjustment.in_(about))):
        acts.setdefault(act.adjustment, []).append(act)
    return tuple(_folded(row, acts.get(row.id, ())) for row in rows)


def _folded(row: Any, acts: Iterable[Any]) -> StoredAdjustment:
    """What the acts say, in the order in which they are possible."""
    in_order = sorted(acts, key=lambda act: _ORDER.index(act.act))
    state: AdjustmentState = "entered"
    for act in in_order:
        state = MOVES[state, act.act]
    by = {act.act: act for act in in_order}
    decided = by.get("approve") or by.get("refuse")
    adjustment = Adjustment(
        id=row.id,
        asked=Asked(
            subject=Subject(kind=row.subject_kind, id=row.subject),
            indicator=row.indicator,
            old=row.before,
            new=row.target,
            reason=row.reason,
            evidence=tuple(json.loads(row.evidence)),
        ),
        unit=row.unit,
        author=row.author,
        entered_on=row.entered_on,
        state=state,
        tier=row.tier if decided is None else decided.tier,
        reviewed_by=by["review"].actor if "review" in by else "",
        endorsed_by=by["endorse"].actor if "endorse" in by else "",
        decided_by=decided.actor if decided is not None else "",
        effective=decided.effective if decided is not None else None,
    )
    done = tuple(ActDone(act=act.act, actor=act.actor, at_ms=act.at, remark=act.remark) for act in in_order)
    return StoredAdjustment(adjustment=adjustment, entered_ms=row.entered_at, acts=done)
