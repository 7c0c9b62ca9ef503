"""What the API takes and answers about values, score sheets, outcomes and roll-up. Same rules as `schemas`.

Rates are in percent (95.0); `_fen` hundredths of a yuan; points 0-100 before any rounding.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.acting import Day, Fen, Id, Line, Note
from central.api.ranking_schemas import Asked
from central.api.schemas import Answer, Sha256, Text

SubjectKind = Literal["project", "unit", "person", "district"]
SheetKind = Literal["objective", "self", "peer", "dept", "finance", "third", "annual", "health"]
State = Literal["measured", "entered", "missing", "not_due", "too_few", "not_applicable"]
Grade = Literal["优", "良", "中", "差"]
PeriodName = Annotated[str, Field(pattern=r"^(19|20)\d\d(-(0[1-9]|1[0-2])|-Q[1-4])?$")]
SubjectId = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Indicator = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
Measured = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Papers = Annotated[list[Sha256], Field(max_length=20)]
Reason = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]


class ScoredSubject(Answer):
    """What is scored: a project (its id), a unit (its name), a person (user name) or the district ('')."""

    kind: SubjectKind
    id: str


class ScoredSubjectGiven(Asked):
    """A project (its id), a unit (its name) or a person (user name)."""

    kind: Literal["project", "unit", "person"]
    id: Line


# --- measures and values ----------------------------------------------------------------------------------------------


class MeasureShown(Answer):
    """Something the platform measures by itself; an indicator that names its `code` is filled and never typed."""

    code: str
    name: Text
    unit: str
    kinds: list[SubjectKind]
    better: Literal["higher", "lower"]
    formula: Text
    version: str


class MeasureList(Answer):
    """All of them."""

    measures: list[MeasureShown]


class ValueShown(Answer):
    """A value of an indicator in a period: `state` says why there may be none, `refs` what is behind it."""

    indicator: str
    name: Text
    kind: str
    unit: str
    target: float
    value: float | None
    state: State
    source: str
    version: str
    refs: list[str]
    n: int | None
    low: float | None
    high: float | None
    note: Text | None


class FieldShown(ValueShown):
    """A field of a form. `read_only`: it is measured, `source_name` by what; then an entry is an override."""

    read_only: bool
    source_name: Text | None
    formula: Text


class ValueForm(Answer):
    """What is known of each indicator of the subject's set in force for a period."""

    subject: ScoredSubject
    period: str
    set_id: str
    set_version: int
    fields: list[FieldShown]


# --- sheets -----------------------------------------------------------------------------------------------------------


class MarkShown(Answer):
    """What has to be known beside a score; `indicator` null = of the whole."""

    code: Literal["poor_data", "target_too_low", "too_few", "overridden", "disputed"]
    text: Text
    indicator: str | None


class SheetBrief(Answer):
    """A frozen sheet: `id` is the SHA-256 of its content. `author` null = not shown (peers stay anonymous)."""

    id: Sha256
    subject: ScoredSubject
    period: str
    kind: SheetKind
    author: str | None
    taken_at: datetime
    stored_at: datetime
    rule_version: str
    total: float | None
    grade: Grade | None


class SheetList(Answer):
    """Sheets by id; `next` = where to go on after, null at the end."""

    sheets: list[SheetBrief]
    next: str | None


class SheetLeafShown(ValueShown):
    """A leaf of a sheet: points = weight x leaf score. `before` = the target before an approved adjustment."""

    weight: float
    leaf_score: float
    points: float
    formula: Text
    before: float | None
    judged: str
    reason: str


class HonestyShown(Answer):
    """A self-evaluation beside the money that was spent: `gap_percent` by how much it is above execution; red over 5 %,
    yellow where over 20 % of the budget was not spent."""

    level: Literal["red", "yellow"] | None
    gap_percent: float | None
    unspent_percent: float | None
    reason: Text | None


class SheetShown(SheetBrief):
    """A sheet with all it is made of."""

    set_id: str
    set_version: int
    set_name: Text
    frame: Literal["IOI", "IPOR", "MOF"]
    consistency_ratio: float
    data_quality: float | None
    marks: list[MarkShown]
    honesty: HonestyShown | None
    leaves: list[SheetLeafShown]


