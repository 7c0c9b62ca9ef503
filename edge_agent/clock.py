"""The only place on the edge that reads a clock: the system's, or a small file that holds an instant (replays)."""

from __future__ import annotations

import ctypes
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from edge_agent.buffer.record import BootTime
from edge_agent.errors import EdgeError
from edge_agent.settings import ClockSource
from wire.messages import Clock as ClockState

log = logging.getLogger(__name__)

STA_UNSYNC = 0x40
TIMEX_BYTES = 512  # struct timex is smaller on every Linux
FAR_MS = 300_000  # from the centre's clock
STATUS_OFFSET = {8: 40, 4: 20}  # of timex.status, by the size of a C long


class ClockError(EdgeError):
    """The clock file holds no instant (yet)."""


def kernel_state() -> ClockState:
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


def since_boot_ms() -> int:
    """Milliseconds since the machine started, sleep included; nobody sets this clock."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def wall() -> datetime:
    """The machine's clock, aware UTC; what sends and measures ages uses it even in a replay."""
    return datetime.now(UTC)  # noqa: TID251  the one place


def wall_ms() -> int:
    """The machine's clock in ms UTC."""
    return int(wall().timestamp() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time and how far to trust it; with `unset` it can be put right once the clock is set."""

    at: datetime
    state: ClockState
    unset: BootTime | None = None


class Clock(Protocol):
    """What the agent asks of a clock, and what it is told."""

    def now(self) -> datetime: ...
    def state(self) -> ClockState: ...
    def stamp(self) -> Stamp: ...
    def is_set(self) -> BootTime | None: ...
    def compare(self, offset_ms: int) -> None: ...


class SystemClock:
    """The machine's clock: `free` while the kernel says that nobody sets it, `unknown` while it cannot be right.

    It cannot be right before `floor_ms`, the newest time that was ever certain, nor five minutes from the centre's.
    """

    def __init__(
        self,
        *,
        boot: str = "",
        floor_ms: int = 0,
        now_ms: Callable[[], int] = wall_ms,
        boot_ms: Callable[[], int] = since_boot_ms,
        kernel: Callable[[], ClockState] = kernel_state,
    ) -> None:
        self._boot = boot
        self._floor_ms = floor_ms
        self._now_ms = now_ms
        self._boot_ms = boot_ms
        self._kernel = kernel
        self._compared: tuple[int, int] | None = None

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.fromtimestamp(self._now_ms() / 1000, UTC)

    def state(self) -> ClockState:
        """Of this moment."""
        return self.stamp().state

    def stamp(self) -> Stamp:
        """Now."""
        now_ms = self._now_ms()
        base_ms = now_ms - self._boot_ms()
        state = self._state(now_ms, base_ms)
        unset = None if state == "synced" else BootTime(boot=self._boot, base_ms=base_ms)
        return Stamp(at=datetime.fromtimestamp(now_ms / 1000, UTC), state=state, unset=unset)

    def is_set(self) -> BootTime | None:
        """How the clock stands now that it is trusted; None while it is not."""
        now_ms = self._now_ms()
        base_ms = now_ms - self._boot_ms()
        return BootTime(boot=self._boot, base_ms=base_ms) if self._state(now_ms, base_ms) == "synced" else None

    def compare(self, offset_ms: int) -> None:
        """The centre's clock minus this one, now. It holds until the clock is set: a step is seen against boot time."""
        self._compared = offset_ms, self._now_ms() - self._boot_ms()

    def _state(self, now_ms: int, base_ms: int) -> ClockState:
        kernel = self._kernel()
        if self._compared is not None:
            offset_ms, then_ms = self._compared
            if abs(offset_ms - (base_ms - then_ms)) > FAR_MS:
                return "unknown"
            return kernel  # the centre agrees; a floor that lies in its future was itself a mistake
        return "unknown" if now_ms < self._floor_ms else kernel


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

    def stamp(self) -> Stamp:
        """The instant in the file; ClockError as `now`."""
        return Stamp(at=self.now(), state="synced")

    def is_set(self) -> BootTime | None:
        """A recording says nothing of the machine's clock."""
        return None

    def compare(self, offset_ms: int) -> None:
        """Nor is it compared with the centre's."""


def clock_of(source: ClockSource, *, boot: str = "", floor_ms: int = 0) -> Clock:
    """The clock that the settings name."""
    if source.path is not None:
        return FileClock(source.path)
    return SystemClock(boot=boot, floor_ms=floor_ms)
