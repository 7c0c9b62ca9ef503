"""What the API takes and answers about weights: nodes, questionnaires, results. Same rules as `schemas`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.acting import Id, Line, Note
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Named, Sha256, Text
from central.scoring.questionnaire import CRITERIA_MAX, CRITERIA_MIN, EXPERT_WEIGHT_MAX

Place = Annotated[int, Field(ge=0, lt=CRITERIA_MAX)]
Says = Annotated[int, Field(ge=-9, le=9)]
Person = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
NodeState = Literal["incomplete", "returned", "inconsistent", "discuss", "agreed", "frozen"]
ExpertState = Literal["asked", "returned", "sound", "released"]


class GivenName(Asked):
    """A name in both languages."""

    zh: Line
    en: Line


class CriterionGiven(Asked):
    """One of the things that are weighed against each other."""

    id: Id
    name: GivenName


class NodeGiven(Asked):
    """A new node: what is weighed, for which unit ('' = the district)."""

    id: Id
    name: GivenName
    unit: Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    criteria: Annotated[list[CriterionGiven], Field(min_length=CRITERIA_MIN, max_length=CRITERIA_MAX)]


class VersionGiven(Asked):
    """Ask again: other criteria, or null = the same."""

    criteria: Annotated[list[CriterionGiven], Field(min_length=CRITERIA_MIN, max_length=CRITERIA_MAX)] | None = None


class ExpertGiven(Asked):
    """An expert by user name; `weight` of his voice relative to the others'."""

    person: Person
    weight: Annotated[int, Field(ge=1, le=EXPERT_WEIGHT_MAX)] = 1


class ReleaseGiven(Asked):
    """Why somebody is asked no longer."""

    reason: Note


class PairAnswered(Asked):
    """`first` against `second` (places of the criteria, from 0): 3 = the first is three times as important, -3 = the
    second; 1 = alike. 0 and -1 are no judgements."""

    first: Place
    second: Place
    says: Says


class AnswersGiven(Asked):
    """Some or all answers; those given before and not given here stay."""

    answers: Annotated[list[PairAnswered], Field(min_length=1, max_length=CRITERIA_MAX * CRITERIA_MAX)]


class FreezeGiven(Asked):
    """What was discussed; needed where the experts are too far apart."""

    note: Note = ""


class ExpertShown(Answer):
    """Who is asked and how far he is. Whoever may not see names reads 专家 1, 专家 2, …; `cr` null until all is said
    (and always for those who may not see it yet)."""

    person: str
    weight: int
    state: ExpertState
    answered: int
    needed: int
    cr: float | None
    reason: str


class WeightShown(Answer):
    """A criterion and its weight."""

    criterion: Named
    weight: float


class JudgementShown(Answer):
    """One judgement, as in PairAnswered."""

    first: int
    second: int
    says: int


class ExpertWeightsShown(Answer):
    """What one expert alone would weigh. `distance` = geometric standard deviation of his judgements around the
    group's, 1 = the same; `share` of the group's judgement."""

    person: str
    share: float
    weights: list[float]
    lambda_max: float
    ci: float
    cr: float
    distance: float
    judgements: list[JudgementShown]


class WeightsWhy(Answer):
    """Why the weights are what they are. CI = (lambda_max - n) / (n - 1), CR = CI / RI(n), RI from `random_index`
    (Saaty, n = 1..9). `disagreement` = the largest geometric standard deviation of a pair over the experts, at `apart`.
    """

    weights: list[WeightShown]
    matrix: list[list[float]]
    lambda_max: float
    ci: float
    ri: float
    cr: float
    cr_max: float
    random_index: list[float]
    disagreement: float
    disagreement_max: float
    apart: list[Named]
    experts: list[ExpertWeightsShown]
    note: str
    sha256: Sha256 | None
    frozen_by: str | None
    frozen_at: datetime | None


class WeighingNodeShown(Answer):
    """A version of a node: what is asked of whom, where it stands with the reason, and `why` once it is frozen (before,
    for those who organise it and are not asked)."""

    id: str
    name: Text
    unit: str
    version: int
    newest: int
    state: NodeState
    reason: Text
    criteria: list[Named]
    opened_by: str
    opened_at: datetime
    experts: list[ExpertShown]
    why: WeightsWhy | None


class WeighingNodes(Answer):
    """Nodes by id; `next` = the `after` of the next page, null at the end."""

    nodes: list[WeighingNodeShown]
    next: str | None


class PairShown(Answer):
    """A question and what was answered; null = not yet. `agrees` = what would agree best with the other two of the
    three judgements that contradict each other most; null where nothing is wrong with it."""

    first: Named
    second: Named
    places: list[int]
    says: int | None
    agrees: int | None


class QuestionnaireShown(Answer):
    """One expert's own questionnaire. `returned` says in words which three judgements contradict each other, while CR
    is not below `cr_max`."""

    node: Named
    version: int
    person: str
    frozen: bool
    answered: int
    needed: int
    pairs: list[PairShown]
    weights: list[WeightShown] | None
    cr: float | None
    cr_max: float
    returned: Text | None
