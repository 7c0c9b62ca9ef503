"""What comes over HTTPS in pieces, and the photos it becomes."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class Upload(SQLModel, table=True):
    """One resumable upload of one owner: `state` open, done, refused, expired or cancelled.

    How much of it has come is not kept here: it is the size of its part on disk. Of the same content for the same
    place an owner has one open upload, so that whoever lost the address finds it again by asking anew.
    """

    __table_args__ = (
        Index("ix_upload_owner", "owner_kind", "owner", "state"),
        Index(
            "uq_upload_open",
            *("owner_kind", "owner", "kind", "sha256", "project", "building", "item"),
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: str = Field(primary_key=True)
    owner_kind: str
    owner: str
    kind: str
    sha256: str
    size_bytes: int = big()
    project: str = ""
    building: str = ""
    item: str = ""
    filename: str = long_text(default="")
    note: str = long_text(default="")
    taken_at: int | None = big(default=None)
    created_at: int = big()
    ended_at: int | None = big(default=None)
    state: str = Field(default="open", index=True)
    reason: str = long_text(default="")


class Photo(SQLModel, table=True):
    """One content, named by the SHA-256 of the bytes as they came; the picture shown is made anew from them.

    `exif_…` is what the file says of itself: claims, never facts. `_e7` = degrees x 10^7.
    """

    sha256: str = Field(primary_key=True)
    format: str
    size_bytes: int = big()
    width_px: int
    height_px: int
    shown_bytes: int = big()
    received_at: int = big()
    exif_at: int | None = big(default=None)
    exif_zone_known: bool = False
    exif_lat_e7: int | None = big(default=None)
    exif_lon_e7: int | None = big(default=None)
    exif_camera: str = long_text(default="")


class PhotoClaim(SQLModel, table=True):
    """Somebody says that a photo shows a place; two people may say so of one photo. `flags` joined by ','."""

    __tablename__: ClassVar[str] = "photo_claim"
    __table_args__ = (
        Index("uq_photo_claim_said", "sha256", "person", "project", "building", "item", unique=True),
        Index("ix_photo_claim_project", "project", "id"),
    )
    id: int | None = serial()
    sha256: str = Field(foreign_key="photo.sha256")
    person: str
    project: str
    building: str
    item: str
    filename: str = long_text()
    note: str = long_text()
    taken_at: int | None = big(default=None)
    received_at: int = big()
    flags: str = long_text()


class SitePlace(SQLModel, table=True):
    """Where a project's site is: its middle and how far it reaches. Photos from elsewhere are marked."""

    __tablename__: ClassVar[str] = "site_place"
    project: str = Field(primary_key=True)
    lat_e7: int = big()
    lon_e7: int = big()
    radius_m: int
    set_by: str
    set_at: int = big()
