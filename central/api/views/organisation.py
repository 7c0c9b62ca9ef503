"""The organisation with its projects, and programmes with what slips do in them, as the API shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection
from sqlmodel import Session, select

from central.api.access import Access
from central.api.errors import absent
from central.api.lives_schemas import (
    LinkShown,
    OrganisationShown,
    OrgUnitShown,
    ProgrammeList,
    ProgrammeShown,
    ProgrammeSlip,
    SlipShown,
)
from central.api.views.lives import said
from central.domain import Project, Text, WorkItem
from central.lifecycle.dependencies import Slip, passed_on
from central.lifecycle.organisation import KINDS, OrgUnit
from central.lifecycle.programmes import Programme, Standing, undertakings
from central.plan.calendar import SiteCalendar, calendar_of
from central.plan.compare import CDAY_S, lag_cdays
from central.plan.planned import FULL_BP, item_curve
from central.store.load_project import load_project
from central.store.read_organised import (
    org_units,
    programme_of,
    programmes,
    stored_organisation,
    units_of_projects,
)
from central.store.read_proposals import structure_of
from central.store.read_values import item_values, outlook_of
from central.store.tables import Project as StoredProject

DAY_CDAYS = 100


def organisation_shown(session: Session, *, access: Access) -> OrganisationShown:
    """Every unit with the projects that the caller may see."""
    connection = session.connection()
    seen = visible(session, access)
    of_unit = {project: unit for project, unit in units_of_projects(connection).items() if project in seen}
    units = org_units(connection)
    total = _with_all_below(units, Counter(of_unit.values()))
    return OrganisationShown(
        version=stored_organisation(connection)[0],
        units=[
            OrgUnitShown(
                id=unit.id,
                parent=unit.parent,
                kind=unit.kind,
                kind_name=said(KINDS[unit.kind]),
                name=said(unit.name),
                steward=unit.steward,
                depth=unit.depth,
                own=sorted(project for project, of in of_unit.items() if of == unit.id),
                projects=total[unit.id],
            )
            for unit in units
        ],
        unplaced=sorted(seen - of_unit.keys()),
    )


def _with_all_below(units: Sequence[OrgUnit], own: Counter[str]) -> Counter[str]:
    """Projects of each unit and all below it; children come after their parents."""
    total = Counter({unit.id: own[unit.id] for unit in units})
    for unit in reversed(units):
        if unit.parent is not None:
            total[unit.parent] += total[unit.id]
    return total


def visible(session: Session, access: Access) -> set[str]:
    """Ids of the projects within the caller's scope."""
    return {project.id for project in session.exec(select(StoredProject)) if access.sees(project)}


def programme_list(session: Session, *, access: Access) -> ProgrammeList:
    """Programmes of which the caller sees every project."""
    seen = visible(session, access)
    found = [programme_shown(one, version) for one, version in programmes(session.connection())]
    return ProgrammeList(programmes=[one for one in found if seen.issuperset(one.projects)])


def programme_shown(programme: Programme, version: int) -> ProgrammeShown:
    """A programme as it is stored."""
    return ProgrammeShown(
        id=programme.id,
        version=version,
        name=said(programme.name),
        projects=list(programme.projects),
        dependencies=[
            LinkShown(before=link.before, after=link.after, lag_days=link.lag_days) for link in programme.links
        ],
    )


def slip_shown(session: Session, programme_id: str, *, access: Access, now: datetime) -> ProgrammeSlip:
    """What slips do in a programme by the newest judgements; absent for who does not see every project of it."""
    programme = programme_of(session.connection(), programme_id)
    if programme is None or not visible(session, access).issuperset(programme.projects):
        raise absent("programme", programme_id)
    return _slips(session.connection(), programme, now=now)


def project_slip(session: Session, project_id: str, *, now: datetime) -> ProgrammeSlip:
    """What slips of items do in one project, by the dependencies of its plan."""
    connection = session.connection()
    links = structure_of(connection, project_id).dependencies
    alone = Programme(id=project_id, name=Text(zh="", en=""), projects=(project_id,), links=links)
    return _slips(connection, alone, now=now)


def _slips(connection: Connection, programme: Programme, *, now: datetime) -> ProgrammeSlip:
    loaded = [project for one in programme.projects if (project := load_project(connection, one)) is not None]
    standings = [_standing(connection, project, programme, now=now) for project in loaded]
    found = passed_on(undertakings(programme, standings), programme.links)
    names = {project.id: project.name for project in loaded}
    names |= {item.id: item.name for standing in standings for item, _, _ in standing.items}
    finish = max((project.finish for project in loaded), default=date.min)
    forecast = max((slip.forecast for slip in found), default=finish)
    projects = {project.id for project in loaded}
    return ProgrammeSlip(
        programme=programme.id,
        finish=finish,
        forecast=forecast,
        slip_days=(forecast - finish).days,
        parts=[_slip(slip, names[slip.id], whole=slip.id in projects) for slip in found],
    )


def _standing(connection: Connection, project: Project, programme: Programme, *, now: datetime) -> Standing:
    outlook, calendar = outlook_of(connection, project.id), calendar_of(project)
    named = {end for link in programme.links for end in (link.before, link.after)}
    values = item_values(connection, project.id)
    items = [
        (item, value := int(values.get(item.id, 0)), item_forecast(item, project, calendar, value, now=now))
        for building in project.buildings
        for item in building.items
        if item.id in named
    ]
    forecast = outlook.forecast
    if forecast is None and outlook.done_bp < FULL_BP:
        forecast = _later(calendar, calendar.end_of(project.finish), lag_cdays=outlook.lag_cdays)
    return Standing(project=project, begun=outlook.done_bp > 0, forecast=forecast, items=tuple(items))


def _later(calendar: SiteCalendar, end_s: int, *, lag_cdays: int) -> date | None:
    """The working day so much after an end; None below a day of lag."""
    return calendar.day_at(max(end_s - 1, 0) + lag_cdays * CDAY_S) if lag_cdays >= DAY_CDAYS else None


def item_forecast(
    item: WorkItem, project: Project, calendar: SiteCalendar, value_bp: int, *, now: datetime
) -> date | None:
    """The planned last day of an item and the working days it lags by; None when it is done or not late."""
    curve, now_s = item_curve(item, project, calendar), calendar.effective_s(now)
    lag = lag_cdays(curve, value_bp, now_s=now_s) if value_bp < FULL_BP else 0
    end_s = next(at for at, micro in zip(curve.at_s, curve.micro, strict=True) if micro == curve.micro[-1])
    return _later(calendar, end_s, lag_cdays=lag)


def _slip(slip: Slip, name: Text, *, whole: bool) -> SlipShown:
    return SlipShown(
        id=slip.id,
        name=said(name),
        kind="project" if whole else "item",
        start=slip.start,
        finish=slip.finish,
        forecast_start=slip.forecast_start,
        forecast=slip.forecast,
        own_days=slip.own_days,
        passed_days=slip.passed_days,
        by=list(slip.by),
        critical=slip.critical,
    )
