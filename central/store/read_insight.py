"""Reads projects as insight sees them: every project in a fixed number of queries, as of an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from central.domain import Level, Text
from central.insight.compare import MonthPoint
from central.insight.project import ProjectRow, StageDay
from central.lifecycle.stages import STAGE_NAMES
from central.plan.calendar import midnight
from central.scoring.indicator import IndicatorSet
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_indicators import sectors, sets_in_force
from central.store.upsert import table_of

_PROJECT, _DECISION = table_of(tables.Project), table_of(tables.PlanDecision)
_LIFE, _ACT, _STAGE_PLAN = table_of(tables.LifeEventRow), table_of(tables.StageAct), table_of(tables.StagePlan)
_DEVIATION, _PROGRESS = table_of(tables.DeviationRow), table_of(tables.ProgressState)
_WARNING, _SCORE, _MONTH = table_of(tables.PlanWarning), table_of(tables.Score), table_of(tables.FundMonth)
_CLASS, _TAG, _BENEFIT = table_of(tables.ProjectClass), table_of(tables.ProcessTag), table_of(tables.BenefitRecord)
_LEVELS: tuple[Level, ...] = ("blue", "yellow", "red")
_ENDS = ("completed", "accepted")
_STOOD = (
    "plan_bp", "actual_bp", "gap_bp", "lag_cdays", "spi_t_bp", "forecast", "forecast_low", "forecast_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """Where a project stood: `actual_bp` and what follows of it None = never observed by then."""

    plan_bp: int
    actual_bp: int | None
    gap_bp: int | None
    lag_cdays: int | None
    spi_t_bp: int | None
    forecast: date | None = None
    forecast_low: date | None = None
    forecast_high: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classed:
    """What was said of a project; '' = nothing."""

    kind: str
    sector: str


def project_rows(
    connection: Connection, *, at_ms: int, projects: Sequence[str] | None = None
) -> tuple[ProjectRow, ...]:
    """These projects (None = all) by id, as of an instant: what happened by then, as it is known now.

    Money is whole months: that of the instant's month is in it.
    """
    day = district_day(from_ms(at_ms))
    wanted = select(_PROJECT).order_by(_PROJECT.c.id)
    found = connection.execute(wanted if projects is None else wanted.where(_PROJECT.c.id.in_(projects))).all()
    ids = None if projects is None else [row.id for row in found]
    delays = _delays(connection, ids)
    life, acts, plans = _life(connection, ids, day), _acts(connection, ids, day), _stage_plans(connection, ids)
    stood, levels = standing_at(connection, at_ms=at_ms, projects=ids), _levels(connection, ids, at_ms)
    scores, paid = _scores(connection, ids, day), _paid(connection, ids, day)
    classes, benefits = classes_of(connection, ids), _benefits(connection, ids, day)
    scored_as, only = sets_in_force(connection, kind="project", day=day), _by_work_type(connection)
    return tuple(
        _row(
            row,
            life=life.get(row.id, {}),
            stages=_stages(acts.get(row.id, {}), plans.get(row.id, {})),
            stood=stood.get(row.id),
            level=levels.get(row.id),
            score=scores.get(row.id),
            spent_fen=paid.get(row.id),
            benefit_fen=benefits.get(row.id),
            delay_days=delays.get(row.id, 0),
            classed=_classed(row, classes.get(row.id), scored_as.get(row.id), only),
        )
        for row in found
    )


def classes_of(connection: Connection, projects: Sequence[str] | None = None) -> dict[str, Classed]:
    """What was said last of each project."""
    rows = connection.execute(select(_CLASS).where(*_of(_CLASS.c.project, projects)).order_by(_CLASS.c.id))
    return {row.project: Classed(kind=row.kind, sector=row.sector) for row in rows}


def practices(connection: Connection, *, place_kind: str) -> dict[tuple[str, str], Text]:
    """How places go about kinds of projects, by (place, kind); what was ended is left out."""
    rows = connection.execute(select(_TAG).where(_TAG.c.place_kind == place_kind).order_by(_TAG.c.id))
    newest = {(row.place, row.kind): Text(zh=row.name_zh, en=row.name_en) for row in rows}
    return {key: name for key, name in newest.items() if name.zh}


def benefits_of(connection: Connection, project: str) -> list[Row[Any]]:
    """Every assessment of what a project brought, oldest first; the newest of a year is in force."""
    return list(connection.execute(select(_BENEFIT).where(_BENEFIT.c.project == project).order_by(_BENEFIT.c.id)))


def month_points(connection: Connection, project: str, *, at_ms: int, months: int) -> tuple[MonthPoint, ...]:
    """Where a project stood at the end of each of the last months, the running one at the instant; oldest first."""
    day = district_day(from_ms(at_ms))
    found = []
    for back in range(months):
        index = day.year * 12 + day.month - 1 - back
        first = date(index // 12, index % 12 + 1, 1)
        end_ms = min(to_ms(midnight((first + timedelta(days=31)).replace(day=1))), at_ms)
        newest = (
            select(_DEVIATION)
            .where(
                _DEVIATION.c.subject_kind == "project",
                _DEVIATION.c.subject == project,
                _DEVIATION.c.as_of_at <= end_ms,
                _DEVIATION.c.as_of_at > to_ms(midnight(first)),
            )
            .order_by(_DEVIATION.c.as_of_at.desc())
            .limit(1)
        )
        row = connection.execute(newest).first()
        if row is not None:
            found.append(
                MonthPoint(
                    month=first, plan_bp=row.plan_bp, actual_bp=row.actual_bp, gap_bp=row.gap_bp, spi_t_bp=row.spi_t_bp
                )
            )
    return tuple(found[::-1])


def sector_names(connection: Connection) -> Mapping[str, Text]:
    """The sectors of the library by code."""
    return {code: sector.name for code, sector in sectors(connection).items()}


def _of(column: ColumnElement[str], projects: Sequence[str] | None) -> tuple[ColumnElement[bool], ...]:
    return () if projects is None else (column.in_(projects),)


def _delays(connection: Connection, projects: Sequence[str] | None) -> dict[str, int]:
    """Days by which the plan in force ends later than the first one."""
    same = and_(_DECISION.c.project == _PROJECT.c.id, _DECISION.c.version == _PROJECT.c.plan_version)
    wanted = select(_DECISION.c.project, _DECISION.c.delay_days).join(_PROJECT, same)
    return {row.project: row.delay_days for row in connection.execute(wanted.where(*_of(_PROJECT.c.id, projects)))}


def _life(connection: Connection, projects: Sequence[str] | None, day: date) -> dict[str, dict[str, date]]:
    """The day in force of `started` and `completed`, where it has come."""
    wanted = select(_LIFE).where(_LIFE.c.kind.in_(("started", "completed")), *_of(_LIFE.c.project, projects))
    found: dict[str, dict[str, date]] = {}
    for row in connection.execute(wanted.order_by(_LIFE.c.noted_at, _LIFE.c.id)):
        found.setdefault(row.project, {})[row.kind] = row.day
    return {project: {kind: at for kind, at in days.items() if at <= day} for project, days in found.items()}


def _acts(connection: Connection, projects: Sequence[str] | None, day: date) -> dict[str, dict[str, date]]:
    """The day of each stage that was approved, by project and stage."""
    wanted = select(_ACT.c.project, _ACT.c.stage, _ACT.c.actual_on).where(
        _ACT.c.state == "approved", _ACT.c.actual_on <= day, *_of(_ACT.c.project, projects)
    )
    return _by_stage((row.project, row.stage, row.actual_on) for row in connection.execute(wanted.order_by(_ACT.c.id)))


def _stage_plans(connection: Connection, projects: Sequence[str] | None) -> dict[str, dict[str, date]]:
    wanted = select(_STAGE_PLAN.c.project, _STAGE_PLAN.c.stage, _STAGE_PLAN.c.planned_on).where(
        *_of(_STAGE_PLAN.c.project, projects)
    )
    rows = connection.execute(wanted.order_by(_STAGE_PLAN.c.id))
    return _by_stage((row.project, row.stage, row.planned_on) for row in rows)


def _by_stage(rows: Iterable[tuple[str, str, date]]) -> dict[str, dict[str, date]]:
    found: dict[str, dict[str, date]] = {}
    for project, stage, day in rows:
        found.setdefault(project, {})[stage] = day
    return found


def _stages(acts: Mapping[str, date], plans: Mapping[str, date]) -> tuple[StageDay, ...]:
    return tuple(
        StageDay(stage=stage, planned_on=plans.get(stage), actual_on=acts.get(stage))
        for stage in STAGE_NAMES
        if stage in acts or stage in plans
    )


def standing_at(connection: Connection, *, at_ms: int, projects: Sequence[str] | None = None) -> dict[str, Stood]:
    """Where each of these projects (None = all) stood at an instant; who was never judged by then is left out."""
    other = _DEVIATION.alias()
    last = (
        select(func.max(other.c.as_of_at))
        .where(other.c.subject_kind == "project", other.c.subject == _PROJECT.c.id, other.c.as_of_at <= at_ms)
        .correlate(_PROJECT)
        .scalar_subquery()
    )
    # by itself SQLite would walk every deviation and ask of each whether it is the newest: a hundred times slower
    newest = (
        select(_PROJECT.c.id, last.label("at"))
        .where(*_of(_PROJECT.c.id, projects))
        .cte("newest")
        .prefix_with("MATERIALIZED")
    )
    columns = tuple(_DEVIATION.c[name] for name in ("subject", *_STOOD))
    same = and_(
        _DEVIATION.c.subject_kind == "project",
        _DEVIATION.c.subject == newest.c.id,
        _DEVIATION.c.as_of_at == newest.c.at,
    )
    seen = and_(_PROGRESS.c.subject == _DEVIATION.c.subject, _PROGRESS.c.as_of_at == _DEVIATION.c.as_of_at)
    wanted = select(*columns, _PROGRESS.c.last_seen_at).select_from(
        newest.join(_DEVIATION, same).outerjoin(_PROGRESS, seen)
    )
    return {row.subject: _stood(row) for row in connection.execute(wanted)}


def _stood(row: Row[Any]) -> Stood:
    if row.last_seen_at is None:
        return Stood(plan_bp=row.plan_bp, actual_bp=None, gap_bp=None, lag_cdays=None, spi_t_bp=None)
    return Stood(**{name: getattr(row, name) for name in _STOOD})


def _levels(connection: Connection, projects: Sequence[str] | None, at_ms: int) -> dict[str, Level]:
    """The highest level of each project's warnings that were open then."""
    still = or_(_WARNING.c.closed_at.is_(None), _WARNING.c.closed_at > at_ms)
    wanted = select(_WARNING.c.project, _WARNING.c.level).where(
        _WARNING.c.state != "withdrawn", _WARNING.c.raised_at <= at_ms, still, *_of(_WARNING.c.project, projects)
    )
    found: dict[str, Level] = {}
    for project, level in connection.execute(wanted.distinct()):
        if project not in found or _LEVELS.index(level) > _LEVELS.index(found[project]):
            found[project] = level
    return found


