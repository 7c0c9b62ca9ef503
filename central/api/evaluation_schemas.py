"""What the API takes and answers about evaluations, the meeting that talks of them and what audit found.

Answers have every field.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from central.api.acting import Day, Line, Note, Number, Reasoned
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Grade, Level, Text

IDS_MAX = 500
Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
LeafId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
EvaluationStateName = Literal["collecting", "composed", "approved", "published", "final"]
FormKind = Literal["self", "peer", "dept", "finance", "third"]
EvaluationAct = Literal["approve", "return", "publish", "object"]
Evaluated = Literal["unit", "project", "person"]


class AgendaItemShown(Answer):
    """An issue between departments that waits; `tasks` are what meetings decided about it."""

    issue: str
    title: Text
    departments: list[str]
    project: str
    level: Level | None
    opened_on: date
    days: int
    tasks: list[int]


class Agenda(Answer):
    """What the joint meeting talks about, oldest first."""

    older_than_days: int
    items: list[AgendaItemShown]


class MeetingDecisionGiven(Asked):
    """What the meeting decided about an issue: one person of one of its departments does it until a day."""

    issue: Annotated[str, Field(pattern=r"^case/[0-9]{1,18}$")]
    decision: Reasoned
    unit: Line
    person: Line
    due: Day


class CompositePartShown(Answer):
    """A part of a composite: its mean, the weight the policy gives it, and the one it had with others missing."""

    kind: str
    name: Text
    score: float | None
    sheets: list[str]
    policy_bp: int
    weight: float
    points: float


class DiscrepancyShown(Answer):
    """Two voices more than ten points apart."""

    first: str
    second: str
    points: float


class ApprovalShown(Answer):
    """Who approved the present round."""

    level: int
    seat: str
    seat_word: Text
    person: str


class EvaluationShown(Answer):
    """An evaluation; its result is null until it was composed, and for whom it is not yet."""

    id: int
    subject_kind: Evaluated
    subject: str
    unit: str
    period: str
    state: EvaluationStateName
    word: Text
    round: int
    closes_at: datetime
    total: float | None
    grade: Grade | None
    published_on: date | None
    ends_on: date | None
    waits_for: list[str] = Field(description="roles whose approval is awaited now")


class EvaluationList(Answer):
    """A page of evaluations by period, kind and subject; `total` without paging."""

    total: int
    evaluations: list[EvaluationShown]


class EvaluationFormShown(Answer):
    """A form of an evaluation as the caller may see it: the assessed sees numbers in place of peers."""

    id: int | None
    kind: FormKind
    filler: str
    state: Literal["open", "submitted", "missed"]
    due_at: datetime
    sheet: str | None
    score: float | None


class ObjectionShown(Answer):
    """Something said against a published result."""

    id: int
    round: int
    text: str
    raised_by: str
    raised_at: datetime
    state: Literal["open", "rejected", "upheld", "superseded"]
    answer: str
    answered_by: str
    answered_at: datetime | None


class EvaluationEventShown(Answer):
    """One act on an evaluation; `actor` is '' where the caller may not know."""

    at: datetime
    round: int
    actor: str
    event: str
    before: str
    after: str
    detail: dict[str, JsonValue]


class EvaluationDetail(EvaluationShown):
    """An evaluation with its parts, forms, approvals, objections and timeline; `acts`: what the caller may do now."""

    policy: int
    sheet: str | None
    parts: list[CompositePartShown]
    missing: list[str]
    discrepancies: list[DiscrepancyShown]
    forms: list[EvaluationFormShown]
    approvals: list[ApprovalShown]
    objections: list[ObjectionShown]
    timeline: list[EvaluationEventShown]
    acts: list[EvaluationAct]


class AskedLeaf(Answer):
    """A leaf of a form, judged with points 0-100; `given` what was handed in last. One that is `measured` (percent;
    null = it is not) is not filled in."""

    id: str
    name: Text
    weight: float
    basis: str
    given: float | None
    measured: float | None


class OwnForm(Answer):
    """A form that the caller may fill in, with what it asks."""

    id: int
    evaluation: int
    subject_kind: Evaluated
    subject: str
    period: str
    kind: FormKind
    name: Text
    filler: str
    state: Literal["open", "submitted", "missed"]
    due_at: datetime
    leaves: list[AskedLeaf]


class OwnForms(Answer):
    """Forms that the caller is responsible for, by their last day."""

    forms: list[OwnForm]


class PointsGiven(Asked):
    """Points 0-100 for every leaf of a form that is not measured, by the leaf's id."""

    points: Annotated[dict[LeafId, Points], Field(min_length=1, max_length=80)]
    remark: Note = ""


class ApprovalsGiven(Asked):
    """Evaluations to approve together."""

    evaluations: Annotated[list[Number], Field(min_length=1, max_length=IDS_MAX)]


class ApprovedOne(Answer):
    """What became of one of several; `refused` null = approved."""

    evaluation: int
    refused: Text | None


class ApprovedList(Answer):
    """Each by itself: one that is refused stops no other."""

    done: int
    results: list[ApprovedOne]


class ReasonGiven(Asked):
    """Why, in words."""

    reason: Reasoned


class ObjectionAnswered(Asked):
    """The answer to an objection; upheld, everything is done anew."""

    upheld: bool
    answer: Reasoned


class PolicyGiven(Asked):
    """A policy for what is opened from now on: see GET for the shape."""

    document: dict[str, JsonValue]
    reason: Reasoned


class PolicyShown(Answer):
    """A version of the policy; 0 is the built-in one."""

    version: int
    document: dict[str, JsonValue]


class AuditFindingGiven(Asked):
    """What audit found of a project."""

    title: Line
    text: Note = ""
    severity: Literal["minor", "serious", "grave"]
    basis: Line
    found_on: Day


class AuditFindingShown(Answer):
    """A finding with the rectification that was made of it."""

    id: int
    title: str
    text: str
    severity: Literal["minor", "serious", "grave"]
    basis: str
    found_on: date
    found_by: str
    state: Literal["open", "closed"]
    rectification: int | None
    rectification_state: str | None
    closed_by: str
    remark: str
