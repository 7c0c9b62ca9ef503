"""What is handed to the outbox: facts, what is remembered of a camera, and files that are done with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BootTime:
    """How the wall clock stood to the time since `boot`: wall minus boot time, ms. It jumps when the clock is set."""

    boot: str
    base_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A fact to be kept. `at` is the capture time in ms UTC; `body` a plain dict of integers, texts and lists.

    With `unset` the system clock gave the time and nobody had set it: it is put right once the clock is. Without, the
    time is the source's own, or trusted.
    """

    kind: str
    at: int
    clock: str
    body: dict[str, Any]
    unset: BootTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMark:
    """A folder camera's file that is done with; `outcome` is `read`, or says why it was refused."""

    name: str
    size_bytes: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """What is remembered of a camera between frames. `last_at` in ms UTC, 0 = none yet; `memory` is the eye's.

    `conditions` are the codes that have begun and not ended; `evidence` holds (face, ms UTC) of the last still.
    """

    camera: str
    last_at: int = 0
    frames: int = 0
    memory: bytes | None = None
    conditions: tuple[str, ...] = ()
    evidence: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Produced and acknowledged records of this epoch, what waits, and the age of the oldest that waits.

    `evicted` were given up by policy in the store's life, `tombstoned` are those of this epoch that nobody will see.
    """

    epoch: str
    produced: int
    acked: int
    pending: int
    oldest: int
    oldest_age_ms: int
    used_bytes: int
    evicted: int
    refused: int
    tombstoned: int
