"""What the API takes and answers about clauses, daily reports, disputes and the quality of data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.acting import Id, Line, Note
from central.api.lives_schemas import Asked
from central.api.schemas import Answer, Bp, Sha256, Text
from central.quality.clauses import Clause

Position = Annotated[
    list[Annotated[float, Field(allow_inf_nan=False, ge=-1e7, le=1e7)]], Field(min_length=2, max_length=3)
]
Ring = Annotated[list[Position], Field(min_length=4, max_length=5000)]
Rings = Annotated[list[Ring], Field(min_length=1, max_length=50)]
Datum = Literal["wgs84", "gcj02"]
ReporterKind = Literal["self_report", "supervisor", "inspector"]
Outcome = Literal["for_camera", "for_person", "unclear"]


class PolygonGiven(Asked):
    """A GeoJSON polygon: rings of [longitude, latitude], the outer one first."""

    type: Literal["Polygon"]
    coordinates: Rings


class MultiPolygonGiven(Asked):
    """Several GeoJSON polygons."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1, max_length=50)]


class FenceGiven(Asked):
    """The outline of a site, and the datum it was drawn in: `gcj02` for Chinese web maps, `wgs84` for satellites'."""

    datum: Datum
    geometry: Annotated[PolygonGiven | MultiPolygonGiven, Field(discriminator="type")]


class FenceShown(Answer):
    """The outline in force as it came; version 0 and null where nobody has drawn any."""

    project: str
    version: int
    datum: Datum | None
    geometry: Annotated[PolygonGiven | MultiPolygonGiven, Field(discriminator="type")] | None


class ClausesShown(Answer):
    """The clauses in force; version 0 and none where nobody has said any."""

    project: str
    version: int
    clauses: list[Clause]


class PhotoReason(Answer):
    """Why a photo is no evidence, or what it lacks."""

    code: Literal["other_day", "outside_fence", "datum", "no_place", "no_time"]
    text: Text


class PhotoJudged(Answer):
    """A photo of a report: whether it holds as evidence; `distance_m` from the fence, 0 inside, null = not known."""

    sha256: Sha256
    accepted: bool
    distance_m: int | None
    reasons: list[PhotoReason]


class ClaimShown(Answer):
    """A claim beside the cameras' value of then (null = none); `fell` = the reporter had claimed more before."""

    item: str
    value_bp: Bp
    auto_bp: Bp | None
    disputed: bool
    fell: bool


class DailyReportShown(Answer):
    """A report as it was taken. `in_time` = before its day ended; `counted` = its claims became observations."""

    id: int
    project: str
    day: date
    kind: ReporterKind
    author: str
    note: str
    stage: str
    submitted_at: datetime
    in_time: bool
    counted: bool
    photos: list[PhotoJudged]
    claims: list[ClaimShown]


class DailyReports(Answer):
    """Newest first; `next` is the `before` of the page that follows, null at the end."""

    project: str
    reports: list[DailyReportShown]
    next: int | None


class BrokenClauseShown(Answer):
    """A clause that does not hold: its number and words, what is wrong, days late where that is the matter."""

    code: Literal["late", "overdue", "stage_name", "payment_early", "payment_late"]
    clause: str
    quote: str
    text: Text
    day: date
    days: int
    ref: str | None


class DutyShown(Answer):
    """A day on which a report was owed."""

    day: date
    state: Literal["open", "reminded", "missed", "done"]


class Checks(Answer):
    """What the contract asks against what was reported, up to `as_of`; duties of its month."""

    project: str
    as_of: date
    findings: list[BrokenClauseShown]
    duties: list[DutyShown]
    missed: int
    open_disputes: int


class DisputeShown(Answer):
    """A person's value beside the cameras'. `published_bp` stays the one weighted by evidence (null = not yet)."""

    id: int
    item: str
    author: str
    report: int
    auto_bp: Bp
    human_bp: Bp
    tolerance_bp: int
    published_bp: Bp | None
    observed_at: datetime
    state: Literal["open", "for_camera", "for_person", "unclear"]
    settled_by: str | None
    remark: str


class Disputes(Answer):
    """Newest first; `next` is the `before` of the page that follows, null at the end."""

    project: str
    disputes: list[DisputeShown]
    next: int | None


class SettlementGiven(Asked):
    """Whose value holds, and what was found on the spot."""

    outcome: Outcome
    remark: Note


class OutageGiven(Asked):
    """A gateway, or one camera of it ('' = all), is out; `until` null = still."""

    gateway: Id
    camera: Annotated[str, Field(max_length=63, pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$")]
    since: datetime
    until: datetime | None
    reason: Line


class OutageShown(Answer):
    """A notice that was taken; `excuses` = it came within 24 h, so that its days count neither for nor against."""

    id: int
    excuses: bool


class DimensionShown(Answer):
    """A dimension of quality: the share in basis points (null = nothing to count), and what it is made of."""

    name: Literal["completeness", "accuracy", "timeliness", "consistency"]
    share_bp: Bp | None


class CountsShown(Answer):
    """What was counted of a unit in a month; what is excused is in none of it."""

    expected: int
    received: int
    on_time: int
    required: int
    filled: int
    checked: int
    valid: int
    pairs: int
    agreeing: int


class UnitQuality(Answer):
    """A unit in the bulletin: rank 1 = best; `total_bp` = total x 100 (null = nothing to count); below 80 training."""

    unit: str
    rank: int
    total_bp: Bp | None
    grade: Literal["A", "B", "C", "D", "E"] | None
    needs_training: bool
    insufficient: bool
    dimensions: list[DimensionShown]
    counts: CountsShown
    sha256: Sha256


class Bulletin(Answer):
    """Quality of data by unit in a month; `frozen` on the 1st of the next month, until then as of now."""

    month: date
    frozen: bool
    units: list[UnitQuality]
