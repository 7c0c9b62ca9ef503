"""The only place of the centre that reads the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, Engine

from central.store.engine import reading
from central.store.instants import from_ms
from central.store.load_facts import newest_observed_ms

Clock = Callable[[], datetime]
NOT_BEGUN = from_ms(0)
"""What a replay's clock says before the first reading."""


def system() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- the clock


def system_ms() -> int:
    """Now, milliseconds UTC."""
    return int(system().timestamp() * 1000)


def clock_of(kind: Literal["system", "event"], engine: Engine) -> Clock:
    """The clock judgements are made by: the system's, or for replays the instant of the newest accepted reading.

    A replay that has not begun stands at NOT_BEGUN, else a plan taken in early would be judged late by today's date.
    """
    return system if kind == "system" else lambda: _newest(engine)


def newest(connection: Connection) -> datetime:
    """What a replay's clock says in this snapshot."""
    observed_ms = newest_observed_ms(connection)
    return from_ms(observed_ms) if observed_ms is not None else NOT_BEGUN


def _newest(engine: Engine) -> datetime:
    with reading(engine) as connection:
        return newest(connection)
