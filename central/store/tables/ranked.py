"""Rankings, consequences, appeals, adjustments. Rows are only added to: triggers refuse all else, on both databases.

A state is what the acts on a row say, in their order; no row is rewritten when somebody decides. Only
`followed_period`, which saves the job from looking again, is rewritten.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class ResultTable(SQLModel, table=True):
    """A version of the table of what results lead to (siteprogress.results/1); for periods that begin on `since`."""

    __tablename__: ClassVar[str] = "result_table"
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: date
    document: str = long_text()
    sha256: str
    set_by: str
    set_at: int = big()


class RankingRow(SQLModel, table=True):
    """A group that was ranked for a period (or was too few). `policy` = version of the table it was ranked by."""

    __tablename__: ClassVar[str] = "ranking"
    __table_args__ = (Index("uq_ranking_of", "group_id", "period", unique=True), Index("ix_ranking_period", "period"))
    id: int | None = serial()
    group_id: str
    period: str
    policy: int
    state: str
    n: int
    sha256: str
    made_at: int = big()


class RankingPlace(SQLModel, table=True):
    """A subject's place. `points_e9` billionths of a point; `rank` null where none is ranked; `refs` = sheet ids."""

    __tablename__: ClassVar[str] = "ranking_place"
    __table_args__ = (Index("ix_ranking_place_subject", "subject_kind", "subject"),)
    ranking: int = big(primary_key=True, sa_column_kwargs={"autoincrement": False})
    subject_kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    points_e9: int = big()
    rank: int | None = None
    first: bool
    last: bool
    top: bool
    bottom: bool
    refs: str = long_text()


class FollowedPeriod(SQLModel, table=True):
    """What was known of a period when the job last looked at what follows from it: `finals` = twice the number of final
    results, and one more once those that lack were waited for long enough."""

    __tablename__: ClassVar[str] = "followed_period"
    period: str = Field(primary_key=True)
    finals: int
    at: int = big()


class SuggestionRow(SQLModel, table=True):
    """A suggested consequence with its evidence. `origin` names the occasion, which comes once; `author` '' = a job.

    `unit` = that of the subject, whose people neither decide nor answer. `basis` = JSON list of sheet ids.
    """

    __tablename__: ClassVar[str] = "suggestion"
    __table_args__ = (
        Index("uq_suggestion_origin", "origin", unique=True),
        Index("ix_suggestion_subject", "subject_kind", "subject"),
        Index("ix_suggestion_period", "period", "kind"),
    )
    id: int | None = serial()
    origin: str
    kind: str
    subject_kind: str
    subject: str
    unit: str
    period: str
    group_id: str
    basis: str = long_text()
    reason_zh: str = long_text()
    reason_en: str = long_text()
    policy: int
    decider: str
    appeal_days: int
    hearing: bool
    cut_bp: int | None = None
    budget_fen: int | None = big(default=None)
    amount_fen: int | None = big(default=None)
    author: str
    made_at: int = big()


class SuggestionActRow(SQLModel, table=True):
    """What somebody did to a suggestion; each act once. `closes_on` = the appeal window's last day, of an approval."""

    __tablename__: ClassVar[str] = "suggestion_act"
    suggestion: int = big(primary_key=True, sa_column_kwargs={"autoincrement": False})
    act: str = Field(primary_key=True)
    actor: str = Field(index=True)
    at: int = big()
    words: str = long_text()
    hearing: str = long_text()
    cut_bp: int | None = None
    amount_fen: int | None = big(default=None)
    closes_on: date | None = None


class TargetAdjustment(SQLModel, table=True):
    """An application for another target of an indicator of a subject; `evidence` = JSON list."""

    __tablename__: ClassVar[str] = "target_adjustment"
    __table_args__ = (Index("ix_target_adjustment_of", "subject_kind", "subject", "indicator"),)
    id: int | None = serial()
    subject_kind: str
    subject: str
    unit: str
    indicator: str
    before: float
    target: float
    reason: str = long_text()
    evidence: str = long_text()
    tier: str
    author: str
    entered_on: date
    entered_at: int = big()


class AdjustmentActRow(SQLModel, table=True):
    """What somebody did to an application; each act once. `effective` = from which day an approved one holds."""

    __tablename__: ClassVar[str] = "adjustment_act"
    adjustment: int = big(primary_key=True, sa_column_kwargs={"autoincrement": False})
    act: str = Field(primary_key=True)
    actor: str
    at: int = big()
    remark: str = long_text()
    tier: str
    effective: date | None = None


class UnitChange(SQLModel, table=True):
    """A unit was founded, merged or split on a day: what it was before counts neither for nor against it."""

    __tablename__: ClassVar[str] = "unit_change"
    id: int | None = serial()
    unit: str = Field(index=True)
    day: date
    kind: str
    reason: str = long_text()
    noted_by: str
    noted_at: int = big()


class PersonalLook(SQLModel, table=True):
    """Somebody looked at the ranking or the consequences of a person: who, at whom, in which seat."""

    __tablename__: ClassVar[str] = "personal_look"
    __table_args__ = (Index("ix_personal_look_person", "person", "id"),)
    id: int | None = serial()
    person: str
    what: str
    looker: str
    seat: str
    at: int = big()


class BestPractice(SQLModel, table=True):
    """A case that others may learn from; `evidence` = JSON list of {ref, note}, `tags` of words."""

    __tablename__: ClassVar[str] = "best_practice"
    id: int | None = serial()
    unit: str = Field(index=True)
    project: str
    title: str
    summary: str = long_text()
    evidence: str = long_text()
    tags: str = long_text()
    author: str
    entered_at: int = big()


class PracticeAct(SQLModel, table=True):
    """A case was published (by somebody else than its author) or taken back; each once."""

    __tablename__: ClassVar[str] = "practice_act"
    practice: int = big(primary_key=True, sa_column_kwargs={"autoincrement": False})
    act: str = Field(primary_key=True)
    actor: str
    at: int = big()
    remark: str = long_text()


class LivelihoodFlag(SQLModel, table=True):
    """A project was put on (or taken off) the year's list of 民生实事; the newest row of a project and year holds."""

    __tablename__: ClassVar[str] = "livelihood_flag"
    __table_args__ = (Index("ix_livelihood_flag_project", "project", "year", "id"),)
    id: int | None = serial()
    project: str
    year: int
    listed: bool
    promise_zh: str = long_text()
    promise_en: str = long_text()
    set_by: str
    set_at: int = big()
