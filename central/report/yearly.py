"""Gathers what the white paper of a year is made of: everything as it stood when the year ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from central.insight.approval import step_times
from central.insight.bottleneck import over_time, spans
from central.insight.causes import by_cause
from central.insight.cohort import cohorts
from central.insight.correlation import correlated, scatter
from central.insight.horizontal import side_by_side
from central.insight.pivot import pivot
from central.insight.project import MEASURES, ProjectRow
from central.insight.returns import returned, returns_by_sector
from central.plan.calendar import midnight
from central.report.whitepaper import PaperFacts, Related
from central.store.instants import to_ms
from central.store.read_insight import practices, project_rows, sector_names
from central.store.read_insight_acts import asked_rows, case_rows
from central.store.read_insight_pivot import pivot_facts, stretches
from central.store.read_reports import end_of

_RELATED = (("intensity_fen", "score_milli"), ("contract_fen", "delay_days"), ("paid_bp", "spi_t_bp"))


def paper_facts(connection: Connection, first: date, last: date) -> PaperFacts:
    """Of the year between these days."""
    since_ms, until_ms = to_ms(midnight(first)), to_ms(end_of(last))
    every = project_rows(connection, at_ms=until_ms - 1)
    under_way = [row for row in every if row.start <= last and (row.completed is None or row.completed >= first)]
    asked = asked_rows(connection, since_ms=since_ms, until_ms=until_ms)
    cases = case_rows(connection, since_ms=since_ms, until_ms=until_ms)
    return PaperFacts(
        year=first.year,
        as_of=end_of(last),
        rows=tuple(under_way),
        units=pivot(pivot_facts(connection, stretches(first, last, "year"), now_ms=until_ms), by=("unit",)),
        returns=returns_by_sector(returned(every)),
        cohorts=cohorts(every),
        bottlenecks=over_time([span for row in every for span in spans(row)], period=lambda day: str(day.year)),
        approvals=step_times(
            [replace(one, decided_ms=_by(one.decided_ms, until_ms)) for one in asked], now_ms=until_ms
        ),
        causes=by_cause([replace(one, ended_ms=_by(one.ended_ms, until_ms)) for one in cases]),
        places=side_by_side(
            every,
            MEASURES["build_days"],
            place=lambda row: row.street,
            practices=practices(connection, place_kind="street"),
        ),
        related=tuple(_related(every, x, y) for x, y in _RELATED),
        sectors=sector_names(connection),
    )


def _by(at_ms: int | None, until_ms: int) -> int | None:
    """What came after the year's end had not come then."""
    return at_ms if at_ms is not None and at_ms < until_ms else None


def _related(rows: tuple[ProjectRow, ...], x: str, y: str) -> Related:
    return Related(x=MEASURES[x], y=MEASURES[y], found=correlated(scatter(rows, MEASURES[x], MEASURES[y])))
