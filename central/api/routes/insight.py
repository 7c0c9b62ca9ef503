"""Insight: comparison, correlation, causes, stages, priorities, returns, pivots, use. Every number with its n."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.acting import Day
from central.api.delay_schemas import Approvals, Bottlenecks, Causes, Cohorts
from central.api.errors import InvalidError
from central.api.insight_schemas import Comparison, Correlation, MeasureCode, PlaceKind, Priorities, Returns, SideBySide
from central.api.pivot_schemas import DimensionCode, FigureCode, PivotShown
from central.api.practice_schemas import Name
from central.api.services import Db, Given, Services
from central.api.use_schemas import Use
from central.api.views.insight import (
    comparison_shown,
    correlation_shown,
    priorities_shown,
    returns_shown,
    side_by_side_shown,
)
from central.api.views.insight_stages import (
    bottleneck_shown,
    causes_group,
    cohort_shown,
    key_name,
    pivot_shown,
    step_shown,
    use_shown,
)
from central.api.views.seats import units_of, visible_projects
from central.domain import Text
from central.insight.approval import step_times
from central.insight.bottleneck import bottleneck, over_time, spans
from central.insight.causes import by_cause, grouped
from central.insight.cohort import cohorts
from central.insight.compare import own_history
from central.insight.horizontal import side_by_side
from central.insight.pivot import FIGURES, Pivot, csv_of, pivot
from central.insight.priority import priorities
from central.insight.project import MEASURES, ProjectRow, kind_name
from central.insight.returns import returned, returns_by_sector
from central.insight.use import use_by_unit
from central.plan.calendar import midnight
from central.scoring.period import period_with
from central.store.instants import district_day, to_ms
from central.store.read_insight import month_points, practices, project_rows, sector_names, standing_at
from central.store.read_insight_acts import acts_of_units, asked_rows, case_rows
from central.store.read_insight_pivot import STRETCHES_MAX, pivot_facts, stretches

router = APIRouter(prefix="/insight", tags=["insight"])
Reader = Annotated[Access, allow("read_insight")]
HISTORY_MONTHS = 36
SPAN_DAYS_MAX = 3660
LINES_MAX = 5000
PAGE_MAX = 200
Wanted = Annotated[list[Name], Query(max_length=50)]
Stretch = Literal["", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Projects that are wanted; empty = all. What the caller may not see is not there."""

    unit: tuple[str, ...]
    street: tuple[str, ...]
    kind: tuple[str, ...]
    sector: tuple[str, ...]

    def passes(self, row: ProjectRow) -> bool:
        """Whether a project is wanted."""
        sought = ((self.unit, row.unit), (self.street, row.street), (self.kind, row.kind), (self.sector, row.sector))
        return all(not names or name in names for names, name in sought)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A stretch of days, both included."""

    since: date
    until: date

    @property
    def since_ms(self) -> int:
        """Its first midnight."""
        return to_ms(midnight(self.since))

    @property
    def until_ms(self) -> int:
        """The midnight after it."""
        return to_ms(midnight(self.until + timedelta(days=1)))


def _filter(unit: Wanted = [], street: Wanted = [], kind: Wanted = [], sector: Wanted = []) -> RowFilter:  # noqa: B006 -- FastAPI copies them
    return RowFilter(unit=tuple(unit), street=tuple(street), kind=tuple(kind), sector=tuple(sector))


def _days(services: Given, since: Day | None = None, until: Day | None = None) -> Days:
    """A year back from today unless told."""
    last = until or district_day(services.clock())
    first = since or last - timedelta(days=364)
    if not 0 <= (last - first).days <= SPAN_DAYS_MAX:
        raise InvalidError(
            f"period {first} to {last}", where="query.since", expected=f"0 to {SPAN_DAYS_MAX} days, since before until"
        )
    return Days(since=first, until=last)


Filtered = Annotated[RowFilter, Depends(_filter)]
Between = Annotated[Days, Depends(_days)]


def _rows(connection: Connection, services: Services, access: Access, wanted: RowFilter) -> list[ProjectRow]:
    """The caller's projects that pass, as they stand now."""
    visible = visible_projects(connection, access)
    rows = project_rows(connection, at_ms=to_ms(services.clock()), projects=visible)
    return [row for row in rows if wanted.passes(row)]


