"""Reads what reports are made of at the end of a period, and the reports that were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select
from sqlalchemy.sql.elements import ClauseElement

from central.domain import MoneyStanding
from central.money.fold import MoneyFold
from central.plan.calendar import calendar_of, midnight
from central.plan.planned import project_curve
from central.report.execution import Executed, months_of_year
from central.store import tables
from central.store.instants import to_ms
from central.store.load_project import load_project
from central.store.read_ledger import entries_of
from central.store.read_organised import estimate_of
from central.store.upsert import table_of

_PROJECT, _DEVIATION, _PROGRESS = (
    table_of(tables.Project),
    table_of(tables.DeviationRow),
    table_of(tables.ProgressState),
)
_WARNING, _REPORT, _FILE = table_of(tables.PlanWarning), table_of(tables.Report), table_of(tables.ReportFile)
_BRIEF = [column for column in _REPORT.c if column.name != "content"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningCount:
    """Of a period: warnings raised in it, closed in it, and open at its end."""

    raised: int
    closed: int
    open_at_end: int


def end_of(last: date) -> datetime:
    """The instant at which a period's last day ends."""
    return midnight(last + timedelta(days=1))


def executed_at(connection: Connection, last: date, *, unit: str | None = None) -> tuple[Executed, ...]:
    """Every project (of a unit) that is due to have begun, at the end of a day."""
    wanted = select(_PROJECT).where(_PROJECT.c.start <= last).order_by(_PROJECT.c.id)
    projects = connection.execute(wanted if unit is None else wanted.where(_PROJECT.c.unit_zh == unit)).all()
    judged = _judged(connection, [row.id for row in projects], before_ms=to_ms(end_of(last)))
    return tuple(_executed(connection, row, judged.get(row.id), last) for row in projects)


def warning_count(connection: Connection, *, first: date, last: date, unit: str | None = None) -> WarningCount:
    """How many warnings came, went and stayed; withdrawn ones never were."""
    begin_ms, end_ms = to_ms(midnight(first)), to_ms(end_of(last))
    raised, closed = _WARNING.c.raised_at, _WARNING.c.closed_at
    mine: list[ColumnElement[bool]] = [_WARNING.c.state != "withdrawn"]
    if unit is not None:
        mine.append(_WARNING.c.project.in_(select(_PROJECT.c.id).where(_PROJECT.c.unit_zh == unit)))

    def count(*where: ColumnElement[bool]) -> int:
        return int(connection.execute(select(func.count()).select_from(_WARNING).where(*mine, *where)).scalar_one())

    return WarningCount(
        raised=count(raised >= begin_ms, raised < end_ms),
        closed=count(closed >= begin_ms, closed < end_ms),
        open_at_end=count(raised < end_ms, or_(closed.is_(None), closed >= end_ms)),
    )


def frozen_report(connection: Connection, *, kind: str, about: str, period: date) -> Row[Any] | None:
    """The report of a period, if it was made."""
    same = and_(_REPORT.c.kind == kind, _REPORT.c.about == about, _REPORT.c.period == period)
    return connection.execute(select(_REPORT).where(same).order_by(_REPORT.c.id).limit(1)).first()


def report_with(connection: Connection, *, sha256: str) -> Row[Any] | None:
    """The report of a content, if it was made."""
    return connection.execute(select(_REPORT).where(_REPORT.c.sha256 == sha256)).first()


def report_of(connection: Connection, number: int) -> Row[Any] | None:
    """One report with its content."""
    return connection.execute(select(_REPORT).where(_REPORT.c.id == number)).first()


