"""The truth at an edge: what it has made durable, noted by itself in a file of its own after each append returned."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.buffer.outbox import NewRecord

LEDGER, LIFE = "ledger", "life"
KIND = "lab"
START_MS = 1_790_000_000_000
LIFE_STEP = 1_000_000_000  # more than one life of a process ever makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One append that returned: productions first..first+count-1 got the numbers seq_lo.. of an epoch."""

    first: int
    count: int
    epoch: str
    seq_lo: int


class Ledger:
    """Of one life of an edge process. Productions are numbered apart from the outbox and never used twice."""

    def __init__(self, folder: Path) -> None:
        self.life = _next_life(folder / LIFE)
        self.next = self.life * LIFE_STEP
        self._fd = os.open(folder / LEDGER, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._fd, b"\n")  # a line that a kill has torn ends here

    def commit(self, entry: Entry) -> None:
        """Say that an append has returned; on the disk when this returns."""
        os.write(self._fd, f"{entry.first} {entry.count} {entry.epoch} {entry.seq_lo} .\n".encode())
        os.fsync(self._fd)
        self.next = entry.first + entry.count


def record_of(gateway: str, number: int) -> NewRecord:
    """The one content of a production: whoever finds another has found a fault."""
    note = hashlib.blake2b(f"{gateway}/{number}".encode(), digest_size=24).hexdigest()
    body: dict[str, Any] = {"camera": "c1", "gateway": gateway, "n": number, "value_bp": number % 10_000, "note": note}
    return NewRecord(kind=KIND, at=START_MS + number % LIFE_STEP, clock="synced", body=body)


def entries(folder: Path) -> Iterator[Entry]:
    """What an edge has committed, in order; a torn line is of an append that the harness need not count."""
    path = folder / LEDGER
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        match line.split():
            case [first, count, epoch, seq_lo, "."]:
                yield Entry(first=int(first), count=int(count), epoch=epoch, seq_lo=int(seq_lo))


def committed(folder: Path) -> int:
    """Number of records an edge has committed."""
    return sum(entry.count for entry in entries(folder))


def _next_life(path: Path) -> int:
    life = int(path.read_text()) + 1 if path.exists() else 1
    fresh = path.with_suffix(".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(fd, str(life).encode())
    os.fsync(fd)
    os.close(fd)
    fresh.replace(path)
    return life
