"""Warnings as people work on them: cases, measures, rectifications."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from central.store.tables.columns import SERIAL, big, long_text, serial


class MendingCase(SQLModel, table=True):
    """A fault and how far it is mended; at most one that has not ended per project, rule and subject.

    `warning` is its newest warning; `clock` and `due_at` the clock that runs out first. `ready_at`: evidence is there,
    or the facts are well. The row is what the events of the case say, kept for searching.
    """

    __tablename__: ClassVar[str] = "mending_case"
    __table_args__ = (
        Index(
            "uq_mending_case_active",
            *("project", "rule", "subject_kind", "subject"),
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_mending_case_project", "project", "id"),
        Index("ix_mending_case_state", "state", "due_at"),
    )
    id: int | None = serial()
    project: str
    rule: str
    subject_kind: str
    subject: str
    warning: int = Field(sa_type=SERIAL, foreign_key="warning.id")
    state: str
    facts: str
    level: str
    peak: str
    reopened: int = 0
    opened_at: int = big()
    level_at: int = big()
    pushed_at: int | None = big(default=None)
    acknowledged_at: int | None = big(default=None)
    assigned_at: int | None = big(default=None)
    ready_at: int | None = big(default=None)
    ended_at: int | None = big(default=None, index=True)
    rectification: int | None = big(default=None, index=True)
    cause: str = ""
    department: str = Field(default="", index=True)
    coordinated_at: int | None = big(default=None)
    clock: str = ""
    due_at: int | None = big(default=None)
    version: int = 1


class CaseWarning(SQLModel, table=True):
    """A warning's case: a case outlives single warnings."""

    __tablename__: ClassVar[str] = "case_warning"
    warning: int = Field(primary_key=True, sa_type=SERIAL, foreign_key="warning.id")
    case_id: int = big(index=True)


class CaseEvent(SQLModel, table=True):
    """One move of a case, or a call that was made; only added to. `tag` names an occasion that comes once."""

    __tablename__: ClassVar[str] = "case_event"
    __table_args__ = (Index("ix_case_event_case", "case_id", "id"),)
    id: int | None = serial()
    case_id: int = big()
    at: int = big()
    actor: str
    seat: str
    event: str
    before: str
    after: str
    level: str
    tag: str = ""
    detail_json: str = long_text()


class CaseTold(SQLModel, table=True):
    """A person who was told of a case at a level, in a round (`nth` = how often the case had come back)."""

    __tablename__: ClassVar[str] = "case_told"
    case_id: int = big(primary_key=True)
    person: str = Field(primary_key=True, index=True)
    level: str = Field(primary_key=True)
    nth: int = Field(primary_key=True)
    seat: str
    at: int = big()
    acknowledged_at: int | None = big(default=None)


class Rectification(SQLModel, table=True):
    """An ordered measure; `project` '' = an order to a unit as a whole. `evidence` is JSON [{kind, sha256, note}].

    `origin` says what asked for it ("case/12", "report/2026-05/qp"); a draft of an origin is made once.
    """

    __table_args__ = (
        Index("uq_rectification_origin", "origin", unique=True),
        Index("ix_rectification_state", "state", "due"),
        Index("ix_rectification_project", "project", "id"),
    )
    id: int | None = serial()
    project: str = ""
    unit: str
    title: str = long_text(default="")
    person: str = Field(default="", index=True)
    measure: str = long_text(default="")
    due: date | None = None
    acceptance_standard: str = long_text(default="")
    cause: str = ""
    state: str
    origin: str
    evidence: str = long_text(default="[]")
    created_at: int = big()
    created_by: str
    assigned_at: int | None = big(default=None)
    submitted_at: int | None = big(default=None)
    submitted_by: str = ""
    verified_at: int | None = big(default=None)
    verified_by: str = ""
    returned: int = 0
    version: int = 1


class RectificationEvent(SQLModel, table=True):
    """One move of a measure, or a reminder that was sent; only added to."""

    __tablename__: ClassVar[str] = "rectification_event"
    __table_args__ = (Index("ix_rectification_event_of", "rectification", "id"),)
    id: int | None = serial()
    rectification: int = big()
    at: int = big()
    actor: str
    seat: str
    event: str
    before: str
    after: str
    tag: str = ""
    detail_json: str = long_text()
