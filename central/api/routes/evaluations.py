"""Evaluations through the year: forms, approval, publication, objections, and the policy they go by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.acting import Number
from central.api.errors import ApiError, absent
from central.api.evaluation_schemas import (
    ApprovalsGiven,
    ApprovedList,
    ApprovedOne,
    Evaluated,
    EvaluationDetail,
    EvaluationList,
    EvaluationStateName,
    ObjectionAnswered,
    OwnForm,
    OwnForms,
    PointsGiven,
    PolicyGiven,
    PolicyShown,
    ReasonGiven,
)
from central.api.mending_refusals import RESPONSES
from central.api.policy import district_wide
from central.api.refused_acts import recorded
from central.api.services import Db, Given, Services
from central.api.views.evaluation_acts import seats_over
from central.api.views.evaluations import (
    evaluation_detail,
    evaluations_shown,
    form_shown,
    own_forms,
    seen_evaluation,
)
from central.api.views.timeline import text_of
from central.domain import Text
from central.evaluate.approval import own
from central.evaluate.policy import spelled
from central.scoring.refused import ScoringRefused
from central.store import act_evaluated
from central.store.act_evaluated import filler_role, held_evaluation, people_near
from central.store.compose_evaluated import publish_approved
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.move_evaluated import Doing
from central.store.read_evaluated import load_form, objection_row, policy_in_force
from central.store.save_audit import lock_head
from central.store.save_evaluation_policy import put_policy

router = APIRouter(tags=["evaluations"])
Reader = Annotated[Access, allow("read_evaluations")]
Filler = Annotated[Access, allow("fill_forms")]
Approver = Annotated[Access, allow("approve_evaluations")]
Id = Annotated[Number, Path()]
PeriodName = Annotated[str, Query(pattern=r"^([0-9]{4}(-Q[1-4]|-[0-9]{2})?)?$")]
PAGE_MAX = 500
OFFSET_MAX = 1_000_000


@router.get("/evaluations", operation_id="listEvaluations", response_model=EvaluationList)
def get_evaluations(
    access: Reader,
    session: Db,
    *,
    period: PeriodName = "",
    kind: Evaluated | None = None,
    state: EvaluationStateName | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
) -> EvaluationList:
    """Evaluations of the caller's units and projects, and what is published of all."""
    return evaluations_shown(
        session.connection(), access, period=period, kind=kind or "", state=state or "", limit=limit, offset=offset
    )


@router.get("/evaluations/{evaluation_id}", operation_id="getEvaluation", response_model=EvaluationDetail)
def get_evaluation(evaluation_id: Id, access: Reader, services: Given, session: Db) -> EvaluationDetail:
    """One evaluation with parts, forms, approvals, objections and timeline; the assessed do not learn who judged."""
    return evaluation_detail(session.connection(), evaluation_id, access, now_ms=to_ms(services.wall()))


@router.get("/evaluation-forms", operation_id="listOwnForms", response_model=OwnForms)
def get_forms(access: Filler, services: Given, session: Db) -> OwnForms:
    """Forms that the caller is responsible for."""
    return own_forms(session.connection(), access, now_ms=to_ms(services.wall()))


@router.get("/evaluation-forms/{form_id}", operation_id="getForm", response_model=OwnForm)
def get_form(form_id: Id, access: Filler, services: Given, session: Db) -> OwnForm:
    """A form that the caller may fill in, with what it asks."""
    connection = session.connection()
    form = load_form(connection, form_id)
    if form is None:
        raise absent("form", str(form_id))
    one = held_evaluation(connection, form.evaluation)
    now_ms = to_ms(services.wall())
    people = people_near(connection, one, now_ms=now_ms, filler=form.filler, person=access.username)
    try:
        filler_role(form, one, people, person=access.username)
    except ScoringRefused as refused:
        raise absent("form", str(form_id)) from refused
    return form_shown(connection, form, now_ms=now_ms)


@router.post("/evaluation-forms/{form_id}", operation_id="submitForm", response_model=OwnForm, responses=RESPONSES)
def post_form(form_id: Id, given: PointsGiven, access: Filler, services: Given) -> OwnForm:
    """Hand in points 0-100 for every leaf that is not measured; while forms are collected, again as often as needed."""
    wall_ms = to_ms(services.wall())
    with (
        recorded(services, access, action="evaluation.file", object_=f"form/{form_id}"),
        writing(services.engine) as connection,
    ):
        form = act_evaluated.submit_form(
            connection, form_id, given.points, person=access.username, remark=given.remark, now_ms=wall_ms
        )
    with reading(services.engine) as connection:
        return form_shown(connection, form, now_ms=wall_ms)


@router.post(
    "/evaluations/approve", operation_id="approveEvaluations", response_model=ApprovedList, responses=RESPONSES
)
def post_approvals(given: ApprovalsGiven, access: Approver, services: Given) -> ApprovedList:
    """Approve several at the level that waits; one that is refused stops no other, and is recorded."""
    results = [_approved(number, access, services) for number in dict.fromkeys(given.evaluations)]
    return ApprovedList(done=sum(1 for one in results if one.refused is None), results=results)


