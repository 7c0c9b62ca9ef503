"""Read queries of the ledger of rectifications, of coordinations, and of how mending goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from central.store import tables
from central.store.read_mended import round_began
from central.store.upsert import table_of

_CASE, _MEASURE = table_of(tables.MendingCase), table_of(tables.Rectification)
_PROJECT, _USER = table_of(tables.Project), table_of(tables.User)
_EVENT = table_of(tables.CaseEvent)
UNDER_WAY = ("assigned", "rectifying", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFilter:
    """What is looked for; empty = everything. `projects` None = the whole district; `units` see orders to units."""

    today: date
    projects: Sequence[str] | None = None
    units: Sequence[str] = ()
    states: Sequence[str] = ()
    project: str | None = None
    unit: str | None = None
    person: str | None = None
    overdue: bool = False
    due_until: date | None = None
    group: str = "all"


def measures_page(connection: Connection, wanted: MeasureFilter, *, limit: int, offset: int) -> list[Row[Any]]:
    """Rows of measures with their project's names: what is under way first, by due day."""
    under_way = _MEASURE.c.state.in_(UNDER_WAY)
    columns = select(_MEASURE, _PROJECT.c.name_zh, _PROJECT.c.name_en).select_from(_joined())
    ordered = columns.where(*_conditions(wanted)).order_by(
        under_way.desc(), _MEASURE.c.due.is_(None), _MEASURE.c.due, _MEASURE.c.id.desc()
    )
    return list(connection.execute(ordered.limit(limit).offset(offset)))


def measures_count(connection: Connection, wanted: MeasureFilter) -> int:
    """How many measures pass."""
    counted: Select[Any] = select(func.count()).select_from(_joined()).where(*_conditions(wanted))
    return int(connection.execute(counted).scalar_one())


def measure_row(connection: Connection, measure: int) -> Row[Any] | None:
    """One measure with its project's names."""
    columns = select(_MEASURE, _PROJECT.c.name_zh, _PROJECT.c.name_en).select_from(_joined())
    return connection.execute(columns.where(_MEASURE.c.id == measure)).first()


def warnings_of_measures(connection: Connection, measures: Sequence[int]) -> dict[int, list[int]]:
    """The newest warnings of the cases that each measure mends now."""
    wanted = select(_CASE.c.rectification, _CASE.c.warning).where(_CASE.c.rectification.in_(list(measures)))
    found: dict[int, list[int]] = {}
    for measure, warning in connection.execute(wanted.order_by(_CASE.c.id)):
        found.setdefault(measure, []).append(warning)
    return found


def measures_that_mend(connection: Connection, measures: Sequence[int]) -> set[int]:
    """Those of the measures that a case which has not ended waits for."""
    wanted = select(_CASE.c.rectification).where(_CASE.c.rectification.in_(list(measures)), _CASE.c.ended_at.is_(None))
    return set(connection.execute(wanted).scalars())


def names_of(connection: Connection, persons: Sequence[str]) -> dict[str, str]:
    """Names of people by user name."""
    wanted = select(_USER.c.username, _USER.c.name).where(_USER.c.username.in_(list(persons)))
    return {row.username: row.name for row in connection.execute(wanted)}


def coordinations(
    connection: Connection,
    *,
    projects: Sequence[str] | None,
    departments: Sequence[str],
    waiting: bool,
    limit: int,
    offset: int,
) -> tuple[int, list[Row[Any]]]:
    """Cases whose cause asked a department, of these projects (None = all) or departments; and how many there are."""
    asked = select(func.max(_EVENT.c.at)).where(_EVENT.c.case_id == _CASE.c.id, _EVENT.c.event == "caused")
    where: list[ColumnElement[bool]] = [_CASE.c.department != ""]
    if projects is not None:
        where.append(or_(_CASE.c.project.in_(projects), _CASE.c.department.in_(departments)))
    if waiting:
        where += [_CASE.c.coordinated_at.is_(None), _CASE.c.ended_at.is_(None)]
    joined = _CASE.join(_PROJECT, _PROJECT.c.id == _CASE.c.project)
    columns = select(_CASE, _PROJECT.c.name_zh, _PROJECT.c.name_en, asked.scalar_subquery().label("asked_at"))
    ordered = (
        columns.select_from(joined)
        .where(*where)
        .order_by(_CASE.c.coordinated_at.is_not(None), _CASE.c.ended_at.is_not(None), _CASE.c.id.desc())
    )
    total = connection.execute(select(func.count()).select_from(joined).where(*where)).scalar_one()
    return int(total), list(connection.execute(ordered.limit(limit).offset(offset)))


