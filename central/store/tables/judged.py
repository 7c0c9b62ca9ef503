"""What is judged: series, warnings, scores, and whether they are up to date."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from central.store.tables.columns import SERIAL, big, long_text, serial


class AssessmentState(SQLModel, table=True):
    """Whether a judgement is up to date: dirty while `assessed_revision` < `revision` (grows with each fact).

    `dirty_from_at` = event time of the earliest fact that was not judged yet (0: judge from the start); NULL = none.
    """

    __tablename__: ClassVar[str] = "assessment_state"
    project: str = Field(primary_key=True)
    revision: int = big(default=1)
    assessed_revision: int = big(default=0)
    dirty_from_at: int | None = big(default=None)
    as_of_at: int | None = big(default=None)
    error: str | None = long_text(default=None)
    failed_at: int | None = big(default=None)


class ProgressState(SQLModel, table=True):
    """Fused progress of one item, building or project (`subject` is its id) at one instant; lists are JSON."""

    __tablename__: ClassVar[str] = "progress_state"
    __table_args__ = (Index("ix_progress_state_project", "project", "as_of_at"),)
    subject: str = Field(primary_key=True)
    as_of_at: int = big(primary_key=True)
    project: str
    value_bp: int
    sigma_bp: int
    coverage_bp: int
    last_seen_at: int | None = big(default=None)
    refs: str = long_text()
    quarantined: str = long_text()
    review: str = long_text()


class DeviationRow(SQLModel, table=True):
    """Actual against plan of a building or project at one instant. NULL = it cannot be said (`central.domain`)."""

    __tablename__: ClassVar[str] = "deviation"
    __table_args__ = (Index("ix_deviation_project", "project", "as_of_at"),)
    subject_kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    as_of_at: int = big(primary_key=True)
    project: str
    plan_bp: int
    actual_bp: int
    gap_bp: int
    lag_cdays: int = big()
    sigma_bp: int
    coverage_bp: int
    refs: str = long_text()
    rel_bp: int | None = big(default=None)
    spi_bp: int | None = big(default=None)
    spi_t_bp: int | None = big(default=None)
    cpi_bp: int | None = big(default=None)
    pay_gap_bp: int | None = big(default=None)
    eac_fen: int | None = big(default=None)
    forecast: date | None = None
    forecast_low: date | None = None
    forecast_high: date | None = None


class PlanWarning(SQLModel, table=True):
    """A warning with its newest level. `state` = open | closed | withdrawn (late facts undid it; kept for the record).

    At most one open per project, rule and subject: the database says so. A camera may be a subject of two projects.
    `historical` = raised by facts that came too late to act on then: it stands in the books and never pages.
    """

    __tablename__: ClassVar[str] = "warning"
    __table_args__ = (
        Index("uq_warning_key", "project", "rule", "subject_kind", "subject", "raised_at", unique=True),
        Index(
            "uq_warning_open",
            "project",
            "rule",
            "subject_kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: int | None = serial()
    project: str = Field(index=True)
    rule: str
    rule_version: str
    subject_kind: str
    subject: str
    state: str
    level: str
    raised_at: int = big()
    changed_at: int = big()
    closed_at: int | None = big(default=None)
    value: int = big()
    threshold: int | None = big(default=None)
    unit: str
    basis: str = ""
    capped: bool
    refs: str = long_text()
    historical: bool = False


class WarningEvent(SQLModel, table=True):
    """One transition of a warning: raised, escalated, downgraded or cleared."""

    __tablename__: ClassVar[str] = "warning_event"
    __table_args__ = (Index("ix_warning_event_at", "at"),)
    warning: int = Field(primary_key=True, sa_type=SERIAL, foreign_key="warning.id")
    at: int = big(primary_key=True)
    event: str = Field(primary_key=True)
    level: str | None = None
    previous: str | None = None
    rule_version: str
    value: int = big()
    threshold: int | None = big(default=None)
    unit: str
    basis: str = ""
    capped: bool
    refs: str = long_text()


class RuleState(SQLModel, table=True):
    """Memory of one rule and subject: hysteresis, month ends, and whether the rule can judge at all (`condition`)."""

    __tablename__: ClassVar[str] = "rule_state"
    project: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    subject_kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    level: str | None = None
    candidate: str | None = None
    up: int
    down: int
    months: int = 0
    condition: str = "ok"
    since_at: int | None = big(default=None)
    detail: str = long_text(default="")


class Score(SQLModel, table=True):
    """One score a subject and district day: the day's last one; past days stay. `total` NULL = nothing to score yet."""

    subject_kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    as_of_at: int = big()
    total: float | None = None
    grade: str | None = None
    rule_version: str
    consistency_ratio: float


class ScoreContribution(SQLModel, table=True):
    """One leaf of a score, in the tree's order."""

    __tablename__: ClassVar[str] = "score_contribution"
    subject_kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    position: int = Field(primary_key=True)
    indicator: str
    name_zh: str
    name_en: str
    weight: float
    value: str
    leaf_score: float
    points: float
    formula: str = long_text()
    refs: str = long_text()
