"""Weights by the judgement of experts: nodes, invitations, questionnaires, results and why they are what they are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.acting import Number
from central.api.errors import absent
from central.api.mending_refusals import RESPONSES
from central.api.refused_acts import recorded
from central.api.services import Db, Given
from central.api.views.weights import (
    Sight,
    common_units,
    node_shown,
    organises,
    questionnaire_shown,
    reaches_node,
    sight_of,
)
from central.api.weight_schemas import (
    AnswersGiven,
    CriterionGiven,
    ExpertGiven,
    FreezeGiven,
    NodeGiven,
    QuestionnaireShown,
    ReleaseGiven,
    VersionGiven,
    WeighingNodes,
    WeighingNodeShown,
)
from central.domain import Text
from central.scoring.questionnaire import Criterion, Pair
from central.scoring.refused import ScoringRefused
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_judgements import WeighingNode, node_ids, weighing_node
from central.store.save_judgements import answer, ask_again, freeze, invite, open_node, release

router = APIRouter(prefix="/weights", tags=["weights"])
Reader = Annotated[Access, allow("read_weights")]
Expert = Annotated[Access, allow("judge_weights")]
Desk = Annotated[Access, allow("weigh")]
NodeId = Annotated[str, Path(max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
PersonName = Annotated[str, Path(max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
Version = Annotated[Number | None, Query(description="the newest unless told")]
PAGE_MAX = 50
_ALL = Sight(names=True, before=True)


@router.get("", operation_id="listWeights", response_model=WeighingNodes)
def get_nodes(
    access: Reader,
    session: Db,
    after: Annotated[str, Query(max_length=63, pattern=r"^[A-Za-z0-9._-]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 20,
) -> WeighingNodes:
    """Nodes of the district and of the caller's units, and those where the caller is asked."""
    connection = session.connection()
    ids = node_ids(connection, units=common_units(access), person=access.username, after=after, limit=limit + 1)
    found = [node for node in (weighing_node(connection, key) for key in ids[:limit]) if node is not None]
    return WeighingNodes(
        nodes=[node_shown(connection, node, sight=sight_of(access, node)) for node in found],
        next=ids[limit - 1] if len(ids) > limit else None,
    )


