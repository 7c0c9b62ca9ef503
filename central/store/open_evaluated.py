"""Opens the evaluations of a period: a row for each subject, and a form for everybody who is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from central.domain import Subject
from central.evaluate.evaluation import Evaluation
from central.evaluate.peers import assigned
from central.evaluate.policy import FORM_KINDS, EvaluationPolicy
from central.evaluate.roster import Roster
from central.scoring.period import Period
from central.scoring.sheet import SheetKind
from central.store import tables
from central.store.move_evaluated import Doing, Move, note_moves
from central.store.read_evaluated import evaluations
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_EVALUATION, _FORM = table_of(tables.EvaluationRow), table_of(tables.EvaluationForm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A subject with the unit whose it is."""

    subject: Subject
    unit: str


def open_evaluations(
    connection: Connection,
    assessed: Iterable[Assessed],
    *,
    period: Period,
    policy: EvaluationPolicy,
    people: Roster,
    closes_ms: int,
    doing: Doing,
) -> list[Evaluation]:
    """Evaluations of the subjects that have none of the period yet, with their forms; those that were opened now."""
    known = {one.subject for one in evaluations(connection, period=period.name)}
    wanted = sorted(
        (one for one in assessed if one.subject not in known and (period.kind, one.subject.kind) in policy.weights_bp),
        key=lambda one: one.subject,
    )
    if not wanted:
        return []
    opening = {
        "unit": "", "period_kind": period.kind, "period": period.name, "policy": policy.version, "state": "collecting",
        "round": 1, "opened_at": doing.wall_ms, "closes_at": closes_ms,
    }  # fmt: skip
    rows = [
        {**opening, "subject_kind": one.subject.kind, "subject": one.subject.id, "unit": one.unit} for one in wanted
    ]
    connection.execute(insert(_EVALUATION), rows)
    new = {one.subject for one in wanted}
    opened = [one for one in evaluations(connection, period=period.name) if one.subject in new]
    _ask(connection, opened, policy=policy, people=people)
    moves = [Move(before=one, after=one, detail={"policy": policy.version}) for one in opened]
    note_moves(connection, moves, doing, event="opened")
    return opened


def carry_forms(connection: Connection, before: Evaluation, after: Evaluation) -> None:
    """The forms of a round that was returned go on into the next as they are: whoever must, hands in anew."""
    old = select(_FORM).where(_FORM.c.evaluation == before.id, _FORM.c.round == before.round).order_by(_FORM.c.id)
    rows = [
        {
            **{
                name: row[name]
                for name in ("evaluation", "kind", "filler", "person", "sheet", "submitted_by", "remark")
            },
            "submitted_at": row["submitted_at"],
            "round": after.round,
            "due_at": after.closes_ms,
            "state": "open" if row["state"] == "missed" else row["state"],
        }
        for row in connection.execute(old).mappings()
    ]
    if rows:
        connection.execute(insert(_FORM), rows)


def _ask(connection: Connection, opened: Sequence[Evaluation], *, policy: EvaluationPolicy, people: Roster) -> None:
    units = [one.subject.id for one in opened if one.subject.kind == "unit"]
    peers: Mapping[str, tuple[str, ...]] = {}
    if units:
        _, head = lock_head(connection)  # which only the trail tells: nobody works out who judges whom
        peers = assigned(units, turn=f"{opened[0].period.name}/{head}", count=policy.peers)
    rows = [row for one in opened for row in _forms(one, policy=policy, people=people, peers=peers)]
    if rows:
        connection.execute(insert(_FORM), rows)


def _forms(
    one: Evaluation, *, policy: EvaluationPolicy, people: Roster, peers: Mapping[str, tuple[str, ...]]
) -> list[dict[str, Any]]:
    weights = policy.weights_bp[one.period.kind, one.subject.kind]
    rows: list[dict[str, Any]] = []
    for kind in weights:
        if kind not in FORM_KINDS or not weights[kind]:
            continue
        for filler in _fillers(kind, one, peers):
            rows.append(
                {
                    "evaluation": one.id, "round": one.round, "kind": kind, "filler": filler, "state": "open",
                    "person": _responsible(kind, one, filler, people), "due_at": one.closes_ms,
                }
            )  # fmt: skip
    return rows


def _fillers(kind: SheetKind, one: Evaluation, peers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Units that are asked; a third party is not asked by a form: its reports come month by month (D25)."""
    match kind:
        case "peer":
            return peers.get(one.subject.id, ())
        case "third":
            return ()
        case "finance":
            return ("",)
        case _:
            return (one.unit,)


def _responsible(kind: SheetKind, one: Evaluation, filler: str, people: Roster) -> str:
    match kind:
        case "self" if one.subject.kind == "project":
            return people.of_project(one.subject.id, unit=one.unit)
        case "self" if one.subject.kind == "person":
            return one.subject.id
        case "finance":
            return next(iter(people.with_role("finance")), "")
        case "dept":
            return people.head_of(filler)
        case _:
            return people.of_unit(filler)
