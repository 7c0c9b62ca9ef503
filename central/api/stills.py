"""Keeps evidence stills: checked, content-addressed on disk, known to the database only when they are safely there."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from central.api.errors import InvalidError
from central.api.jpeg import JpegError, JpegSize, look_over
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.tables import Evidence
from central.store.upsert import insert_new

BYTES_MAX = 2 * 1024 * 1024
PIXELS_MAX = 16_000_000


@dataclass(frozen=True, slots=True)
class StillFolder:
    """Stills under `data_dir`/evidence/ab/abcdef….jpg, named by the SHA-256 of their bytes."""

    data_dir: Path

    def path_of(self, sha256: str) -> Path:
        """Where the still of this digest lies."""
        return self.data_dir / "evidence" / sha256[:2] / f"{sha256}.jpg"

    def keep(self, sha256: str, jpeg: bytes) -> None:
        """Write it whole or not at all, durable on return. Writing the same again changes nothing."""
        path = self.path_of(sha256)
        if path.is_file() and path.stat().st_size == len(jpeg):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(jpeg)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        _sync_folder(path.parent.parent)  # the folder itself may be new


def check_still(sha256: str, jpeg: bytes) -> JpegSize:
    """The picture's size; Invalid names what is wrong with digest, format or size."""
    found = hashlib.sha256(jpeg).hexdigest()
    if found != sha256:
        raise InvalidError(f"content with SHA-256 {found}", where="path.sha256", expected=sha256, code="digest_differs")
    try:
        size = look_over(jpeg)
    except JpegError as broken:
        raise InvalidError(str(broken), where="body", expected="a whole JPEG", code="not_a_jpeg") from broken
    if size.width_px * size.height_px > PIXELS_MAX:
        raise InvalidError(
            f"picture of {size.width_px} x {size.height_px} px",
            where="body",
            expected=f"at most {PIXELS_MAX} pixels",
            code="too_many_pixels",
        )
    return size


def keep_still(
    engine: Engine, folder: StillFolder, *, sha256: str, jpeg: bytes, gateway: str, now: datetime
) -> JpegSize:
    """Check, write the file, then the row: a row never exists without its file."""
    size = check_still(sha256, jpeg)
    folder.keep(sha256, jpeg)
    row = Evidence(
        sha256=sha256,
        gateway=gateway,
        size_bytes=len(jpeg),
        width_px=size.width_px,
        height_px=size.height_px,
        received_at=to_ms(now),
    )
    with writing(engine) as connection:
        insert_new(connection, Evidence, [row.model_dump()])
    return size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
