"""What the API takes and answers about recognition: awards, use, cases, 民生实事. Same rules as `schemas`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.acting import Id, Line, Note
from central.api.ranking_schemas import About, Asked, Words
from central.api.schemas import Answer, Bp, Sha256, Text


class AwardShown(Answer):
    """An award that was given: what for, to whom, by which results, who decided and on which basis."""

    use: int
    subject: About
    period: str
    criteria: Text
    sheets: list[str]
    decided_by: str
    decided_at: datetime
    basis: str


class AwardList(Answer):
    """Awards of units that are final, the newest period first; those of persons are in their record."""

    total: int
    awards: list[AwardShown]


class UsageShown(Answer):
    """How a unit used the platform in a month; shares null where there is nothing to share."""

    unit: str
    people: int
    active: int
    active_bp: Bp | None
    expected: int
    on_time: int
    on_time_bp: Bp | None
    recognised: bool


class UsageList(Answer):
    """Units of a month, recognised ones first; `method` says how it is counted."""

    month: str
    method: Text
    units: list[UsageShown]


class CaseEvidenceGiven(Asked):
    """What shows a case: the digest of something that the centre keeps, and what it shows."""

    sha256: Sha256
    note: Note = ""


class PracticeGiven(Asked):
    """A case: what was done, what came of it, what shows it."""

    unit: Line
    project: Id | None = None
    title: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
    summary: Words
    evidence: Annotated[tuple[CaseEvidenceGiven, ...], Field(max_length=50)] = ()
    tags: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


class CaseEvidenceShown(Answer):
    """A link to what shows it."""

    sha256: Sha256
    kind: Literal["sheet", "report", "still", "photo"]
    note: str


class PracticeShown(Answer):
    """A case of the library; `project` null = of the unit as a whole."""

    id: int
    unit: str
    project: str | None
    title: str
    summary: str
    evidence: list[CaseEvidenceShown]
    tags: list[str]
    author: str
    entered_at: datetime
    state: Literal["entered", "published", "retracted"]
    published_by: str


class PracticeList(Answer):
    """Cases, the newest first."""

    total: int
    practices: list[PracticeShown]


class PromiseGiven(Asked):
    """Whether a project is on the year's list, and what is promised to the people by it."""

    year: Annotated[int, Field(ge=2000, le=2099)]
    listed: bool
    promise_zh: Note = ""
    promise_en: Note = ""


class LivelihoodShown(Answer):
    """A project of the list as the public sees it: what was promised, planned and seen. Shares null until seen."""

    project: str
    name: Text
    street: Text
    unit: Text
    year: int
    promise: Text
    start: date
    finish: date
    plan_bp: Bp
    actual_bp: Bp | None
    as_of: datetime | None


class LivelihoodList(Answer):
    """民生实事 of a year, by project."""

    year: int
    district: Text
    projects: list[LivelihoodShown]
