"""Unfinished uploads on disk: one growing file each, whose size is the offset. What is answered is durable."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
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
    longer than he thought gets OffsetError. So much of the disk stays free, whatever was promised to others meanwhile.
    """

    root: Path
    keep_free_bytes: int = 0

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
        check_room(self.root, more_bytes=len(data), keep_free_bytes=self.keep_free_bytes)
        flags = os.O_WRONLY | os.O_APPEND | (os.O_CREAT if at == 0 else 0)
        try:
            descriptor = os.open(self.path_of(upload), flags, 0o600)
        except FileNotFoundError:
            raise OffsetError(said=at, stands=0) from None
        try:
            _check_offset(descriptor, at)  # who comes too late must not wait for one that is looked at: threads are few
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _check_offset(descriptor, at)
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)
        if at == 0:
            sync_folder(self.root)
        return at + len(data)

    def spool(self, upload: str) -> Spool:
        """Room for a piece that is counted only when its checksum is right."""
        self.root.mkdir(parents=True, exist_ok=True)
        path = self.root / f"{upload}.{secrets.token_hex(6)}.piece"
        return Spool(path=path, keep_free_bytes=self.keep_free_bytes)

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

    def clear_parts(self, *, but: Collection[str], older_than_s: float) -> int:
        """Remove parts that are no upload's in `but`: of one that had ended when a late byte came; how many."""
        cleared = 0
        for part in self.root.glob("*.part"):
            if part.stem not in but and time.time() - self.touched_s(part.stem) > older_than_s:
                self.drop(part.stem)
                cleared += 1
        return cleared

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
    keep_free_bytes: int = 0

    def write(self, data: bytes | bytearray) -> None:
        """Add bytes. NoRoomError."""
        check_room(self.path.parent, more_bytes=len(data), keep_free_bytes=self.keep_free_bytes)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)

    def drop(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)


def check_room(folder: Path, *, more_bytes: int, keep_free_bytes: int) -> None:
    """NoRoomError when so many bytes more would leave less than that free on the folder's disk."""
    free = shutil.disk_usage(folder).free
    if free < keep_free_bytes + more_bytes:
        expected = f"{keep_free_bytes + more_bytes}; try again later"
        raise NoRoomError(f"{free} bytes free", where="the centre's disk", expected=expected)


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


def _check_offset(descriptor: int, at: int) -> None:
    stands = os.fstat(descriptor).st_size
    if stands != at:
        raise OffsetError(said=at, stands=stands)


def _write_all(descriptor: int, data: bytes | bytearray) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as full:
        if full.errno in FULL:  # what was written before stays: it is a right beginning
            raise NoRoomError("the disk is full", where="the centre", expected="room; try again later") from full
        raise
