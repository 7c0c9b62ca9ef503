"""Read queries about warnings with the names and history that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func
from sqlmodel import Session, col, select

from central.store.tables import Building, DeviationRow, PlanWarning, Project, WarningEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A warning with its project, its building (if it is about one) and its events in time order.

    `deviation` is that of its subject when the warning last changed (None for cameras).
    """

    warning: PlanWarning
    project: Project
    building: Building | None
    deviation: DeviationRow | None
    events: tuple[WarningEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which warnings; empty = all. `within` None = of the whole district, else of these projects (or of those that a
    query finds) only."""

    within: Sequence[str] | Select[tuple[str]] | None = None
    project: str | None = None
    states: Sequence[str] = ()
    levels: Sequence[str] = ()


def told_warnings(session: Session, wanted: Wanted, *, limit: int, offset: int = 0) -> list[Told]:
    """A page of them: open before closed, heaviest first, then newest. The database sorts and cuts."""
    order = (
        case((col(PlanWarning.state) == "open", 0), else_=1),
        case({"red": 0, "yellow": 1}, value=col(PlanWarning.level), else_=2),
        col(PlanWarning.raised_at).desc(),
        col(PlanWarning.id).desc(),
    )
    page = _with_names().where(*_conditions(wanted)).order_by(*order).limit(limit).offset(offset)
    return _told(session, session.exec(page).all())


def count_warnings(session: Session, wanted: Wanted) -> int:
    """How many they are in all."""
    return session.exec(select(func.count()).select_from(PlanWarning).where(*_conditions(wanted))).one()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.within is not None:
        found.append(col(PlanWarning.project).in_(wanted.within))
    if wanted.project is not None:
        found.append(col(PlanWarning.project) == wanted.project)
    if wanted.states:
        found.append(col(PlanWarning.state).in_(wanted.states))
    if wanted.levels:
        found.append(col(PlanWarning.level).in_(wanted.levels))
    return found


def told_warning(session: Session, warning_id: int) -> Told | None:
    """One warning; None = there is none."""
    found = _told(session, session.exec(_with_names().where(PlanWarning.id == warning_id)).all())
    return found[0] if found else None


def told_warnings_of(session: Session, ids: Sequence[int]) -> list[Told]:
    """These warnings, in no order."""
    return _told(session, session.exec(_with_names().where(col(PlanWarning.id).in_(ids))).all())


def _with_names() -> Any:
    then = and_(
        col(DeviationRow.subject_kind) == PlanWarning.subject_kind,
        col(DeviationRow.subject) == PlanWarning.subject,
        col(DeviationRow.as_of_at) == PlanWarning.changed_at,
    )
    building = and_(col(PlanWarning.subject_kind) == "building", col(Building.id) == PlanWarning.subject)
    return (
        select(PlanWarning, Project, Building, DeviationRow)
        .join(Project, col(Project.id) == PlanWarning.project)
        .join(Building, building, isouter=True)
        .join(DeviationRow, then, isouter=True)
    )


def _told(session: Session, rows: Sequence[Any]) -> list[Told]:
    events = _events(session, [warning.id for warning, *_ in rows])
    return [
        Told(
            warning=warning,
            project=project,
            building=building,
            deviation=deviation,
            events=tuple(events.get(warning.id, ())),
        )
        for warning, project, building, deviation in rows
    ]


def _events(session: Session, ids: Sequence[int]) -> dict[int, list[WarningEvent]]:
    grouped: dict[int, list[WarningEvent]] = {}
    for event in session.exec(
        select(WarningEvent).where(col(WarningEvent.warning).in_(ids)).order_by(col(WarningEvent.at))
    ):
        grouped.setdefault(event.warning, []).append(event)
    return grouped
