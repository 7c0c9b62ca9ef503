"""The published table of the fault lab. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.history import Result

HEAD = """# The fault lab's table

Made by `make faults` (`python -m tests.faults.lab --table docs/faults.md`); not edited by hand. What each fault is:
`tests/faults/scripts.py`; which row of the test matrix it is and what else covers that row: `tests/faults/MATRIX.md`.

Each history runs three edges, a broker, a centre and its database as processes of their own. An edge notes in a file of
its own, fsynced, what it has made durable. Afterwards each of them must be at the centre exactly once with the same
content, or be named by a tombstone; the watermark must be the highest contiguous number; the order of numbers that of
production; no process may have ended by itself. `lost` and `doubled` count records; `recovery` is from the end of the
last fault to the last commit.
"""
COLUMNS = (
    "fault",
    "row",
    "edge",
    "broker",
    "database",
    "seed",
    "records",
    "kills",
    "SIGSTOPs",
    "lost",
    "doubled",
    "recovery s",
)


def totals(results: Sequence[Result]) -> str:
    """One line on ours, one on the edge that deletes on PUBACK, if it ran."""
    lines = []
    for mode, name in (("ours", "ours"), ("puback", "delete on PUBACK")):
        own = [result for result in results if result.mode == mode]
        if not own:
            continue
        seeds = len({result.seed for result in own})
        lines.append(
            f"{name}: {sum(r.records for r in own)} records, {sum(r.kills for r in own)} kills, "
            f"{sum(r.pauses for r in own)} SIGSTOPs, {seeds} seeds: lost {sum(r.lost for r in own)}, "
            f"doubled {sum(r.doubled for r in own)}, other faults {sum(len(r.wrong) for r in own)}"
        )
    return "\n".join(lines)


def as_markdown(results: Sequence[Result]) -> str:
    """The whole document."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS), *map(_cells, results)]
    table = "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)
    said = "\n".join(f"- {line}" for line in totals(results).splitlines())
    return f"{HEAD}\n{said}\n\n{table}\n"


def _cells(result: Result) -> tuple[str | int | float, ...]:
    edge = "ours" if result.mode == "ours" else "**delete on PUBACK**"
    where = (edge, result.broker, result.database, result.seed)
    counts = (result.records, result.kills, result.pauses, result.lost, result.doubled, result.recovery_s)
    return (result.fault, result.row, *where, *counts)
