"""What a power cut may leave of the files: all that was synced, and of what was not any part, its last write torn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

from edge_agent.buffer.opening import open_outbox
from tests.faults.disk.process import CAP_BYTES, GATEWAY
from tests.faults.disk.trace import APPENDED, Op
from tests.faults.ledger import Entry, record_of
from wire.codec import canonical

SECTOR_BYTES = 512
Keep = Literal["all", "none", "some", "torn"]
KEEPS: tuple[Keep, ...] = ("all", "none", "some", "torn")


@dataclass(slots=True, kw_only=True)
class _File:
    """Bytes that survive anything, and what has been done since the last sync."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Op] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Disk:
    """The files of a folder as a trace goes on; `promised` and `acked` are the marks that stand in it so far."""

    files: dict[str, _File] = field(default_factory=dict)
    promised: list[Entry] = field(default_factory=list)
    acked: dict[str, int] = field(default_factory=dict)

    def apply(self, op: Op) -> None:
        """One more thing has been done. Names change at once: file systems keep their own journal of those."""
        match op.kind:
            case "mark":
                self._mark(op.data.decode().split())
            case "unlink":
                self.files.pop(op.file, None)
            case "rename" if op.file in self.files:
                self.files[op.other] = self.files.pop(op.file)
            case "sync" if op.file in self.files:
                file = self.files[op.file]
                for done in file.pending:
                    _do(file.durable, done)
                file.pending.clear()
            case "write" | "truncate":
                self.files.setdefault(op.file, _File()).pending.append(op)

    def left(self, keep: Keep, random: Random) -> dict[str, bytes]:
        """The files after the power cut."""
        return {name: bytes(_survived(file, keep, random)) for name, file in self.files.items()}

    def _mark(self, words: list[str]) -> None:
        match words:
            case ["made", first, count, epoch, seq]:
                self.promised.append(Entry(first=int(first), count=int(count), epoch=epoch, seq_lo=int(seq)))
            case ["acked", epoch, hi]:
                self.acked[epoch] = max(self.acked.get(epoch, 0), int(hi))


def broken_promises(folder: Path, promised: Iterable[Entry], acked: dict[str, int]) -> list[str]:
    """Open the store that is left, as the product does, and compare; empty when every promise is kept."""
    wrong: list[str] = []
    outbox = open_outbox(folder, gateway=GATEWAY, now_ms=lambda: 1_790_000_000_000, cap_bytes=CAP_BYTES)
    try:
        here = {record.seq: record for record in outbox.pending(0, 1_000_000)}
        newest = 0
        for entry in promised:
            if entry.epoch != outbox.epoch:
                wrong.append(f"epoch {outbox.epoch}, expected {entry.epoch}: the store was given up")
                return wrong
            for offset in range(entry.count):
                newest = seq = entry.seq_lo + offset
                if seq <= acked.get(entry.epoch, 0):
                    continue
                made = record_of(GATEWAY, entry.first + offset)
                if seq in here and here[seq].body != canonical(made.body).decode():
                    wrong.append(f"seq {seq} says {here[seq].body[:60]}, expected production {entry.first + offset}")
                elif seq not in here and not outbox.tombstones_over(seq, seq):
                    wrong.append(f"seq {seq} is gone, no tombstone, not acknowledged")
        given = outbox.append([record_of(GATEWAY, 1)])[0]
        if given <= newest:
            wrong.append(f"number {given} given again, {newest} was the last")
    finally:
        outbox.close()
    return wrong


def _survived(file: _File, keep: Keep, random: Random) -> bytearray:
    left, pending = bytearray(file.durable), file.pending
    match keep:
        case "none":
            return left
        case "some":
            pending = [op for op in pending if random.random() < 0.5]
        case "torn":
            pending = pending[: random.randint(0, len(pending))]
    for number, op in enumerate(pending):
        last = number == len(pending) - 1
        _do(left, _torn(op, random) if keep == "torn" and last else op)
    return left


def _torn(op: Op, random: Random) -> Op:
    if op.kind != "write" or len(op.data) <= SECTOR_BYTES:
        return op
    kept = random.randrange(0, len(op.data), SECTOR_BYTES)
    return Op(kind="write", file=op.file, data=op.data[:kept], offset=op.offset)


def _do(content: bytearray, op: Op) -> None:
    if op.kind == "truncate":
        del content[op.size :]
        content.extend(bytes(op.size - len(content)))
        return
    if not op.data:
        return
    offset = len(content) if op.offset == APPENDED else op.offset
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(op.data)] = op.data
