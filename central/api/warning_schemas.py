"""What the API answers about warnings: threshold, life and evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from central.api.case_brief import CaseBrief
from central.api.schemas import Answer, Level, Named, SubjectName, Text


class WarningEvent(Answer):
    """One step in the life of a warning."""

    at: datetime
    event: Literal["raised", "escalated", "downgraded", "cleared", "withdrawn", "restored"]
    level: Level | None
    value: int


class PlanWarning(Answer):
    """A warning with its threshold and its life. `unit` is the unit of `value` and `threshold`, `basis` what the value
    is measured by (points, relative, budget, estimate, …; months = red because yellow went on at month ends).

    Withdrawn = late facts showed that it never was; `historical` = raised by late facts: on the books, pages nobody.
    """

    id: str
    rule: str
    rule_name: Text
    rule_version: str
    subject: SubjectName
    project: Named
    level: Level
    state: Literal["open", "closed", "withdrawn"]
    raised_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    value: int
    threshold: int | None
    unit: str
    basis: str
    capped: bool
    historical: bool
    text: Text
    refs: list[str]
    history: list[WarningEvent]
    case: CaseBrief | None


class WarningList(Answer):
    """Warnings of the caller's scope, heaviest first, then newest."""

    total: int
    warnings: list[PlanWarning]
