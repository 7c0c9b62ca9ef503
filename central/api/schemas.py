"""What the API answers: frozen models without defaults, so that every field is always there (null where unknown).

Integers decide: `_bp` basis points (1/10000), `_cdays` hundredths of effective days, `_fen` hundredths of a yuan. Gap
is plan - actual: positive = behind. Matrices are rows x columns, row 0 at the ground.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.api.case_brief import CaseBrief

Sign = Literal["red", "yellow", "blue", "insufficient", "paused", "normal"]
Level = Literal["blue", "yellow", "red"]
Grade = Literal["优", "良", "中", "差"]
SubjectKind = Literal["project", "building", "line", "camera", "gateway"]

Bp = Annotated[int, Field(ge=0, le=10_000)]
SignedBp = Annotated[int, Field(ge=-10_000, le=10_000)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Answer(BaseModel):
    """Ground of every model: closed and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class Text(Answer):
    """One sentence or name in the two languages of the interface."""

    zh: str
    en: str


class Named(Answer):
    """Something with an id and a name to show."""

    id: str
    name: Text


# --- district and projects -------------------------------------------------------------------------------------------


class ScoreBrief(Answer):
    """Total 0-100 and grade; null while there is nothing to score."""

    total: float | None
    grade: Grade | None


class ProjectSummary(Answer):
    """One row of the district list. Measured figures are null until something was observed."""

    id: str
    code: str
    name: Text
    street: Text
    unit: Text
    work_type: str
    sign: Sign
    plan_bp: Bp
    actual_bp: Bp | None
    sigma_bp: int | None
    coverage_bp: Bp
    gap_bp: SignedBp | None
    lag_cdays: int | None
    worst_building: Named | None
    open_warnings: int
    score: ScoreBrief
    headline: Text
    contract_fen: int
    start: date
    finish: date
    as_of: datetime | None


class SignCounts(Answer):
    """Projects by their heaviest sign; the six add up to the total."""

    red: int
    yellow: int
    blue: int
    insufficient: int
    paused: int
    normal: int


class District(Answer):
    """The district at one time. `as_of` is the newest assessed instant, null before the first."""

    name: Text
    as_of: datetime | None
    counts: SignCounts
    total: int
    projects: list[ProjectSummary]


class ProjectList(Answer):
    """Projects of the caller's scope that pass the filters."""

    total: int
    projects: list[ProjectSummary]


class ItemState(Answer):
    """A weighted work item of a building."""

    id: str
    name: Text
    weight_bp: Bp
    plan_bp: Bp
    actual_bp: Bp | None
    sigma_bp: int | None


class BuildingState(Answer):
    """A building against its plan."""

    id: str
    name: Text
    storeys: int
    weight_bp: Bp
    plan_bp: Bp
    actual_bp: Bp | None
    sigma_bp: int | None
    coverage_bp: Bp
    gap_bp: SignedBp | None
    lag_cdays: int | None
    sign: Sign
    items: list[ItemState]


class Condition(Answer):
    """A device fact that began and has not ended: moved, frozen, covered, dark, offline."""

    code: str
    since: datetime
    detail: str


class CameraState(Answer):
    """A camera: what it looks at, when it last said something, what is wrong with it."""

    id: str
    gateway: str
    buildings: list[Named]
    last_observed_at: datetime | None
    registration: Literal["VERIFIED", "UNVERIFIED", "MOVED"] | None
    conditions: list[Condition]


class Pause(Answer):
    """An approved pause; both days belong to it."""

    first: date
    last: date


class ProjectDetail(ProjectSummary):
    """A project with its buildings, cameras and pauses; `disputed` are the work items of which a person's value
    differs from the cameras' by more than the tolerance and nobody has settled it: a mark on what is published."""

    plan_version: int
    pauses: list[Pause]
    buildings: list[BuildingState]
    cameras: list[CameraState]
    disputed: list[str]


class CurvePoint(Answer):
    """One day of the curve. Measured figures are null after `as_of` and where nothing had been observed."""

    day: date
    plan_bp: Bp
    actual_bp: Bp | None
    sigma_bp: int | None
    coverage_bp: Bp | None


class Curve(Answer):
    """Planned and measured completion by day, from the start to the planned finish (or `as_of`, if later)."""

    subject: Named
    as_of: datetime | None
    finish: date
    points: list[CurvePoint]


# --- faces and observations ------------------------------------------------------------------------------------------


class Still(Answer):
    """An evidence JPEG; fetch `url` with the bearer token."""

    sha256: Sha256
    url: str
    captured_at: datetime


