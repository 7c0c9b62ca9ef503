"""What the API takes and answers about rankings, what follows from results, and adjustments. Same rules as `schemas`.

`points` 0-100 before any rounding; `_bp` basis points, `_fen` hundredths of a yuan.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.api.acting import Day, Line, Note
from central.api.schemas import Answer, Grade, Sha256, Text

SubjectKind = Literal["unit", "project", "person"]
Kind = Literal[
    "priority", "reasonable", "cut", "suspend", "deduction", "commendation", "talk", "reserve", "award", "other"
]
State = Literal[
    "suggested", "reviewed", "approved", "rejected", "appealed", "final", "overturned", "carried_out", "withdrawn"
]
Act = Literal["review", "approve", "reject", "appeal", "dismiss", "uphold", "expire", "carry_out", "withdraw"]
AdjustmentState = Literal["entered", "reviewed", "endorsed", "approved", "refused", "withdrawn"]
PeriodName = Annotated[str, Field(pattern=r"^(19|20)\d\d(-(0[1-9]|1[0-2])|-Q[1-4])?$")]
Words = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Level = Annotated[float, Field(gt=0, lt=1e15)]


class Asked(BaseModel):
    """Ground of every request body: closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class About(Answer):
    """A unit (its name), project (its id) or person (user name)."""

    kind: SubjectKind
    id: str


class AboutGiven(Asked):
    """A unit (its name), project (its id) or person (user name)."""

    kind: SubjectKind
    id: Line


# --- rankings --------------------------------------------------------------------------------------------------------


class PlaceShown(Answer):
    """Where one stands; `rank` null where the group is too few. `sheets` are the score sheets behind it."""

    subject: About
    points: float
    grade: Grade
    rank: int | None
    first: bool
    last: bool
    top: bool
    bottom: bool
    sheets: list[str]


class RankingBrief(Answer):
    """A ranking without its places. `policy` = version of the table, 0 the shipped one; `sha256` over all of it."""

    id: int
    group: str
    name: Text
    subject: Literal["unit", "person"]
    period: str
    state: Literal["ranked", "too_few"]
    n: int
    policy: int
    sha256: Sha256
    made_at: datetime


class RankingShown(RankingBrief):
    """A ranking, best first."""

    places: list[PlaceShown]


class RankingList(Answer):
    """Rankings, the newest period first; those of persons only for who may read them."""

    total: int
    rankings: list[RankingBrief]


class LookShown(Answer):
    """Somebody looked: who, in which seat, at what, when."""

    looker: str
    seat: str
    what: str
    at: datetime


class PersonPlace(Answer):
    """A person's place in one ranking."""

    ranking: RankingBrief
    place: PlaceShown


class PersonRecord(Answer):
    """All that is kept of a person here, how it came about, what it may lead to, and who looked: the explanation.

    `how` says it in words: the rule, the shares, that a person decides, and where to appeal.
    """

    person: str
    unit: str
    how: list[Text]
    places: list[PersonPlace]
    uses: list[UseShown]
    looks: list[LookShown]


# --- what results lead to --------------------------------------------------------------------------------------------


class UseActShown(Answer):
    """What somebody did to a suggestion; `words` the basis, reason or paper."""

    act: Act
    actor: str
    at: datetime
    words: str
    hearing: str
    cut_bp: int | None
    amount_fen: int | None
    closes_on: date | None


class UseShown(Answer):
    """A use of a result: always suggested first. `decided_by` is the named person; `basis` the sheets behind it.

    `decider` is the role that decides, `closes_on` the last day of the appeal window, `suggested_*` what the table
    says, `decided_*` what was decided on.
    """

    id: int
    kind: Kind
    name: Text
    subject: About
    unit: str
    period: str
    group: str
    reason: Text
    basis: list[str]
    policy: int
    state: State
    state_name: Text
    decider: str
    hearing: bool
    appeal_days: int
    author: str
    made_at: datetime
    suggested_cut_bp: int | None
    budget_fen: int | None
    suggested_amount_fen: int | None
    decided_by: str
    decided_at: datetime | None
    decided_cut_bp: int | None
    decided_amount_fen: int | None
    closes_on: date | None
    acts: list[UseActShown]