def ended_cases(
    connection: Connection, *, projects: Sequence[str] | None, since_ms: int, until_ms: int
) -> list[Row[Any]]:
    """(rule, state, began_at, ended_at) of cases that ended within since..until."""
    where = [_CASE.c.ended_at >= since_ms, _CASE.c.ended_at < until_ms]
    if projects is not None:
        where.append(_CASE.c.project.in_(projects))
    wanted = select(_CASE.c.rule, _CASE.c.state, round_began(), _CASE.c.ended_at).where(*where)
    return list(connection.execute(wanted))


def verified_measures(
    connection: Connection, *, projects: Sequence[str] | None, units: Sequence[str], since_ms: int, until_ms: int
) -> list[Row[Any]]:
    """(due, submitted_at, verified_at) of measures that were verified within since..until."""
    where: list[ColumnElement[bool]] = [_MEASURE.c.verified_at >= since_ms, _MEASURE.c.verified_at < until_ms]
    if projects is not None:
        where.append(_within(projects, units))
    wanted = select(_MEASURE.c.due, _MEASURE.c.submitted_at, _MEASURE.c.verified_at).where(*where)
    return list(connection.execute(wanted))


def unhandled(connection: Connection, *, projects: Sequence[str] | None, units: Sequence[str], today: date) -> int:
    """Measures past their day without evidence, of these projects (None = all) and orders to these units."""
    where: list[ColumnElement[bool]] = [_MEASURE.c.state.in_(("assigned", "rectifying")), _MEASURE.c.due < today]
    if projects is not None:
        where.append(_within(projects, units))
    return int(connection.execute(select(func.count()).select_from(_MEASURE).where(*where)).scalar_one())


def beyond_sla(connection: Connection, *, projects: Sequence[str] | None, now_ms: int) -> int:
    """Active cases whose time to acknowledge or to find a measure ran out and that have none."""
    late = and_(_CASE.c.clock.in_(("ack", "measure")), _CASE.c.due_at < now_ms)
    where = [_CASE.c.ended_at.is_(None), _CASE.c.assigned_at.is_(None), late]
    if projects is not None:
        where.append(_CASE.c.project.in_(projects))
    return int(connection.execute(select(func.count()).select_from(_CASE).where(*where)).scalar_one())


def _joined() -> Any:
    return _MEASURE.outerjoin(_PROJECT, _PROJECT.c.id == _MEASURE.c.project)


def _within(projects: Sequence[str], units: Sequence[str]) -> ColumnElement[bool]:
    """Measures of these projects, and orders to these units as a whole."""
    return or_(_MEASURE.c.project.in_(projects), and_(_MEASURE.c.project == "", _MEASURE.c.unit.in_(units)))


def _conditions(wanted: MeasureFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.projects is not None:
        found.append(_within(wanted.projects, wanted.units))
    if wanted.states:
        found.append(_MEASURE.c.state.in_(wanted.states))
    elif wanted.group != "all":
        active = _MEASURE.c.state.in_(("draft", *UNDER_WAY))
        found.append(active if wanted.group == "active" else ~active)
    for column, value in (
        (_MEASURE.c.project, wanted.project),
        (_MEASURE.c.unit, wanted.unit),
        (_MEASURE.c.person, wanted.person),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.overdue:
        found += [_MEASURE.c.state.in_(("assigned", "rectifying")), _MEASURE.c.due < wanted.today]
    if wanted.due_until is not None:
        found.append(_MEASURE.c.due <= wanted.due_until)
    return found
