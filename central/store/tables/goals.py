"""Goals, indicators, libraries and sets. All of them can only be added to: the database refuses the rest.

`document` is canonical JSON, `sha256` its digest. What is in force follows from the rows: see `central.scoring`.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial

APPEND_ONLY = (
    "indicator_library",
    "indicator_set",
    "indicator_set_act",
    "goal",
    "goal_act",
    "goal_record",
    "carbon_table",
)


class IndicatorLibrary(SQLModel, table=True):
    """A version of a sector's indicators that a district added to the shipped ones."""

    __tablename__: ClassVar[str] = "indicator_library"
    sector: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    document: str = long_text()
    sha256: str
    set_by: str
    set_at: int = big()


class IndicatorSetRow(SQLModel, table=True):
    """A version of the set that a subject is scored by; in force from `since` once it was approved."""

    __tablename__: ClassVar[str] = "indicator_set"
    subject_kind: str = Field(primary_key=True)
    subject_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    since: date
    document: str = long_text()
    sha256: str
    reason: str = long_text()
    proposed_by: str
    proposed_at: int = big()


class IndicatorSetAct(SQLModel, table=True):
    """What was decided of a version: `state` approved, refused or withdrawn; once for each. `since`: from when on."""

    __tablename__: ClassVar[str] = "indicator_set_act"
    subject_kind: str = Field(primary_key=True)
    subject_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    state: str
    since: date
    decided_by: str
    decided_at: int = big()
    remark: str = long_text()


class GoalRow(SQLModel, table=True):
    """A version of a goal of a year; `document` holds it whole, the other columns are what is looked for."""

    __tablename__: ClassVar[str] = "goal"
    __table_args__ = (Index("ix_goal_year", "year", "id"), Index("ix_goal_subject", "subject_kind", "subject_id"))
    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    year: int
    level: int
    subject_kind: str
    subject_id: str
    document: str = long_text()
    sha256: str
    author: str
    written_at: int = big()


class GoalAct(SQLModel, table=True):
    """What became of a version of a goal: proposed, approved, returned or withdrawn; the newest row counts."""

    __tablename__: ClassVar[str] = "goal_act"
    __table_args__ = (Index("ix_goal_act_goal", "goal", "version", "id"),)
    id: int | None = serial()
    goal: str
    version: int
    act: str
    by: str
    at: int = big()
    since: date | None = None
    remark: str = long_text()


class GoalRecord(SQLModel, table=True):
    """What a goal had reached in a period (D07); the newest row of a period is in force. `document` = the value."""

    __tablename__: ClassVar[str] = "goal_record"
    __table_args__ = (Index("ix_goal_record_goal", "goal", "period", "id"),)
    id: int | None = serial()
    goal: str
    version: int
    period: str
    document: str = long_text()
    noted_by: str
    noted_at: int = big()


class CarbonTable(SQLModel, table=True):
    """A version of a table of carbon factors, with its source and edition in the document."""

    __tablename__: ClassVar[str] = "carbon_table"
    name: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    document: str = long_text()
    sha256: str
    set_by: str
    set_at: int = big()
