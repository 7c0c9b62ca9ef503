"""Coordinations with other departments, and how mending goes, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row

from central.api.access import Access
from central.api.mending_schemas import Coordination, CoordinationList, Indicators, RulePrecision
from central.api.schemas import Named
from central.api.views.seats import units_of, visible_projects
from central.api.views.timeline import text_of
from central.api.views.words import instant
from central.domain import Text
from central.mending.causes import cause_of
from central.mending.clocks import DAY_MS, end_of
from central.mending.wording import rule_name
from central.plan.calendar import midnight
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_measures import beyond_sla, coordinations, ended_cases, unhandled, verified_measures


def coordinations_shown(
    connection: Connection, access: Access, *, waiting: bool, limit: int, offset: int
) -> CoordinationList:
    """Coordinations of the caller's projects, and those that his units were asked for."""
    projects = visible_projects(connection, access)
    total, rows = coordinations(
        connection, projects=projects, departments=units_of(access), waiting=waiting, limit=limit, offset=offset
    )
    return CoordinationList(total=total, coordinations=[_coordination(row) for row in rows])


def indicators_shown(connection: Connection, access: Access, *, since: date, until: date, now_ms: int) -> Indicators:
    """How mending went in the days since..until, both included."""
    projects = visible_projects(connection, access)
    first_ms, end_ms = to_ms(midnight(since)), end_of(until)
    ended = ended_cases(connection, projects=projects, since_ms=first_ms, until_ms=end_ms)
    days = sorted((row.ended_at - row.began_at) * 100 // DAY_MS for row in ended if row.state == "closed")
    units = units_of(access)
    measures = verified_measures(connection, projects=projects, units=units, since_ms=first_ms, until_ms=end_ms)
    in_time = sum(row.due is not None and _handed_in(row) < end_of(row.due) for row in measures)
    return Indicators(
        since=since,
        until=until,
        closed=len(days),
        mean_closing_cdays=sum(days) // len(days) if days else None,
        median_closing_cdays=int(median(days)) if days else None,
        verified_measures=len(measures),
        on_time_bp=in_time * 10_000 // len(measures) if measures else None,
        overdue_unhandled=unhandled(connection, projects=projects, units=units, today=district_day(from_ms(now_ms))),
        beyond_sla=beyond_sla(connection, projects=projects, now_ms=now_ms),
        rules=_precisions(ended),
    )


def _handed_in(row: Row[Any]) -> int:
    return int(row.verified_at if row.submitted_at is None else row.submitted_at)


def _precisions(ended: Sequence[Row[Any]]) -> list[RulePrecision]:
    """Of what people judged: closed and waived warnings were right, false alarms were not."""
    found = []
    for rule in sorted({row.rule for row in ended}):
        states = [row.state for row in ended if row.rule == rule and row.state != "withdrawn"]
        wrong = states.count("false_alarm")
        right = (len(states) - wrong) * 10_000 // len(states) if states else None
        found.append(RulePrecision(rule=rule, judged=len(states), false_alarms=wrong, precision_bp=right))
    return found


def _coordination(row: Row[Any]) -> Coordination:
    return Coordination(
        case=str(row.id),
        number=f"W-{from_ms(row.opened_at).year}-{row.id:04d}",
        warning=str(row.warning),
        project=Named(id=row.project, name=text_of(Text(zh=row.name_zh, en=row.name_en))),
        rule=row.rule,
        rule_name=text_of(rule_name(row.rule)),
        level=row.level,
        cause=row.cause,
        cause_name=text_of(cause_of(row.cause).name),
        department=row.department,
        asked_at=instant(row.asked_at),
        answered_at=instant(row.coordinated_at),
    )
