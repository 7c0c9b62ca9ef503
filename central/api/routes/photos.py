"""Photos that people took: listed by project, shown as the picture made from what was sent, never the bytes sent."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.errors import absent
from central.api.services import Db, Given
from central.api.uploads.develop import PhotoFolder
from central.api.uploads.schemas import Photos, PlaceOfSite
from central.api.viewing import shown
from central.api.views.photos import photos_page
from central.audit.trail import append
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_places import locate
from central.store.save_uploads import save_place

router = APIRouter(tags=["photos"])
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
PAGE_MAX = 200
_JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/projects/{project_id}/photos", operation_id="listPhotos", response_model=Photos)
def list_photos(
    project_id: str,
    access: Annotated[Access, allow("read_projects")],
    session: Db,
    before: Annotated[int | None, Query(ge=1, lt=1 << 63)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Photos:
    """What people say they photographed at a project, newest first, with the marks on what does not fit."""
    return photos_page(session, project_id, before=before, limit=limit)


@router.put("/projects/{project_id}/place", operation_id="putPlace", response_model=PlaceOfSite)
def put_place(
    project_id: str, place: PlaceOfSite, access: Annotated[Access, allow("import_plan")], services: Given
) -> PlaceOfSite:
    """Say where a site is, so that photos from elsewhere are marked. Photos that came before keep their marks."""
    at_ms = to_ms(services.wall())
    row = {"project": project_id, **place.model_dump(), "set_by": access.username, "set_at": at_ms}
    with writing(services.engine) as connection:
        save_place(connection, row)
        append(
            connection,
            at_ms=at_ms,
            actor=access.username,
            action="project.place",
            object_=f"project/{project_id}",
            detail=place.model_dump(),
        )
    return place


@router.get("/photos/{photo}/image", operation_id="getPhoto", response_class=FileResponse, responses=_JPEG)
def get_photo(
    photo: Digest, access: Annotated[Access, allow("read_projects")], services: Given, session: Db
) -> FileResponse:
    """The picture, upright and without anything the file said of itself; who looks, and why, is registered first."""
    return _shown(services, session, access, photo, variant="jpg")


@router.get("/photos/{photo}/thumbnail", operation_id="getThumbnail", response_class=FileResponse, responses=_JPEG)
def get_thumbnail(
    photo: Digest, access: Annotated[Access, allow("read_projects")], services: Given, session: Db
) -> FileResponse:
    """The same, small."""
    return _shown(services, session, access, photo, variant="thumb.jpg")


def _shown(
    services: Given, session: Session, access: Access, photo: str, *, variant: Literal["jpg", "thumb.jpg"]
) -> FileResponse:
    path = PhotoFolder(services.settings.data_dir).path_of(photo, variant)
    if not path.is_file():
        raise absent("photo", photo)
    located, kind = locate(session, "photo", photo), "photo" if variant == "jpg" else "thumbnail"
    return shown(services, access, path, located=located, kind=kind, sha256=photo, tag=f"{photo}.{variant}")