def reports_before(
    connection: Connection, *, before: int | None, limit: int, kind: str | None, within: ClauseElement | None
) -> Sequence[Row[Any]]:
    """Reports numbered under `before` without their contents, newest first; `within` narrows to what may be seen."""
    wanted = select(*_BRIEF).order_by(_REPORT.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(_REPORT.c.id < before)
    if kind is not None:
        wanted = wanted.where(_REPORT.c.kind == kind)
    return connection.execute(wanted if within is None else wanted.where(within)).all()  # type: ignore[arg-type]


def of_places(projects: Sequence[str], units: Sequence[str]) -> ClauseElement:
    """Reports about one of these projects, or of one of these units."""
    return or_(_REPORT.c.project.in_(projects), and_(_REPORT.c.project.is_(None), _REPORT.c.unit.in_(units)))


def file_of(connection: Connection, number: int, *, language: str, format_: str) -> Row[Any] | None:
    """A document of a report, if it was rendered."""
    same = (_FILE.c.report == number, _FILE.c.language == language, _FILE.c.format == format_)
    return connection.execute(select(_FILE).where(*same)).first()


def files_of(connection: Connection, number: int) -> Sequence[Row[Any]]:
    """Language, format and digest of every document of a report."""
    columns = (_FILE.c.language, _FILE.c.format, _FILE.c.sha256)
    return connection.execute(
        select(*columns).where(_FILE.c.report == number).order_by(_FILE.c.language, _FILE.c.format)
    ).all()


def begun_by(connection: Connection, day: date) -> bool:
    """Whether a project was due to begin before a day."""
    return connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.start < day).limit(1)).first() is not None


def units_of_district(connection: Connection) -> list[str]:
    """Names of the units that have a project."""
    return list(connection.execute(select(_PROJECT.c.unit_zh).distinct().order_by(_PROJECT.c.unit_zh)).scalars())


def _judged(connection: Connection, projects: Sequence[str], *, before_ms: int) -> dict[str, Row[Any]]:
    """The last deviation of each project before an instant (its midnight included), with when it was last seen."""
    newest = (
        select(_DEVIATION.c.subject, func.max(_DEVIATION.c.as_of_at).label("at"))
        .where(
            _DEVIATION.c.subject_kind == "project",
            _DEVIATION.c.project.in_(projects),
            _DEVIATION.c.as_of_at <= before_ms,
        )
        .group_by(_DEVIATION.c.subject)
        .subquery()
    )
    rows = connection.execute(
        select(_DEVIATION, _PROGRESS.c.last_seen_at)
        .join(newest, and_(_DEVIATION.c.subject == newest.c.subject, _DEVIATION.c.as_of_at == newest.c.at))
        .outerjoin(
            _PROGRESS,
            and_(_PROGRESS.c.subject == _DEVIATION.c.subject, _PROGRESS.c.as_of_at == _DEVIATION.c.as_of_at),
        )
        .where(_DEVIATION.c.subject_kind == "project")
    )
    return {row.subject: row for row in rows}


def _executed(connection: Connection, project: Row[Any], judged: Row[Any] | None, last: date) -> Executed:
    money = _money(connection, project, last)
    elapsed, months = months_of_year(project.start, project.finish, last)
    return Executed(
        project=project.id,
        zh=project.name_zh,
        en=project.name_en,
        unit=project.unit_zh,
        contract_fen=project.contract_fen,
        plan_bp=judged.plan_bp if judged else _planned_bp(connection, project.id, last),
        actual_bp=judged.actual_bp if judged and judged.last_seen_at is not None else None,
        budget_fen=money.budget_fen if money else project.budget_fen,
        spent_fen=money.paid_fen if money else None,
        year_budget_fen=money.year_budget_fen if money else 0,
        year_paid_fen=money.year_paid_fen if money else 0,
        elapsed=elapsed,
        months=months,
        spi_t_bp=judged.spi_t_bp if judged else None,
    )


def _planned_bp(connection: Connection, project: str, last: date) -> int | None:
    """What the plan asks for at the end of a day, of a project that was never judged."""
    planned = load_project(connection, project)
    if planned is None:
        return None
    calendar = calendar_of(planned)
    return project_curve(planned, calendar).bp_at(calendar.effective_s(end_of(last)))


def _money(connection: Connection, project: Row[Any], last: date) -> MoneyStanding | None:
    """What the ledger says at the end of a day; None while it says nothing."""
    entries = [entry for entry in entries_of(connection, project.id) if entry.day <= last]
    if not entries:
        return None
    fold = MoneyFold(project.budget_fen, estimate_of(connection, project.id))
    fold.take(entries)
    return fold.standing(last)