def _scores(connection: Connection, projects: Sequence[str] | None, day: date) -> dict[str, int]:
    """The newest live score of each project by a day, thousandths of a point."""
    other = _SCORE.alias()
    last = (
        select(func.max(other.c.day))
        .where(
            other.c.subject_kind == "project",
            other.c.subject == _PROJECT.c.id,
            other.c.day <= day,
            other.c.total.is_not(None),
        )
        .correlate(_PROJECT)
        .scalar_subquery()
    )
    newest = (
        select(_PROJECT.c.id, last.label("day"))
        .where(*_of(_PROJECT.c.id, projects))
        .cte("newest")
        .prefix_with("MATERIALIZED")
    )
    same = and_(_SCORE.c.subject_kind == "project", _SCORE.c.subject == newest.c.id, _SCORE.c.day == newest.c.day)
    rows = connection.execute(select(_SCORE.c.subject, _SCORE.c.total).select_from(newest.join(_SCORE, same)))
    return {row.subject: round(row.total * 1000) for row in rows}


def _paid(connection: Connection, projects: Sequence[str] | None, day: date) -> dict[str, int]:
    """Net payments of each project that has a ledger, to the end of the day's month."""
    paid = func.sum(_MONTH.c.amount_fen).filter(_MONTH.c.kind == "pay")
    wanted = (
        select(_MONTH.c.project, func.coalesce(paid, 0).label("paid_fen"))
        .where(_MONTH.c.dimension == "line", _MONTH.c.month <= day.replace(day=1), *_of(_MONTH.c.project, projects))
        .group_by(_MONTH.c.project)
    )
    return {row.project: int(row.paid_fen) for row in connection.execute(wanted)}


