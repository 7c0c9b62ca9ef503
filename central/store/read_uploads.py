"""Read queries about uploads and photos."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from central.store.tables import Building, Evidence, Photo, PhotoClaim, Project, SitePlace, Upload, User, WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What an owner has begun and not finished: how many, and their bytes when whole."""

    uploads: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A claim with its photo and the name of the person, if there is still such a person."""

    claim: PhotoClaim
    photo: Photo
    name: str | None


def upload_of(session: Session, upload: str) -> Upload | None:
    """One upload."""
    return session.get(Upload, upload)


def upload_like(session: Session, wanted: Upload) -> Upload | None:
    """The newest upload of the same owner, content and place that is open or done, an open one first."""
    return session.exec(
        select(Upload)
        .where(
            Upload.owner_kind == wanted.owner_kind,
            Upload.owner == wanted.owner,
            Upload.kind == wanted.kind,
            Upload.sha256 == wanted.sha256,
            Upload.project == wanted.project,
            Upload.building == wanted.building,
            Upload.item == wanted.item,
            col(Upload.state).in_(("open", "done")),
        )
        .order_by(col(Upload.state).desc(), col(Upload.created_at).desc())
    ).first()


def begun_by(session: Session, *, owner_kind: str, owner: str) -> Begun:
    """The open uploads of an owner."""
    mine = (Upload.owner_kind == owner_kind, Upload.owner == owner, Upload.state == "open")
    count, size = session.exec(
        select(func.count(), func.coalesce(func.sum(Upload.size_bytes), 0)).select_from(Upload).where(*mine)
    ).one()
    return Begun(uploads=int(count), size_bytes=int(size))


def open_uploads(session: Session) -> list[Upload]:
    """Everything begun and not finished, oldest first."""
    return list(session.exec(select(Upload).where(Upload.state == "open").order_by(col(Upload.created_at))))


def still_of(session: Session, sha256: str) -> Evidence | None:
    """A still that is kept."""
    return session.get(Evidence, sha256)


def photo_of(session: Session, sha256: str) -> Photo | None:
    """A photo that is kept."""
    return session.get(Photo, sha256)


def claims_of(session: Session, sha256: str) -> list[PhotoClaim]:
    """What people say of a photo, oldest first."""
    return list(session.exec(select(PhotoClaim).where(PhotoClaim.sha256 == sha256).order_by(col(PhotoClaim.id))))


def photos_of(session: Session, project: str, *, before: int | None, limit: int) -> list[Shown]:
    """Claims about a project, newest first, those numbered under `before`."""
    query = (
        select(PhotoClaim, Photo, User.name)
        .join(Photo, col(Photo.sha256) == PhotoClaim.sha256)
        .outerjoin(User, col(User.username) == PhotoClaim.person)
        .where(PhotoClaim.project == project)
        .order_by(col(PhotoClaim.id).desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(col(PhotoClaim.id) < before)
    return [Shown(claim=claim, photo=photo, name=name) for claim, photo, name in session.exec(query)]


def place_of_site(session: Session, project: str) -> SitePlace | None:
    """Where a project's site is, if anybody has said."""
    return session.get(SitePlace, project)


def project_of(session: Session, project: str) -> Project | None:
    """A project."""
    return session.get(Project, project)


def belongs(session: Session, *, project: str, building: str, item: str) -> bool:
    """Whether the building (or '') is of the project, and the item (or '') of the building."""
    if item and not building:
        return False
    if building:
        found = session.get(Building, building)
        if found is None or found.project != project:
            return False
    if item:
        part = session.get(WorkItem, item)
        return part is not None and part.building == building
    return True
