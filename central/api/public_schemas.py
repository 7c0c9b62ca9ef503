"""What anybody may read without a token: a closed list of fields. No person, no money, no sign of how it is judged.

A field that is new inside never appears here by itself: these models are filled by name and refuse anything else.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.schemas import Answer, Text

Percent = Annotated[int, Field(ge=0, le=100)]
Status = Literal["on_plan", "slower", "behind", "no_data", "paused", "not_started", "done"]


class PublicStill(Answer):
    """The newest picture, blurred at the site and made small here, and the day it was taken."""

    url: str
    day: date


class PublicProject(Answer):
    """A project in plain words. Percents are whole; null = there is nothing reliable to say.

    `code` is the end of its address; `margin_percent` half of the 90 % interval; `days_late` whole effective days, null
    unless it is late; `promise` what was promised of it as a work for the people (民生实事).
    """

    code: str
    name: Text
    street: Text
    unit: Text
    work_type: str
    start: date
    finish: date
    plan_percent: Percent | None
    actual_percent: Percent | None
    margin_percent: Percent | None
    status: Status
    days_late: int | None
    promise: Text | None
    still: PublicStill | None
    as_of: datetime | None


class StatusCount(Answer):
    """How many of the projects shown are so."""

    status: Status
    projects: int


class PublicDistrict(Answer):
    """Every project that the district has made public, by name; the counts add up to the total."""

    name: Text
    as_of: datetime | None
    total: int
    counts: list[StatusCount]
    projects: list[PublicProject]
