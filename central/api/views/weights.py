"""Nodes, questionnaires and results as the caller may see them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from central.api.access import Access
from central.api.policy import ACTIONS, district_wide
from central.api.schemas import Named, Text
from central.api.weight_schemas import (
    ExpertShown,
    ExpertState,
    ExpertWeightsShown,
    JudgementShown,
    NodeState,
    PairShown,
    QuestionnaireShown,
    WeighingNodeShown,
    WeightShown,
    WeightsWhy,
)
from central.scoring.ahp import CR_MAX, DISAGREEMENT_MAX, RANDOM_INDEX
from central.scoring.questionnaire import (
    Criterion,
    ExpertWeights,
    GroupWeights,
    Opinion,
    contradiction,
    pairs_of,
    standing,
)
from central.scoring.weight_document import read_weights
from central.store.instants import from_ms
from central.store.read_judgements import Expert, Frozen, WeighingNode, opinions_of, voices_of

OUTSIDERS = frozenset({"third_party"})
SEE_NAMES = ACTIONS["weigh"] | {"auditor", "discipline"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How much of a node the caller sees: names of the experts, and what they said before it is frozen."""

    names: bool
    before: bool


def reaches_node(access: Access, node: WeighingNode) -> bool:
    """Whether the caller may know of the node: the district's weights are everybody's, a unit's are the unit's and the
    district's, and who is asked sees what he is asked."""
    common = common_units(access)
    return common is None or node.unit in common or node.asks(access.username)


def common_units(access: Access) -> list[str] | None:
    """Units whose nodes the caller may know of though not asked ('' = the district's own); None = all. Who is from
    outside sees only what he is asked."""
    inside = tuple(grant for grant in access.grants if grant.role not in OUTSIDERS)
    if district_wide(inside):
        return None
    return ["", *(grant.scope for grant in inside if grant.kind == "unit")] if inside else []


def organises(access: Access, unit: str) -> bool:
    """Whether the caller's grants (of an action that organises) reach the nodes of this unit ('' = the district)."""
    return district_wide(access.grants) or (unit != "" and unit in _units(access))


def sight_of(access: Access, node: WeighingNode) -> Sight:
    """What the caller sees of a node that he may know of."""
    granted = [g for g in access.grants if g.role in SEE_NAMES]
    near = any(g.kind == "district" or (g.kind == "unit" and g.scope == node.unit) for g in granted)
    asked = any(expert.person == access.username for expert in node.experts)
    return Sight(names=near, before=near and not asked)


def node_shown(connection: Connection, node: WeighingNode, *, sight: Sight) -> WeighingNodeShown:
    """A version of a node."""
    opinions = opinions_of(connection, node)
    state, reason, group = _standing(node, opinions)
    visible = node.frozen is not None or sight.before
    return WeighingNodeShown(
        id=node.id,
        name=Text.model_validate(node.name),
        unit=node.unit,
        version=node.version,
        newest=node.newest,
        state=state,
        reason=reason,
        criteria=[_named(one) for one in node.criteria],
        opened_by=node.opened_by,
        opened_at=from_ms(node.opened_ms),
        experts=[_expert(node, e, opinions.get(e.person), sight=sight, visible=visible) for e in _in_order(node)],
        why=why_shown(group, node.frozen, names=sight.names) if group is not None and visible else None,
    )


def why_shown(group: GroupWeights, frozen: Frozen | None, *, names: bool) -> WeightsWhy:
    """The whole derivation; experts without names unless the caller may see them."""
    return WeightsWhy(
        weights=_weights(group.criteria, group.weights),
        matrix=[list(row) for row in group.matrix],
        lambda_max=group.lambda_max,
        ci=group.ci,
        ri=group.ri,
        cr=group.cr,
        cr_max=CR_MAX,
        random_index=list(RANDOM_INDEX),
        disagreement=group.disagreement,
        disagreement_max=DISAGREEMENT_MAX,
        apart=[_named(group.criteria[place]) for place in group.cell],
        experts=[
            ExpertWeightsShown(
                person=one.person if names else label,
                share=one.share,
                weights=list(one.weights),
                lambda_max=one.lambda_max,
                ci=one.ci,
                cr=one.cr,
                distance=one.distance,
                judgements=[JudgementShown(first=i, second=j, says=said) for i, j, said in one.says],
            )
            for label, one in _labelled(group)
        ],
        note=frozen.note if frozen else "",
        sha256=frozen.sha256 if frozen else None,
        frozen_by=frozen.by if frozen else None,
        frozen_at=from_ms(frozen.at_ms) if frozen else None,
    )


