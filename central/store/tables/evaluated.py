"""Cycles, tasks, evaluations, publication, objections."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial

APPEND_ONLY = ("evaluation_policy", "evaluation_result", "evaluation_event", "task_event", "task_snapshot",
               "year_artefact", "third_report_file")  # fmt: skip


class CycleOccasion(SQLModel, table=True):
    """An occasion of the year's calendar that was handled: each once, by (kind, key)."""

    __tablename__: ClassVar[str] = "cycle_occasion"
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    at: int = big(index=True)
    done_at: int = big()
    outcome: str = long_text()


class EvaluationPolicyRow(SQLModel, table=True):
    """A version of the policy: weights of parts, who approves. In force for what is opened after it was set."""

    __tablename__: ClassVar[str] = "evaluation_policy"
    version: int = Field(primary_key=True)
    document: str = long_text()
    sha256: str
    reason: str = long_text()
    set_by: str
    set_at: int = big()


class EvaluationRow(SQLModel, table=True):
    """An evaluation of a subject in a period and how far it is; what is final is changed by nobody."""

    __tablename__: ClassVar[str] = "evaluation"
    __table_args__ = (
        Index("uq_evaluation_subject", "subject_kind", "subject", "period", unique=True),
        Index("ix_evaluation_period", "period", "subject_kind"),
        Index("ix_evaluation_state", "state"),
    )
    id: int | None = serial()
    subject_kind: str
    subject: str
    unit: str = Field(index=True)
    period_kind: str
    period: str
    policy: int
    state: str
    round: int
    opened_at: int = big()
    closes_at: int = big()
    published_on: date | None = None
    ends_on: date | None = None
    final_at: int | None = big(default=None)


class EvaluationForm(SQLModel, table=True):
    """A form of a round: who is asked (`filler` a unit, '' = who holds the role; `person` the one responsible).

    `asks` is the set as canonical JSON of its sheet's kind; `sheet` what was handed in.
    """

    __tablename__: ClassVar[str] = "evaluation_form"
    __table_args__ = (Index("ix_evaluation_form_of", "evaluation", "round"), Index("ix_evaluation_form_state", "state"))
    id: int | None = serial()
    evaluation: int = big()
    round: int
    kind: str
    filler: str = Field(index=True)
    person: str = Field(index=True)
    state: str
    due_at: int = big()
    sheet: str = ""
    submitted_by: str = ""
    submitted_at: int | None = big(default=None)
    remark: str = long_text(default="")


class EvaluationResult(SQLModel, table=True):
    """What a round came to: `document` has parts, weights, sheets and flags as canonical JSON. Only added to."""

    __tablename__: ClassVar[str] = "evaluation_result"
    evaluation: int = big(primary_key=True)
    round: int = Field(primary_key=True)
    total: float | None = None
    grade: str | None = None
    document: str = long_text()
    sha256: str
    composed_at: int = big()


class EvaluationApproval(SQLModel, table=True):
    """A person approved a round at a level."""

    __tablename__: ClassVar[str] = "evaluation_approval"
    evaluation: int = big(primary_key=True)
    round: int = Field(primary_key=True)
    level: int = Field(primary_key=True)
    seat: str = Field(primary_key=True)
    person: str
    at: int = big()


class EvaluationEvent(SQLModel, table=True):
    """One act on an evaluation; only added to."""

    __tablename__: ClassVar[str] = "evaluation_event"
    __table_args__ = (Index("ix_evaluation_event_of", "evaluation", "id"),)
    id: int | None = serial()
    evaluation: int = big()
    round: int
    at: int = big()
    actor: str
    seat: str
    event: str
    before: str
    after: str
    detail_json: str = long_text()


class ObjectionRow(SQLModel, table=True):
    """Something said against a published result: `state` open, rejected or upheld."""

    __tablename__: ClassVar[str] = "evaluation_objection"
    __table_args__ = (Index("ix_evaluation_objection_of", "evaluation", "id"),)
    id: int | None = serial()
    evaluation: int = big()
    round: int
    text: str = long_text()
    raised_by: str
    raised_at: int = big()
    state: str
    answer: str = long_text(default="")
    answered_by: str = ""
    answered_at: int | None = big(default=None)


class TaskRow(SQLModel, table=True):
    """A task of a month with its one responsible person; (month, source) is published once."""

    __tablename__: ClassVar[str] = "task"
    __table_args__ = (
        Index("uq_task_source", "month", "source", unique=True),
        Index("ix_task_state", "state", "due"),
        Index("ix_task_project", "project", "id"),
    )
    id: int | None = serial()
    month: str
    source: str
    parent: str = ""
    title_zh: str = long_text()
    title_en: str = long_text()
    unit: str = Field(index=True)
    project: str = ""
    person: str = Field(index=True)
    start: date
    due: date
    follows: str = ""
    follows_ref: str = long_text(default="")
    state: str
    progress_bp: int
    published_at: int = big()
    ended_on: date | None = None
    told_by: str = ""
    confirmed_by: str = ""


