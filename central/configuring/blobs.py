"""Contents of configurations on disk, under data_dir/blobs, named by the SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from central.identity.files import write_whole


@dataclass(frozen=True, slots=True)
class BlobFolder:
    """A row of the database never names content that is not here: content is kept first."""

    data_dir: Path

    def path_of(self, sha256: str) -> Path:
        """Where the content of this digest lies."""
        return self.data_dir / "blobs" / sha256[:2] / sha256

    def keep(self, content: bytes) -> str:
        """Write it durably and return its digest. Writing the same again changes nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path_of(sha256)
        if not (path.is_file() and path.stat().st_size == len(content)):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        return sha256
