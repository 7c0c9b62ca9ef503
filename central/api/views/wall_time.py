"""What time brought, for the wall: today's moves, the week by days, and the newest stills beside the month's first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Row

from central import domain
from central.api.schemas import Level, Named, Sign, Still, Text
from central.api.views.sign import severity
from central.api.wall_schemas import DayMoves, Move, StillPair
from central.rules.sentence import RULE_NAMES
from central.store.instants import from_ms, to_ms
from central.store.read_wall import newest_stills, still_of_face_since

MOVES_MAX = 12
STILLS_MAX = 6
_ASKED = 60  # newest stills among which the heaviest projects' come first
_MONTH = timedelta(days=30)


def moves_of(rows: Sequence[Row[Any]], names: Mapping[str, Named]) -> list[Move]:
    """The newest moves, newest first."""
    return [_move(row, names[row.project]) for row in rows[:MOVES_MAX]]


def week_of(moves: Mapping[tuple[int, str], int], *, first: date, days: int) -> list[DayMoves]:
    """Moves by district day, each of so many days from the first on, also those without any; `moves` by (day from the
    first, event)."""
    return [
        DayMoves(
            day=first + timedelta(days=nth),
            raised=moves.get((nth, "raised"), 0) + moves.get((nth, "restored"), 0),
            escalated=moves.get((nth, "escalated"), 0),
            eased=moves.get((nth, "downgraded"), 0),
            closed=moves.get((nth, "cleared"), 0) + moves.get((nth, "withdrawn"), 0),
        )
        for nth in range(days)
    ]


def stills_of(
    connection: Connection,
    signs: Mapping[str, Sign],
    names: Mapping[str, Named],
    *,
    everywhere: bool,
    now: datetime,
) -> list[StillPair]:
    """The newest stills of the last 30 days, one of a building, those of the heaviest projects first."""
    projects = None if everywhere else sorted(signs)
    found = newest_stills(connection, projects=projects, since_ms=to_ms(now - _MONTH), limit=_ASKED)
    rows = {row.building: row for row in reversed(found) if row.project in signs}
    heavy = sorted(rows.values(), key=lambda row: (severity(signs[row.project]), -row.observed_at, row.building))
    return [_pair(connection, row, signs[row.project], names[row.project]) for row in heavy[:STILLS_MAX]]


def _pair(connection: Connection, row: Row[Any], sign: Sign, project: Named) -> StillPair:
    since_ms = row.observed_at - _MONTH // timedelta(milliseconds=1)
    before = still_of_face_since(connection, row, since_ms=since_ms)
    return StillPair(
        project=project,
        building=Named(id=row.building, name=Text(zh=row.name_zh, en=row.name_en)),
        sign=sign,
        newest=_still(row),
        before=_still(before) if before is not None else None,
    )


def _still(row: Row[Any]) -> Still:
    sha256 = row.evidence_sha256
    return Still(sha256=sha256, url=f"/api/v1/evidence/{sha256}", captured_at=from_ms(row.observed_at))


def _move(row: Row[Any], project: Named) -> Move:
    rule = RULE_NAMES.get(row.rule, domain.Text(zh=row.rule, en=row.rule))
    return Move(
        at=from_ms(row.at),
        event=row.event,
        level=cast(Level | None, row.level),
        project=project,
        subject=None if row.name_zh is None else Text(zh=row.name_zh, en=row.name_en),
        rule=Text(zh=rule.zh, en=rule.en),
    )
