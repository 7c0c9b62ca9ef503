"""Uploads that resume, by tus 1.0: gateways' stills and people's photos come through the same door."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from central.api.access import Access, allow
from central.api.envelopes import ErrorEnvelope
from central.api.errors import WrongMediaTypeError
from central.api.services import Given, Services
from central.api.uploads.begin import begin
from central.api.uploads.finish import finish
from central.api.uploads.header import CHECKSUMS, read_checksum, read_number, read_wanted
from central.api.uploads.intake import Piece, take_in
from central.api.uploads.limits import PHOTO_BYTES_MAX
from central.api.uploads.parts import PartFolder
from central.api.uploads.refusals import (
    TUS_VERSION,
    BusyError,
    GoneError,
    OffsetError,
    OversizeError,
    WrongVersionError,
)
from central.api.uploads.schemas import UploadStanding
from central.api.uploads.standing import Standing, mine, part_folder, standing
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_uploads import end_upload

router = APIRouter(prefix="/uploads", tags=["uploads"])
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
PIECE_TYPE = "application/offset+octet-stream"
UploadId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_BODY: dict[str, Any] = {"content": {PIECE_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorEnvelope} for status in (408, 409, 410, 412, 413, 415, 429, 460, 503, 507)
}


def _speaks_tus(tus_resumable: Annotated[str | None, Header()] = None) -> None:
    if tus_resumable != TUS_VERSION:
        raise WrongVersionError(
            f"Tus-Resumable {(tus_resumable or '')[:20]!r}", where="header.Tus-Resumable", expected=TUS_VERSION
        )


_TUS = [Depends(_speaks_tus)]


@router.options("", operation_id="askUploads", status_code=204, response_class=Response)
def ask() -> Response:
    """What of tus is spoken here, and the largest content."""
    return Response(
        status_code=204,
        headers={
            "Tus-Version": TUS_VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(PHOTO_BYTES_MAX),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        },
    )


@router.post(
    "",
    operation_id="beginUpload",
    status_code=201,
    response_model=UploadStanding,
    dependencies=_TUS,
    openapi_extra={"requestBody": {"required": False, **_BODY}},
    responses=_REFUSED,
)
async def begin_upload(
    *,
    request: Request,
    response: Response,
    access: Annotated[Access, allow("upload")],
    services: Given,
    upload_length: Annotated[str | None, Header()] = None,
    upload_metadata: Annotated[str | None, Header()] = None,
    upload_checksum: Annotated[str | None, Header()] = None,
) -> UploadStanding:
    """Begin an upload, or find the one begun before: same sender, content and place.

    Upload-Metadata: `kind` (evidence or photo), `sha256` of the whole, and for photos `project`; may have `building`,
    `item`, `filename`, `note`, `taken_at`. Upload-Offset tells where to go on; equal to the length = nothing to send.
    A body may hold the content from its very beginning.
    """
    checksum = read_checksum(upload_checksum)
    wanted = read_wanted(length=upload_length, metadata=upload_metadata)
    stands = await run_in_threadpool(begin, services, access, wanted)
    if _has_body(request) and not stands.done and not (checksum and stands.offset):  # a checksum is of all the body
        _check_type(request)
        piece = Piece(
            upload=stands.upload,
            at=stands.offset,
            size_bytes=stands.size_bytes,
            skip=stands.offset,
            checksum=checksum,
            idle_s=services.settings.uploads.idle_s,
        )
        await take_in(request, _parts(services), piece)
    stands = await _ended(services, access, stands.upload)
    url = f"{request.url.path.rstrip('/')}/{stands.upload}"
    response.headers.update({**stands.headers, "Location": url})
    return _told(stands, url)


@router.head("/{upload}", operation_id="askUpload", response_class=Response, dependencies=_TUS, responses={**_REFUSED})
async def ask_upload(upload: UploadId, access: Annotated[Access, allow("upload")], services: Given) -> Response:
    """Where an upload stands (Upload-Offset). All bytes there and not yet looked at: they are looked at now."""
    stands = await _ended(services, access, upload)
    return Response(headers={**stands.headers, "Cache-Control": "no-store"})


@router.patch(
    "/{upload}",
    operation_id="sendPiece",
    status_code=204,
    response_class=Response,
    dependencies=_TUS,
    openapi_extra={"requestBody": {"required": True, **_BODY}},
    responses=_REFUSED,
)
async def send_piece(
    *,
    request: Request,
    upload: UploadId,
    access: Annotated[Access, allow("upload")],
    services: Given,
    upload_offset: Annotated[str | None, Header()] = None,
    upload_checksum: Annotated[str | None, Header()] = None,
) -> Response:
    """Send bytes from Upload-Offset on. What is answered is on disk; the last byte is answered when all is kept."""
    _check_type(request)
    said, checksum = read_number(upload_offset, where="header.Upload-Offset"), read_checksum(upload_checksum)
    stands = await run_in_threadpool(_stands, services, access, upload)
    if said != stands.offset:
        raise OffsetError(said=said, stands=stands.offset)
    _check_length(request, stands)
    if not stands.done:
        piece = Piece(
            upload=upload,
            at=said,
            size_bytes=stands.size_bytes,
            checksum=checksum,
            idle_s=services.settings.uploads.idle_s,
        )
        await take_in(request, _parts(services), piece)
    stands = await _ended(services, access, upload)
    return Response(status_code=204, headers=stands.headers)


@router.delete(
    "/{upload}",
    operation_id="cancelUpload",
    status_code=204,
    response_class=Response,
    dependencies=_TUS,
    responses=_REFUSED,
)
def cancel(upload: UploadId, access: Annotated[Access, allow("upload")], services: Given) -> Response:
    """Give an unfinished upload up. What was taken stays."""
    row = mine(services, access, upload)
    with writing(services.engine) as connection:
        at_ms = to_ms(services.wall())
        if not end_upload(connection, row.id, state="cancelled", reason="by its sender", at_ms=at_ms):
            raise GoneError("upload ended already", where="path.upload", expected="an open one")
    part_folder(services.settings.data_dir).drop(upload)
    return Response(status_code=204)


async def _ended(services: Services, access: Access, upload: str) -> Standing:
    """Where it stands; with all bytes there it is taken or refused first."""
    stands = await run_in_threadpool(_stands, services, access, upload)
    if stands.done or not stands.whole:
        return stands
    limits = services.settings.uploads
    turns = services.still_turns if stands.kind == "evidence" else services.turns
    if not await turns.take(partial(finish, services, upload), waiting_max=limits.waiting):
        raise BusyError(f"{limits.waiting} uploads wait", where="the centre", expected="fewer; ask again")
    return await run_in_threadpool(_stands, services, access, upload)


def _stands(services: Services, access: Access, upload: str) -> Standing:
    return standing(services, mine(services, access, upload))


def _parts(services: Services) -> PartFolder:
    settings = services.settings
    return part_folder(settings.data_dir, keep_free_bytes=settings.uploads.disk_free_bytes)


def _has_body(request: Request) -> bool:
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers


def _check_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != PIECE_TYPE:
        raise WrongMediaTypeError(f"content type {kind[:80]!r}", where="header.Content-Type", expected=PIECE_TYPE)


def _check_length(request: Request, stands: Standing) -> None:
    length = request.headers.get("content-length")
    if length is not None and stands.offset + read_number(length, where="header.Content-Length") > stands.size_bytes:
        raise OversizeError(
            f"{length} bytes from offset {stands.offset}", where="body", expected=f"{stands.size_bytes} bytes in all"
        )


def _told(stands: Standing, url: str) -> UploadStanding:
    return UploadStanding(
        url=url,
        kind="evidence" if stands.kind == "evidence" else "photo",
        sha256=stands.sha256,
        offset=stands.offset,
        size_bytes=stands.size_bytes,
        done=stands.done,
        expires_at=None if stands.done else stands.expires_at,
    )
