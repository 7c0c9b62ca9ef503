"""What the API takes and answers about cases and rectifications. Same rules as `schemas`: answers have every field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from central.api.case_brief import CaseBrief
from central.api.messages_schemas import CaseReceipt
from central.api.schemas import Answer, Named, Sha256, Text
from central.api.warning_schemas import PlanWarning

IDS_MAX = 200
WarningId = Annotated[str, Field(pattern="^[0-9]{1,18}$")]
Words = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")]
Short = Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$")]
Version = Annotated[int, Field(ge=1, lt=1 << 31)]
Mine = Literal["ack", "measure", "verify", "told"]


class Asked(BaseModel):
    """Ground of every request body: closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- acts -------------------------------------------------------------------------------------------------------------


class Acknowledgement(Asked):
    """`version` as the page saw it; null = whatever it is now."""

    version: Version | None = None


class Acknowledgements(Asked):
    """Warnings to acknowledge together."""

    warnings: Annotated[list[WarningId], Field(min_length=1, max_length=IDS_MAX)]


class OrderGiven(Asked):
    """A measure: who does what until when, and how it is accepted. `also` are warnings that it mends as well.

    What is missing is refused by name. `unit` '' = the project's own; `department` '' = the cause's own, if any.
    """

    person: Short = ""
    measure: Words = ""
    due: date | None = None
    acceptance_standard: Words = ""
    unit: Short = ""
    cause: Short = ""
    department: Short = ""
    also: Annotated[list[WarningId], Field(max_length=IDS_MAX)] = []
    version: Version | None = None


class Verification(Asked):
    """What was seen; `cause` where none is on record yet."""

    note: Words = ""
    cause: Short = ""
    department: Short = ""
    version: Version | None = None


class Reason(Asked):
    """Why, in words."""

    reason: Words = ""
    version: Version | None = None


class CauseGiven(Asked):
    """A code of the taxonomy; `department` '' = the cause's own, if any."""

    cause: Short
    department: Short = ""
    note: Words = ""


class Remark(Asked):
    """Words for the timeline."""

    note: Words = ""


class Answered(Asked):
    """What came of a coordination; `ref` names the permit or paper."""

    note: Words = ""
    ref: Words = ""


class PieceGiven(Asked):
    """A photo that was uploaded for the project, or a still of its cameras."""

    kind: Literal["photo", "still"]
    sha256: Sha256
    note: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class MendingEvidenceGiven(Asked):
    """What shows that it is done."""

    evidence: Annotated[list[PieceGiven], Field(max_length=60)] = []
    note: Words = ""


# --- answers ----------------------------------------------------------------------------------------------------------


class Acknowledged(Answer):
    """What became of one warning of several; `refused` null = acknowledged."""

    warning: str
    refused: Text | None


class AcknowledgedList(Answer):
    """Each warning by itself: one that is refused stops no other."""

    done: int
    results: list[Acknowledged]


class Inbox(Answer):
    """A page of warnings that people work on, heaviest first, then by what runs out first; `total` without paging."""

    total: int
    warnings: list[PlanWarning]


class InboxCounts(Answer):
    """How many cases wait, for the caller and in his scope."""

    ack: int
    measure: int
    verify: int
    told: int
    active: int
    overdue: int
    insufficient: int
    closed_this_week: int
    false_alarms: int
    red: int
    yellow: int
    blue: int


class TimelineEvent(Answer):
    """One event; `word` and `seat_word` are for people, `detail` holds what belongs to it (note, told, person, due)."""

    at: datetime
    event: str
    word: Text
    actor: str
    actor_name: str | None
    seat: str | None
    seat_word: Text | None
    before: str
    after: str
    level: str | None
    detail: dict[str, JsonValue]


class ToldPerson(Answer):
    """A person who was told at a level, in a round of the case, and whether he has acknowledged.

    `delivery` is what became of the newest message at that level: queued, sent, …; null = there was none to him.
    """

    person: str
    name: str
    seat: str
    seat_word: Text
    level: str
    round: int
    at: datetime
    delivery: str | None
    acknowledged_at: datetime | None


class CauseShown(Answer):
    """A cause with the measure that usually helps. `measured` = `days` is the median of what cases took."""

    code: str
    parent: str | None
    name: Text
    measure: Text
    seat: str
    seat_word: Text
    department: str | None
    days: int
    measured: bool
    precedents: list[str]


class CauseList(Answer):
    """The taxonomy, for a rule the likely ones first."""

    causes: list[CauseShown]


class ClockShown(Answer):
    """What has to be done by when; `done_at` null = it still runs."""

    kind: Literal["ack", "measure", "due", "verify"]
    started_at: datetime
    due_at: datetime
    done_at: datetime | None
    late: bool


class MendingEvidenceShown(Answer):
    """A piece of evidence."""

    kind: Literal["photo", "still"]
    sha256: Sha256
    url: str
    note: str
    at: datetime
    by: str


class RectificationRow(Answer):
    """A measure: who does what until when. `overdue_days` 0 = in time; `warnings` are those it mends now."""

    id: str
    number: str
    project: Named | None
    unit: str
    title: str
    person: str
    person_name: str | None
    measure: str
    due: date | None
    acceptance_standard: str
    cause: str | None
    state: Literal["draft", "assigned", "rectifying", "evidence", "verified", "cancelled"]
    word: Text
    origin: str
    created_at: datetime
    created_by: str
    assigned_at: datetime | None
    submitted_at: datetime | None
    submitted_by: str | None
    verified_at: datetime | None
    verified_by: str | None
    returned: int
    overdue_days: int
    evidence: list[MendingEvidenceShown]
    warnings: list[str]
    acts: list[str]
    version: int


class RectificationDetail(RectificationRow):
    """A measure with everything that happened to it."""

    timeline: list[TimelineEvent]


class RectificationList(Answer):
    """A page of the ledger of rectifications, overdue first, then by due day; `total` without paging."""

    total: int
    rectifications: list[RectificationRow]


class CaseDetail(Answer):
    """A case with all that people need to go on: who was told, what happened, what to do next."""

    case: CaseBrief
    word: Text
    lives: list[str]
    told: list[ToldPerson]
    receipts: list[CaseReceipt]
    clocks: list[ClockShown]
    timeline: list[TimelineEvent]
    rectification: RectificationRow | None
    causes: list[CauseShown]
    approvers: list[Text]


class Coordination(Answer):
    """A case whose cause asks a department to coordinate."""

    case: str
    number: str
    warning: str
    project: Named
    rule: str
    rule_name: Text
    level: str
    cause: str
    cause_name: Text
    department: str
    asked_at: datetime | None
    answered_at: datetime | None


class CoordinationList(Answer):
    """Coordinations of the caller's departments and projects, those that wait first."""

    total: int
    coordinations: list[Coordination]


class RulePrecision(Answer):
    """How often a rule was right among its cases that people judged; null = none yet."""

    rule: str
    judged: int
    false_alarms: int
    precision_bp: int | None


class Indicators(Answer):
    """How mending goes, over cases and measures that ended in the period. Days in hundredths; null = none.

    `overdue_unhandled` counts measures past their day without evidence, `beyond_sla` active warnings past the time for
    a measure that have none: both should be 0.
    """

    since: date
    until: date
    closed: int
    mean_closing_cdays: int | None
    median_closing_cdays: int | None
    verified_measures: int
    on_time_bp: int | None
    overdue_unhandled: int
    beyond_sla: int
    rules: list[RulePrecision]