@router.post(
    "/evaluations/{evaluation_id}/return",
    operation_id="returnEvaluation",
    response_model=EvaluationDetail,
    responses=RESPONSES,
)
def post_return(evaluation_id: Id, given: ReasonGiven, access: Approver, services: Given) -> EvaluationDetail:
    """Return it with the reason: forms are collected anew, and all levels approve anew."""

    def do(connection: Connection, number: int, **more: Any) -> Any:
        return act_evaluated.give_back(connection, number, seats=seats_over(access), reason=given.reason, **more)

    return _do(evaluation_id, access, services, do, action="evaluation.return")


@router.post(
    "/evaluations/{evaluation_id}/publish",
    operation_id="publishEvaluation",
    response_model=EvaluationDetail,
    responses=RESPONSES,
)
def post_publish(evaluation_id: Id, access: Approver, services: Given) -> EvaluationDetail:
    """Publish what every level approved, today instead of the next morning."""

    def do(connection: Connection, number: int, *, person: str, now_ms: int) -> None:
        lock_head(connection)
        seats = seats_over(access)
        if "leader" not in seats:
            raise ScoringRefused(
                "not_yours", Text(zh="公示由分管领导决定", en="publishing is the leader's"), where="actor.role",
                expected=Text(zh="分管领导", en="a leader of the district"),
            )  # fmt: skip
        one = held_evaluation(connection, number)
        if person in act_evaluated.barred_of(connection, one, now_ms=now_ms):
            raise own("公示", "publish")
        publish_approved(connection, [one], doing=Doing(wall_ms=now_ms, actor=person, seat="leader"))

    return _do(evaluation_id, access, services, do, action="evaluation.publish")


@router.post(
    "/evaluations/{evaluation_id}/objections",
    operation_id="objectToEvaluation",
    status_code=201,
    response_model=EvaluationDetail,
    responses=RESPONSES,
)
def post_objection(
    evaluation_id: Id, given: ReasonGiven, access: Annotated[Access, allow("object_evaluations")], services: Given
) -> EvaluationDetail:
    """Object to a published result, for the assessed, while the publication lasts."""

    def do(connection: Connection, number: int, **more: Any) -> int:
        return act_evaluated.object_to(connection, number, text=given.reason, **more)

    return _do(evaluation_id, access, services, do, action="evaluation.object")


@router.post(
    "/objections/{objection_id}/answer",
    operation_id="answerObjection",
    response_model=EvaluationDetail,
    responses=RESPONSES,
)
def post_answer(objection_id: Id, given: ObjectionAnswered, access: Approver, services: Given) -> EvaluationDetail:
    """Answer an objection, by somebody who neither objected nor approved the result nor works for the assessed."""
    with reading(services.engine) as connection:
        row = objection_row(connection, objection_id)
    if row is None:
        raise absent("objection", str(objection_id))

    def do(connection: Connection, _number: int, **more: Any) -> Any:
        seats = seats_over(access)
        return act_evaluated.answer(
            connection, objection_id, seats=seats, upheld=given.upheld, text=given.answer, **more
        )

    return _do(row.evaluation, access, services, do, action="evaluation.answer")


@router.get("/evaluation-policy", operation_id="getEvaluationPolicy", response_model=PolicyShown)
def get_policy(access: Reader, session: Db) -> PolicyShown:
    """The policy for what is opened from now on."""
    found = policy_in_force(session.connection())
    return PolicyShown(version=found.version, document=spelled(found))


@router.put("/evaluation-policy", operation_id="putEvaluationPolicy", response_model=PolicyShown, responses=RESPONSES)
def put_evaluation_policy(
    given: PolicyGiven, access: Annotated[Access, allow("set_evaluation_policy")], services: Given
) -> PolicyShown:
    """Set the policy for what is opened from now on: what is open or past is judged by its own."""
    with (
        recorded(services, access, action="evaluation.policy", object_="evaluation_policy"),
        writing(services.engine) as connection,
    ):
        if not district_wide(access.grants):
            raise ScoringRefused(
                "not_yours", Text(zh="评价办法由区级设定", en="the policy is the district's"), where="actor.role",
                expected=Text(zh="区级分管领导", en="a leader of the whole district"),
            )  # fmt: skip
        found = put_policy(
            connection, given.document, reason=given.reason, by=access.username, now_ms=to_ms(services.wall())
        )
    return PolicyShown(version=found.version, document=spelled(found))


def _approved(number: int, access: Access, services: Services) -> ApprovedOne:
    try:
        with (
            recorded(services, access, action="evaluation.approve", object_=f"evaluation/{number}"),
            writing(services.engine) as connection,
        ):
            seen_evaluation(connection, number, access)
            act_evaluated.approve(
                connection, number, person=access.username, seats=seats_over(access), now_ms=to_ms(services.wall())
            )
    except ApiError as error:
        if isinstance(error.__cause__, ScoringRefused):
            return ApprovedOne(evaluation=number, refused=text_of(error.__cause__.text))
        raise
    return ApprovedOne(evaluation=number, refused=None)


def _do(number: int, access: Access, services: Services, act: Callable[..., Any], *, action: str) -> EvaluationDetail:
    wall_ms = to_ms(services.wall())
    with (
        recorded(services, access, action=action, object_=f"evaluation/{number}"),
        writing(services.engine) as connection,
    ):
        seen_evaluation(connection, number, access)
        act(connection, number, person=access.username, now_ms=wall_ms)
    with reading(services.engine) as connection:
        return evaluation_detail(connection, number, access, now_ms=wall_ms)
