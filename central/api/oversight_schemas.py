"""What the API takes and answers about what follows an evaluation: told items, third parties, transfers, oversight."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from central.api.acting import Day, Line, Note, Reasoned
from central.api.evaluation_schemas import AskedLeaf, AuditFindingShown, EvaluationShown, LeafId, Points
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Grade, Sha256, Text

FollowUp = Literal["not_begun", "overdue", "ordered", "mending", "evidence", "mended", "waived"]


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
    audit: list[AuditFindingShown] | None
