"""Commissioning a camera from the page: its frame is asked for, lines are drawn and looked at, the scene is sent."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.commissioning_schemas import (
    Commissioning,
    PreviewAsked,
    PreviewShown,
    ReferenceAsked,
    ReferenceShown,
    SceneOrder,
)
from central.api.envelopes import ErrorEnvelope
from central.api.errors import ApiError, InvalidError, SaidInvalidError, absent
from central.api.routes.configs import GatewayId
from central.api.services import Db, Given, Services
from central.api.stills import StillFolder
from central.api.viewing import shown
from central.api.views.commissioning import commissioning_view, preview_view, reference_view
from central.configuring.blobs import BlobFolder
from central.configuring.commissioned import commissioned
from central.configuring.contents import ContentRefused, scene_content
from central.configuring.ordering import Change, order_change
from central.configuring.referencing import ask_reference
from central.domain import Text
from central.errors import UnknownThing
from central.store.engine import reading
from central.store.instants import to_ms
from central.store.read_references import last_ask
from central.store.tables import Camera, Gateway, GatewayStatus
from wire.scene.edits import apply_edit
from wire.scene.errors import SceneError
from wire.scene.findings import check_scene
from wire.scene.reading import parse_scene
from wire.scene.shapes import Scene
from wire.scene.soundness import check_size, sound
from wire.scene.spelling import scene_json
from wire.scene.words import say

router = APIRouter(prefix="/gateways/{gateway}/cameras/{camera}", tags=["commissioning"])
CameraId = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
May = Annotated[Access, allow("configure")]


class ChangedMeanwhileError(ApiError):
    """The gateway was given another configuration since the page was opened."""

    status = 409
    code = "config_changed"


@router.get("/commissioning", operation_id="getCommissioning", response_model=Commissioning)
def get_commissioning(gateway: GatewayId, camera: CameraId, access: May, services: Given, session: Db) -> Commissioning:
    """The camera's frame, what runs, the last order and what came of it."""
    _check_reach(access, session, gateway)
    now_ms, blobs = to_ms(services.wall()), BlobFolder(services.settings.data_dir)
    status = session.get(GatewayStatus, gateway)
    return commissioning_view(
        commissioned(session.connection(), blobs, gateway, camera, now_ms=now_ms),
        gateway=gateway,
        camera=camera,
        online=bool(status and status.online),
        seen=session.get(Camera, (gateway, camera)),
        has_still=lambda sha256: StillFolder(services.settings.data_dir).path_of(sha256).is_file(),
        now_ms=now_ms,
    )


@router.post("/reference", operation_id="askReference", status_code=201, response_model=ReferenceShown)
def post_reference(
    gateway: GatewayId, camera: CameraId, asked: ReferenceAsked, access: May, *, services: Given
) -> ReferenceShown:
    """Ask for the camera's next trusted frame, people and vehicles made unrecognisable; the reason is kept."""
    with Session(services.engine) as session:
        _check_reach(access, session, gateway)
    now_ms = to_ms(services.wall())
    try:
        ask_reference(
            services.engine,
            services.settings.data_dir,
            gateway,
            camera,
            reason=asked.reason.strip(),
            life_ms=asked.deadline_s * 1000,
            by=access.username,
            now_ms=now_ms,
        )
    except UnknownThing as unknown:
        raise InvalidError(
            unknown.what, where=unknown.where, expected=unknown.expected, code="not_enrolled"
        ) from unknown
    with reading(services.engine) as connection:
        filed = last_ask(connection, gateway, camera)
    assert filed is not None, "it was filed just now"
    return reference_view(filed, now_ms=now_ms)


