"""Reads policies, evaluations with their forms, approvals, objections and results."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection, Row, Select, and_, func, select

from central.domain import Subject
from central.evaluate.approval import Approval
from central.evaluate.evaluation import Evaluation
from central.evaluate.forms import Form
from central.evaluate.policy import DEFAULT_POLICY, EvaluationPolicy, read_policy
from central.evaluate.publication import Objection
from central.scoring.period import Period, period_of
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.upsert import table_of

_POLICY, _EVALUATION = table_of(tables.EvaluationPolicyRow), table_of(tables.EvaluationRow)
_FORM, _RESULT = table_of(tables.EvaluationForm), table_of(tables.EvaluationResult)
_APPROVAL, _EVENT = table_of(tables.EvaluationApproval), table_of(tables.EvaluationEvent)
_OBJECTION, _UNIT = table_of(tables.ObjectionRow), table_of(tables.OrgUnit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an evaluation came to. `sheets` are the ids behind it, its own sheet first; `final` = nothing changes any
    more. `group` is the kind of unit (street, department, …) that it is ranked among, '' when it is not known."""

    evaluation: int
    subject: Subject
    unit: str
    group: str
    period: Period
    total: float
    grade: str
    sheets: tuple[str, ...]
    published_on: date | None
    final: bool


def policy_in_force(connection: Connection) -> EvaluationPolicy:
    """The newest policy; the built-in one (version 0) until one was set."""
    row = connection.execute(select(_POLICY).order_by(_POLICY.c.version.desc()).limit(1)).first()
    return DEFAULT_POLICY if row is None else read_policy(json.loads(row.document), version=row.version)


def policies(connection: Connection) -> Mapping[int, EvaluationPolicy]:
    """Every policy by version, 0 the built-in one."""
    rows = connection.execute(select(_POLICY).order_by(_POLICY.c.version))
    return {0: DEFAULT_POLICY} | {
        row.version: read_policy(json.loads(row.document), version=row.version) for row in rows
    }


def load_evaluation(connection: Connection, number: int) -> Evaluation | None:
    """One evaluation."""
    row = connection.execute(select(_EVALUATION).where(_EVALUATION.c.id == number)).first()
    return None if row is None else evaluation_of(row)


def evaluations(
    connection: Connection, *, states: Sequence[str] = (), period: str = "", kind: str = "", unit: str = ""
) -> list[Evaluation]:
    """Evaluations by id; empty = all."""
    wanted = select(_EVALUATION)
    if states:
        wanted = wanted.where(_EVALUATION.c.state.in_(states))
    for column, value in (
        (_EVALUATION.c.period, period),
        (_EVALUATION.c.subject_kind, kind),
        (_EVALUATION.c.unit, unit),
    ):
        if value:
            wanted = wanted.where(column == value)
    return [evaluation_of(row) for row in connection.execute(wanted.order_by(_EVALUATION.c.id))]


def evaluation_of(row: Row[Any]) -> Evaluation:
    """A row of the table as the noun."""
    return Evaluation(
        id=row.id,
        subject=Subject(kind=cast(Any, row.subject_kind), id=row.subject),
        unit=row.unit,
        period=period_of(row.period),
        policy=row.policy,
        state=row.state,
        round=row.round,
        closes_ms=row.closes_at,
        published_on=row.published_on,
        ends_on=row.ends_on,
    )


def forms_of(connection: Connection, found: Iterable[Evaluation]) -> dict[int, list[Form]]:
    """Forms of the present round of each evaluation, by id."""
    return _of_round(connection, select(_FORM).order_by(_FORM.c.id), _FORM, found, form_of)


def load_form(connection: Connection, number: int) -> Form | None:
    """One form."""
    row = connection.execute(select(_FORM).where(_FORM.c.id == number)).first()
    return None if row is None else form_of(row)


def form_of(row: Row[Any]) -> Form:
    """A row of the table as the noun."""
    return Form(
        id=row.id, evaluation=row.evaluation, round=row.round, kind=row.kind, filler=row.filler, person=row.person,
        state=row.state, due_ms=row.due_at, sheet=row.sheet, submitted_by=row.submitted_by,
    )  # fmt: skip


def approvals_of(connection: Connection, found: Iterable[Evaluation]) -> dict[int, list[Approval]]:
    """Who approved the present round of each evaluation, first to last."""
    return _of_round(
        connection, select(_APPROVAL).order_by(_APPROVAL.c.level, _APPROVAL.c.at), _APPROVAL, found, _approval
    )


