"""SQL of one day of one project: what was paid, what was seen, what was shown by photo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from central.money.posting import Posted
from central.store import tables
from central.store.instants import DISTRICT_ZONE, to_ms
from central.store.read_ledger import ENTRY, posted_of
from central.store.upsert import table_of

_SEEN, _CLAIM = table_of(tables.Observation), table_of(tables.PhotoClaim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """At most `limit` rows of each kind, in the order in which they happened; `more` says what had others."""

    entries: tuple[Posted, ...]
    seen: tuple[Any, ...]
    shown: tuple[Any, ...]
    more: tuple[str, ...]


def day_of(connection: Connection, project: str, day: date, *, limit: int) -> Day:
    """Entries dated this day; observations and photos of this calendar day of the district."""
    begin = datetime.combine(day, datetime.min.time(), tzinfo=DISTRICT_ZONE)
    since_ms, until_ms = to_ms(begin), to_ms(begin + timedelta(days=1))
    entries = select(ENTRY).where(ENTRY.c.project == project, ENTRY.c.day == day).order_by(ENTRY.c.nth)
    seen = (
        select(_SEEN)
        .where(_SEEN.c.project == project, _SEEN.c.observed_at >= since_ms, _SEEN.c.observed_at < until_ms)
        .order_by(_SEEN.c.observed_at, _SEEN.c.item, _SEEN.c.kind, _SEEN.c.source)
    )
    at = func.coalesce(_CLAIM.c.taken_at, _CLAIM.c.received_at)
    shown = (
        select(_CLAIM, at.label("at_ms"))
        .where(_CLAIM.c.project == project, at >= since_ms, at < until_ms)
        .order_by(at, _CLAIM.c.id)
    )
    found = {
        name: connection.execute(wanted.limit(limit + 1)).all()
        for name, wanted in (("entries", entries), ("seen", seen), ("shown", shown))
    }
    return Day(
        entries=tuple(posted_of(row) for row in found["entries"][:limit]),
        seen=tuple(found["seen"][:limit]),
        shown=tuple(found["shown"][:limit]),
        more=tuple(name for name, rows in found.items() if len(rows) > limit),
    )
