"""What the API takes and answers where a camera is commissioned."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.api.schemas import Answer, Text

Scene = Annotated[dict[str, Any], Field(description="siteprogress.scene/1")]
Hidden = Literal["", "outside", "masked", "small", "oblique"]


class ReferenceAsked(BaseModel):
    """Why somebody wants to see the camera's frame; kept in the audit trail and beside each look at it."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(min_length=4, max_length=300, pattern=r"\S")]
    deadline_s: Annotated[int, Field(ge=60, le=7 * 86_400)] = 86_400


class ReferenceShown(Answer):
    """A request for a reference frame and what became of it; `why` as the gateway sent it, `said` in both languages."""

    id: int
    asked_by: str
    asked_at: datetime
    deadline: datetime
    reason: str
    state: Literal["waiting", "overdue", "taken", "refused", "expired"]
    why: str
    said: Text
    answered_at: datetime | None


class NewestFrame(Answer):
    """The newest frame that was taken. `still` is there once its bytes have come; `guess` is what the gateway proposes.

    `is_old`: another commissioning came into force after it.
    """

    id: int
    taken_at: datetime
    still: bool
    width_px: int
    height_px: int
    guess: dict[str, Any] | None
    is_old: bool


class OrderSteps(Answer):
    """The last order that changes this camera: when it was made, received, tried and answered."""

    id: int
    by: str
    sent_at: datetime
    received_at: datetime | None
    trial_at: datetime | None
    answered_at: datetime | None
    state: Literal["waiting", "overdue", "superseded", "applied", "refused", "rolled_back", "expired"]
    reason: str
    said: Text


class FirstReading(Answer):
    """What the camera said first of a face under the new commissioning; null completion = it abstains, with why."""

    face: str
    building: str
    observed_at: datetime
    completion_bp: int | None
    sigma_bp: int
    coverage_bp: int
    abstained: str | None
    still: str | None


class Commissioning(Answer):
    """A camera's commissioning: the frame, what runs, the last order and what came of it.

    `scene` null = nobody told the centre yet: ask for a frame. `based_on` goes back with an order.
    """

    gateway: str
    camera: str
    online: bool
    registration: Literal["VERIFIED", "UNVERIFIED", "MOVED"] | None
    ask: ReferenceShown | None
    frame: NewestFrame | None
    scene: Scene | None
    based_on: int
    order: OrderSteps | None
    readings: list[FirstReading]


class PreviewAsked(BaseModel):
    """A scene and corrections to it (`op` names each; docs/commissioning.md)."""

    model_config = ConfigDict(extra="forbid")
    scene: Scene
    edits: Annotated[list[dict[str, Any]], Field(max_length=200)] = []


class FaceGrid(Answer):
    """Grid of a face: `nodes` (rows+1) x (cols+1) x 2 native px from the ground up, `hidden` rows x cols."""

    face_id: str
    nodes: list[list[list[float]]]
    hidden: list[list[Hidden]]
    storey_px_least: float
    storey_px: float
    share_bp: int


class SceneFinding(Answer):
    """Something to know about the scene; an error stops the order. `where` is the path inside the scene."""

    code: str
    severity: Literal["error", "warning", "note"]
    where: str
    text: Text


class PreviewShown(Answer):
    """The scene after the corrections, as the gateway would see it."""

    scene: Scene
    faces: list[FaceGrid]
    findings: list[SceneFinding]


class SceneOrder(BaseModel):
    """The new commissioning of this camera; everything else the gateway runs stays."""

    model_config = ConfigDict(extra="forbid")
    scene: Scene
    based_on: Annotated[int, Field(ge=0, lt=1 << 62)]
    deadline_s: Annotated[int, Field(ge=60, le=366 * 86_400)] = 86_400
