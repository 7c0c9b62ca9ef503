"""What an upload may cost, checked before a byte of it is kept or looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from central.api.stills import BYTES_MAX as STILL_BYTES_MAX

PHOTO_BYTES_MAX = 32 * 1024 * 1024
PHOTO_PIXELS_MAX = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Of one person or gateway: unfinished uploads, and the bytes they are said to have in the end."""

    uploads: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """`lifetime` counts from the last byte; `idle_s` is how long a body may say nothing."""

    still_bytes: int = STILL_BYTES_MAX
    photo_bytes: int = PHOTO_BYTES_MAX
    photo_pixels: int = PHOTO_PIXELS_MAX
    person: Quota = field(default_factory=lambda: Quota(uploads=100, size_bytes=512 * 1024 * 1024))
    gateway: Quota = field(default_factory=lambda: Quota(uploads=100, size_bytes=200 * 1024 * 1024))
    lifetime: timedelta = timedelta(days=3)
    disk_free_bytes: int = 256 * 1024 * 1024
    idle_s: float = 30.0
    waiting: int = 16

    def bytes_max(self, kind: str) -> int:
        """Largest content of a kind."""
        return self.still_bytes if kind == "evidence" else self.photo_bytes
