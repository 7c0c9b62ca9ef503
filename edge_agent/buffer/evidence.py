"""Evidence stills on the edge's disk, named by their SHA-256: an outbox of files, each kept until the centre has it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """One still that waits."""

    sha256: str
    path: Path
    size_bytes: int


class EvidenceFolder:
    """`put` is for the sense loop, the rest for the uploader. Nothing is ever deleted for lack of an index."""

    def __init__(self, root: Path, *, cap_bytes: int) -> None:
        self._root = root
        self._refused = root / "refused"
        self._cap_bytes = cap_bytes
        self._refused.mkdir(parents=True, exist_ok=True)
        for leftover in root.glob("*.part"):
            leftover.unlink()

    def put(self, jpeg: bytes) -> str:
        """Make a still durable and return its SHA-256; twice the same is one file. OSError: no room."""
        sha256 = hashlib.sha256(jpeg).hexdigest()
        path = self._root / f"{sha256}.jpg"
        if path.exists():
            return sha256
        part = path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                file.write(jpeg)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except OSError:
            part.unlink(missing_ok=True)  # a full disk is not to be filled with halves
            raise
        folder = os.open(self._root, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return sha256

    def waiting(self) -> list[Still]:
        """Stills not yet sent, oldest first."""
        found = []
        for path in self._root.glob("*.jpg"):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue  # sent, or given up for lack of room, between listing and looking
            found.append((stat.st_mtime_ns, path.name, Still(sha256=path.stem, path=path, size_bytes=stat.st_size)))
        return [still for _, _, still in sorted(found, key=lambda entry: entry[:2])]

    def sent(self, still: Still) -> None:
        """The centre has it."""
        still.path.unlink(missing_ok=True)

    def refuse(self, still: Still) -> None:
        """The centre will never take it: kept aside for a person."""
        still.path.rename(self._refused / still.path.name)

    def evict(self, *, free_bytes: int = 0) -> int:
        """Drop the oldest stills: those over the cap, and as many as give `free_bytes`; returns how many went."""
        waiting = self.waiting()
        used = sum(still.size_bytes for still in waiting)
        surplus = max(used - self._cap_bytes, free_bytes)
        dropped = 0
        for still in waiting:
            if surplus <= 0:
                break
            still.path.unlink(missing_ok=True)
            surplus -= still.size_bytes
            dropped += 1
        return dropped