@router.post("", operation_id="openWeights", status_code=201, response_model=WeighingNodeShown, responses=RESPONSES)
def post_node(given: NodeGiven, access: Desk, services: Given) -> WeighingNodeShown:
    """Open a node: 2 to 9 criteria, for the district or a unit that the caller organises."""
    with _act(services, access, "weights.open", given.id), writing(services.engine) as connection:
        if not organises(access, given.unit):
            raise ScoringRefused(
                "not_yours",
                Text(zh=f"单位 {given.unit or '全区'}", en=f"unit {given.unit or 'the whole district'!r}"),
                where="unit",
                expected=Text(zh="本人组织征询的单位", en="a unit that the caller organises"),
            )
        node = open_node(
            connection,
            given.id,
            name=Text(zh=given.name.zh, en=given.name.en),
            unit=given.unit,
            criteria=_criteria(given.criteria),
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return node_shown(connection, node, sight=_ALL)


@router.get("/{node}", operation_id="getWeights", response_model=WeighingNodeShown)
def get_node(node: NodeId, access: Reader, session: Db, version: Version = None) -> WeighingNodeShown:
    """A version of a node, with the whole derivation of its weights once they are frozen."""
    found = weighing_node(session.connection(), node, version)
    if found is None or not reaches_node(access, found):
        raise absent("node", node)
    return node_shown(session.connection(), found, sight=sight_of(access, found))


@router.post(
    "/{node}/versions",
    operation_id="askWeightsAgain",
    status_code=201,
    response_model=WeighingNodeShown,
    responses=RESPONSES,
)
def post_version(node: NodeId, given: VersionGiven, access: Desk, services: Given) -> WeighingNodeShown:
    """Ask again as the next version; what is frozen stays what it is."""
    criteria = None if given.criteria is None else _criteria(given.criteria)
    with _act(services, access, "weights.open", node), writing(services.engine) as connection:
        _organised(connection, access, node)
        found = ask_again(connection, node, criteria=criteria, by=access.username, now_ms=to_ms(services.wall()))
        return node_shown(connection, found, sight=_ALL)


@router.post("/{node}/experts", operation_id="inviteExpert", response_model=WeighingNodeShown, responses=RESPONSES)
def post_expert(node: NodeId, given: ExpertGiven, access: Desk, services: Given) -> WeighingNodeShown:
    """Ask an expert; never oneself."""
    with _act(services, access, "weights.invite", node), writing(services.engine) as connection:
        _organised(connection, access, node)
        found = invite(
            connection, node, given.person, weight=given.weight, by=access.username, now_ms=to_ms(services.wall())
        )
        return node_shown(connection, found, sight=sight_of(access, found))


@router.post(
    "/{node}/experts/{person}/release",
    operation_id="releaseExpert",
    response_model=WeighingNodeShown,
    responses=RESPONSES,
)
def post_release(
    node: NodeId, person: PersonName, given: ReleaseGiven, access: Desk, services: Given
) -> WeighingNodeShown:
    """Ask an expert no longer, with the reason."""
    with _act(services, access, "weights.release", node), writing(services.engine) as connection:
        _organised(connection, access, node)
        found = release(
            connection, node, person, reason=given.reason, by=access.username, now_ms=to_ms(services.wall())
        )
        return node_shown(connection, found, sight=sight_of(access, found))


@router.get("/{node}/questionnaire", operation_id="getQuestionnaire", response_model=QuestionnaireShown)
def get_questionnaire(node: NodeId, access: Expert, session: Db) -> QuestionnaireShown:
    """The caller's own questionnaire of the newest version: nobody sees another's answers before they are frozen."""
    found = weighing_node(session.connection(), node)
    if found is None or not found.asks(access.username):
        raise absent("node", node)
    return questionnaire_shown(session.connection(), found, access.username)


@router.put(
    "/{node}/answers/{person}", operation_id="putAnswers", response_model=QuestionnaireShown, responses=RESPONSES
)
def put_answers(
    node: NodeId, person: PersonName, given: AnswersGiven, access: Expert, services: Given
) -> QuestionnaireShown:
    """Answer some or all questions; only one's own, until the weights are frozen. Contradictions come back in words."""
    with _act(services, access, "weights.answer", node), writing(services.engine) as connection:
        known = weighing_node(connection, node)
        if known is None or not (reaches_node(access, known)):
            raise absent("node", node)
        says = _says(given)
        found = answer(connection, node, person, says, by=access.username, now_ms=to_ms(services.wall()))
        return questionnaire_shown(connection, found, person)


@router.post("/{node}/freeze", operation_id="freezeWeights", response_model=WeighingNodeShown, responses=RESPONSES)
def post_freeze(node: NodeId, given: FreezeGiven, access: Desk, services: Given) -> WeighingNodeShown:
    """Fix the weights for ever: all answered, each and all consistent; a note where the experts are far apart."""
    with _act(services, access, "weights.freeze", node), writing(services.engine) as connection:
        _organised(connection, access, node)
        freeze(connection, node, note=given.note, by=access.username, now_ms=to_ms(services.wall()))
        found = _organised(connection, access, node)
        return node_shown(connection, found, sight=sight_of(access, found))


def _act(services: Given, access: Access, action: str, node: str) -> AbstractContextManager[None]:
    return recorded(services, access, action=action, object_=f"weights/{node}")


def _organised(connection: Connection, access: Access, node: str) -> WeighingNode:
    found = weighing_node(connection, node)
    if found is None or not organises(access, found.unit):
        raise absent("node", node)
    return found


def _criteria(given: list[CriterionGiven]) -> tuple[Criterion, ...]:
    return tuple(Criterion(id=one.id, name=Text(zh=one.name.zh, en=one.name.en)) for one in given)


def _says(given: AnswersGiven) -> dict[Pair, int]:
    found: dict[Pair, int] = {}
    for one in given.answers:
        if found.setdefault((one.first, one.second), one.says) != one.says:
            raise ScoringRefused(
                "unknown",
                Text(zh=f"比较 ({one.first}, {one.second}) 有两个答案", en=f"two answers to {one.first}, {one.second}"),
                where="answers",
                expected=Text(zh="每对一个答案", en="one answer a pair"),
            )
    return found
