"""Pictures for everybody: made small in the darkroom from stills that were blurred at the site, named by digest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from central.api.stills import PIXELS_MAX, StillFolder
from central.api.uploads.develop import small_copy


@dataclass(frozen=True, slots=True)
class PublicStills:
    """Copies under `data_dir`/public/ab/abcdef….jpg, at most 480 px, without EXIF; they can be made anew any time."""

    data_dir: Path

    def made(self, sha256: str) -> Path | None:
        """The small copy of a still; None when the centre does not have the still."""
        target = self.data_dir / "public" / sha256[:2] / f"{sha256}.jpg"
        if target.is_file():
            return target
        source = StillFolder(self.data_dir).path_of(sha256)
        if not source.is_file():
            return None
        small_copy(source, target, pixels_max=PIXELS_MAX)
        return target
