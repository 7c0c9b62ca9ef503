"""Evaluations as the caller may see them: the assessed do not learn who judged them; what is published is for all.

A person's evaluation is for that person, the head of the unit and the district's leaders (E12).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import Connection, Row, and_, func, or_, select

from central.api.access import WATCHED, Access
from central.api.errors import absent
from central.api.evaluation_schemas import (
    ApprovalShown,
    AskedLeaf,
    CompositePartShown,
    DiscrepancyShown,
    EvaluationDetail,
    EvaluationEventShown,
    EvaluationFormShown,
    EvaluationList,
    EvaluationShown,
    ObjectionShown,
    OwnForm,
    OwnForms,
)
from central.api.policy import ACTIONS, district_wide
from central.api.views.evaluation_acts import acts_on
from central.api.views.seats import units_of, visible_projects
from central.api.views.timeline import text_of
from central.evaluate.approval import SEAT_WORDS, standing
from central.evaluate.composing import KIND_WORDS
from central.evaluate.evaluation import STATE_WORDS, Evaluation
from central.evaluate.forms import Form
from central.evaluate.peers import aliases
from central.scoring.indicator import IndicatorSet
from central.store import tables
from central.store.act_evaluated import asks_of, barred_of, chain_of, measured_of
from central.store.instants import from_ms
from central.store.read_evaluated import (
    approvals_of,
    evaluation_of,
    events_of,
    form_of,
    forms_of,
    load_evaluation,
    objections_of,
    results_of,
)
from central.store.read_sheets import brief_of, sheet
from central.store.upsert import table_of

_EVALUATION, _FORM = table_of(tables.EvaluationRow), table_of(tables.EvaluationForm)
_OPEN_TO_ALL = ("published", "final")
_JUDGING = ACTIONS["approve_evaluations"] | {WATCHED}  # who judges, and discipline inspection, which reads all
OWN_FORMS_MAX = 500


def evaluations_shown(
    connection: Connection, access: Access, *, period: str, kind: str, state: str, limit: int, offset: int
) -> EvaluationList:
    """A page of evaluations."""
    given = ((_EVALUATION.c.period, period), (_EVALUATION.c.subject_kind, kind), (_EVALUATION.c.state, state))
    conditions = [column == value for column, value in given if value]
    conditions += _reach(connection, access)
    total = connection.execute(select(func.count()).select_from(_EVALUATION).where(*conditions)).scalar_one()
    order = (_EVALUATION.c.period.desc(), _EVALUATION.c.subject_kind.desc(), _EVALUATION.c.subject)
    rows = connection.execute(select(_EVALUATION).where(*conditions).order_by(*order).limit(limit).offset(offset))
    found = [evaluation_of(row) for row in rows]
    return EvaluationList(total=total, evaluations=list(shown(connection, found, access)))


def shown(connection: Connection, found: list[Evaluation], access: Access) -> Iterable[EvaluationShown]:
    """These with their results, as far as the caller may know them."""
    results, approvals = results_of(connection, found), approvals_of(connection, found)
    for one in found:
        waits: tuple[str, ...] = ()
        if one.state == "composed":
            waits = standing(chain_of(connection, one), approvals.get(one.id, [])).seats
        result = results.get(one.id) if _may_know(one, access) else None
        yield _shown(one, result, waits)


def evaluation_detail(connection: Connection, number: int, access: Access, *, now_ms: int) -> EvaluationDetail:
    """One evaluation whole; absent for who may not see it."""
    one = seen_evaluation(connection, number, access)
    brief = next(iter(shown(connection, [one], access)))
    result = results_of(connection, [one]).get(one.id) if _may_know(one, access) else None
    document = json.loads(result.document) if result is not None else {"parts": [], "missing": [], "discrepancies": []}
    barred = barred_of(connection, one, now_ms=now_ms)
    outside = district_wide(access.grants) and access.username not in barred
    return EvaluationDetail(
        **brief.model_dump(),
        policy=one.policy,
        sheet=document.get("sheet") or None,
        parts=[CompositePartShown(**part, name=text_of(KIND_WORDS[part["kind"]])) for part in document["parts"]],
        missing=document["missing"],
        discrepancies=[DiscrepancyShown(**flag) for flag in document["discrepancies"]],
        forms=_forms(connection, one, access, named=outside),
        approvals=[
            ApprovalShown(
                level=approval.level, seat=approval.seat, seat_word=text_of(SEAT_WORDS[approval.seat]),
                person=approval.person,
            )
            for approval in approvals_of(connection, [one]).get(one.id, [])
        ],
        objections=[_objection(row) for row in objections_of(connection, [one]).get(one.id, [])],
        timeline=[_event(row, named=outside) for row in events_of(connection, one.id)],
        acts=acts_on(connection, one, access, barred=barred),
    )  # fmt: skip


def seen_evaluation(connection: Connection, number: int, access: Access) -> Evaluation:
    """An evaluation that the caller may see."""
    row = connection.execute(select(_EVALUATION.c.id).where(_EVALUATION.c.id == number, *_reach(connection, access)))
    found = load_evaluation(connection, number) if row.first() is not None else None
    if found is None:
        raise absent("evaluation", str(number))
    return found


def own_forms(connection: Connection, access: Access, *, now_ms: int) -> OwnForms:
    """Forms the caller is responsible for, that are collected now."""
    joined = _FORM.join(_EVALUATION, and_(_EVALUATION.c.id == _FORM.c.evaluation, _EVALUATION.c.round == _FORM.c.round))
    wanted = select(_FORM).select_from(joined).where(
        _FORM.c.person == access.username, _EVALUATION.c.state == "collecting", _FORM.c.state != "missed"
    )  # fmt: skip
    rows = connection.execute(wanted.order_by(_FORM.c.due_at, _FORM.c.id).limit(OWN_FORMS_MAX)).all()
    return OwnForms(forms=[form_shown(connection, form_of(row), now_ms=now_ms) for row in rows])


def form_shown(connection: Connection, form: Form, *, now_ms: int) -> OwnForm:
    """A form with what it asks, what of that is measured, and what was handed in."""
    one = load_evaluation(connection, form.evaluation)
    if one is None:
        raise absent("form", str(form.id))
    asks = asks_of(connection, form, one)
    measured = measured_of(connection, asks, one, now_ms=now_ms)
    kept = sheet(connection, form.sheet) if form.sheet else None
    given = {value.indicator: value.value for value in kept.values} if kept is not None else {}
    return OwnForm(
        id=form.id, evaluation=one.id, subject_kind=cast(Any, one.subject.kind), subject=one.subject.id,
        period=one.period.name, kind=cast(Any, form.kind), name=text_of(asks.name), filler=form.filler,
        state=form.state, due_at=from_ms(form.due_ms),
        leaves=leaves_of(asks, given, {leaf: value.value for leaf, value in measured.items()}),
    )  # fmt: skip


def leaves_of(
    asks: IndicatorSet, given: Mapping[str, float | None], measured: Mapping[str, float | None] | None = None
) -> list[AskedLeaf]:
    """Leaves of a set as a form asks them."""
    return [
        AskedLeaf(
            id=leaf.indicator.id, name=text_of(leaf.indicator.name), weight=leaf.weight, basis=leaf.indicator.basis,
            given=given.get(leaf.indicator.id), measured=(measured or {}).get(leaf.indicator.id),
        )
        for leaf in asks.leaves
    ]  # fmt: skip


def _shown(one: Evaluation, result: Row[Any] | None, waits: tuple[str, ...]) -> EvaluationShown:
    return EvaluationShown(
        id=one.id, subject_kind=cast(Any, one.subject.kind), subject=one.subject.id, unit=one.unit,
        period=one.period.name, state=one.state, word=text_of(STATE_WORDS[one.state]), round=one.round,
        closes_at=from_ms(one.closes_ms), total=result.total if result is not None else None,
        grade=result.grade if result is not None else None, published_on=one.published_on, ends_on=one.ends_on,
        waits_for=list(waits),
    )  # fmt: skip


def _may_know(one: Evaluation, access: Access) -> bool:
    """Results are for those who approve them until they are published, then for all."""
    return one.state in _OPEN_TO_ALL or district_wide(access.grants)


def _forms(connection: Connection, one: Evaluation, access: Access, *, named: bool) -> list[EvaluationFormShown]:
    forms = forms_of(connection, [one]).get(one.id, [])
    known = _may_know(one, access)
    briefs = {form.id: brief_of(connection, form.sheet) if form.sheet and known else None for form in forms}
    totals = {form.id: None if (brief := briefs[form.id]) is None else brief.total for form in forms}
    alias = aliases({form.filler: (form.state, totals[form.id]) for form in forms if form.kind == "peer"})
    found = []
    for form in forms:
        hidden = form.kind == "peer" and not named
        found.append(
            EvaluationFormShown(
                id=None if hidden else form.id, kind=cast(Any, form.kind),
                filler=f"评价人{alias[form.filler]}" if hidden else form.filler, state=form.state,
                due_at=from_ms(form.due_ms), sheet=form.sheet or None if known and not hidden else None,
                score=totals[form.id],
            )
        )  # fmt: skip
    return sorted(found, key=lambda form: (form.kind, form.filler))


def _objection(row: Row[Any]) -> ObjectionShown:
    return ObjectionShown(
        id=row.id, round=row.round, text=row.text, raised_by=row.raised_by, raised_at=from_ms(row.raised_at),
        state=row.state, answer=row.answer, answered_by=row.answered_by,
        answered_at=None if row.answered_at is None else from_ms(row.answered_at),
    )  # fmt: skip


def _event(row: Row[Any], *, named: bool) -> EvaluationEventShown:
    detail, actor = json.loads(row.detail_json), row.actor
    if row.event == "filed" and not named:
        detail, actor = {"kind": detail["kind"]}, ""
    return EvaluationEventShown(
        at=from_ms(row.at), round=row.round, actor=actor, event=row.event, before=row.before, after=row.after,
        detail=detail,
    )  # fmt: skip


def _reach(connection: Connection, access: Access) -> list[Any]:
    """What the caller may see of evaluations at all; those of persons only who judges them, heads and leaders."""
    wide = [grant for grant in access.grants if grant.kind == "district"]
    if any(grant.role in _JUDGING for grant in wide):
        return []
    if wide:
        return [or_(_EVALUATION.c.subject_kind != "person", _EVALUATION.c.subject == access.username)]
    units, projects = units_of(access), visible_projects(connection, access) or []
    mine = and_(_EVALUATION.c.subject_kind == "person", _EVALUATION.c.subject == access.username)
    heads = [grant.scope for grant in access.grants if grant.kind == "unit" and grant.role == "dept_head"]
    return [
        or_(
            mine,
            and_(_EVALUATION.c.subject_kind == "person", _EVALUATION.c.unit.in_(heads)),
            and_(_EVALUATION.c.subject_kind == "unit", _EVALUATION.c.unit.in_(units)),
            and_(_EVALUATION.c.subject_kind == "project", _EVALUATION.c.subject.in_(projects)),
            and_(_EVALUATION.c.subject_kind != "person", _EVALUATION.c.state.in_(_OPEN_TO_ALL)),
        )
    ]
