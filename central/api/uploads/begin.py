"""Begins an upload, or finds the one that was begun; what is there already need not be sent."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, place_of
from central.api.errors import InvalidError, absent
from central.api.policy import covers
from central.api.services import Services
from central.api.stills import StillFolder
from central.api.uploads.develop import PhotoFolder
from central.api.uploads.finish import claim
from central.api.uploads.header import Wanted
from central.api.uploads.limits import UploadLimits
from central.api.uploads.parts import check_room
from central.api.uploads.refusals import OversizeError, QuotaError
from central.api.uploads.standing import Standing, owner_kind, standing
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_uploads import begun_by, belongs, claims_of, photo_of, project_of, still_of, upload_like
from central.store.save_uploads import begin_upload, end_upload
from central.store.tables import Upload


def begin(services: Services, access: Access, wanted: Wanted) -> Standing:
    """Where the caller's upload of this content to this place stands: new, resumed, or done without a byte."""
    limits = services.settings.uploads
    _check_owner(access, wanted)
    if wanted.size_bytes > limits.bytes_max(wanted.kind):
        raise OversizeError(
            f"{wanted.size_bytes} bytes",
            where="header.Upload-Length",
            expected=f"at most {limits.bytes_max(wanted.kind)} for {wanted.kind}",
        )
    with writing(services.engine) as connection, Session(connection) as session:
        _check_place(session, access, wanted)
        row = _row(services, access, wanted)
        found = upload_like(session, row)
        if found is None or (found.state == "done" and not _kept(services, session, access, row)):
            found = _begun(services, connection, session, access=access, row=row)
        session.expunge_all()
    return standing(services, found)


def _begun(services: Services, connection: Connection, session: Session, *, access: Access, row: Upload) -> Upload:
    kept = _kept(services, session, access, row)
    if not kept:
        _check_quota(session, row, limits=services.settings.uploads)
        _check_room(services, row)
    begin_upload(connection, row.model_dump())
    if kept:
        if row.kind == "photo":
            claim(services, connection, session, row)
        end_upload(connection, row.id, state="done", reason="was there", at_ms=row.created_at)
    found = upload_like(session, row)  # of two who begin at once, both go on with one
    assert found is not None
    return found


def _check_owner(access: Access, wanted: Wanted) -> None:
    if access.gateway != (wanted.kind == "evidence"):
        whose = "photo, from a person" if access.gateway else "evidence, from a gateway"
        raise InvalidError(
            f"kind {wanted.kind} from a {owner_kind(access)}", where="header.Upload-Metadata", expected=whose
        )


def _check_place(session: Session, access: Access, wanted: Wanted) -> None:
    if wanted.kind == "evidence":
        return
    project = project_of(session, wanted.project)
    if project is None or not covers(access.grants, place=place_of(project)):
        raise absent("project", wanted.project)
    if not belongs(session, project=wanted.project, building=wanted.building, item=wanted.item):
        raise InvalidError(
            f"building {wanted.building!r}, item {wanted.item!r}",
            where="header.Upload-Metadata",
            expected=f"a building of {wanted.project} and an item of that building, or neither",
        )


def _row(services: Services, access: Access, wanted: Wanted) -> Upload:
    placed = wanted.kind == "photo"
    return Upload(
        id=secrets.token_hex(16),
        owner_kind=owner_kind(access),
        owner=access.username,
        kind=wanted.kind,
        sha256=wanted.sha256,
        size_bytes=wanted.size_bytes,
        project=wanted.project if placed else "",
        building=wanted.building if placed else "",
        item=wanted.item if placed else "",
        filename=wanted.filename,
        note=wanted.note,
        taken_at=wanted.taken_at_ms,
        created_at=to_ms(services.wall()),
    )


def _kept(services: Services, session: Session, access: Access, row: Upload) -> bool:
    """Whether the content is here and the caller may know it: he sent it before, or sees a project it is claimed for.

    To anybody else the answer is no: he sends it, and it is still kept once. A digest alone opens nothing.
    """
    data_dir = services.settings.data_dir
    if row.kind == "evidence":
        still = still_of(session, row.sha256)
        return still is not None and still.gateway == row.owner and StillFolder(data_dir).path_of(row.sha256).is_file()
    photo = photo_of(session, row.sha256)
    if photo is None or photo.size_bytes != row.size_bytes or not PhotoFolder(data_dir).has(row.sha256):
        return False
    for said in claims_of(session, row.sha256):
        project = project_of(session, said.project)
        if said.person == row.owner or (project is not None and access.sees(project)):
            return True
    return False


def _check_quota(session: Session, row: Upload, *, limits: UploadLimits) -> None:
    quota = limits.gateway if row.owner_kind == "gateway" else limits.person
    begun = begun_by(session, owner_kind=row.owner_kind, owner=row.owner)
    if begun.uploads >= quota.uploads or begun.size_bytes + row.size_bytes > quota.size_bytes:
        raise QuotaError(
            f"{begun.uploads} unfinished uploads of {begun.size_bytes} bytes",
            where=row.owner,
            expected=f"at most {quota.uploads} and {quota.size_bytes} bytes: finish or cancel some",
        )


def _check_room(services: Services, row: Upload) -> None:
    data_dir, keep_free = services.settings.data_dir, services.settings.uploads.disk_free_bytes
    data_dir.mkdir(parents=True, exist_ok=True)
    check_room(data_dir, more_bytes=row.size_bytes, keep_free_bytes=keep_free)
