"""Reports by the clock: on the first of a month at 08:00: bulletin, month, quarter, and in January the white paper."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from central.report.document import Kind
from central.report.make import Clocks, make_due
from central.store.instants import DISTRICT_ZONE, to_ms

KINDS: tuple[Kind, ...] = ("quality", "monthly", "quarterly", "whitepaper")
_HOUR = 8


def first_at_eight(now: datetime) -> datetime:
    """The newest 08:00 of a first of the month in the district."""
    local = now.astimezone(DISTRICT_ZONE)
    found = local.replace(day=1, hour=_HOUR, minute=0, second=0, microsecond=0)
    if found > local:
        found = (found - timedelta(days=1)).replace(day=1)
    return found


def make_reports(connection: Connection, now: datetime) -> str:
    """Everything that is due and was not made."""
    clocks = Clocks(now=now, wall_ms=to_ms(now))
    return "; ".join(f"{kind}: {make_due(connection, kind=kind, clocks=clocks)}" for kind in KINDS)