class TaskEvent(SQLModel, table=True):
    """One act on a task; only added to."""

    __tablename__: ClassVar[str] = "task_event"
    __table_args__ = (Index("ix_task_event_of", "task", "id"),)
    id: int | None = serial()
    task: int = big()
    at: int = big()
    actor: str
    event: str
    before: str
    after: str
    progress_bp: int
    note: str = long_text(default="")


class TaskSnapshot(SQLModel, table=True):
    """Where a task stood on a Monday at 08:00 (`week`); `level` its colour or ''. Only added to."""

    __tablename__: ClassVar[str] = "task_snapshot"
    task: int = big(primary_key=True)
    week: date = Field(primary_key=True)
    state: str
    progress_bp: int
    late_days: int
    level: str
    taken_at: int = big()


class YearArtefact(SQLModel, table=True):
    """Of a project-year the budget, the monitoring and the evaluation (D34), each once, as canonical JSON."""

    __tablename__: ClassVar[str] = "year_artefact"
    project: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    document: str = long_text()
    sha256: str
    made_at: int = big()


class UnitTransfer(SQLModel, table=True):
    """A project goes from one unit to another: `state` asked, signed (in force from its day), refused or withdrawn."""

    __tablename__: ClassVar[str] = "unit_transfer"
    __table_args__ = (Index("ix_unit_transfer_project", "project", "id"),)
    id: int | None = serial()
    project: str
    from_unit: str
    to_unit: str
    effective_on: date
    reason: str = long_text()
    state: str
    asked_by: str
    asked_at: int = big()
    from_signed_by: str = ""
    from_signed_at: int | None = big(default=None)
    to_signed_by: str = ""
    to_signed_at: int | None = big(default=None)
    moved_at: int | None = big(default=None)
    remark: str = long_text(default="")


class ThirdReport(SQLModel, table=True):
    """A third party's signed report of a project's month with its score; a later one of the month follows it."""

    __tablename__: ClassVar[str] = "third_report"
    __table_args__ = (Index("ix_third_report_project", "project", "month", "id"),)
    id: int | None = serial()
    project: str
    month: str
    sheet: str
    file: str
    signer: str
    signed_on: date
    note: str = long_text(default="")
    uploaded_by: str
    uploaded_at: int = big()


class ThirdReportFile(SQLModel, table=True):
    """The bytes of a third party's report by their SHA-256; only added to."""

    __tablename__: ClassVar[str] = "third_report_file"
    sha256: str = Field(primary_key=True)
    project: str = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    media_type: str
    put_by: str
    put_at: int = big()


class AuditFinding(SQLModel, table=True):
    """What audit found of a project: `state` open, mending or closed; the rectification made of it has its origin."""

    __tablename__: ClassVar[str] = "audit_finding"
    __table_args__ = (Index("ix_audit_finding_project", "project", "id"),)
    id: int | None = serial()
    project: str
    unit: str
    title: str = long_text()
    text: str = long_text()
    severity: str
    basis: str = long_text()
    found_on: date
    found_by: str
    noted_at: int = big()
    state: str
    closed_by: str = ""
    closed_at: int | None = big(default=None)
    remark: str = long_text(default="")


class BulletinItem(SQLModel, table=True):
    """Something told of a unit that must be followed up: its rectification has the same `origin` (E33)."""

    __tablename__: ClassVar[str] = "bulletin_item"
    __table_args__ = (Index("uq_bulletin_item_origin", "origin", unique=True), Index("ix_bulletin_item_unit", "unit"))
    id: int | None = serial()
    kind: str
    period: str
    unit: str
    project: str = ""
    text_zh: str = long_text()
    text_en: str = long_text()
    origin: str
    told_on: date
    told_at: int = big()
    waived_by: str = ""
    waived_at: int | None = big(default=None)
    waived_reason: str = long_text(default="")


class AgendaDecision(SQLModel, table=True):
    """What the joint meeting decided about an issue, and the task it became."""

    __tablename__: ClassVar[str] = "agenda_decision"
    __table_args__ = (Index("ix_agenda_decision_issue", "issue", "id"),)
    id: int | None = serial()
    issue: str
    decision: str = long_text()
    task: int = big()
    decided_by: str
    decided_at: int = big()
