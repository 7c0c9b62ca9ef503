"""Writes moves of evaluations: the row, the event beside it, and the audit trail, in one transaction.

Many evaluations that the calendar moves together are one entry of the trail, which names how many and their digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, update

from central.audit.trail import append
from central.evaluate.evaluation import Evaluation
from central.store import tables
from central.store.upsert import table_of

_EVALUATION, _EVENT = table_of(tables.EvaluationRow), table_of(tables.EvaluationEvent)
SYSTEM = "system:evaluation"
IDS_NAMED_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does something, in which seat, when (wall time, ms UTC)."""

    wall_ms: int
    actor: str = SYSTEM
    seat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An evaluation before and after, and what is said of it."""

    before: Evaluation
    after: Evaluation
    detail: Mapping[str, Any]


def note_moves(connection: Connection, moves: Sequence[Move], doing: Doing, *, event: str) -> None:
    """Store what the moves say, with an event each and one entry in the trail."""
    if not moves:
        return
    connection.execute(insert(_EVENT), [_event(move, doing, event=event) for move in moves])
    for move in moves:
        if move.before != move.after:
            values = _values(move.after, doing)
            connection.execute(update(_EVALUATION).where(_EVALUATION.c.id == move.before.id).values(**values))
    trail(connection, moves, doing, event=event)


def note_move(
    connection: Connection,
    before: Evaluation,
    after: Evaluation,
    doing: Doing,
    *,
    event: str,
    detail: Mapping[str, Any] | None = None,
) -> Evaluation:
    """The same for one."""
    note_moves(connection, [Move(before=before, after=after, detail=detail or {})], doing, event=event)
    return after


def next_round(evaluation: Evaluation, *, closes_ms: int) -> Evaluation:
    """The evaluation as it is collected anew."""
    return replace(
        evaluation, state="collecting", round=evaluation.round + 1, closes_ms=closes_ms, published_on=None, ends_on=None
    )


def trail(connection: Connection, moves: Sequence[Move], doing: Doing, *, event: str) -> None:
    """One entry for one evaluation, or for all that moved together."""
    seat = {"seat": doing.seat} if doing.seat else {}
    if len(moves) == 1:
        what, said = f"evaluation/{moves[0].before.id}", {**moves[0].detail, **seat, "state": moves[0].after.state}
    else:
        plain = [[move.before.id, move.before.state, move.after.state, dict(move.detail)] for move in moves]
        ids = [move.before.id for move in moves]
        what = f"evaluations/{moves[0].after.period.name}"
        said = {"count": len(ids), "first": ids[:IDS_NAMED_MAX], "sha256": digest(plain), **seat}
    append(connection, at_ms=doing.wall_ms, actor=doing.actor, action=f"evaluation.{event}", object_=what, detail=said)


def digest(plain: Any) -> str:
    """SHA-256 of canonical JSON."""
    return hashlib.sha256(spelled(plain).encode()).hexdigest()


def spelled(plain: Any) -> str:
    """Canonical JSON: sorted keys, no spaces."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _event(move: Move, doing: Doing, *, event: str) -> dict[str, Any]:
    return {
        "evaluation": move.before.id,
        "round": move.before.round,
        "at": doing.wall_ms,
        "actor": doing.actor,
        "seat": doing.seat,
        "event": event,
        "before": move.before.state,
        "after": move.after.state,
        "detail_json": spelled(dict(move.detail)),
    }


def _values(after: Evaluation, doing: Doing) -> dict[str, Any]:
    final = {"final_at": doing.wall_ms} if after.state == "final" else {}
    return {
        "state": after.state,
        "round": after.round,
        "closes_at": after.closes_ms,
        "published_on": after.published_on,
        "ends_on": after.ends_on,
        **final,
    }
