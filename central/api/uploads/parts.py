"""Unfinished uploads on disk: one growing file each, whose size is the offset. What is answered is durable."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from central.api.uploads.refusals import NoRoomError, OffsetError

BLOCK_BYTES = 256 * 1024
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class PartFolder:
    """Parts under `root`, named by upload. Safe for several processes: each write holds the part's lock for itself.

    No lock is held between writes, so a connection that hangs half open keeps nobody out; whoever finds the part
    longer than he thought gets OffsetError.
    """

    root: Path

    def path_of(self, upload: str) -> Path:
        """Where the part of an upload lies, if a byte of it has come."""
        return self.root / f"{upload}.part"

    def offset(self, upload: str) -> int:
        """Bytes that have come and would survive a loss of power."""
        try:
            descriptor = os.open(self.path_of(upload), os.O_RDONLY)
        except FileNotFoundError:
            return 0
        try:
            os.fsync(descriptor)
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def touched_s(self, upload: str) -> float:
        """Unix time of the last byte, 0 = none yet."""
        try:
            return self.path_of(upload).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def append(self, upload: str, data: bytes | bytearray, *, at: int) -> int:
        """Write at the end, which must be `at`; the new offset. Durable after `offset`. OffsetError, NoRoomError."""
        self.root.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | (os.O_CREAT if at == 0 else 0)
        try:
            descriptor = os.open(self.path_of(upload), flags, 0o600)
        except FileNotFoundError:
            raise OffsetError(said=at, stands=0) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            stands = os.fstat(descriptor).st_size
            if stands != at:
                raise OffsetError(said=at, stands=stands)
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)
        if at == 0:
            sync_folder(self.root)
        return at + len(data)

    def spool(self, upload: str) -> Spool:
        """Room for a piece that is counted only when its checksum is right."""
        self.root.mkdir(parents=True, exist_ok=True)
        return Spool(path=self.root / f"{upload}.{secrets.token_hex(6)}.piece")

    def take(self, upload: str, spool: Spool, *, at: int) -> int:
        """Append a whole piece; the new offset."""
        for block in blocks_of(spool.path):
            at = self.append(upload, block, at=at)
        return at

    @contextmanager
    def held(self, upload: str) -> Iterator[Path | None]:
        """The part while nobody else writes or finishes it; None when there is none."""
        try:
            descriptor = os.open(self.path_of(upload), os.O_RDWR)
        except FileNotFoundError:
            yield None
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.fsync(descriptor)
            yield self.path_of(upload)
        finally:
            os.close(descriptor)

    def drop(self, upload: str) -> None:
        """Forget what has come."""
        self.path_of(upload).unlink(missing_ok=True)

    def clear_pieces(self, *, older_than_s: float) -> int:
        """Remove pieces a killed process left; how many. They were never counted, so nothing is lost."""
        cleared = 0
        for piece in self.root.glob("*.piece"):
            try:
                if time.time() - piece.stat().st_mtime > older_than_s:
                    piece.unlink()
                    cleared += 1
            except FileNotFoundError:
                continue
        return cleared


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """One piece beside its part."""

    path: Path

    def write(self, data: bytes | bytearray) -> None:
        """Add bytes. NoRoomError."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)

    def drop(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)


def blocks_of(path: Path) -> Iterator[bytes]:
    """The content of a file, a block at a time; nothing when there is no file."""
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except FileNotFoundError:
        return


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, in bounded memory."""
    found = hashlib.sha256()
    for block in blocks_of(path):
        found.update(block)
    return found.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a new name durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes | bytearray) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as full:
        if full.errno in FULL:  # what was written before stays: it is a right beginning
            raise NoRoomError("the disk is full", where="the centre", expected="room; try again later") from full
        raise
