"""What the API takes and answers about lives of projects. Answers have every field always; so has what is asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.api.acting import Code, Day, Fen, Line, Note
from central.api.schemas import Answer, Sha256, SignedBp, Text


class Asked(BaseModel):
    """Ground of what people send: closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PaperGiven(Asked):
    """A document: its kind, the SHA-256 of its bytes, and its file name."""

    kind: Code
    sha256: Sha256
    name: Line


class StageGiven(Asked):
    """A stage was passed on a day; the papers that show it, and who answers for it."""

    actual_on: Day
    responsible: Line
    documents: Annotated[list[PaperGiven], Field(max_length=50)]


class StagePlanned(Asked):
    """When a stage is to be passed, and who answers for it."""

    planned_on: Day
    responsible: Line


class DecisionGiven(Asked):
    """A decision on what somebody else asked; without approval a remark says why."""

    approve: bool
    remark: Note


class MilestoneGiven(Asked):
    """A link of the chain signed → agreed start → started → production; `ref` names the paper."""

    kind: Literal["signed", "agreed_start", "started", "production"]
    day: Day
    ref: Line


class PermitGiven(Asked):
    """What became of a permit on a day; `ref` is the number or digest of its paper, needed when it is granted."""

    permit: Code
    state: Literal["required", "refused", "granted"]
    day: Day
    ref: Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
    note: Note


class TaxGiven(Asked):
    """Tax of a year against what was agreed."""

    amount_fen: Fen
    target_fen: Fen
    ref: Line


class PauseGiven(Asked):
    """A standstill that is asked for, both days included."""

    first: Day
    last: Day
    cause: Code
    reason: Line


class PauseEnd(Asked):
    """The new last day of a standstill, and why the work goes on."""

    last: Day
    remark: Note


class PaperShown(Answer):
    """A document; `kept` = the centre has the bytes of this digest."""

    kind: str
    sha256: Sha256
    name: str
    kept: bool


class ActShown(Answer):
    """What somebody said of a stage, and what was decided."""

    id: int
    actual_on: date
    responsible: str
    documents: list[PaperShown]
    author: str
    state: Literal["submitted", "approved", "returned"]
    decided_by: str | None
    remark: str


class StageShown(Answer):
    """A stage of a project's life. `missing` = stages to be passed first; `late_days` against the planned day."""

    stage: str
    name: Text
    state: Literal["blocked", "open", "submitted", "returned", "passed"]
    needs: list[str]
    missing: list[str]
    documents: list[str]
    approver_roles: list[str]
    planned_on: date | None
    actual_on: date | None
    late_days: int | None
    responsible: str | None
    acts: list[ActShown]


class LifeShown(Answer):
    """A fact of a project's life that is in force."""

    kind: Literal["signed", "agreed_start", "started", "production", "completed"]
    day: date
    ref: str


class PermitShown(Answer):
    """Where a permit stands, and who grants it."""

    permit: str
    name: Text
    authority: Text
    state: Literal["required", "refused", "granted"]
    day: date
    ref: str
    note: str


class TaxShown(Answer):
    """Tax of a year; `reached_bp` of the target, null without one."""

    year: int
    amount_fen: int
    target_fen: int
    reached_bp: int | None
    ref: str


class Lifecycle(Answer):
    """The life of a project: its stages, and the chain from signing to tax.

    `high_risk` (高风险): signed, `high_risk_due` has passed, and work has not begun.
    """

    project: str
    template: str
    stages: list[StageShown]
    events: list[LifeShown]
    due_start: date | None
    high_risk_due: date | None
    high_risk: bool
    permits: list[PermitShown]
    tax: list[TaxShown]


class PauseShown(Answer):
    """A standstill that was asked for. `retroactive_days` = days of it that had begun when it was asked for."""

    id: int
    first: date
    last: date
    cause: str
    cause_name: Text
    reason: str
    state: Literal["asked", "approved", "refused", "withdrawn"]
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    remark: str
    retroactive_days: int


