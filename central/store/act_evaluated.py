"""What people do to evaluations: hand in forms, approve, return, object, answer. Each asks the pure rules first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from central.domain import Subject, Text
from central.errors import UnknownThing
from central.evaluate.approval import SEAT_WORDS, approving, own, standing
from central.evaluate.calendar import at_hour, working_days_after
from central.evaluate.evaluation import Evaluation, moved
from central.evaluate.forms import FILLERS, Form, asked, check_filler, filled, with_known
from central.evaluate.policy import EvaluationPolicy
from central.evaluate.publication import may_object, publication_end
from central.evaluate.roster import Roster
from central.plan.calendar import DISTRICT
from central.scoring.entry import covered_by
from central.scoring.indicator import IndicatorSet, Value
from central.scoring.refused import RefusalCode, ScoringRefused
from central.scoring.sheet import Sheet
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.move_evaluated import Doing, next_round, note_move
from central.store.open_evaluated import carry_forms
from central.store.read_evaluated import (
    approvals_of,
    load_evaluation,
    load_form,
    policies,
    results_of,
)
from central.store.read_indicators import set_in_force
from central.store.read_roster import Near, roster_at
from central.store.read_seats import seat_of
from central.store.save_audit import lock_head
from central.store.save_sheets import prefilled, put_sheet
from central.store.upsert import table_of

_FORM, _APPROVAL = table_of(tables.EvaluationForm), table_of(tables.EvaluationApproval)
_OBJECTION, _LIFE = table_of(tables.ObjectionRow), table_of(tables.LifeEventRow)
REDO_WORKING_DAYS = 5
CLOSING_HOUR = 18
_OBJECTORS = frozenset({"dept_head", "section", "clerk", "project_owner"})


def submit_form(
    connection: Connection, number: int, points: Mapping[str, float], *, person: str, remark: str = "", now_ms: int
) -> Form:
    """Hand in a form, or hand it in anew while forms are collected; what was handed in before stays as a sheet."""
    lock_head(connection)
    form = load_form(connection, number)
    if form is None:
        raise UnknownThing(f"form {number}", where="form", expected="one that is there")
    evaluation = held_evaluation(connection, form.evaluation)
    people = people_near(connection, evaluation, now_ms=now_ms, filler=form.filler, person=person)
    role = filler_role(form, evaluation, people, person=person)
    moved(evaluation.state, "file")
    if form.round != evaluation.round or form.state == "missed":
        raise _refused(
            "wrong_state", Text(zh="评价表已截止", en="the form is closed"), where="form.state",
            expected=Text(zh="仍在填报期内的评价表", en="a form that is still collected"),
        )  # fmt: skip
    _check_in_time(form, evaluation, now_ms=now_ms)
    _check_other_voice(connection, form, person)
    asks = asks_of(connection, form, evaluation)
    measured = measured_of(connection, asks, evaluation, now_ms=now_ms)
    asks = with_known(asks, measured)
    sheet = put_sheet(
        connection,
        Sheet(
            subject=evaluation.subject,
            period=evaluation.period,
            kind=form.kind,
            set=asks,
            values=filled(asks, points, form=f"form/{form.id}", measured=measured),
            taken_at=from_ms(now_ms),
            author=f"form/{form.id}" if form.kind == "peer" else person,  # peers stay unnamed to the assessed
        ),
        now_ms=now_ms,
    )
    values = {"state": "submitted", "sheet": sheet, "submitted_by": person, "submitted_at": now_ms, "remark": remark}
    connection.execute(update(_FORM).where(_FORM.c.id == form.id).values(**values))
    doing = Doing(wall_ms=now_ms, actor=person, seat=role)
    note_move(
        connection,
        evaluation,
        evaluation,
        doing,
        event="filed",
        detail={"form": form.id, "kind": form.kind, "sheet": sheet},
    )
    return replace(form, state="submitted", sheet=sheet, submitted_by=person)


def asks_of(connection: Connection, form: Form, evaluation: Evaluation) -> IndicatorSet:
    """The set that a form asks; a project is judged as completed once it is, whatever its plan says."""
    own_set = None
    if form.kind == "self":
        own_set = set_in_force(connection, subject=evaluation.subject, day=evaluation.period.last)
    completed = False
    if evaluation.subject.kind == "project":
        done = select(_LIFE.c.day).where(_LIFE.c.project == evaluation.subject.id, _LIFE.c.kind == "completed")
        on = connection.execute(done.order_by(_LIFE.c.id.desc()).limit(1)).scalar()
        completed = on is not None and on <= evaluation.period.last
    return asked(form.kind, own_set=own_set, completed=completed)


def measured_of(connection: Connection, asks: IndicatorSet, evaluation: Evaluation, *, now_ms: int) -> dict[str, Value]:
    """What is measured of a form's leaves, so that nobody types it, by leaf; what is not known is left out."""
    if not any(covered_by(leaf.indicator, evaluation.subject) for leaf in asks.leaves):
        return {}
    found = prefilled(connection, asks, subject=evaluation.subject, period=evaluation.period, now_ms=now_ms)
    return {value.indicator: value for value in found if value.state == "measured" and value.value is not None}