def _benefits(connection: Connection, projects: Sequence[str] | None, day: date) -> dict[str, int]:
    """What each project brought to the end of the day's year: the newest assessment of each year."""
    wanted = select(_BENEFIT).where(_BENEFIT.c.year <= day.year, *_of(_BENEFIT.c.project, projects))
    found: dict[str, dict[int, int]] = {}
    for row in connection.execute(wanted.order_by(_BENEFIT.c.id)):
        found.setdefault(row.project, {})[row.year] = row.benefit_fen
    return {project: sum(years.values()) for project, years in found.items()}


def _by_work_type(connection: Connection) -> dict[str, str]:
    """The sector of each work type that only one sector has."""
    found: dict[str, list[str]] = {}
    for sector in sectors(connection).values():
        for work_type in sector.work_types:
            found.setdefault(work_type, []).append(sector.id)
    return {work_type: codes[0] for work_type, codes in found.items() if len(codes) == 1}


def _classed(row: Row[Any], said: Classed | None, scored_as: IndicatorSet | None, only: Mapping[str, str]) -> Classed:
    """What people said goes before the indicators in force, these before the only sector that has such works."""
    sector = (said.sector if said else "") or (scored_as.sector if scored_as else "") or only.get(row.work_type, "")
    return Classed(kind=(said.kind if said else "") or row.work_type, sector=sector)


