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
from central.plan.calendar import local_day
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


def week_of(rows: Sequence[Row[Any]], *, first: date, last: date) -> list[DayMoves]:
    """Moves by district day, each day from first to last, also those without any."""
    by_day: dict[date, list[str]] = {first + timedelta(days=nth): [] for nth in range((last - first).days + 1)}
    for row in rows:
        by_day.setdefault(local_day(from_ms(row.at)), []).append(row.event)
    return [
        DayMoves(
            day=day,
            raised=events.count("raised") + events.count("restored"),
            escalated=events.count("escalated"),
            eased=events.count("downgraded"),
            closed=events.count("cleared") + events.count("withdrawn"),
        )
        for day, events in sorted(by_day.items())
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
