"""Facts about the life and progress of many projects at once, as they were at the end of a period."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, select

from central.rules.evidence import NAME as EVIDENCE
from central.rules.ladder import DEFAULT
from central.scoring.facts import Days, Life, Seen, Standing
from central.store import tables
from central.store.instants import from_ms
from central.store.judged_plans import plans_of
from central.store.sourced_mending import Window, warned_days
from central.store.upsert import table_of

SCHEDULE_RULES = ("schedule_gap", "time_lag")
_DAY_MS, _DISTRICT_MS = 86_400_000, 8 * 3_600_000
_PROJECT, _JUDGED, _PAUSE = (
    table_of(tables.Project),
    table_of(tables.JudgedPlan),
    table_of(tables.PauseRequest),
)
_EVENT, _DEVIATION = table_of(tables.LifeEventRow), table_of(tables.DeviationRow)
_PROGRESS, _OBSERVATION = table_of(tables.ProgressState), table_of(tables.Observation)


def lives_of(connection: Connection, projects: Sequence[str], window: Window, *, known_ms: int) -> dict[str, Life]:
    """Days of each project by the plan in force at the end of the window, approved standstills in it, and what had
    happened of it by then. A project whose first plan came later has the days of that one."""
    noted = _noted(connection, projects, window, known_ms=known_ms)
    moved = _moved(connection, projects, window)
    found = {}
    for row in connection.execute(select(_PROJECT).where(_PROJECT.c.id.in_(projects))):
        planned = moved.get(row.id)
        happened = noted.get(row.id, {})
        found[row.id] = Life(
            start=planned.start if planned else row.start,
            finish=planned.finish if planned else row.finish,
            started=happened.get("started"),
            completed=happened.get("completed"),
            budget_fen=planned.budget_fen if planned else row.budget_fen,
        )
    return found


def _noted(
    connection: Connection, projects: Sequence[str], window: Window, *, known_ms: int
) -> dict[str, dict[str, date]]:
    """Start and completion in force, left out when they came after the window."""
    rows = connection.execute(
        select(_EVENT.c.project, _EVENT.c.kind, _EVENT.c.day)
        .where(
            _EVENT.c.project.in_(projects),
            _EVENT.c.kind.in_(("started", "completed")),
            _EVENT.c.noted_at <= known_ms,
        )
        .order_by(_EVENT.c.noted_at, _EVENT.c.id)
    )
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for project, kind, day in rows:
        found[project][kind] = day
    return {
        project: {kind: day for kind, day in days.items() if day <= window.through} for project, days in found.items()
    }


def _moved(connection: Connection, projects: Sequence[str], window: Window) -> dict[str, Any]:
    """Plans of projects whose newest version is not the one in force at the end of the window, or that stood still."""
    newest = (
        select(_JUDGED.c.project)
        .join(_PROJECT, and_(_PROJECT.c.id == _JUDGED.c.project, _PROJECT.c.plan_version == _JUDGED.c.version))
        .where(_JUDGED.c.project.in_(projects), _JUDGED.c.since_at > window.end_ms)
    )
    still = select(_PAUSE.c.project).where(_PAUSE.c.project.in_(projects), _PAUSE.c.state == "approved")
    found: dict[str, Any] = {}
    for project in sorted({*connection.execute(newest).scalars(), *connection.execute(still).scalars()}):
        plans = plans_of(connection, project)
        end = from_ms(window.end_ms)
        in_force = [plan for plan in plans if plan.since <= end] or list(plans[:1])
        if in_force:
            found[project] = in_force[-1].project
    return found


def standings_of(connection: Connection, projects: Sequence[str], window: Window) -> dict[str, Standing]:
    """The last judgement of each project up to the end of the window (its midnight included)."""
    inner = _DEVIATION.alias()
    newest = (
        select(func.max(inner.c.as_of_at))
        .where(
            inner.c.subject_kind == "project",
            inner.c.subject == _PROJECT.c.id,
            inner.c.as_of_at <= window.end_ms,
        )
        .scalar_subquery()
    )
    same = and_(_PROGRESS.c.subject == _DEVIATION.c.subject, _PROGRESS.c.as_of_at == _DEVIATION.c.as_of_at)
    last = and_(
        _DEVIATION.c.subject_kind == "project", _DEVIATION.c.subject == _PROJECT.c.id, _DEVIATION.c.as_of_at == newest
    )
    rows = connection.execute(
        select(_DEVIATION, _PROGRESS.c.last_seen_at)
        .select_from(_PROJECT.join(_DEVIATION, last).outerjoin(_PROGRESS, same))
        .where(_PROJECT.c.id.in_(projects))
    )
    return {row.subject: _standing(row) for row in rows}


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        seen=row.last_seen_at is not None,
        plan_bp=row.plan_bp,
        actual_bp=row.actual_bp,
        lag_cdays=row.lag_cdays,
        spi_t_bp=row.spi_t_bp,
        pay_gap_bp=row.pay_gap_bp,
        refs=tuple(json.loads(row.refs)),
    )


def days_of(
    connection: Connection, projects: Sequence[str], window: Window, *, lives: Mapping[str, Life]
) -> dict[str, Days]:
    """How many days of the window each project ran, was warned of, was judged at the end of, and was well seen."""
    judged = _judged_days(connection, projects, window)
    warned = warned_days(connection, SCHEDULE_RULES, window)
    found = {}
    for project, life in lives.items():
        first = max(window.first, life.start)
        last = min(window.through, life.completed or window.through)
        ran = max(0, (last - first).days + 1)
        open_days, refs = warned.get(project, (frozenset(), ()))
        inside = sum(first <= day <= last for day in open_days)
        counted, evident = judged.get(project, (0, 0))
        found[project] = Days(ran=ran, warned=inside, judged=counted, evident=evident, warnings=refs if inside else ())
    return found


def _judged_days(connection: Connection, projects: Sequence[str], window: Window) -> dict[str, tuple[int, int]]:
    """Midnights at which a project was judged, and of those with sufficient evidence by the default ladder."""
    least = DEFAULT.ladder(EVIDENCE).numbers
    well = and_(_DEVIATION.c.coverage_bp >= least["coverage_min_bp"], _DEVIATION.c.sigma_bp <= least["sigma_max_bp"])
    rows = connection.execute(
        select(_DEVIATION.c.subject, func.count(), func.sum(case((well, 1), else_=0)))
        .where(
            _DEVIATION.c.subject_kind == "project",
            _DEVIATION.c.subject.in_(projects),
            _DEVIATION.c.as_of_at > window.begin_ms,
            _DEVIATION.c.as_of_at <= window.end_ms,
            (_DEVIATION.c.as_of_at + _DISTRICT_MS) % _DAY_MS == 0,
        )
        .group_by(_DEVIATION.c.subject)
    )
    return {subject: (int(count), int(evident)) for subject, count, evident in rows}


def seen_of(connection: Connection, projects: Sequence[str], window: Window) -> dict[str, Seen]:
    """Observations of the window by devices (cameras), and all, by project."""
    automatic = case((_OBSERVATION.c.kind == "camera", 1), else_=0)
    rows = connection.execute(
        select(_OBSERVATION.c.project, func.sum(automatic), func.count())
        .where(
            _OBSERVATION.c.project.in_(projects),
            _OBSERVATION.c.observed_at >= window.begin_ms,
            _OBSERVATION.c.observed_at < window.end_ms,
        )
        .group_by(_OBSERVATION.c.project)
    )
    return {project: Seen(automatic=int(by_devices), every=int(every)) for project, by_devices, every in rows}