class PauseList(Answer):
    """Every standstill of a project, oldest first."""

    project: str
    pauses: list[PauseShown]


class VersionShown(Answer):
    """A version of the plan. `delay_days` = its finish less the baseline's; `removed` = parts that left with it."""

    version: int
    baseline: bool
    finish: date
    delay_days: int
    reason: str
    author: str
    approved_by: str
    decided_at: datetime
    removed: list[str]


class ProposalShown(Answer):
    """A revision that waits for approval or was decided, and what it would change against the plan in force."""

    id: int
    base_version: int
    state: Literal["open", "approved", "refused", "withdrawn"]
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    remark: str
    version: int | None
    delay_days: int | None
    removed: list[str]
    added: list[str]
    reweighted: list[str]


class Revisions(Answer):
    """Every version of a project's plan, oldest first, and what was proposed."""

    project: str
    revisions: int
    versions: list[VersionShown]
    proposals: list[ProposalShown]


class PlanStep(Answer):
    """A step of a work item and what it is worth of it."""

    name: str
    credit_bp: int
    evidence: str


class PlanPartShown(Answer):
    """A part of a project with its share of the whole in millionths, and its own completion by the newest judgement.

    `kind`: lot, building, unit or item; `parent` null at the top. `actual_bp` null while nothing was seen of it.
    """

    kind: Literal["lot", "building", "unit", "item"]
    id: str
    parent: str | None
    name: Text
    share_ppm: int
    plan_bp: int
    actual_bp: int | None
    gap_bp: SignedBp | None
    template: bool
    steps: list[PlanStep]


class KeyDateShown(Answer):
    """A day that the plan promises something for."""

    id: str
    name: Text
    day: date
    item: str | None


class LinkShown(Answer):
    """`after` may begin `lag_days` after `before` is finished."""

    before: str
    after: str
    lag_days: int


class Structure(Answer):
    """Lots, buildings, units and items of the plan in force, with the days and links it names."""

    project: str
    plan_version: int
    parts: list[PlanPartShown]
    key_dates: list[KeyDateShown]
    dependencies: list[LinkShown]


class OrgUnitShown(Answer):
    """A unit. `own` = ids of its projects within the caller's scope, `projects` = how many with all below it."""

    id: str
    parent: str | None
    kind: str
    kind_name: Text
    name: Text
    steward: str
    depth: int
    own: list[str]
    projects: int


class OrganisationShown(Answer):
    """The organisation, parents before their children; `unplaced` = projects whose unit it does not know."""

    version: int
    units: list[OrgUnitShown]
    unplaced: list[str]


class VersionStored(Answer):
    """Something was stored as this version."""

    id: str
    version: int


class ProgrammeShown(Answer):
    """Projects that depend on each other."""

    id: str
    version: int
    name: Text
    projects: list[str]
    dependencies: list[LinkShown]


class ProgrammeList(Answer):
    """Programmes of which the caller sees every project."""

    programmes: list[ProgrammeShown]


class SlipShown(Answer):
    """How late a project, or an item of one, will be, by itself and through others; `by` is the way it comes."""

    id: str
    name: Text
    kind: Literal["project", "item"]
    start: date
    finish: date
    forecast_start: date
    forecast: date
    own_days: int
    passed_days: int
    by: list[str]
    critical: bool


class ProgrammeSlip(Answer):
    """What the slips of a programme's projects do to the others and to its end (calendar days)."""

    programme: str
    finish: date
    forecast: date
    slip_days: int
    parts: list[SlipShown]


class RuleShown(Answer):
    """What a stage needs: other stages, papers, and who may approve it."""

    stage: str
    name: Text
    needs: list[str]
    documents: list[str]
    approver_roles: list[str]


class TemplateShown(Answer):
    """A version of the life of projects of some kinds."""

    name: str
    version: int
    work_types: list[str]
    stages: list[RuleShown]


class TemplateList(Answer):
    """The newest version of every template."""

    templates: list[TemplateShown]
