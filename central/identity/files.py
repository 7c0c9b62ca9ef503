"""Key files: each stands whole or not at all, private ones for their owner only, and no first start overwrites one."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

PRIVATE, PUBLIC = 0o600, 0o644


def write_whole(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """Put a file in the place of any other of that name; durable on return."""
    draft = _drafted(path, content, mode)
    try:
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_first(path: Path, content: bytes) -> bytes:
    """Of two that write the same private file at once one wins; what stands there then."""
    draft = _drafted(path, content, PRIVATE)
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return read_private(path)


def read_private(path: Path) -> bytes:
    """The content of a key file; ValueError when others may read it."""
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} is readable by others: expected mode 0600")
    return path.read_bytes()


def _drafted(path: Path, content: bytes, mode: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 by itself
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).chmod(mode)
    return Path(draft)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
