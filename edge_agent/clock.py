"""The only place on the edge that reads a clock: the system's, or a small file that holds an instant (replays)."""

from __future__ import annotations

import ctypes
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from edge_agent.errors import EdgeError
from edge_agent.settings import ClockSource
from wire.messages import Clock as ClockState

log = logging.getLogger(__name__)

STA_UNSYNC = 0x40
TIMEX_BYTES = 512  # struct timex is smaller on every Linux
STATUS_OFFSET = {8: 40, 4: 20}  # of timex.status, by the size of a C long


class ClockError(EdgeError):
    """The clock file holds no instant (yet)."""


class Clock(Protocol):
    """What the agent asks of a clock."""

    def now(self) -> datetime: ...
    def state(self) -> ClockState: ...


class SystemClock:
    """The machine's clock; `free` while the kernel says that nobody sets it."""

    def now(self) -> datetime:
        """Aware UTC."""
        return wall()

    def state(self) -> ClockState:
        """By adjtimex(2); unknown where there is none."""
        timex = ctypes.create_string_buffer(TIMEX_BYTES)
        try:
            answer = ctypes.CDLL(None, use_errno=True).adjtimex(timex)
        except (OSError, AttributeError):
            return "unknown"
        if answer < 0:
            return "unknown"
        offset = STATUS_OFFSET[ctypes.sizeof(ctypes.c_long)]
        status = ctypes.c_int.from_buffer_copy(timex.raw, offset).value
        return "free" if status & STA_UNSYNC else "synced"


class FileClock:
    """An instant written into a file, ISO-8601 with its offset. It stands still until the file is replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """Aware UTC; ClockError when the file is missing or holds no instant."""
        try:
            text = self._path.read_text(encoding="utf-8").strip()
            instant = datetime.fromisoformat(text)
        except (OSError, ValueError) as error:
            raise ClockError(f"{self._path}: {error}; expected an instant such as 2026-09-01T02:00:00+00:00") from error
        if instant.tzinfo is None:
            raise ClockError(f"{self._path}: {text} has no offset; expected an instant such as 2026-09-01T02:00:00Z")
        return instant.astimezone(UTC)

    def state(self) -> ClockState:
        """The instants come from the recording."""
        return "synced"


def wall() -> datetime:
    """The machine's clock, aware UTC; what sends and measures ages uses it even in a replay."""
    return datetime.now(UTC)  # noqa: TID251  the one place


def wall_ms() -> int:
    """The machine's clock in ms UTC."""
    return int(wall().timestamp() * 1000)


def clock_of(source: ClockSource) -> Clock:
    """The clock that the settings name."""
    if source.path is not None:
        return FileClock(source.path)
    return SystemClock()