def filler_role(form: Form, evaluation: Evaluation, people: Roster, *, person: str) -> str:
    """The role in which a person may fill in a form; ScoringRefused where it is not theirs."""
    subject = evaluation.subject
    project = subject.id if subject.kind == "project" else ""
    if form.kind == "finance":
        roles = frozenset(role for role, _, _ in people.roles_of(person))
    else:
        roles = people.roles_in(person, "unit", form.filler)
    if form.kind == "self" and project:
        roles |= people.roles_in(person, "project", project)
    if form.kind == "self" and subject == Subject(kind="person", id=person):
        roles |= FILLERS["self"]
    elif form.kind == "self" and subject.kind == "person":
        roles = frozenset()
    if form.kind == "dept":
        roles -= {"project_owner"}
    inside = person in people.insiders(unit=evaluation.unit, project=project)
    return check_filler(form, subject, person=person, roles=roles, of_assessed=inside)


def approve(connection: Connection, number: int, *, person: str, seats: Collection[str], now_ms: int) -> Evaluation:
    """Approve at the level that waits; after the last one it may be published."""
    lock_head(connection)
    evaluation = held_evaluation(connection, number)
    after = moved(evaluation.state, "approve")
    if _total_of(connection, evaluation) is None:
        raise _refused(
            "missing", Text(zh="没有可审核的得分", en="there is no score to approve"), where="evaluation.result",
            expected=Text(zh="至少一部分评价结果", en="at least one part of it"),
        )  # fmt: skip
    chain = chain_of(connection, evaluation)
    given = approvals_of(connection, [evaluation]).get(number, [])
    barred = barred_of(connection, evaluation, now_ms=now_ms)
    one = approving(chain, given, person=person, seats=seats, barred=barred)
    row = {"evaluation": number, "round": evaluation.round, "level": one.level, "seat": one.seat, "person": person}
    connection.execute(insert(_APPROVAL).values(**row, at=now_ms))
    doing = Doing(wall_ms=now_ms, actor=person, seat=one.seat)
    done = standing(chain, [*given, one]).level is None
    changed = replace(evaluation, state=after) if done else evaluation
    return note_move(connection, evaluation, changed, doing, event="approved", detail={"level": one.level})


def give_back(
    connection: Connection, number: int, *, person: str, seats: Collection[str], reason: str, now_ms: int
) -> Evaluation:
    """Return it at the level that waits: forms are collected anew for five working days, with the reason (B21)."""
    lock_head(connection)
    evaluation = held_evaluation(connection, number)
    moved(evaluation.state, "return")
    said = _reason(reason)
    given = approvals_of(connection, [evaluation]).get(number, [])
    barred = barred_of(connection, evaluation, now_ms=now_ms)
    one = approving(chain_of(connection, evaluation), given, person=person, seats=seats, barred=barred)
    doing = Doing(wall_ms=now_ms, actor=person, seat=one.seat)
    return _again(connection, evaluation, doing, event="returned", detail={"level": one.level, "reason": said})


def object_to(connection: Connection, number: int, *, person: str, text: str, now_ms: int) -> int:
    """Say something against a published result, for the assessed, while it is published; the objection's number."""
    lock_head(connection)
    evaluation = held_evaluation(connection, number)
    moved(evaluation.state, "object")
    said = _reason(text)
    people = people_near(connection, evaluation, now_ms=now_ms, person=person)
    subject = evaluation.subject
    roles = people.roles_in(person, "unit", evaluation.unit)
    if subject.kind == "project":
        roles |= people.roles_in(person, "project", subject.id)
    himself = subject == Subject(kind="person", id=person)
    if not himself and (subject.kind == "person" or not roles & _OBJECTORS):
        raise _refused(
            "not_yours", Text(zh="只有被评价方可以提出异议", en="only the assessed may object"), where="actor",
            expected=Text(zh=evaluation.unit, en=evaluation.unit),
        )  # fmt: skip
    _check_window(connection, evaluation, now_ms=now_ms)
    row = {
        "evaluation": number, "round": evaluation.round, "text": said, "raised_by": person, "raised_at": now_ms,
        "state": "open",
    }  # fmt: skip
    made = int(connection.execute(insert(_OBJECTION).values(**row).returning(_OBJECTION.c.id)).scalar_one())
    doing = Doing(wall_ms=now_ms, actor=person, seat=min(roles & _OBJECTORS, default="self"))
    note_move(connection, evaluation, evaluation, doing, event="objected", detail={"objection": made})
    return made


