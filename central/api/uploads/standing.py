"""Who uploads, and where an upload stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from sqlmodel import Session

from central.api.access import Access
from central.api.errors import absent
from central.api.services import Services
from central.api.uploads.parts import PartFolder
from central.api.uploads.refusals import TUS_VERSION, GoneError
from central.store.engine import reading
from central.store.instants import from_ms
from central.store.read_uploads import upload_of
from central.store.tables import Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`offset` bytes of `size_bytes` are durable; `done` = the content is kept and the database knows it."""

    upload: str
    kind: str
    sha256: str
    offset: int
    size_bytes: int
    done: bool
    expires_at: datetime

    @property
    def whole(self) -> bool:
        """Whether every byte has come."""
        return self.offset >= self.size_bytes

    @property
    def headers(self) -> dict[str, str]:
        """As tus says it; Upload-Complete is of the IETF's draft and tells what tus leaves to be concluded."""
        said = {
            "Tus-Resumable": TUS_VERSION,
            "Upload-Offset": str(self.offset),
            "Upload-Length": str(self.size_bytes),
            "Upload-Complete": "?1" if self.done else "?0",
        }
        if not self.done:
            said["Upload-Expires"] = format_datetime(self.expires_at.astimezone(UTC), usegmt=True)
        return said


def part_folder(data_dir: Path, *, keep_free_bytes: int = 0) -> PartFolder:
    """Where unfinished uploads lie; who writes there says how much of the disk stays free."""
    return PartFolder(data_dir / "uploads", keep_free_bytes)


def owner_kind(access: Access) -> str:
    """gateway or person; a gateway may be called as a person is."""
    return "gateway" if access.gateway else "person"


def mine(services: Services, access: Access, upload: str) -> Upload:
    """An upload of the caller that is open or done. Of others and unknown ones: absent; ended ones: GoneError."""
    with reading(services.engine) as connection, Session(connection) as session:
        found = upload_of(session, upload)
    if found is None or (found.owner_kind, found.owner) != (owner_kind(access), access.username):
        raise absent("upload", upload)
    if found.state not in ("open", "done"):
        raise GoneError(f"upload {found.state}: {found.reason}", where="path.upload", expected="a new upload")
    return found


def standing(services: Services, upload: Upload) -> Standing:
    """Where an upload stands; what it says is durable."""
    parts, done = part_folder(services.settings.data_dir), upload.state == "done"
    return Standing(
        upload=upload.id,
        kind=upload.kind,
        sha256=upload.sha256,
        offset=upload.size_bytes if done else parts.offset(upload.id),
        size_bytes=upload.size_bytes,
        done=done,
        expires_at=expiry(parts, upload, lifetime=services.settings.uploads.lifetime),
    )


def expiry(parts: PartFolder, upload: Upload, *, lifetime: timedelta) -> datetime:
    """When an unfinished upload is given up: `lifetime` after its last byte."""
    touched = datetime.fromtimestamp(parts.touched_s(upload.id), tz=UTC)
    return max(touched, from_ms(upload.created_at)) + lifetime
