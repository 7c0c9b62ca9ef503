"""Planned and measured completion by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlmodel import Session

from central.api.errors import absent
from central.api.project_schemas import Curve, CurvePoint
from central.api.schemas import Named, Text
from central.domain import Building, Project
from central.plan.calendar import SiteCalendar, calendar_of
from central.plan.planned import Curve as PlannedCurve
from central.plan.planned import building_curve, project_curve
from central.store.instants import district_day, from_ms
from central.store.load_project import load_project
from central.store.read_series import Point, measured_series
from central.store.tables import AssessmentState


def curve_of(session: Session, project_id: str, *, building_id: str | None) -> Curve:
    """The curve of a project or of one of its buildings; a day has the figures of its last assessed instant."""
    planned = load_project(session.connection(), project_id)
    if planned is None:
        raise absent("project", project_id)
    calendar = calendar_of(planned)
    subject, plan = _subject(planned, building_id, calendar)
    state = session.get(AssessmentState, project_id)
    as_of = from_ms(state.as_of_at) if state and state.as_of_at is not None else None
    measured = {
        district_day(from_ms(point.as_of_at)): point
        for point in measured_series(session, kind="building" if building_id else "project", subject=subject.id)
    }
    last = max([planned.finish, *measured])
    points = [_point(day, measured.get(day), plan=plan, calendar=calendar) for day in _days(planned.start, last)]
    return Curve(subject=subject, as_of=as_of, finish=planned.finish, points=points)


def _subject(project: Project, building_id: str | None, calendar: SiteCalendar) -> tuple[Named, PlannedCurve]:
    if building_id is None:
        return _named(project), project_curve(project, calendar)
    building = next((b for b in project.buildings if b.id == building_id), None)
    if building is None:
        raise absent("building", building_id)
    return _named(building), building_curve(building, project, calendar)


def _named(noun: Project | Building) -> Named:
    return Named(id=noun.id, name=Text(zh=noun.name.zh, en=noun.name.en))


def _point(day: date, found: Point | None, *, plan: PlannedCurve, calendar: SiteCalendar) -> CurvePoint:
    """Plan at the instant that was assessed, so that gap and curve are the same numbers; else at the end of the day."""
    at_s = calendar.end_of(day) if found is None else calendar.effective_s(from_ms(found.as_of_at))
    seen = found if found is not None and found.last_seen_at is not None else None
    return CurvePoint(
        day=day,
        plan_bp=plan.bp_at(at_s),
        actual_bp=seen.actual_bp if seen else None,
        sigma_bp=seen.sigma_bp if seen else None,
        coverage_bp=found.coverage_bp if found else None,
    )


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
