"""Reads projects in stretches of time for pivots: what was paid and warned in each, where each stood at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import Connection, func, select

from central.insight.pivot import PivotFact
from central.insight.project import band_of
from central.plan.calendar import midnight
from central.scoring.period import Period, period_with
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_insight import project_rows, standing_at
from central.store.upsert import table_of

_MONTH, _WARNING = table_of(tables.FundMonth), table_of(tables.PlanWarning)
Stretch = Literal["", "month", "quarter", "year"]
STRETCHES_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretched:
    """A stretch of time by its name, both days included."""

    name: str
    first: date
    last: date


def stretches(first: date, last: date, stretch: Stretch) -> tuple[Stretched, ...]:
    """The months, quarters or years that these days are in, whole; '' = these days as one."""
    if not stretch:
        return (Stretched(name=f"{first} – {last}", first=first, last=last),)
    found: list[Period] = [period_with(first, stretch)]
    while found[-1].last < last:
        found.append(found[-1].after())
    return tuple(Stretched(name=one.name, first=one.first, last=one.last) for one in found)


def pivot_facts(
    connection: Connection, times: Sequence[Stretched], *, now_ms: int, projects: Sequence[str] | None = None
) -> tuple[PivotFact, ...]:
    """A fact for each project and each stretch in which it was under way: begun by its end, not completed before it.

    Payments are whole months, so stretches begin with a month's first day or count that month whole."""
    rows = project_rows(connection, at_ms=now_ms, projects=projects)
    paid, raised = _paid(connection, times), _raised(connection, times)
    found: list[PivotFact] = []
    for at, time in enumerate(times):
        end_ms = min(to_ms(midnight(time.last + timedelta(days=1))), now_ms)
        stood = standing_at(connection, at_ms=end_ms, projects=projects)
        for row in rows:
            if row.start > time.last or (row.completed is not None and row.completed < time.first):
                continue
            where = stood.get(row.id)
            found.append(
                PivotFact(
                    project=row.id,
                    unit=row.unit,
                    street=row.street,
                    kind=row.kind,
                    sector=row.sector,
                    band=band_of(row.contract_fen).code,
                    period=time.name,
                    contract_fen=row.contract_fen,
                    budget_fen=row.budget_fen,
                    paid_fen=paid.get((row.id, at), 0),
                    raised=raised[row.id, at, ""],
                    red=raised[row.id, at, "red"],
                    plan_bp=where.plan_bp if where else None,
                    actual_bp=where.actual_bp if where else None,
                    completed=row.completed is not None and row.completed <= time.last,
                )
            )
    return tuple(found)


def _at(times: Sequence[Stretched], day: date) -> int | None:
    return next((at for at, time in enumerate(times) if time.first <= day <= time.last), None)


def _paid(connection: Connection, times: Sequence[Stretched]) -> dict[tuple[str, int], int]:
    """Net payments by project and stretch."""
    wanted = (
        select(_MONTH.c.project, _MONTH.c.month, func.sum(_MONTH.c.amount_fen).label("fen"))
        .where(
            _MONTH.c.dimension == "line",
            _MONTH.c.kind == "pay",
            _MONTH.c.month >= times[0].first.replace(day=1),
            _MONTH.c.month <= times[-1].last,
        )
        .group_by(_MONTH.c.project, _MONTH.c.month)
    )
    found: dict[tuple[str, int], int] = {}
    known: dict[date, int | None] = {}
    for project, month, fen in connection.execute(wanted):
        if month not in known:
            known[month] = _at(times, max(month, times[0].first))
        at = known[month]
        if at is not None:
            found[project, at] = found.get((project, at), 0) + int(fen)
    return found


def _raised(connection: Connection, times: Sequence[Stretched]) -> Counter[tuple[str, int, str]]:
    """Warnings raised by project and stretch, all ('') and those that are red now or were when they closed."""
    begin_ms = to_ms(midnight(times[0].first))
    end_ms = to_ms(midnight(times[-1].last + timedelta(days=1)))
    wanted = select(_WARNING.c.project, _WARNING.c.level, _WARNING.c.raised_at).where(
        _WARNING.c.state != "withdrawn", _WARNING.c.raised_at >= begin_ms, _WARNING.c.raised_at < end_ms
    )
    found: Counter[tuple[str, int, str]] = Counter()
    for row in connection.execute(wanted):
        at = _at(times, district_day(from_ms(row.raised_at)))
        if at is not None:
            found[row.project, at, ""] += 1
            found[row.project, at, "red"] += row.level == "red"
    return found
