"""Read queries about warnings with the names and history that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_
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


def told_warnings(
    session: Session, *, project: str | None = None, states: Sequence[str] = (), levels: Sequence[str] = ()
) -> list[Told]:
    """Warnings that pass the filters (empty = all), newest first."""
    statement = _with_names()
    if project is not None:
        statement = statement.where(PlanWarning.project == project)
    if states:
        statement = statement.where(col(PlanWarning.state).in_(states))
    if levels:
        statement = statement.where(col(PlanWarning.level).in_(levels))
    newest_first = statement.order_by(col(PlanWarning.raised_at).desc(), col(PlanWarning.id).desc())
    return _told(session, session.exec(newest_first).all())


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
