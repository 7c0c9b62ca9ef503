"""A camera's commissioning as the page shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Row

from central.api.commissioning_schemas import (
    Commissioning,
    FaceGrid,
    FirstReading,
    Hidden,
    NewestFrame,
    OrderSteps,
    PreviewShown,
    ReferenceShown,
    SceneFinding,
)
from central.api.schemas import Text
from central.api.views.words import instant, said_by_gateway
from central.configuring.commissioned import Commissioned
from central.store.instants import from_ms
from central.store.tables import Camera
from wire.scene.preview import preview_of
from wire.scene.shapes import Scene
from wire.scene.spelling import scene_json
from wire.scene.words import say


def commissioning_view(
    found: Commissioned,
    *,
    gateway: str,
    camera: str,
    online: bool,
    seen: Camera | None,
    has_still: Callable[[str], bool],
    now_ms: int,
) -> Commissioning:
    """Everything the page needs; `has_still` tells whether the bytes of a still have come."""
    return Commissioning(
        gateway=gateway,
        camera=camera,
        online=online,
        registration=cast(Any, seen.registration) if seen and seen.registration else None,
        ask=reference_view(found.ask, now_ms=now_ms) if found.ask else None,
        frame=_frame(found, has_still) if found.taken else None,
        scene=found.scene,
        based_on=found.newest,
        order=_order(found),
        readings=[_reading(row) for row in found.readings],
    )


def reference_view(ask: Row[Any], *, now_ms: int) -> ReferenceShown:
    """A request; without an answer its deadline tells."""
    open_: Literal["waiting", "overdue"] = "overdue" if now_ms > ask.deadline_at else "waiting"
    return ReferenceShown(
        id=ask.id,
        asked_by=ask.asked_by,
        asked_at=from_ms(ask.issued_at),
        deadline=from_ms(ask.deadline_at),
        reason=ask.reason,
        state=ask.state or open_,
        why=ask.why,
        said=said_by_gateway(ask.why),
        answered_at=instant(ask.answered_at),
    )


def preview_view(scene: Scene) -> PreviewShown:
    """The scene with its grid, and what is found about it in both languages."""
    made = preview_of(scene)
    return PreviewShown(
        scene=scene_json(scene),
        faces=[
            FaceGrid(
                face_id=face.face_id,
                nodes=[[list(point) for point in row] for row in face.nodes],
                hidden=[[cast(Hidden, reason) for reason in row] for row in face.hidden],
                storey_px_least=face.storey_px[0],
                storey_px=face.storey_px[1],
                share_bp=face.share_bp,
            )
            for face in made.faces
        ],
        findings=[
            SceneFinding(
                code=finding.code,
                severity=finding.severity,
                where=finding.where,
                text=Text(zh=say(finding, "zh"), en=say(finding, "en")),
            )
            for finding in made.findings
        ],
    )


def _frame(found: Commissioned, has_still: Callable[[str], bool]) -> NewestFrame:
    taken = found.taken
    assert taken is not None, "asked for a frame that was taken"
    return NewestFrame(
        id=taken.id,
        taken_at=from_ms(taken.answered_at),
        still=bool(taken.sha256) and has_still(taken.sha256),
        width_px=taken.width_px,
        height_px=taken.height_px,
        guess=json.loads(taken.guess) if taken.guess else None,
        is_old=found.frame_is_old,
    )


def _order(found: Commissioned) -> OrderSteps | None:
    order = found.order
    if order is None:
        return None
    return OrderSteps(
        id=order.id,
        by=order.by,
        sent_at=from_ms(order.issued_ms),
        received_at=_when(found, "received"),
        trial_at=_when(found, "on_trial"),
        answered_at=instant(order.answered_ms),
        state=order.state,
        reason=order.reason,
        said=said_by_gateway(order.reason),
    )


def _when(found: Commissioned, step: str) -> datetime | None:
    row = found.steps.get(step)
    return None if row is None else from_ms(row.at)


def _reading(row: Row[Any]) -> FirstReading:
    return FirstReading(
        face=row.face,
        building=row.building,
        observed_at=from_ms(row.observed_at),
        completion_bp=row.completion_bp,
        sigma_bp=row.sigma_bp,
        coverage_bp=row.coverage_bp,
        abstained=row.abstained,
        still=row.evidence_sha256,
    )
