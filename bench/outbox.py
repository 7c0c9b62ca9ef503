"""The outbox against the disk's own limit: `python -m bench.outbox [--json FILE] [--folder D]`.

Records made durable and drained, per second, in batches of 1, 10, 100 and 1000 (median of five); beside it, in the same
run and folder, what the disk allows at best (append + fdatasync of the same bytes) and SQLite without durable commits.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edge_agent.buffer.outbox import Outbox
from edge_agent.clock import wall_ms
from tests.edge_agent.build import a_record, an_outbox
from wire.codec import canonical, encode_sealed, split_sealed
from wire.messages import Frame

BATCHES = (1, 10, 100, 1000)
ROUNDS = 5
ROUND_S = 0.4


def rate(work: Callable[[], int]) -> float:
    """Records a second: the median of some rounds."""
    found = []
    for _ in range(ROUNDS):
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < ROUND_S:
            count += work()
        found.append(count / (time.perf_counter() - began))
    return statistics.median(found)


def disk_limit(folder: Path, batch: int) -> float:
    """Append and fdatasync, nothing else."""
    payload = canonical(a_record(1).body) * batch
    fd = os.open(folder / "limit", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def work() -> int:
        os.write(fd, payload)
        os.fdatasync(fd)
        return batch

    try:
        return rate(work)
    finally:
        os.close(fd)


def not_durable(folder: Path, batch: int) -> float:
    """SQLite in WAL mode with synchronous=NORMAL: what is gained by giving up the guarantee."""
    db = sqlite3.connect(folder / "normal.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TABLE IF NOT EXISTS r (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB)")
    body = canonical(a_record(1).body)

    def work() -> int:
        db.execute("BEGIN")
        db.executemany("INSERT INTO r (body) VALUES (?)", [(body,)] * batch)
        db.execute("COMMIT")
        return batch

    try:
        return rate(work)
    finally:
        db.close()


def append_rate(outbox: Outbox, batch: int) -> float:
    """Ours: sealed, numbered, durable."""
    records = [a_record(n) for n in range(batch)]
    return rate(lambda: len(outbox.append(records)))


def drain_rate(outbox: Outbox, folder: Path) -> float:
    """Ours: read, framed, compressed, deleted."""
    outbox.append([a_record(n) for n in range(60_000)])
    began, done = time.perf_counter(), 0
    cursor = outbox.counters().acked
    while records := outbox.pending(cursor, 3000):
        for part in split_sealed(records):
            head = Frame(
                gw="gw-1", epoch=outbox.epoch, lo=part[0].seq, hi=part[-1].seq, boot="b", sent_at=wall_ms(), recs=()
            )
            encode_sealed(head, part)
        cursor = records[-1].seq
        done += outbox.acked(cursor)
    return done / (time.perf_counter() - began)


def main() -> None:
    """Measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured")
    given = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        root = Path(folder)
        for batch in BATCHES:
            outbox = an_outbox(root / f"b{batch}")
            found[str(batch)] = {
                "outbox": append_rate(outbox, batch),
                "disk_limit": disk_limit(root, batch),
                "sqlite_not_durable": not_durable(root, batch),
            }
            outbox.close()
        outbox = an_outbox(root / "drain")
        drained = drain_rate(outbox, root)
        outbox.close()
    table = Table(
        "batch", "outbox rec/s", "append+fdatasync rec/s", "of the limit", "SQLite NORMAL (not durable) rec/s"
    )
    for name, row in found.items():
        share = row["outbox"] / row["disk_limit"]
        limits = f"{row['disk_limit']:,.0f}", f"{share:.2f}", f"{row['sqlite_not_durable']:,.0f}"
        table.add_row(name, f"{row['outbox']:,.0f}", *limits)
    Console().print(table)
    Console().print(f"drain (read, frame, zlib, delete): {drained:,.0f} rec/s")
    if given.json:
        given.json.write_text(json.dumps({"append": found, "drain": drained}, indent=1))


if __name__ == "__main__":
    main()
