"""What the API takes and answers about reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.mending_schemas import Asked, Short
from central.api.schemas import Answer, Sha256, Text

ReportKind = Literal["risk_warning", "risk_project", "monthly", "quarterly", "quality", "whitepaper"]
ReportFormat = Literal["pdf", "docx", "xlsx"]
ReportLanguage = Literal["zh", "en"]


class ReportAsked(Asked):
    """Which report: `about` = the warning's or project's id, a unit's name, or '' for the district; `period` = any day
    of the month, quarter or year, which must be over (null for risk reports); a white paper is of the district."""

    kind: ReportKind
    about: Short = ""
    period: Annotated[date | None, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))] = None


class ReportDocument(Answer):
    """A document that was rendered; its bytes never change."""

    language: ReportLanguage
    format: ReportFormat
    sha256: Sha256


class ReportShown(Answer):
    """A frozen report. `sha256` is that of its content; `as_of` the instant its figures are of."""

    id: int
    kind: ReportKind
    about: str
    project: str | None
    unit: str | None
    period: date | None
    as_of: datetime | None
    title: Text
    sha256: Sha256
    made_by: str
    made_at: datetime
    documents: list[ReportDocument]


class ReportList(Answer):
    """Newest first; `next` is the `before` of the page that follows, null at the end. Documents are told one by one."""

    reports: list[ReportShown]
    next: int | None
