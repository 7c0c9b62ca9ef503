"""Room kept on the disk itself: let go when the disk is full, so that deleting and events work, then taken back."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "outbox.reserve"


class Ballast:
    """A file of `size_bytes` beside the store, none for 0. `hold` and `release` may come from any thread."""

    def __init__(self, folder: Path, *, size_bytes: int) -> None:
        self._path = folder / FILE
        self._size_bytes = size_bytes

    @property
    def held(self) -> bool:
        """Whether the room is there; of no size it always is."""
        if not self._size_bytes:
            return True
        try:
            return self._path.stat().st_size >= self._size_bytes
        except OSError:
            return False

    def hold(self) -> bool:
        """Take the room; False when the disk has none, and then nothing of it is kept."""
        if self.held:
            return True
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(fd, 0, self._size_bytes)
            finally:
                os.close(fd)
        except OSError as error:
            self._path.unlink(missing_ok=True)
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                log.warning("no room reserved path=%s reason=%s", self._path, error.strerror)
            return False
        return True

    def release(self) -> bool:
        """Let the room go; False when there was none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        log.warning("disk full, reserve of %d bytes let go path=%s", self._size_bytes, self._path)
        return True
