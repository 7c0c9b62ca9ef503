"""What is answered about uploads and photos. Same rules as `central.api.schemas`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.api.schemas import Answer, Sha256


class UploadStanding(Answer):
    """`offset` bytes of `size_bytes` are on the centre's disk; `done` = kept and known. `url` takes the rest."""

    url: str
    kind: Literal["evidence", "photo"]
    sha256: Sha256
    offset: int
    size_bytes: int
    done: bool
    expires_at: datetime | None


class PhotoClaims(Answer):
    """What the sender and the file say; nobody has checked it. Times without a zone are read as the district's."""

    taken_at: datetime | None
    exif_at: datetime | None
    exif_zone_known: bool
    exif_lat_e7: int | None
    exif_lon_e7: int | None
    exif_camera: str


class PhotoSaid(Answer):
    """Somebody says that a photo shows this place. `flags` name what does not fit; size is of the picture shown."""

    id: int
    sha256: Sha256
    url: str
    thumbnail_url: str
    width_px: int
    height_px: int
    original_bytes: int
    original_format: str
    building: str | None
    item: str | None
    person: str
    person_name: str
    filename: str
    note: str
    received_at: datetime
    claims: PhotoClaims
    flags: list[str]


class Photos(Answer):
    """Newest first; `next` is the `before` of the page that follows, null at the end."""

    project: str
    photos: list[PhotoSaid]
    next: int | None


class PlaceOfSite(BaseModel):
    """The middle of a site in degrees x 10^7 (WGS 84), and how far it reaches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lat_e7: Annotated[int, Field(ge=-900_000_000, le=900_000_000)]
    lon_e7: Annotated[int, Field(ge=-1_800_000_000, le=1_800_000_000)]
    radius_m: Annotated[int, Field(ge=1, le=100_000)]
