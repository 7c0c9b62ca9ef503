"""Ends an upload whose every byte has come: digest, content, files, then its rows at once. Safe to repeat."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection
from sqlmodel import Session

from central.api.errors import ApiError, InvalidError, WrongMediaTypeError
from central.api.services import Services
from central.api.stills import StillFolder, keep_still
from central.api.uploads.claims import Exif, Fence, flags_of
from central.api.uploads.develop import Developed, PhotoFolder, develop
from central.api.uploads.parts import FULL, sha256_of
from central.api.uploads.refusals import GoneError, NoRoomError
from central.api.uploads.standing import part_folder
from central.audit.trail import append
from central.store.engine import reading, writing
from central.store.instants import from_ms, to_ms
from central.store.read_uploads import photo_of, place_of_site, upload_of
from central.store.save_security import note_security
from central.store.save_uploads import claimed_before, end_upload, save_claim, save_photo
from central.store.tables import Photo, Upload


def finish(services: Services, upload: str) -> None:
    """Take it or refuse it for good; ApiError tells why. A centre that dies in between does it again when asked."""
    parts = part_folder(services.settings.data_dir)
    with parts.held(upload) as part:
        with reading(services.engine) as connection, Session(connection) as session:
            row = upload_of(session, upload)
            session.expunge_all()
        if row is None or row.state != "open":
            return
        try:
            if part is None or part.stat().st_size != row.size_bytes:
                return
            _check_digest(part, row)
            _take(services, part, row)
        except (InvalidError, WrongMediaTypeError) as unfit:
            _refuse(services, row, unfit)
            parts.drop(upload)
            raise
        except OSError as full:
            if full.errno in FULL:
                raise NoRoomError("the disk is full", where="the centre", expected="room; try again later") from full
            raise
    parts.drop(upload)


def claim(services: Services, connection: Connection, session: Session, row: Upload) -> None:
    """Somebody says what a photo that is kept shows; marked, and in the audit trail. The same again changes nothing."""
    photo = photo_of(session, row.sha256)
    assert photo is not None
    place = {"project": row.project, "building": row.building, "item": row.item}
    site = place_of_site(session, row.project)
    now = services.wall()
    flags = flags_of(
        exif_of(photo),
        taken_at=None if row.taken_at is None else from_ms(row.taken_at),
        received_at=now,
        fence=None if site is None else Fence(lat_e7=site.lat_e7, lon_e7=site.lon_e7, radius_m=site.radius_m),
    )
    if claimed_before(connection, sha256=row.sha256, person=row.owner, **place):
        flags = tuple(sorted((*flags, "claimed_before")))
    told = {"sha256": row.sha256, "person": row.owner, **place, "filename": row.filename, "note": row.note}
    times = {"taken_at": row.taken_at, "received_at": to_ms(now)}
    if save_claim(connection, {**told, **times, "flags": ",".join(flags)}):
        append(
            connection,
            at_ms=to_ms(now),
            actor=row.owner,
            action="photo.add",
            object_=f"photo/{row.sha256}",
            detail={**place, "flags": list(flags), "upload": row.id},
        )


def exif_of(photo: Photo) -> Exif:
    """The claims that are kept of a photo."""
    return Exif(
        at=None if photo.exif_at is None else from_ms(photo.exif_at),
        zone_known=photo.exif_zone_known,
        lat_e7=photo.exif_lat_e7,
        lon_e7=photo.exif_lon_e7,
        camera=photo.exif_camera,
    )


def _check_digest(part: Path, row: Upload) -> None:
    found = sha256_of(part)
    if found != row.sha256:
        raise InvalidError(f"content with SHA-256 {found}", where="body", expected=row.sha256, code="digest_differs")


def _take(services: Services, part: Path, row: Upload) -> None:
    data_dir = services.settings.data_dir
    if row.kind == "evidence":
        keep_still(
            services.engine,
            StillFolder(data_dir),
            sha256=row.sha256,
            jpeg=part.read_bytes(),
            gateway=row.owner,
            now=services.wall(),
        )
        with writing(services.engine) as connection:
            _end(services, connection, row)
        return
    pixels = services.settings.uploads.photo_pixels
    developed = develop(part, PhotoFolder(data_dir), sha256=row.sha256, pixels_max=pixels)
    with writing(services.engine) as connection, Session(connection) as session:
        save_photo(connection, _photo(developed, row, at_ms=to_ms(services.wall())))
        claim(services, connection, session, row)
        _end(services, connection, row)


def _photo(developed: Developed, row: Upload, *, at_ms: int) -> dict[str, object]:
    exif = developed.exif
    return {
        "sha256": row.sha256,
        "format": developed.format,
        "size_bytes": row.size_bytes,
        "width_px": developed.width_px,
        "height_px": developed.height_px,
        "shown_bytes": developed.shown_bytes,
        "received_at": at_ms,
        "exif_at": None if exif.at is None else to_ms(exif.at),
        "exif_zone_known": exif.zone_known,
        "exif_lat_e7": exif.lat_e7,
        "exif_lon_e7": exif.lon_e7,
        "exif_camera": exif.camera,
    }


def _end(services: Services, connection: Connection, row: Upload) -> None:
    if not end_upload(connection, row.id, state="done", reason="", at_ms=to_ms(services.wall())):
        raise GoneError("upload ended meanwhile", where="path.upload", expected="a new upload")


def _refuse(services: Services, row: Upload, unfit: ApiError) -> None:
    at_ms = to_ms(services.wall())
    with writing(services.engine) as connection:
        if end_upload(connection, row.id, state="refused", reason=f"{unfit.code}: {unfit.what}", at_ms=at_ms):
            note_security(
                connection,
                code="bad_upload",
                gateway=row.owner if row.owner_kind == "gateway" else None,
                detail=f"{row.kind} of {row.owner_kind} {row.owner}: {unfit.code}",
                at_ms=at_ms,
            )