class FaceState(Answer):
    """The newest reading of one work face. `stage` indexes `stages`, -1 = never seen.

    `planned_top_row` is how many rows from the ground should stand by plan. `previous_evidence` is the earliest still
    of the 30 days before `evidence`.
    """

    face: str
    camera: str
    gateway: str
    rows: int
    cols: int
    observed_at: datetime
    stages: list[str]
    stage: list[list[int]]
    stage_bp: list[list[int]]
    occluded: list[list[int]]
    cover: list[list[str]]
    top_storey: int | None
    planned_top_row: int | None
    completion_bp: Bp | None
    sigma_bp: int
    coverage_bp: Bp
    registration: Literal["VERIFIED", "UNVERIFIED", "MOVED"]
    quality: list[str]
    abstained: str | None
    ref: str
    evidence: Still | None
    previous_evidence: Still | None


class Faces(Answer):
    """The work faces of a building; empty while no camera has read one."""

    building: Named
    faces: list[FaceState]


class FusionRow(Answer):
    """One source's value for an item. `weight_bp` is its share in the present estimate, null when it has none."""

    item: Named
    kind: Literal["camera", "inspector", "supervisor", "self_report", "document"]
    source: str
    value_bp: Bp
    conf_bp: Bp
    weight_bp: Bp | None
    observed_at: datetime
    accepted: bool
    refs: list[str]


class Fusion(Answer):
    """The fusion table of a building, newest first; `total` counts all, `rows` holds the newest `limit`."""

    building: Named
    total: int
    rows: list[FusionRow]


# --- warnings and scores ---------------------------------------------------------------------------------------------


class SubjectName(Answer):
    """What a warning or score is about."""

    kind: SubjectKind
    id: str
    name: Text


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


class ScorePart(Answer):
    """One leaf of a score: points = weight x leaf score."""

    indicator: str
    name: Text
    weight: float
    value: str
    leaf_score: float
    points: float
    formula: str
    refs: list[str]


class ScoreDetail(Answer):
    """A score with all it is made of; `as_of` and the figures are null before the first assessment.

    `poor_data` (数据质量不足): the quality of the unit's data was under 60 in `quality_month`, the last that was frozen
    before the score; `quality_bp` is its total x 100 (null = nothing to count, or no month yet).
    """

    subject: SubjectName
    as_of: datetime | None
    total: float | None
    grade: Grade | None
    rule_version: str | None
    consistency_ratio: float | None
    poor_data: bool
    quality_month: date | None
    quality_bp: int | None
    contributions: list[ScorePart]


# --- trace -----------------------------------------------------------------------------------------------------------


class Fact(Answer):
    """One line of a trace node, machine value as text."""

    key: str
    value: str


class TraceNode(Answer):
    """A number and what it came from, down to the record, the frame's digest and the still."""

    kind: str
    id: str
    name: Text
    at: datetime | None
    value: str | None
    facts: list[Fact]
    evidence: Still | None
    more: int = Field(description="how many further children exist and are not listed")
    children: list[TraceNode]


# --- fleet -----------------------------------------------------------------------------------------------------------


class GatewayState(Answer):
    """Delivery of one gateway. What it says of itself is null until it said so.

    `in_flight` = produced - acked, of which `sent` are on their way; `tombstoned` records it gave up by policy;
    `clock_offset_ms` is the centre's clock minus its own; `degraded` why it takes records in badly.
    `enrolled` = its frames must be signed; `known_losses` counts what went with older stores of it.
    """

    id: str
    epoch: str | None
    online: bool
    watermark: int
    received: int
    duplicates: int
    tombstones: int
    dead_letters: int
    conflicts: int
    last_seen: datetime | None
    produced: int | None
    acked: int | None
    in_flight: int | None
    sent: int | None
    oldest_age_ms: int | None
    tombstoned: int | None
    clock_offset_ms: int | None
    degraded: str | None
    security_refusals: int | None
    security_events: int
    known_losses: int
    enrolled: bool
    revoked: bool
    clock: str | None
    software: str | None


class Fleet(Answer):
    """Gateways and cameras of the caller's scope."""

    as_of: datetime
    gateways: list[GatewayState]
    cameras: list[CameraState]


class SecurityEventRow(Answer):
    """Something refused or claimed wrongly; the same again counts in `times`. `gateway` null = nobody known."""

    id: int
    code: str
    gateway: str | None
    detail: str
    times: int
    first_at: datetime
    last_at: datetime


class SecurityEventList(Answer):
    """The newest events; `total` counts all."""

    total: int
    events: list[SecurityEventRow]


class DeadLetterRow(Answer):
    """A message or record that could not be taken; `replayed_at` = when it was taken after all."""

    id: int
    received_at: datetime
    topic: str
    gateway: str | None
    code: str
    reason: str
    size_bytes: int
    times: int
    replayed_at: datetime | None


class DeadLetterList(Answer):
    """The newest letters; `total` counts all."""

    total: int
    letters: list[DeadLetterRow]
