"""What the API takes and answers about counts of people and machines, inspected lots, safety, and the board of four."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from central.api.acting import Day, Id, Line, Note, Number
from central.api.lives_schemas import Asked
from central.api.schemas import Answer, Bp, Sha256, Text
from central.quality.presence import COUNT_MAX, CountSource, MachineKind

Count = Annotated[int, Field(strict=True, ge=0, le=COUNT_MAX)]
LotCount = Annotated[int, Field(strict=True, ge=0, le=10_000)]
ItemId = Annotated[str, Field(max_length=63, pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$")]


class CountGiven(Asked):
    """How many people and machines were on the site: counts alone, null = not counted. Nothing else is taken: no name,
    no face, no number plate. `gate` and `machine_log` = counted by a device, and sent by whoever runs it."""

    observed_at: AwareDatetime
    source: Literal["manual", "gate", "machine_log"]
    persons: Count | None
    machines: Annotated[dict[MachineKind, Count], Field(max_length=20)] | None


class CountShown(Answer):
    """A count as it was taken; `refs` names the daily report it came with, else null."""

    id: int
    observed_at: datetime
    source: CountSource
    author: str
    persons: int | None
    machines: dict[str, int] | None
    refs: str | None
    received_at: datetime


class Counts(Answer):
    """Newest first; `next` is the `before` of the page that follows, null at the end."""

    project: str
    counts: list[CountShown]
    next: int | None


class LotsGiven(Asked):
    """`passed` of `inspected` lots of a work item ('' = of the project as a whole) on a day; `paper` is the SHA-256 of
    the record. `replaces` names the entry that this one corrects; with 0 inspected it withdraws that one."""

    item: ItemId
    day: Day
    inspected: LotCount
    passed: LotCount
    paper: Sha256
    remark: Note
    replaces: Number | None


class LotsShown(Answer):
    """An entry as it was noted; `counts` = it is in force: neither replaced nor withdrawn."""

    id: int
    item: str
    day: date
    inspected: int
    passed: int
    rate_bp: Bp | None
    paper: str
    remark: str
    author: str
    replaces: int | None
    counts: bool
    noted_at: datetime


class LotsPage(Answer):
    """Newest first. `inspected`, `passed` and `rate_bp` (质量达标率, null = nothing inspected) are of all entries in
    force, also those of other pages."""

    project: str
    inspected: int
    passed: int
    rate_bp: Bp | None
    lots: list[LotsShown]
    next: int | None


class SafetyFindingGiven(Asked):
    """What a look at safety found on a day; `paper` is the SHA-256 of the record; `withdrawn` with `replaces`: there
    was none."""

    day: Day
    serious: bool
    what: Note
    paper: Sha256
    replaces: Number | None
    withdrawn: bool


class SafetyShown(Answer):
    """A finding as it was noted; `counts` = it is in force."""

    id: int
    day: date
    serious: bool
    what: str
    paper: str
    author: str
    replaces: int | None
    withdrawn: bool
    counts: bool
    noted_at: datetime


class SafetyPage(Answer):
    """Newest first; `serious` counts those in force, also of other pages."""

    project: str
    serious: int
    findings: list[SafetyShown]
    next: int | None


class Block(Answer):
    """Ground of the four blocks: all have the same `as_of`. `since` = the newest fact behind it, null = there is none;
    `missing` says that there is nothing or nothing new, null where there is."""

    as_of: datetime
    since: datetime | None
    missing: Text | None


class Person(Answer):
    """Somebody with a role at the project."""

    role: Id
    name: Line


class PeopleBlock(Block):
    """Who answers for the project, and how many people are on the site (null = not counted lately)."""

    roles: list[Person]
    persons: int | None


class TasksBlock(Block):
    """Work against plan."""

    plan_bp: Bp | None
    actual_bp: Bp | None
    gap_bp: int | None
    open_warnings: int


class Machines(Answer):
    """Machines of a kind."""

    kind: str
    name: Text
    count: int


class ThingsBlock(Block):
    """Machines on the site (null = not counted lately, [] = none)."""

    machines: list[Machines] | None


class MoneyBlock(Block):
    """Budget and payments; null where the caller may not read money (`visible` false)."""

    visible: bool
    budget_fen: int | None
    released_fen: int | None
    paid_fen: int | None


class Board(Answer):
    """人、事、物、钱 of one project at one time."""

    project: str
    as_of: datetime
    people: PeopleBlock
    tasks: TasksBlock
    things: ThingsBlock
    money: MoneyBlock
