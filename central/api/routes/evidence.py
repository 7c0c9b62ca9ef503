"""Stills: put by gateways under their own digest, shown to people within scope."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import FileResponse

from central.api.access import Access, allow
from central.api.envelopes import ErrorEnvelope, EvidenceStored
from central.api.errors import WrongMediaTypeError, absent
from central.api.services import Db, Given
from central.api.stills import BYTES_MAX, StillFolder, keep_still
from central.api.uploads.parts import check_room
from central.api.viewing import shown
from central.store.read_places import locate
from central.store.tables import Evidence

router = APIRouter(prefix="/evidence", tags=["evidence"])
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
_JPEG_BODY = {
    "requestBody": {
        "required": True,
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary", "maxLength": BYTES_MAX}}},
    }
}


async def _jpeg_body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "image/jpeg":
        raise WrongMediaTypeError(f"content type {kind[:80]!r}", where="header.Content-Type", expected="image/jpeg")
    return await request.body()


@router.put(
    "/{sha256}",
    operation_id="putEvidence",
    response_model=EvidenceStored,
    openapi_extra=_JPEG_BODY,
    responses={413: {"model": ErrorEnvelope}, 415: {"model": ErrorEnvelope}, 507: {"model": ErrorEnvelope}},
)
def put_evidence(
    sha256: Digest,
    access: Annotated[Access, allow("put_evidence")],
    services: Given,
    jpeg: Annotated[bytes, Depends(_jpeg_body)],
) -> EvidenceStored:
    """Keep a JPEG of a gateway under its SHA-256 (at most 2 MiB and 16 megapixels). Safe to repeat."""
    data_dir, keep_free = services.settings.data_dir, services.settings.uploads.disk_free_bytes
    data_dir.mkdir(parents=True, exist_ok=True)
    check_room(data_dir, more_bytes=len(jpeg), keep_free_bytes=keep_free)
    folder = StillFolder(data_dir)
    size = keep_still(services.engine, folder, sha256=sha256, jpeg=jpeg, gateway=access.username, now=services.wall())
    return EvidenceStored(sha256=sha256, bytes=len(jpeg), width_px=size.width_px, height_px=size.height_px)


@router.get(
    "/{sha256}",
    operation_id="getEvidence",
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_evidence(
    sha256: Digest, access: Annotated[Access, allow("read_projects")], services: Given, session: Db
) -> FileResponse:
    """The JPEG itself; who looks, and why, is registered first."""
    path = StillFolder(services.settings.data_dir).path_of(sha256)
    if session.get(Evidence, sha256) is None or not path.is_file():
        raise absent("evidence", sha256)
    located = locate(session, "evidence", sha256)
    return shown(services, access, path, located=located, kind="still", sha256=sha256, tag=sha256)