# --- entries ----------------------------------------------------------------------------------------------------------


class LeafEntryGiven(Asked):
    """A value: `value` of a number, `n` and `satisfied` of a survey, `points` of a panel. `override` replaces what is
    measured, with its `reason`; both stay visible."""

    subject: ScoredSubjectGiven
    period: PeriodName
    indicator: Indicator
    value: Measured | None = None
    n: Count | None = None
    satisfied: Count | None = None
    points: Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], Field(max_length=100)] = Field(
        default_factory=list
    )
    evidence: Papers = Field(default_factory=list)
    reason: Reason = ""
    override: bool = False


class EntryDecisionGiven(Asked):
    """Accepted, or returned with a remark."""

    outcome: Literal["accepted", "returned"]
    remark: Note = ""


class EntryShown(Answer):
    """An entry; `outcome` null = it waits for somebody else's word and does not count yet. An override's `measured`
    is the value that it replaces."""

    id: int
    subject: ScoredSubject
    period: str
    indicator: str
    kind: Literal["value", "survey", "panel", "override"]
    value: float
    n: int | None
    satisfied: int | None
    low: float | None
    high: float | None
    points: list[float]
    measured: float | None
    reason: str
    evidence: list[str]
    author: str
    entered_at: datetime
    outcome: Literal["accepted", "returned"] | None
    remark: str
    decided_by: str | None
    decided_at: datetime | None


class EntryList(Answer):
    """Entries, newest first; `next` = the number to go on before, null at the end."""

    entries: list[EntryShown]
    next: int | None


class RequestCountGiven(Asked):
    """Complaints (or services) of a unit on a day: how many came, were closed, and the minutes of handling in all."""

    unit: Line
    kind: Literal["complaint", "service"]
    day: Day
    received: Count
    closed: Count
    minutes: Annotated[int, Field(ge=0, le=10**12)] = 0


class RequestCountsGiven(Asked):
    """What another system counted; a count of the same unit, kind and day replaces the one before."""

    source: Id
    counts: Annotated[list[RequestCountGiven], Field(min_length=1, max_length=1000)]


class Taken(Answer):
    """How many rows were new."""

    taken: int


class SavingGiven(Asked):
    """Money saved against a counterfactual that is named, with how one knows."""

    project: Line
    day: Day
    would_fen: Fen
    did_fen: Fen
    counterfactual: Note
    method: Note
    evidence: Papers


class SavingShown(Answer):
    """A saving; it counts once it is accepted."""

    id: int
    project: str
    day: date
    would_fen: int
    did_fen: int
    saved_fen: int
    counterfactual: str
    method: str
    evidence: list[str]
    author: str
    outcome: Literal["accepted", "returned"] | None
    decided_by: str | None


class SavingList(Answer):
    """Savings in the order in which they were noted; `accepted_fen` is the sum of all that were accepted."""

    savings: list[SavingShown]
    accepted_fen: int
    next: int | None


# --- outcomes and roll-up ---------------------------------------------------------------------------------------------


class SideShown(Answer):
    """The figure, and of how many cases it is."""

    value: float | None
    n: int


class OutcomeShown(Answer):
    """Before and after. `change` with its interval in `unit` ("pp" = percentage points); without a `claim` `why` says
    why there is none."""

    measure: str
    name: Text
    unit: str
    before: SideShown
    after: SideShown
    claim: bool
    change: float | None
    low: float | None
    high: float | None
    relative_percent: float | None
    method: Text
    why: Text | None


class RollupNode(Answer):
    """A place and what is added up in it; `href` goes there with the same filter, null where there is nothing below."""

    id: str
    kind: str
    name: Text
    projects: int
    budget_fen: int
    release_fen: int
    pay_fen: int
    entries: int
    href: str | None


class RollupShown(Answer):
    """A node of the tree and its children; each figure is the sum of the children's, and of `own` (what belongs to no
    child: a budget that is not divided further). `path` leads down to it."""

    day: date
    path: list[RollupNode]
    node: RollupNode
    own: RollupNode
    children: list[RollupNode]
    total: int