def answer(
    connection: Connection,
    number: int,
    *,
    person: str,
    seats: Collection[str],
    upheld: bool,
    text: str,
    now_ms: int,
) -> Evaluation:
    """Answer an objection; where it is right, everything is collected, composed, approved and published anew."""
    lock_head(connection)
    objection = connection.execute(select(_OBJECTION).where(_OBJECTION.c.id == number)).first()
    if objection is None:
        raise UnknownThing(f"objection {number}", where="objection", expected="one that is there")
    evaluation = held_evaluation(connection, objection.evaluation)
    moved(evaluation.state, "uphold" if upheld else "answer")
    said = _reason(text)
    _check_answerer(connection, evaluation, objection, person=person, seats=seats, now_ms=now_ms)
    seat = min(set(seats) & set(SEAT_WORDS), default="dept_head")
    values = {"state": "upheld" if upheld else "rejected", "answer": said, "answered_by": person, "answered_at": now_ms}
    connection.execute(update(_OBJECTION).where(_OBJECTION.c.id == number).values(**values))
    doing = Doing(wall_ms=now_ms, actor=person, seat=seat)
    detail = {"objection": number, "upheld": upheld}
    if not upheld:
        return note_move(connection, evaluation, evaluation, doing, event="answered", detail=detail)
    _supersede(connection, evaluation, number, doing)
    return _again(connection, evaluation, doing, event="upheld", detail=detail)


def held_evaluation(connection: Connection, number: int) -> Evaluation:
    """The evaluation; the caller holds the head of the trail, so nobody else moves it meanwhile."""
    found = load_evaluation(connection, number)
    if found is None:
        raise UnknownThing(f"evaluation {number}", where="evaluation", expected="one that is there")
    return found


def chain_of(connection: Connection, evaluation: Evaluation) -> Sequence[Any]:
    """The levels of approval of the policy it was opened by."""
    return policies(connection)[evaluation.policy].chains[evaluation.period.kind]


def policy_of(connection: Connection, evaluation: Evaluation) -> EvaluationPolicy:
    """The policy it was opened by."""
    return policies(connection)[evaluation.policy]


def barred_of(connection: Connection, evaluation: Evaluation, *, now_ms: int) -> frozenset[str]:
    """Who has no say about this one: whoever works for the assessed, and who filled in a form of the round."""
    people = people_near(connection, evaluation, now_ms=now_ms)
    project = evaluation.subject.id if evaluation.subject.kind == "project" else ""
    filed = select(_FORM.c.submitted_by).where(_FORM.c.evaluation == evaluation.id, _FORM.c.round == evaluation.round)
    fillers = {one for one in connection.execute(filed).scalars() if one}
    himself = {evaluation.subject.id} if evaluation.subject.kind == "person" else set()
    return people.insiders(unit=evaluation.unit, project=project) | fillers | himself


def people_near(
    connection: Connection, evaluation: Evaluation, *, now_ms: int, filler: str = "", person: str = ""
) -> Roster:
    """Who works for the assessed and for the unit that is asked, and every role of the person who acts."""
    project = evaluation.subject.id if evaluation.subject.kind == "project" else ""
    near = Near(units=(evaluation.unit, filler), project=project, person=person)
    return roster_at(connection, at_ms=now_ms, near=near)


def _again(
    connection: Connection, evaluation: Evaluation, doing: Doing, *, event: str, detail: dict[str, Any]
) -> Evaluation:
    day = working_days_after(district_day(from_ms(doing.wall_ms)), REDO_WORKING_DAYS)
    closes_ms = int((at_hour(day, CLOSING_HOUR) - from_ms(0)) / timedelta(milliseconds=1))
    after = next_round(evaluation, closes_ms=closes_ms)
    carry_forms(connection, evaluation, after)
    return note_move(connection, evaluation, after, doing, event=event, detail=detail)