@router.get("/projects/{project_id}/comparison", operation_id="getComparison", response_model=Comparison)
def comparison(project_id: str, access: Reader, services: Given, session: Db) -> Comparison:
    """A project beside like ones in other areas (same kind and scale) and beside its own months."""
    connection, at_ms = session.connection(), to_ms(services.clock())
    rows = project_rows(connection, at_ms=at_ms)
    history = own_history(month_points(connection, project_id, at_ms=at_ms, months=HISTORY_MONTHS))
    visible = visible_projects(connection, access)
    one = next(row for row in rows if row.id == project_id)
    stood = standing_at(connection, at_ms=at_ms, projects=[project_id]).get(project_id)
    return comparison_shown(one, rows, history, stood=stood, visible=None if visible is None else set(visible))


@router.get("/side-by-side", operation_id="getSideBySide", response_model=SideBySide)
def places(
    access: Reader,
    services: Given,
    session: Db,
    wanted: Filtered,
    *,
    measure: MeasureCode = "build_days",
    place: PlaceKind = "street",
) -> SideBySide:
    """Places beside each other within one kind of project, controlled by scale; others' lines are for the district."""
    connection = session.connection()
    every = [row for row in project_rows(connection, at_ms=to_ms(services.clock())) if wanted.passes(row)]

    def name(row: ProjectRow) -> str:
        return row.unit if place == "unit" else row.street

    found = side_by_side(every, MEASURES[measure], place=name, practices=practices(connection, place_kind=place))
    visible = visible_projects(connection, access)
    mine = None if visible is None else {name(row) for row in every if row.id in set(visible)}
    return side_by_side_shown(found, MEASURES[measure], visible=None if visible is None else set(visible), places=mine)


@router.get("/correlation", operation_id="getCorrelation", response_model=Correlation)
def correlation(
    access: Reader,
    services: Given,
    session: Db,
    wanted: Filtered,
    *,
    x: MeasureCode = "intensity_fen",
    y: MeasureCode = "score_milli",
) -> Correlation:
    """How two measures go together over the caller's projects; refused under eight."""
    rows = _rows(session.connection(), services, access, wanted)
    return correlation_shown(rows, MEASURES[x], MEASURES[y])


@router.get("/causes", operation_id="getCauseStatistics", response_model=Causes)
def causes(
    access: Reader, session: Db, between: Between, by: Annotated[Literal["kind", "unit"], Query()] = "kind"
) -> Causes:
    """Causes of the cases that were opened in these days: how many, how long they took."""
    connection = session.connection()
    rows = case_rows(
        connection,
        since_ms=between.since_ms,
        until_ms=between.until_ms,
        projects=visible_projects(connection, access),
    )
    groups = grouped(rows, by=(lambda row: row.kind) if by == "kind" else (lambda row: row.unit))
    return Causes(
        since=between.since,
        until=between.until,
        all=causes_group(by_cause(rows), name=lambda _: Text(zh="全部", en="all")),
        groups=[causes_group(one, name=kind_name) for one in groups],
    )


@router.get("/bottlenecks", operation_id="getBottlenecks", response_model=Bottlenecks)
def bottlenecks(
    access: Reader,
    services: Given,
    session: Db,
    wanted: Filtered,
    by: Annotated[Literal["quarter", "year"], Query()] = "year",
) -> Bottlenecks:
    """Which stage loses the most days beyond its plan, in all and over time."""
    of = [span for row in _rows(session.connection(), services, access, wanted) for span in spans(row)]
    times = over_time(of, period=lambda day: period_with(day, by).name)
    return Bottlenecks(all=bottleneck_shown(bottleneck(of)), over_time=[bottleneck_shown(one) for one in times])


@router.get("/cohorts", operation_id="getCohorts", response_model=Cohorts)
def kinds(access: Reader, services: Given, session: Db, wanted: Filtered) -> Cohorts:
    """Every kind of project: how long, stage by stage, beside other kinds."""
    rows = _rows(session.connection(), services, access, wanted)
    return Cohorts(cohorts=[cohort_shown(one) for one in cohorts(rows)])


