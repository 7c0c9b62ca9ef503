"""Read queries of the map: where sites are, and how buildings and projects were judged at the end of a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from central.store import tables
from central.store.upsert import table_of

_PLACE, _FENCE, _PROJECT = table_of(tables.SitePlace), table_of(tables.SiteFence), table_of(tables.Project)
_WARNING, _EVENT = table_of(tables.PlanWarning), table_of(tables.WarningEvent)
_READING, _PROGRESS = table_of(tables.FaceReading), table_of(tables.ProgressState)
_BUILDING, _ENTRY = table_of(tables.Building), table_of(tables.FundEntry)


def projects_shown(session: Session, *, street: str | None) -> list[tables.Project]:
    """All projects, or those of one street (its Chinese name), by id."""
    wanted = select(tables.Project).order_by(col(tables.Project.id))
    if street is not None:
        wanted = wanted.where(col(tables.Project.street_zh) == street)
    return list(session.execute(wanted).scalars())


def site_places(connection: Connection) -> list[Row[Any]]:
    """Middles of sites: project, lat_e7, lon_e7, radius_m."""
    columns = (_PLACE.c.project, _PLACE.c.lat_e7, _PLACE.c.lon_e7, _PLACE.c.radius_m)
    return list(connection.execute(select(*columns).order_by(_PLACE.c.project)))


def newest_fences(connection: Connection) -> list[Row[Any]]:
    """The fence in force of each project that has one: project, document, datum."""
    newest = select(_FENCE.c.project, func.max(_FENCE.c.version).label("version")).group_by(_FENCE.c.project).subquery()
    same = and_(newest.c.project == _FENCE.c.project, newest.c.version == _FENCE.c.version)
    columns = (_FENCE.c.project, _FENCE.c.document, _FENCE.c.datum)
    return list(connection.execute(select(*columns).join(newest, same).order_by(_FENCE.c.project)))


def sizes(connection: Connection, projects: Sequence[str]) -> dict[str, Row[Any]]:
    """How many buildings each project's newest plan has, and the storeys of the tallest."""
    wanted = (
        select(_BUILDING.c.project, func.count().label("buildings"), func.max(_BUILDING.c.storeys).label("storeys"))
        .join(_PROJECT, and_(_PROJECT.c.id == _BUILDING.c.project, _PROJECT.c.plan_version == _BUILDING.c.plan_version))
        .where(_BUILDING.c.project.in_(projects))
        .group_by(_BUILDING.c.project)
    )
    return {row.project: row for row in connection.execute(wanted)}


def judged_by(
    session: Session, projects: Sequence[str], *, at_ms: int, buildings: bool = True
) -> list[tables.DeviationRow]:
    """The last judgement up to an instant of each project, and of each of its buildings unless only projects count."""
    later, row = aliased(tables.DeviationRow), tables.DeviationRow
    newest = (
        select(func.max(later.as_of_at))
        .where(col(later.subject_kind) == col(row.subject_kind), col(later.subject) == col(row.subject))
        .where(col(later.as_of_at) <= at_ms)
        .scalar_subquery()
        .correlate(row)
    )
    subjects = _subjects(projects, buildings=buildings)
    wanted = select(row).join(
        subjects, and_(col(row.subject_kind) == subjects.c.kind, col(row.subject) == subjects.c.subject)
    )
    return list(session.execute(wanted.where(col(row.as_of_at) == newest)).scalars())


def seen_by(
    connection: Connection, projects: Sequence[str], *, at_ms: int, buildings: bool = True
) -> dict[str, int | None]:
    """When each project and building was last seen, as known at an instant; None = it had never been."""
    later = _PROGRESS.alias()
    subjects = _subjects(projects, buildings=buildings)
    newest = (
        select(func.max(later.c.as_of_at))
        .where(later.c.subject == _PROGRESS.c.subject, later.c.as_of_at <= at_ms)
        .scalar_subquery()
        .correlate(_PROGRESS)
    )
    wanted = select(_PROGRESS.c.subject, _PROGRESS.c.last_seen_at).join(
        subjects, _PROGRESS.c.subject == subjects.c.subject
    )
    return {row.subject: row.last_seen_at for row in connection.execute(wanted.where(_PROGRESS.c.as_of_at == newest))}


