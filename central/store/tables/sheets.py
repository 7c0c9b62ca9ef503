"""Values of indicators and score sheets. Rows are only added to: triggers refuse all else, on both databases."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class ScoreSheet(SQLModel, table=True):
    """A frozen sheet: `body` is its canonical JSON, `id` the SHA-256 of it; total, grade and rules as scored of it.

    `taken_at` = until when its facts count; `stored_at` = what was known by then was taken.
    """

    __tablename__: ClassVar[str] = "score_sheet"
    __table_args__ = (
        Index("ix_score_sheet_subject", "subject_kind", "subject", "period", "kind"),
        Index("ix_score_sheet_period", "period", "kind"),
    )
    id: str = Field(primary_key=True)
    subject_kind: str
    subject: str
    period: str
    kind: str
    author: str
    taken_at: int = big()
    stored_at: int = big()
    set_id: str
    set_version: int
    rule_version: str
    total: float | None = None
    grade: str | None = None
    body: str = long_text()


class EnteredValue(SQLModel, table=True):
    """A value that a person entered: `kind` = value, survey (`satisfied` of `n`), panel or override (of what was
    measured). `detail` = JSON: the panel's marks, or what was overridden; `evidence` = JSON list of SHA-256."""

    __tablename__: ClassVar[str] = "entered_value"
    __table_args__ = (Index("ix_entered_value_of", "subject_kind", "subject", "period", "indicator"),)
    id: int | None = serial()
    subject_kind: str
    subject: str
    period: str
    indicator: str
    indicator_version: int
    kind: str
    value: float
    n: int | None = None
    satisfied: int | None = None
    low: float | None = None
    high: float | None = None
    detail: str = long_text()
    reason: str = long_text()
    evidence: str = long_text()
    author: str
    entered_at: int = big()


class ValueDecision(SQLModel, table=True):
    """What somebody else said of an entry or of a saving (`about`): accepted or returned, once."""

    __tablename__: ClassVar[str] = "value_decision"
    about: str = Field(primary_key=True)
    number: int = big(primary_key=True, sa_column_kwargs={"autoincrement": False})
    outcome: str
    remark: str = long_text()
    decided_by: str
    decided_at: int = big()


class RequestCount(SQLModel, table=True):
    """Complaints or services of a unit on a day, as another system counts them: came, closed, minutes taken together.

    Of several rows of one unit, kind, day and source the newest holds.
    """

    __tablename__: ClassVar[str] = "request_count"
    __table_args__ = (Index("ix_request_count_unit", "unit", "kind", "day"),)
    id: int | None = serial()
    unit: str
    kind: str
    day: date
    received: int
    closed: int
    minutes: int = big()
    source: str
    given_by: str
    given_at: int = big()


class Saving(SQLModel, table=True):
    """Money that was saved against a named counterfactual: what would have been paid, and why one may think so."""

    __tablename__: ClassVar[str] = "saving"
    __table_args__ = (Index("ix_saving_project", "project", "day"),)
    id: int | None = serial()
    project: str
    day: date
    would_fen: int = big()
    did_fen: int = big()
    counterfactual: str = long_text()
    method: str = long_text()
    evidence: str = long_text()
    author: str
    noted_at: int = big()
