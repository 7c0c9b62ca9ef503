"""What is checked (contract clauses, site fences, daily reports and duties, disputes, outages, data quality), reports.

Rows are added to and never rewritten, but for `duty_day` (reminded, then missed) and the state of a dispute.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class ContractClauses(SQLModel, table=True):
    """A version of a project's contract clauses, as JSON; the newest version is in force."""

    __tablename__: ClassVar[str] = "contract_clauses"
    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    document: str = long_text()
    sha256: str
    set_by: str
    set_at: int = big()


class SiteFence(SQLModel, table=True):
    """A version of a site's outline: GeoJSON as it came, and in which datum (wgs84, gcj02) it was drawn."""

    __tablename__: ClassVar[str] = "site_fence"
    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    document: str = long_text()
    datum: str
    set_by: str
    set_at: int = big()


class DailyReport(SQLModel, table=True):
    """What somebody reported of a project for a day; the same content from the same person for a day is there once.

    `kind` = self_report, supervisor or inspector. `document` = JSON of note, stage, photos and claims as they came;
    `verdicts` = JSON of what was decided of each photo and claim by the clauses and the fence then in force.
    """

    __tablename__: ClassVar[str] = "daily_report"
    __table_args__ = (
        Index("ix_daily_report_project", "project", "day"),
        Index("uq_daily_report_said", "project", "author", "day", "sha256", unique=True),
    )
    id: int | None = serial()
    project: str
    day: date
    kind: str
    author: str
    document: str = long_text()
    verdicts: str = long_text()
    sha256: str
    submitted_at: int = big()


class DutyDay(SQLModel, table=True):
    """A day without the builder's report: `state` reminded (18:00) or missed (24:00), each once."""

    __tablename__: ClassVar[str] = "duty_day"
    project: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    state: str
    reminded_at: int | None = big(default=None)
    missed_at: int | None = big(default=None)


class ValueDispute(SQLModel, table=True):
    """A person's value that differs from the cameras' by more than the tolerance: `state` open or settled."""

    __tablename__: ClassVar[str] = "value_dispute"
    __table_args__ = (Index("uq_value_dispute_report", "report", "item", unique=True),)
    id: int | None = serial()
    project: str = Field(index=True)
    item: str
    report: int = big()
    auto_bp: int
    human_bp: int
    tolerance_bp: int
    auto_ref: str = long_text()
    author: str
    observed_at: int = big()
    opened_at: int = big()
    state: str = "open"
    settled_by: str = ""
    settled_at: int | None = big(default=None)
    remark: str = long_text(default="")


class OutageNotice(SQLModel, table=True):
    """Somebody reported that a gateway or one of its cameras ('' = all) is out, from when until when (NULL = still)."""

    __tablename__: ClassVar[str] = "outage_notice"
    __table_args__ = (Index("ix_outage_notice_gateway", "gateway", "since_at"),)
    id: int | None = serial()
    project: str
    gateway: str
    camera: str
    since_at: int = big()
    until_at: int | None = big(default=None)
    reason: str = long_text()
    reported_by: str
    reported_at: int = big()


class QualityMonth(SQLModel, table=True):
    """Quality of a unit's data in a month, frozen: what was counted (JSON by project), total and grade.

    `total_bp` = the total x 100, rounded half up, for the screen; the counts decide. NULL: nothing to count.
    """

    __tablename__: ClassVar[str] = "quality_month"
    month: date = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    rank: int
    counts: str = long_text()
    total_bp: int | None = None
    grade: str | None = None
    sha256: str
    frozen_at: int = big()


class Report(SQLModel, table=True):
    """A report that was made, frozen: `content` is its whole text, pictures by digest, as canonical JSON in both
    languages; `sha256` is that of the content. Made again of the same facts it is the same row.

    `kind` = risk_warning, risk_project, monthly, quarterly or quality; `about` = what it is of (a warning's or
    project's id, a unit's name, '' = the district); `period` the first day of its month or quarter, else NULL.
    """

    __tablename__: ClassVar[str] = "report"
    __table_args__ = (Index("ix_report_kind", "kind", "period"),)
    id: int | None = serial()
    kind: str
    about: str
    project: str | None = Field(default=None, index=True)
    unit: str | None = None
    period: date | None = None
    as_of_at: int | None = big(default=None)
    title_zh: str
    title_en: str
    content: str = long_text()
    sha256: str = Field(unique=True)
    made_by: str
    made_at: int = big()


class ReportFile(SQLModel, table=True):
    """A report as a document: the bytes of its first rendering in a language and format, for ever."""

    __tablename__: ClassVar[str] = "report_file"
    report: int = Field(primary_key=True, sa_type=BigInteger)
    language: str = Field(primary_key=True)
    format: str = Field(primary_key=True)
    sha256: str
    content: bytes = Field(sa_type=LargeBinary)
    rendered_at: int = big()