def objections_of(connection: Connection, found: Iterable[Evaluation]) -> dict[int, list[Row[Any]]]:
    """Objections to the present round of each evaluation, first to last."""
    return _of_round(connection, select(_OBJECTION).order_by(_OBJECTION.c.id), _OBJECTION, found, lambda row: row)


def objection_row(connection: Connection, number: int) -> Row[Any] | None:
    """One objection."""
    return connection.execute(select(_OBJECTION).where(_OBJECTION.c.id == number)).first()


def objection_days(rows: Iterable[Row[Any]]) -> list[Objection]:
    """Rows of objections as days of the district."""
    return [
        Objection(
            raised_on=district_day(from_ms(row.raised_at)),
            answered_on=None if row.answered_at is None else district_day(from_ms(row.answered_at)),
        )
        for row in rows
    ]


def results_of(connection: Connection, found: Iterable[Evaluation]) -> dict[int, Row[Any]]:
    """What the present round of each evaluation came to, where it was composed."""
    known = _of_round(connection, select(_RESULT), _RESULT, found, lambda row: row)
    return {number: rows[0] for number, rows in known.items()}


def events_of(connection: Connection, number: int) -> list[Row[Any]]:
    """The timeline of an evaluation, first to last."""
    return list(connection.execute(select(_EVENT).where(_EVENT.c.evaluation == number).order_by(_EVENT.c.id)))


def final_results(connection: Connection, *, period: Period, group: str = "unit") -> list[Result]:
    """Final results of a period by subject, what rankings are made of. `group`: `unit`, `project` or `person`, or a
    kind of unit (street, department, …) as the organisation says."""
    kinds = ("unit", "project", "person")
    found = _results(connection, period=period, kind=group if group in kinds else "unit")
    return [one for one in found if one.final and (group in kinds or one.group == group)]


def _results(connection: Connection, *, period: Period, kind: str) -> list[Result]:
    joined = _EVALUATION.join(
        _RESULT, and_(_RESULT.c.evaluation == _EVALUATION.c.id, _RESULT.c.round == _EVALUATION.c.round)
    )
    wanted = select(_EVALUATION, _RESULT.c.total, _RESULT.c.grade, _RESULT.c.document).select_from(joined)
    wanted = wanted.where(
        _EVALUATION.c.period == period.name,
        _EVALUATION.c.subject_kind == kind,
        _EVALUATION.c.state.in_(("published", "final")),
        _RESULT.c.total.is_not(None),
    )
    groups = unit_kinds(connection)
    return [_result(row, groups) for row in connection.execute(wanted.order_by(_EVALUATION.c.subject))]


def unit_kinds(connection: Connection) -> dict[str, str]:
    """The kind of each unit of the organisation by its zh name, where only one has it."""
    named = select(_UNIT.c.name_zh, func.min(_UNIT.c.kind), func.count()).group_by(_UNIT.c.name_zh)
    return {name: kind for name, kind, count in connection.execute(named) if count == 1}


def _result(row: Row[Any], groups: Mapping[str, str]) -> Result:
    document = json.loads(row.document)
    return Result(
        evaluation=row.id,
        subject=Subject(kind=cast(Any, row.subject_kind), id=row.subject),
        unit=row.unit,
        group=groups.get(row.unit, ""),
        period=period_of(row.period),
        total=row.total,
        grade=row.grade,
        sheets=(document["sheet"], *(sheet for part in document["parts"] for sheet in part["sheets"])),
        published_on=row.published_on,
        final=row.state == "final",
    )


def _approval(row: Row[Any]) -> Approval:
    return Approval(level=row.level, seat=row.seat, person=row.person)


def _of_round(
    connection: Connection, wanted: Select[Any], table: Any, found: Iterable[Evaluation], made: Any
) -> dict[int, list[Any]]:
    """Rows of the present rounds by evaluation; one query for one evaluation, one for all of several."""
    rounds = {one.id: one.round for one in found}
    if not rounds:
        return {}
    if len(rounds) == 1:
        wanted = wanted.where(table.c.evaluation == next(iter(rounds)))
    else:
        low, high = min(rounds), max(rounds)
        wanted = wanted.where(table.c.evaluation >= low, table.c.evaluation <= high)
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(wanted):
        if rounds.get(row.evaluation) == row.round:
            grouped[row.evaluation].append(made(row))
    return dict(grouped)