@router.get(
    "/reference/{number}/still",
    operation_id="getReferenceStill",
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_still(
    gateway: GatewayId,
    camera: CameraId,
    number: Annotated[int, Path(ge=1, lt=1 << 62)],
    access: May,
    *,
    services: Given,
    session: Db,
) -> FileResponse:
    """The reference frame; who looks, and why, is registered first."""
    _check_reach(access, session, gateway)
    taken = last_ask(session.connection(), gateway, camera, state="taken")
    path = StillFolder(services.settings.data_dir).path_of(taken.sha256) if taken and taken.sha256 else None
    if taken is None or path is None or taken.id != number or not path.is_file():
        raise absent("reference", str(number))
    return shown(services, access, path, located=None, kind="reference", sha256=taken.sha256, tag=taken.sha256)


@router.post("/preview", operation_id="previewScene", response_model=PreviewShown)
def post_preview(gateway: GatewayId, camera: CameraId, asked: PreviewAsked, access: May, session: Db) -> PreviewShown:
    """The scene after the corrections, as the gateway itself would see it; nothing is kept."""
    _check_reach(access, session, gateway)
    try:
        with sound("faces"):
            scene = parse_scene(asked.scene, file="scene")
            check_size(scene)
            for number, edit in enumerate(asked.edits):
                scene = _edited(scene, edit, number)
            return preview_view(scene)
    except SceneError as wrong:
        raise InvalidError("scene not in order", where=wrong.where, expected=wrong.expected, code="scene") from wrong


@router.post(
    "/scene",
    operation_id="orderScene",
    status_code=201,
    response_model=Commissioning,
    responses={409: {"model": ErrorEnvelope}},
)
def post_scene(
    gateway: GatewayId, camera: CameraId, order: SceneOrder, access: May, *, services: Given
) -> Commissioning:
    """Order the new commissioning of this camera alone. The gateway tries it and keeps it only if it stays well."""
    now_ms, blobs = to_ms(services.wall()), BlobFolder(services.settings.data_dir)
    with Session(services.engine) as session:  # let go of before the order is written
        _check_reach(access, session, gateway)
        before = commissioned(session.connection(), blobs, gateway, camera, now_ms=now_ms)
    if before.newest != order.based_on:
        raise ChangedMeanwhileError(
            f"configuration {before.newest} was ordered meanwhile", where="based_on", expected=str(before.newest)
        )
    _send(services, gateway, camera, order, by=access.username, now_ms=now_ms)
    with Session(services.engine) as session:
        return get_commissioning(gateway, camera, access, services=services, session=session)


def _send(services: Services, gateway: str, camera: str, order: SceneOrder, *, by: str, now_ms: int) -> None:
    content = json.dumps(scene_json(_without_errors(order.scene))).encode()
    try:
        order_change(
            services.engine,
            services.settings.data_dir,
            gateway,
            Change(scenes={camera: scene_content(content, where="scene")}),
            life_ms=order.deadline_s * 1000,
            by=by,
            now_ms=now_ms,
            based_on=order.based_on,
        )
    except ContentRefused as bad:
        raise InvalidError(bad.what, where=bad.where, expected=bad.expected) from bad
    except UnknownThing as unknown:
        if unknown.where == "based_on":
            raise ChangedMeanwhileError(unknown.what, where=unknown.where, expected=unknown.expected) from unknown
        raise InvalidError(
            unknown.what, where=unknown.where, expected=unknown.expected, code="not_enrolled"
        ) from unknown


def _without_errors(raw: dict[str, Any]) -> Scene:
    try:
        with sound("faces"):
            scene = parse_scene(raw, file="scene")
            check_size(scene)
            wrong_ones = [finding for finding in check_scene(scene) if finding.severity == "error"]
    except SceneError as wrong:
        raise InvalidError("scene not in order", where=wrong.where, expected=wrong.expected, code="scene") from wrong
    if wrong_ones:
        first = wrong_ones[0]
        raise SaidInvalidError(
            Text(zh=say(first, "zh"), en=say(first, "en")),
            where=first.where,
            expected=Text(zh="预览里没有错误", en="no errors in the preview"),
            code=first.code,
        )
    return scene


def _edited(scene: Scene, edit: dict[str, Any], number: int) -> Scene:
    try:
        return apply_edit(scene, edit)
    except SceneError as wrong:
        where = f"edits[{number}].{wrong.where}"
        raise InvalidError("cannot be made", where=where, expected=wrong.expected, code="edit") from wrong


def _check_reach(access: Access, session: Session, gateway: str) -> None:
    """A gateway belongs to no project: only who reaches everything reaches it."""
    if not access.everywhere or session.get(Gateway, gateway) is None:
        raise absent("gateway", gateway)