def _supersede(connection: Connection, evaluation: Evaluation, upheld: int, doing: Doing) -> None:
    """Other objections to the round are answered by its being done anew."""
    others = (
        _OBJECTION.c.evaluation == evaluation.id, _OBJECTION.c.round == evaluation.round,
        _OBJECTION.c.state == "open", _OBJECTION.c.id != upheld,
    )  # fmt: skip
    values = {"state": "superseded", "answered_by": doing.actor, "answered_at": doing.wall_ms}
    connection.execute(update(_OBJECTION).where(*others).values(**values, answer=f"objection/{upheld}"))


def _check_answerer(
    connection: Connection, evaluation: Evaluation, objection: Any, *, person: str, seats: Collection[str], now_ms: int
) -> None:
    if objection.state != "open":
        raise _refused(
            "wrong_state", Text(zh="异议已答复", en="the objection is answered"), where="objection.state",
            expected=Text(zh="待答复的异议", en="one that waits"),
        )  # fmt: skip
    if person == objection.raised_by or person in barred_of(connection, evaluation, now_ms=now_ms):
        raise own("答复", "answer")
    if any(one.person == person for one in approvals_of(connection, [evaluation]).get(evaluation.id, [])):
        raise _refused(
            "own_work", Text(zh="审核人不能答复对其审核结果的异议", en="who approved it does not answer objections"),
            where="actor", expected=Text(zh="未参与审核的另一人", en="somebody who did not approve it"),
        )  # fmt: skip
    above = evaluation.unit in seat_of(connection, person, at_ms=now_ms).below
    if not above and not set(seats) & set(SEAT_WORDS):
        raise _refused(
            "not_yours", Text(zh="答复异议不属于您的角色", en="answering is not for your role"), where="actor.role",
            expected=Text(
                zh="、".join([*(one.zh for one in SEAT_WORDS.values()), "上级主管部门负责人"]),
                en=", ".join([*SEAT_WORDS, "the head of the department above"]),
            ),
        )  # fmt: skip


def _check_window(connection: Connection, evaluation: Evaluation, *, now_ms: int) -> None:
    span = policy_of(connection, evaluation).publication_working_days
    today, on = district_day(from_ms(now_ms)), evaluation.published_on
    if on is not None and may_object(on, today, working_days=span):
        return
    end = publication_end(on, working_days=span) if on is not None else None
    what = Text(zh=f"公示期已于 {end} 结束", en=f"the publication period ended on {end}")
    raise _refused(
        "conflict", what, where="evaluation.ends_on",
        expected=Text(zh="公示期内提出", en="an objection within the period"),
    )  # fmt: skip


def _total_of(connection: Connection, evaluation: Evaluation) -> float | None:
    found = results_of(connection, [evaluation]).get(evaluation.id)
    return None if found is None else found.total


def _check_in_time(form: Form, evaluation: Evaluation, *, now_ms: int) -> None:
    """The hour that was told holds, also before the next morning, when forms are put together."""
    if now_ms < evaluation.closes_ms:
        return
    closed = from_ms(evaluation.closes_ms).astimezone(DISTRICT)
    until = f"{closed:%Y-%m-%d %H:%M}"
    raise _refused(
        "wrong_state", Text(zh=f"填报已于 {until} 截止", en=f"form {form.id} was due by {until}"), where="form.due_at",
        expected=Text(zh=f"{until} 以前提交", en=f"handed in before {until}"),
    )  # fmt: skip


def _check_other_voice(connection: Connection, form: Form, person: str) -> None:
    """Nobody speaks in two voices of one evaluation: who filled in its self-evaluation is not its department."""
    filed = select(_FORM.c.kind).where(
        _FORM.c.evaluation == form.evaluation, _FORM.c.round == form.round, _FORM.c.submitted_by == person,
        _FORM.c.id != form.id,
    )  # fmt: skip
    if connection.execute(filed).first() is not None:
        raise own("重复评价", "evaluate twice")


def _reason(text: str) -> str:
    if text.strip():
        return text.strip()
    raise _refused(
        "missing", Text(zh="没有理由", en="no reason"), where="reason", expected=Text(zh="理由", en="a reason in words")
    )


def _refused(code: RefusalCode, what: Text, *, where: str, expected: Text) -> ScoringRefused:
    return ScoringRefused(code, what, where=where, expected=expected)
