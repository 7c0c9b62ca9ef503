"""What the API answers about work faces and what was observed of them: matrices are rows x columns, row 0 below."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from central.api.schemas import Answer, Bp, Named, Still


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
