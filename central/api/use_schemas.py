"""What the API takes and answers about the use that is made of the pages."""

from __future__ import annotations

from datetime import date
from typing import Literal

from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Text

PageName = Literal[
    "district", "project", "warnings", "rectifications", "reports", "money", "quality", "insight", "scores", "trace",
    "fleet",
]  # fmt: skip


class UseCount(Answer):
    """So many of an action or page."""

    what: str
    n: int


class UnitUseShown(Answer):
    """Entries beside use."""

    unit: str
    entries: int
    views: int
    decisions: int
    users: int
    use_bp: int | None
    mark: Text | None
    acts: list[UseCount]


class Use(Answer):
    """Marked units first."""

    since: date
    until: date
    method: Text
    units: list[UnitUseShown]


class ViewGiven(Asked):
    """The kind of page that was opened."""

    page: PageName