def _row(
    row: Row[Any],
    *,
    life: Mapping[str, date],
    stages: tuple[StageDay, ...],
    stood: Stood | None,
    level: Level | None,
    score: int | None,
    spent_fen: int | None,
    benefit_fen: int | None,
    delay_days: int,
    classed: Classed,
) -> ProjectRow:
    passed = {one.stage: one.actual_on for one in stages if one.actual_on is not None}
    return ProjectRow(
        id=row.id,
        name=Text(zh=row.name_zh, en=row.name_en),
        work_type=row.work_type,
        kind=classed.kind,
        sector=classed.sector,
        unit=row.unit_zh,
        street=row.street_zh,
        contract_fen=row.contract_fen,
        budget_fen=row.budget_fen,
        start=row.start,
        planned_finish=row.finish - timedelta(days=delay_days),
        finish=row.finish,
        stages=stages,
        started=life.get("started") or passed.get("started"),
        completed=life.get("completed") or next((passed[stage] for stage in _ENDS if stage in passed), None),
        spent_fen=spent_fen,
        plan_bp=stood.plan_bp if stood else None,
        actual_bp=stood.actual_bp if stood else None,
        gap_bp=stood.gap_bp if stood else None,
        lag_cdays=stood.lag_cdays if stood else None,
        spi_t_bp=stood.spi_t_bp if stood else None,
        score_milli=score,
        level=level,
        benefit_fen=benefit_fen,
    )
