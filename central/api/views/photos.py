"""Photos of a project as people see them."""

from __future__ import annotations

from sqlmodel import Session

from central.api.uploads.finish import exif_of
from central.api.uploads.schemas import PhotoClaims, Photos, PhotoSaid
from central.store.instants import from_ms
from central.store.read_uploads import Shown, photos_of


def photos_page(session: Session, project: str, *, before: int | None, limit: int) -> Photos:
    """One page, newest first."""
    found = photos_of(session, project, before=before, limit=limit + 1)
    shown, more = found[:limit], len(found) > limit
    return Photos(
        project=project,
        photos=[_said(one) for one in shown],
        next=shown[-1].claim.id if more else None,
    )


def _said(shown: Shown) -> PhotoSaid:
    claim, photo = shown.claim, shown.photo
    exif, url = exif_of(photo), f"/api/v1/photos/{photo.sha256}"
    assert claim.id is not None
    return PhotoSaid(
        id=claim.id,
        sha256=photo.sha256,
        url=f"{url}/image",
        thumbnail_url=f"{url}/thumbnail",
        width_px=photo.width_px,
        height_px=photo.height_px,
        original_bytes=photo.size_bytes,
        original_format=photo.format,
        building=claim.building or None,
        item=claim.item or None,
        person=claim.person,
        person_name=shown.name or claim.person,
        filename=claim.filename,
        note=claim.note,
        received_at=from_ms(claim.received_at),
        claims=PhotoClaims(
            taken_at=None if claim.taken_at is None else from_ms(claim.taken_at),
            exif_at=exif.at,
            exif_zone_known=exif.zone_known,
            exif_lat_e7=exif.lat_e7,
            exif_lon_e7=exif.lon_e7,
            exif_camera=exif.camera,
        ),
        flags=claim.flags.split(",") if claim.flags else [],
    )