def questionnaire_shown(connection: Connection, node: WeighingNode, person: str) -> QuestionnaireShown:
    """What one expert is asked and has said."""
    opinion = opinions_of(connection, node)[person]
    found = opinion.priorities
    wrong = None if found is None or found.consistent else contradiction(node.criteria, opinion)
    agrees = dict(zip(wrong.pairs, wrong.would_agree, strict=True)) if wrong else {}
    pairs = pairs_of(opinion.size)
    return QuestionnaireShown(
        node=Named(id=node.id, name=Text.model_validate(node.name)),
        version=node.version,
        person=person,
        frozen=node.frozen is not None,
        answered=len(pairs) - len(opinion.missing),
        needed=len(pairs),
        pairs=[
            PairShown(
                first=_named(node.criteria[i]),
                second=_named(node.criteria[j]),
                places=[i, j],
                says=opinion.says.get((i, j)),
                agrees=agrees.get((i, j)),
            )
            for i, j in pairs
        ],
        weights=None if found is None else _weights(node.criteria, found.weights),
        cr=None if found is None else found.cr,
        cr_max=CR_MAX,
        returned=None if wrong is None else Text.model_validate(wrong.text),
    )


def _standing(node: WeighingNode, opinions: Mapping[str, Opinion]) -> tuple[NodeState, Text, GroupWeights | None]:
    if node.frozen is not None:
        return "frozen", Text(zh="已定稿", en="frozen"), read_weights(node.frozen.body)
    found = standing(node.id, node.version, node.criteria, voices_of(node, opinions))
    return found.state, Text.model_validate(found.reason), found.group


def _expert(node: WeighingNode, expert: Expert, opinion: Opinion | None, *, sight: Sight, visible: bool) -> ExpertShown:
    needed = len(pairs_of(len(node.criteria)))
    found = opinion.priorities if opinion else None
    return ExpertShown(
        person=expert.person if sight.names else _label(node, expert.person),
        weight=expert.weight,
        state=_expert_state(opinion),
        answered=needed - len(opinion.missing) if opinion else 0,
        needed=needed,
        cr=found.cr if found is not None and visible else None,
        reason=expert.reason if sight.names else "",
    )


def _expert_state(opinion: Opinion | None) -> ExpertState:
    if opinion is None:
        return "released"
    if opinion.missing:
        return "asked"
    return "sound" if opinion.consistent else "returned"


def _in_order(node: WeighingNode) -> list[Expert]:
    return sorted(node.experts, key=lambda expert: _veil(node.id, node.version, expert.person))


def _label(node: WeighingNode, person: str) -> str:
    return f"专家 {[expert.person for expert in _in_order(node)].index(person) + 1}"


def _labelled(group: GroupWeights) -> list[tuple[str, ExpertWeights]]:
    ordered = sorted(group.experts, key=lambda one: _veil(group.node, group.version, one.person))
    return [(f"专家 {number}", one) for number, one in enumerate(ordered, 1)]


def _veil(node: str, version: int, person: str) -> str:
    """An order that says nothing of the names."""
    return hashlib.sha256(f"{node}/{version}/{person}".encode()).hexdigest()


def _weights(criteria: Sequence[Criterion], weights: Sequence[float]) -> list[WeightShown]:
    return [WeightShown(criterion=_named(c), weight=w) for c, w in zip(criteria, weights, strict=True)]


def _named(criterion: Criterion) -> Named:
    return Named(id=criterion.id, name=Text.model_validate(criterion.name))


def _units(access: Access) -> list[str]:
    return [grant.scope for grant in access.grants if grant.kind == "unit"]
