"""What the API answers about the district, a project and its buildings against their plans.

Gap is plan - actual: positive = behind. Measured figures are null until something was observed.
"""

from __future__ import annotations

from datetime import date, datetime

from central.api.fleet_schemas import CameraState
from central.api.schemas import Answer, Bp, Grade, Named, Sign, SignedBp, Text


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
