"""What gateways should run: ordered by people, contents fetched by the gateways themselves."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from central.api.access import Access, AskFirst, allow
from central.api.envelopes import ErrorEnvelope
from central.api.errors import InvalidError, absent
from central.api.schemas import Text
from central.api.services import Db, Given
from central.api.views.words import said_by_gateway
from central.configuring.blobs import BlobFolder
from central.configuring.contents import (
    MODEL_BYTES_MAX,
    ContentRefused,
    camera_name,
    model_content,
    policy_content,
    scene_content,
)
from central.configuring.ordering import Change, order_change
from central.configuring.standing import Standing, standings
from central.errors import UnknownThing
from central.store.instants import from_ms, to_ms
from central.store.read_configs import may_fetch

router = APIRouter(tags=["configuration"], route_class=AskFirst)
BODY_BYTES_MAX = MODEL_BYTES_MAX * 4 // 3 + (4 << 20)  # weights in base64, and scenes
SHOWN = 50
GatewayId = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
CameraName = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]


class ConfigOrder(BaseModel):
    """What to change; what is absent stays as ordered before, or with `only` goes. Nothing and `only` = clear."""

    model_config = ConfigDict(extra="forbid")
    deadline_s: Annotated[int, Field(ge=1, le=366 * 86_400)] = 7 * 86_400
    scenes: Annotated[dict[CameraName, dict[str, Any]], Field(max_length=60)] = {}
    settings: dict[str, Any] | None = None
    model_zip: Base64Bytes | None = None
    only: bool = False


class ConfigPartShown(BaseModel):
    """A part of a configuration."""

    kind: Literal["scene", "settings", "model"]
    name: str
    sha256: str
    size_bytes: int


class ConfigShown(BaseModel):
    """A configuration and what became of it; `reason` as the gateway sent it, `said` in both languages."""

    id: int
    issued_at: datetime
    deadline: datetime
    issued_by: str
    parts: list[ConfigPartShown]
    state: Literal["waiting", "overdue", "superseded", "applied", "refused", "rolled_back", "expired"]
    reason: str
    said: Text
    answered_at: datetime | None


class ConfigHistory(BaseModel):
    """The last configurations of a gateway, newest first; none = it runs its settings file alone."""

    gateway: str
    configs: list[ConfigShown]


@router.get("/gateways/{gateway}/config", operation_id="getGatewayConfig", response_model=ConfigHistory)
def get_config(
    gateway: GatewayId, access: Annotated[Access, allow("configure")], services: Given, session: Db
) -> ConfigHistory:
    """What was ordered of a gateway and what it answered."""
    _check_reach(access, gateway)
    found = standings(session.connection(), gateway, now_ms=to_ms(services.wall()), limit=SHOWN)
    return ConfigHistory(gateway=gateway, configs=[_shown(standing) for standing in found])


@router.post(
    "/gateways/{gateway}/config",
    operation_id="orderGatewayConfig",
    status_code=201,
    response_model=ConfigShown,
    responses={413: {"model": ErrorEnvelope}},
)
def order_config(
    gateway: GatewayId, order: ConfigOrder, access: Annotated[Access, allow("configure")], services: Given
) -> ConfigShown:
    """Order a configuration. The gateway tries it, keeps it only if it stays well, and answers either way."""
    _check_reach(access, gateway)
    now_ms = to_ms(services.wall())
    try:
        config = order_change(
            services.engine,
            services.settings.data_dir,
            gateway,
            _change(order),
            life_ms=order.deadline_s * 1000,
            by=access.username,
            now_ms=now_ms,
        )
    except ContentRefused as bad:
        raise InvalidError(bad.what, where=bad.where, expected=bad.expected) from bad
    except UnknownThing as unknown:
        raise InvalidError(unknown.what, where=unknown.where, expected=unknown.expected) from unknown
    standing = Standing(
        id=config.id,
        issued_ms=config.issued_at,
        deadline_ms=config.deadline,
        by=access.username,
        parts=config.parts,
        state="waiting",
        reason="",
        answered_ms=None,
    )
    return _shown(standing)


@router.get(
    "/blobs/{blob}",
    operation_id="getBlob",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        206: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def get_blob(
    blob: Digest, access: Annotated[Access, allow("fetch_config")], services: Given, session: Db
) -> FileResponse:
    """The content of a part, for the gateway whose configuration names it; may be asked for by ranges."""
    path = BlobFolder(services.settings.data_dir).path_of(blob)
    if not may_fetch(session.connection(), access.username, blob) or not path.is_file():
        raise absent("blob", blob)
    return FileResponse(path, media_type="application/octet-stream", headers={"Cache-Control": "private, immutable"})


def _check_reach(access: Access, gateway: str) -> None:
    """A gateway belongs to no project: only who reaches everything reaches it."""
    if not access.everywhere:
        raise absent("gateway", gateway)


def _change(order: ConfigOrder) -> Change:
    return Change(
        scenes={
            camera_name(camera, where="scenes"): _scene(scene, where=f"scenes.{camera}")
            for camera, scene in order.scenes.items()
        },
        settings=None if order.settings is None else policy_content(order.settings, where="settings"),
        model=None if order.model_zip is None else model_content(order.model_zip, where="model_zip"),
        only=order.only,
    )


def _scene(scene: dict[str, Any], *, where: str) -> bytes:
    return scene_content(json.dumps(scene).encode(), where=where)


def _shown(standing: Standing) -> ConfigShown:
    return ConfigShown(
        id=standing.id,
        issued_at=from_ms(standing.issued_ms),
        deadline=from_ms(standing.deadline_ms),
        issued_by=standing.by,
        parts=[
            ConfigPartShown(kind=part.kind, name=part.name, sha256=part.sha256, size_bytes=part.size_bytes)
            for part in standing.parts
        ],
        state=standing.state,
        reason=standing.reason,
        said=said_by_gateway(standing.reason),
        answered_at=None if standing.answered_ms is None else from_ms(standing.answered_ms),
    )