def warnings_by(connection: Connection, projects: Sequence[str], *, at_ms: int) -> list[Row[Any]]:
    """Warnings open at an instant, at the level they then had: project, rule, subject_kind, subject, level."""
    later = _EVENT.alias()
    newest = (
        select(func.max(later.c.at))
        .where(later.c.warning == _WARNING.c.id, later.c.at <= at_ms, later.c.level.is_not(None))
        .scalar_subquery()
        .correlate(_WARNING)
    )
    wanted = (
        select(
            *(_WARNING.c[name] for name in ("id", "project", "rule", "subject_kind", "subject")),
            _EVENT.c.level,
        )
        .select_from(_WARNING.join(_EVENT, _EVENT.c.warning == _WARNING.c.id))
        .where(_EVENT.c.at == newest, _EVENT.c.level.is_not(None))
        .where(
            _WARNING.c.project.in_(projects),
            _WARNING.c.raised_at <= at_ms,
            _WARNING.c.state != "withdrawn",
            or_(_WARNING.c.closed_at.is_(None), _WARNING.c.closed_at > at_ms),
        )
        .order_by(_WARNING.c.id, _EVENT.c.event)
    )
    return list({row.id: row for row in connection.execute(wanted)}.values())


def stages_by(connection: Connection, projects: Sequence[str], *, at_ms: int) -> dict[str, Row[Any]]:
    """The newest reading of each building up to an instant, with its shares by stage (JSON) and its kind of work."""
    later, subjects = _READING.alias(), _subjects(projects)
    newest = (
        select(func.max(later.c.observed_at))
        .where(later.c.building == _READING.c.building, later.c.observed_at <= at_ms)
        .scalar_subquery()
        .correlate(_READING)
    )
    wanted = (
        select(_READING.c.building, _READING.c.shares, _READING.c.work_type)
        .join(subjects, and_(subjects.c.kind == "building", subjects.c.subject == _READING.c.building))
        .where(_READING.c.observed_at == newest)
        .order_by(_READING.c.building, _READING.c.face)
    )
    return {row.building: row for row in connection.execute(wanted)}


def paid_by(connection: Connection, projects: Sequence[str], *, day: Any) -> dict[str, int]:
    """Fen paid of each project up to the end of a day, what was reversed taken back."""
    wanted = (
        select(_ENTRY.c.project, func.sum(_ENTRY.c.amount_fen).label("fen"))
        .where(_ENTRY.c.project.in_(projects), _ENTRY.c.day <= day, _ENTRY.c.kind == "pay")
        .group_by(_ENTRY.c.project)
    )
    return {row.project: int(row.fen) for row in connection.execute(wanted)}


def raised_days(connection: Connection, projects: Sequence[str]) -> list[Row[Any]]:
    """When warnings of work were raised: raised_at, level they have now, project."""
    columns = (_WARNING.c.raised_at, _WARNING.c.level, _WARNING.c.project)
    wanted = select(*columns).where(_WARNING.c.project.in_(projects), _WARNING.c.state != "withdrawn")
    return list(connection.execute(wanted.order_by(_WARNING.c.raised_at)))


def _subjects(projects: Sequence[str], *, buildings: bool = True) -> Any:
    """Projects and, if wanted, buildings of their newest plans as (kind, subject)."""
    own = select(literal("project").label("kind"), _PROJECT.c.id.label("subject")).where(_PROJECT.c.id.in_(projects))
    if not buildings:
        return own.subquery()
    parts = (
        select(literal("building").label("kind"), _BUILDING.c.id.label("subject"))
        .join(_PROJECT, and_(_PROJECT.c.id == _BUILDING.c.project, _PROJECT.c.plan_version == _BUILDING.c.plan_version))
        .where(_PROJECT.c.id.in_(projects))
    )
    return union_all(own, parts).subquery()