class UseList(Answer):
    """A page of the register of how results are used."""

    total: int
    uses: list[UseShown]


class UseGiven(Asked):
    """Another use of a result, proposed by a person: what for, for whom, resting on which score sheets.

    `occasion` tells it from others of the same subject and period.
    """

    subject: AboutGiven
    period: PeriodName
    occasion: Code
    reason: Annotated[Words, Field(min_length=1)]
    basis: Annotated[list[Sha256], Field(min_length=1, max_length=50)]


class ReviewGiven(Asked):
    """What a review found."""

    words: Words = ""


class UseDecisionGiven(Asked):
    """Approve or reject, with the basis; a cut or suspension with the hearing's note. `cut_bp` null = as suggested."""

    approve: bool
    basis: Words = ""
    hearing: Words = ""
    cut_bp: Annotated[int, Field(ge=1, le=10_000)] | None = None


class AppealGiven(Asked):
    """Why the decision should not stand."""

    reason: Words = ""


class AppealAnswered(Asked):
    """Whether the appeal is right, and why."""

    uphold: bool
    reason: Words = ""


class CarriedOut(Asked):
    """By which paper or voucher it was carried out."""

    ref: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class TableShown(Answer):
    """A version of the table of what results lead to; `version` 0 is the shipped one, set by nobody."""

    version: int
    since: date
    sha256: str
    set_by: str
    set_at: datetime | None
    document: dict[str, Any]


class TableList(Answer):
    """Every version, oldest first; `in_force` is that of periods that begin today."""

    in_force: int
    tables: list[TableShown]


class ChangeGiven(Asked):
    """A unit was founded, merged or split on a day."""

    unit: Line
    day: Day
    kind: Literal["founded", "merged", "split"]
    reason: Words = ""


class ChangeShown(Answer):
    """A unit that is another one from that day on."""

    id: int
    unit: str
    day: date
    kind: str
    reason: str
    noted_by: str


class ChangeList(Answer):
    """Changes of units, oldest first."""

    changes: list[ChangeShown]


# --- adjustments -----------------------------------------------------------------------------------------------------


class AdjustmentGiven(Asked):
    """Another target for an indicator: the one in force, the new one, why, and what shows it (ids or SHA-256)."""

    subject: AboutGiven
    indicator: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
    old: Level
    new: Level
    reason: Words = ""
    evidence: Annotated[list[Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]], Field(max_length=50)] = []


class AdjustmentActShown(Answer):
    """What somebody did to an application."""

    act: Literal["review", "endorse", "approve", "refuse", "withdraw"]
    actor: str
    at: datetime
    remark: str


class AdjustmentShown(Answer):
    """An application as far as it is. `tier` says who decides; `effective` from which day an approved one holds."""

    id: int
    subject: About
    unit: str
    indicator: str
    old: float
    new: float
    reason: str
    evidence: list[str]
    tier: Literal["plain", "higher"]
    decider: Text
    state: AdjustmentState
    state_name: Text
    author: str
    entered_on: date
    effective: date | None
    acts: list[AdjustmentActShown]


class AdjustmentList(Answer):
    """Applications of the caller's units (of the whole district for who sees it), the newest first."""

    total: int
    adjustments: list[AdjustmentShown]


class RemarkGiven(Asked):
    """Words with a review or endorsement."""

    remark: Note = ""


class AdjustmentDecided(Asked):
    """The district's decision; `effective` a later day than today, null = today. An earlier one is refused."""

    approve: bool
    remark: Note = ""
    effective: Day | None = None


PersonRecord.model_rebuild()
