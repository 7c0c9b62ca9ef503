"""Work for a disk that fails: `python -m tests.faults.disk.process FOLDER SEED STEPS` fills, acknowledges and evicts.

What it has been promised it notes in the file `marks`, so that a trace tells the order of promises and writes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import Outbox
from edge_agent.errors import StoreError
from tests.faults.ledger import record_of

GATEWAY = "gw-1"
MARKS = "marks"
BROKEN = 3  # exit status: the store failed, and whoever runs the agent starts it again
CAP_BYTES = 500_000
CARELESS = "careless"  # promises what it has not synced: the lab must find that out


class Marks:
    """`made FIRST COUNT EPOCH SEQ` after an append returned; `acked EPOCH HI` before records may be deleted."""

    def __init__(self, folder: Path) -> None:
        path = folder / MARKS
        made = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        self.next = max((int(line[1]) for line in made if line[0] == "made"), default=0) + 1_000
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, *words: str | int) -> None:
        """One line, in one write."""
        os.write(self._fd, (" ".join(map(str, words)) + "\n").encode())


def work(outbox: Outbox, marks: Marks, random: Random, *, steps: int) -> None:
    """Appends of all sizes, acknowledgements of what is there, and evictions when the seed fills the store."""
    for _ in range(steps):
        choice = random.random()
        if choice < 0.65:
            outbox.evict()
            first, count = marks.next, random.choice((1, 1, 5, 40, 200))
            epoch = outbox.epoch
            seqs = outbox.append([record_of(GATEWAY, first + i) for i in range(count)])
            marks.next += count
            marks.say("made", first, count, epoch, seqs[0])
        elif choice < 0.95:
            waiting = outbox.pending(0, 1000)
            if waiting:
                hi = random.choice(waiting).seq
                marks.say("acked", outbox.epoch, hi)
                outbox.acked(hi)
        else:
            outbox.next_session()


def main() -> int:
    """0; BROKEN when the store says that it failed, as an agent that ends and is started again."""
    folder, seed, steps = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    try:
        outbox = open_outbox(folder, gateway=GATEWAY, now_ms=lambda: 1_790_000_000_000, cap_bytes=CAP_BYTES)
        if sys.argv[4:] == [CARELESS]:
            outbox._writer.execute("PRAGMA synchronous = OFF")
        work(outbox, Marks(folder), Random(seed), steps=steps)
        outbox.close()
    except StoreError as failed:
        sys.stderr.write(f"{failed}\n")
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main())
