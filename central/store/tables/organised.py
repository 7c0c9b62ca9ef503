"""Who governs what, and what becomes of projects: the organisation, decisions about plans, pauses, stages, programmes.

Rows are added to and never rewritten, but for `org_unit` (the newest version of `organisation`) and the states of
what waits for a decision: a proposed plan, an asked pause, a submitted stage.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class Organisation(SQLModel, table=True):
    """One version of the organisation tree, kept for ever as JSON."""

    version: int = Field(primary_key=True)
    document: str = long_text()
    sha256: str
    set_by: str
    set_at: int = big()


class OrgUnit(SQLModel, table=True):
    """A unit of the newest version: district, department, street, community or village. `steward` = user name or ''."""

    __tablename__: ClassVar[str] = "org_unit"
    id: str = Field(primary_key=True)
    parent: str | None = Field(default=None, index=True)
    kind: str
    name_zh: str = Field(index=True)
    name_en: str
    steward: str
    depth: int
    position: int
    version: int


class PlanDecision(SQLModel, table=True):
    """Why and by whom a version of a plan is in force, and its terms. `delay_days` = its finish less version 1's.

    `removed` = JSON list of ids that were in the version before. `signed_on` and `agreed_start` are what the contract
    says; `estimate_fen` (概算) and `object_code` 0 and '' when unknown.
    """

    __tablename__: ClassVar[str] = "plan_decision"
    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    finish: date
    delay_days: int
    reason: str = long_text()
    approved_by: str
    decided_at: int = big()
    removed: str = long_text()
    signed_on: date | None = None
    agreed_start: date | None = None
    estimate_fen: int = big()
    object_code: str
    unit_id: str


class PlanProposal(SQLModel, table=True):
    """A revision that waits for approval, or was decided: `state` open, approved, refused or withdrawn.

    At most one is open for a project.
    """

    __tablename__: ClassVar[str] = "plan_proposal"
    __table_args__ = (
        Index(
            "uq_plan_proposal_open",
            "project",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_plan_proposal_project", "project", "id"),
    )
    id: int | None = serial()
    project: str
    base_version: int
    document: str = long_text()
    sha256: str
    reason: str = long_text()
    proposed_by: str
    proposed_at: int = big()
    state: str = "open"
    decided_by: str = ""
    decided_at: int | None = big(default=None)
    remark: str = long_text(default="")
    version: int | None = None


class PauseRequest(SQLModel, table=True):
    """A standstill that was asked for, both days included: `state` asked, approved, refused or withdrawn."""

    __tablename__: ClassVar[str] = "pause_request"
    __table_args__ = (Index("ix_pause_request_project", "project", "id"),)
    id: int | None = serial()
    project: str
    first: date
    last: date
    cause: str
    reason: str = long_text()
    asked_by: str
    asked_at: int = big()
    state: str = "asked"
    decided_by: str = ""
    decided_at: int | None = big(default=None)
    remark: str = long_text(default="")


class LifeEventRow(SQLModel, table=True):
    """A dated fact of a project's life; the newest row of a kind is in force. `ref` = document digest or stage act."""

    __tablename__: ClassVar[str] = "life_event"
    __table_args__ = (Index("ix_life_event_project", "project", "id"),)
    id: int | None = serial()
    project: str
    kind: str
    day: date
    ref: str
    noted_by: str
    noted_at: int = big()


class StagePlan(SQLModel, table=True):
    """When a stage is planned to be passed, and who answers for it; the newest row of a stage is in force."""

    __tablename__: ClassVar[str] = "stage_plan"
    __table_args__ = (Index("ix_stage_plan_project", "project", "id"),)
    id: int | None = serial()
    project: str
    stage: str
    planned_on: date
    responsible: str
    set_by: str
    set_at: int = big()


class StageAct(SQLModel, table=True):
    """A stage said to be passed, with its papers: `state` submitted, approved or returned.

    `documents` = JSON list of {kind, sha256, name}; `template` = NAME/VERSION it was judged by.
    """

    __tablename__: ClassVar[str] = "stage_act"
    __table_args__ = (Index("ix_stage_act_project", "project", "id"),)
    id: int | None = serial()
    project: str
    stage: str
    actual_on: date
    responsible: str
    documents: str = long_text()
    template: str
    author: str
    submitted_at: int = big()
    state: str = "submitted"
    decided_by: str = ""
    decided_at: int | None = big(default=None)
    remark: str = long_text(default="")


class LifecycleTemplate(SQLModel, table=True):
    """A version of the stages that projects of some types go through, as JSON; versions are only added."""

    __tablename__: ClassVar[str] = "lifecycle_template"
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    document: str = long_text()
    sha256: str
    set_by: str
    set_at: int = big()


class PermitEvent(SQLModel, table=True):
    """A permit was required, refused or granted on a day; the newest row of a permit is in force."""

    __tablename__: ClassVar[str] = "permit_event"
    __table_args__ = (Index("ix_permit_event_project", "project", "id"),)
    id: int | None = serial()
    project: str
    permit: str
    state: str
    day: date
    ref: str
    note: str = long_text()
    noted_by: str
    noted_at: int = big()


class TaxYear(SQLModel, table=True):
    """Tax that an investment project paid in a year against what was agreed; the newest row of a year is in force."""

    __tablename__: ClassVar[str] = "tax_year"
    __table_args__ = (Index("ix_tax_year_project", "project", "id"),)
    id: int | None = serial()
    project: str
    year: int
    amount_fen: int = big()
    target_fen: int = big()
    ref: str
    noted_by: str
    noted_at: int = big()


class StepRecord(SQLModel, table=True):
    """A step of a work item shown by a paper: `state` submitted, verified or returned; `credit_bp` of the item."""

    __tablename__: ClassVar[str] = "step_record"
    __table_args__ = (Index("ix_step_record_project", "project", "id"),)
    id: int | None = serial()
    project: str
    item: str
    step: str
    credit_bp: int
    done_on: date
    sha256: str
    author: str
    submitted_at: int = big()
    state: str = "submitted"
    decided_by: str = ""
    decided_at: int | None = big(default=None)
    remark: str = long_text(default="")


class Programme(SQLModel, table=True):
    """A version of a programme: projects that depend on each other, as JSON; the newest version is in force."""

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    name_zh: str
    name_en: str
    document: str = long_text()
    sha256: str
    set_by: str
    set_at: int = big()
