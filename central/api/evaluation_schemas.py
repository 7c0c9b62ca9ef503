"""What the API takes and answers about tasks, evaluations and what follows. Answers have every field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from central.api.acting import Day, Line, Note, Number
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Grade, Level, Sha256, Text

IDS_MAX = 500
Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Reasoned = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
LeafId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
TaskStateName = Literal["published", "underway", "submitted", "done", "unmet", "cancelled"]
EvaluationStateName = Literal["collecting", "composed", "approved", "published", "final"]
FormKind = Literal["self", "peer", "dept", "finance", "third"]
Evaluated = Literal["unit", "project", "person"]
FollowUp = Literal["not_begun", "overdue", "ordered", "mending", "evidence", "mended", "waived"]


# --- tasks ------------------------------------------------------------------------------------------------------------


class TaskGiven(Asked):
    """A task besides the month's list: one person of the caller's unit, until a day."""

    title: Line
    person: Line
    unit: Line
    start: Day
    due: Day
    parent: Annotated[int | None, Field(ge=1, lt=1 << 31)] = None


class ProgressGiven(Asked):
    """How far a task is, 0-9999: what is done is submitted and confirmed by another."""

    progress_bp: Annotated[int, Field(ge=0, lt=10_000)]
    note: Note = ""


class NoteGiven(Asked):
    """Words for the timeline."""

    note: Note = ""


class TaskShown(Answer):
    """A task; `level` is its colour today, null on its way; `follows` what measures it by itself, '' = its person."""

    id: int
    month: str
    source: str
    parent: str
    title: Text
    unit: str
    project: str | None
    person: str
    start: date
    due: date
    state: TaskStateName
    word: Text
    progress_bp: int
    late_days: int
    level: Level | None
    follows: Literal["gap", "goal", "rectification", ""]
    ended_on: date | None


class TaskList(Answer):
    """A page of tasks by due day; `total` without paging."""

    total: int
    tasks: list[TaskShown]


class TaskEventShown(Answer):
    """One act on a task."""

    at: datetime
    actor: str
    event: str
    before: str
    after: str
    progress_bp: int
    note: str


class TaskWeek(Answer):
    """Where a task stood on a Monday at 08:00."""

    week: date
    state: str
    progress_bp: int
    late_days: int
    level: Level | None


class TaskDetail(TaskShown):
    """A task with its timeline and its Mondays."""

    timeline: list[TaskEventShown]
    weeks: list[TaskWeek]


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


class DecisionGiven(Asked):
    """What the meeting decided about an issue: one person of one of its departments does it until a day."""

    issue: Annotated[str, Field(pattern=r"^case/[0-9]{1,18}$")]
    decision: Reasoned
    unit: Line
    person: Line
    due: Day


# --- evaluations ------------------------------------------------------------------------------------------------------


class PartShown(Answer):
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


class FormShown(Answer):
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
    """An evaluation with its parts, forms, approvals, objections and timeline."""

    policy: int
    sheet: str | None
    parts: list[PartShown]
    missing: list[str]
    discrepancies: list[DiscrepancyShown]
    forms: list[FormShown]
    approvals: list[ApprovalShown]
    objections: list[ObjectionShown]
    timeline: list[EvaluationEventShown]


class AskedLeaf(Answer):
    """A leaf of a form, judged with points 0-100; `given` what was handed in last."""

    id: str
    name: Text
    weight: float
    basis: str
    given: float | None


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
    """Points 0-100 for every leaf of a form, by the leaf's id."""

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


class AnswerGiven(Asked):
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


# --- what follows -----------------------------------------------------------------------------------------------------


class BulletinItemShown(Answer):
    """Something told of a unit with what became of it."""

    id: int
    kind: Literal["evaluation", "report", "quality"]
    period: str
    unit: str
    project: str | None
    text: Text
    told_on: date
    state: FollowUp
    word: Text
    rectification: int | None
    waived_by: str
    waived_reason: str


class BulletinItems(Answer):
    """A page of items, newest first."""

    items: list[BulletinItemShown]


class FindingGiven(Asked):
    """What audit found of a project."""

    title: Line
    text: Note = ""
    severity: Literal["minor", "serious", "grave"]
    basis: Line
    found_on: Day


class FindingShown(Answer):
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


class ThirdGiven(Asked):
    """A third party's report: points for decision, process, output and benefit, and the digest of its file."""

    points: Annotated[dict[LeafId, Points], Field(min_length=1, max_length=20)]
    file: Sha256
    signer: Line
    signed_on: Day
    note: Note = ""


class ThirdShown(Answer):
    """A third party's report of a month."""

    id: int
    month: str
    total: float | None
    grade: Grade | None
    sheet: str
    file: Sha256
    signer: str
    signed_on: date
    note: str
    uploaded_by: str
    uploaded_at: datetime


class ThirdReports(Answer):
    """Reports of a project, newest first; `leaves` is what the next one is asked."""

    reports: list[ThirdShown]
    leaves: list[AskedLeaf]


class FileKept(Answer):
    """A file is kept; putting it again changes nothing."""

    sha256: Sha256
    bytes: int


class TransferGiven(Asked):
    """A project is to go to another unit on a day to come."""

    to_unit: Line
    effective_on: Day
    reason: Reasoned


class TransferShown(Answer):
    """A transfer; in force from its day once both units have signed."""

    id: int
    project: str
    from_unit: str
    to_unit: str
    effective_on: date
    state: Literal["asked", "signed", "refused", "withdrawn"]
    from_signed_by: str
    to_signed_by: str


class Transfers(Answer):
    """Transfers of a project, first to last, and the unit that answers today."""

    unit: str
    transfers: list[TransferShown]


class ArtefactShown(Answer):
    """The budget, monitoring or evaluation of a project-year."""

    year: int
    kind: Literal["budget", "monitoring", "evaluation"]
    sha256: Sha256
    made_at: datetime
    document: dict[str, JsonValue]


class ProjectTab(Answer):
    """What the project is and where it stands."""

    id: str
    name: Text
    unit: str
    budget_fen: int | None = Field(description="null for who may not read money")
    plan_version: int
    start: date
    finish: date
    artefacts: list[ArtefactShown]


class Oversight(Answer):
    """项目+绩效+审计: three tabs on one project; null where the caller's role may not read it."""

    project: ProjectTab
    performance: list[EvaluationShown] | None
    third: list[ThirdShown] | None
    audit: list[FindingShown] | None
