"""What an inspector's phone takes along: sites, what to look at, how a value is told. Same rules as `schemas`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from central.api.quality_schemas import FenceShown
from central.api.schemas import Answer, Bp, Sign, Text

TaskKind = Literal["evidence", "capped", "dispute", "daily"]


class StageCredit(Answer):
    """What a storey is worth, of itself, that has come as far as this stage; in the stages' order."""

    stage: str
    credit_bp: Bp


class StepCredit(Answer):
    """A step of an item and what it is worth once its evidence is there."""

    name: str
    credit_bp: Bp


class RoundItem(Answer):
    """A work item and how far it is told to be: by `credits` storey for storey, else by `steps`, else as a share."""

    id: str
    name: Text
    actual_bp: Bp | None
    sigma_bp: int | None
    credits: list[StageCredit]
    steps: list[StepCredit]


class RoundBuilding(Answer):
    """A building of a site."""

    id: str
    name: Text
    storeys: int
    sign: Sign
    items: list[RoundItem]


class RoundTask(Answer):
    """Something to look at today. `building` and `item` null: the site as a whole."""

    id: str
    kind: TaskKind
    project: str
    building: str | None
    item: str | None
    level: Literal["blue", "yellow", "red"] | None
    title: Text
    text: Text
    due: datetime | None


class RoundSite(Answer):
    """A site with all that is needed to work on it without a network."""

    id: str
    name: Text
    street: Text
    sign: Sign
    fence: FenceShown
    photos_needed: bool
    speaks_as: Literal["self_report", "supervisor", "inspector"]
    buildings: list[RoundBuilding]


class Round(Answer):
    """Everything for a day: tasks first, then the sites. `left_out` sites did not fit and have no task."""

    day: date
    as_of: datetime
    tasks: list[RoundTask]
    sites: list[RoundSite]
    left_out: int