@router.get("/approvals", operation_id="getApprovalTimes", response_model=Approvals)
def approvals(access: Reader, services: Given, session: Db, between: Between) -> Approvals:
    """Median hours of each step of approval that was asked for in these days."""
    connection = session.connection()
    asked = asked_rows(
        connection,
        since_ms=between.since_ms,
        until_ms=between.until_ms,
        projects=visible_projects(connection, access),
    )
    steps = [step_shown(one) for one in step_times(asked, now_ms=to_ms(services.wall()))]
    return Approvals(since=between.since, until=between.until, steps=steps)


@router.get("/priorities", operation_id="getPriorities", response_model=Priorities)
def urgent(
    access: Reader,
    services: Given,
    session: Db,
    wanted: Filtered,
    *,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Priorities:
    """Which projects to help first, with the factors: risk x value x reversibility."""
    rows = _rows(session.connection(), services, access, wanted)
    found = priorities(rows, today=district_day(services.clock()))
    return priorities_shown(rows, found, limit=limit, offset=offset)


@router.get("/returns", operation_id="getReturns", response_model=Returns)
def benefit(access: Reader, services: Given, session: Db, wanted: Filtered) -> Returns:
    """Return by sector with spread and interval, and what that would advise."""
    connection = session.connection()
    rows = _rows(connection, services, access, wanted)
    return returns_shown(returns_by_sector(returned(rows)), sector_names(connection))


def _pivot(
    access: Reader,
    services: Given,
    session: Db,
    *,
    wanted: Filtered,
    between: Between,
    by: Annotated[list[DimensionCode], Query(max_length=6)] = ["unit"],  # noqa: B006 -- FastAPI copies it
    stretch: Stretch = "",
    figures: Annotated[list[FigureCode], Query(max_length=9)] = [],  # noqa: B006
) -> Pivot:
    """Figures of the caller's projects; refused when it would be more lines than anybody reads."""
    times = stretches(between.since, between.until, stretch)
    if len(times) > STRETCHES_MAX:
        raise InvalidError(
            f"{len(times)} stretches of time", where="query.stretch", expected=f"at most {STRETCHES_MAX}"
        )
    connection = session.connection()
    facts = pivot_facts(
        connection, times, now_ms=to_ms(services.clock()), projects=visible_projects(connection, access)
    )
    sought = [
        fact
        for fact in facts
        if (not wanted.unit or fact.unit in wanted.unit)
        and (not wanted.street or fact.street in wanted.street)
        and (not wanted.kind or fact.kind in wanted.kind)
        and (not wanted.sector or fact.sector in wanted.sector)
    ]
    found = pivot(sought, by=tuple(dict.fromkeys(by)), figures=tuple(dict.fromkeys(figures)) or tuple(FIGURES))
    if len(found.lines) > LINES_MAX:
        raise InvalidError(
            f"{len(found.lines)} lines", where="query.by", expected=f"at most {LINES_MAX}: fewer dimensions or a filter"
        )
    return found


Pivoted = Annotated[Pivot, Depends(_pivot)]


@router.get("/pivot", operation_id="getPivot", response_model=PivotShown)
def table(access: Reader, session: Db, found: Pivoted) -> PivotShown:
    """Figures by department, time and type in any combination."""
    return pivot_shown(found, sector_names(session.connection()))


@router.get(
    "/pivot.csv",
    operation_id="exportPivot",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export(access: Reader, session: Db, found: Pivoted, lang: Literal["zh", "en"] = "zh") -> Response:
    """The same rows and figures as a file."""
    names = sector_names(session.connection())
    content = csv_of(found, lang, spelled=lambda dimension, key: key_name(dimension, key, names))
    told = {"Content-Disposition": 'attachment; filename="pivot.csv"'}
    return Response(f"\ufeff{content}".encode(), media_type="text/csv; charset=utf-8", headers=told)


@router.get("/use", operation_id="getUse", response_model=Use)
def used(access: Reader, session: Db, between: Between) -> Use:
    """Pages looked at and decisions taken beside entries made, by unit; a caller of units sees these."""
    acts = acts_of_units(session.connection(), first=between.since, last=between.until)
    mine = set(units_of(access))
    seen = [act for act in acts if access.everywhere or act.unit in mine]
    return use_shown(use_by_unit(seen), since=between.since, until=between.until)
