"""The figures of delivery for people: what was made, what the centre has, what is on its way, what nobody will see."""

from __future__ import annotations

from rich.table import Table

from edge_agent.status import Status

UNKNOWN = "not running"


def delivery_table(status: Status) -> Table:
    """One row. What only a running agent knows says so when it does not run."""
    figures = {
        "produced": str(status.produced),
        "acknowledged": str(status.acked),
        "waiting": str(status.pending),
        "in flight": _known(status.in_flight),
        "oldest waits": f"{status.oldest_age_ms / 1000:.0f} s",
        "tombstoned": str(status.tombstoned),
        "set aside": str(status.set_aside),
        "stills waiting": str(status.stills_waiting),
        "stills set aside": str(status.stills_aside),
        "clock": _offset(status),
    }
    table = Table(*figures)
    table.add_row(*figures.values())
    return table


def _known(figure: int | None) -> str:
    return UNKNOWN if figure is None else str(figure)


def _offset(status: Status) -> str:
    """Against the centre's, in seconds; positive: ours is behind."""
    if status.clock_offset_ms is None:
        return "not compared"
    return f"{status.clock_offset_ms / 1000:+.1f} s"
