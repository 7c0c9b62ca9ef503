"""Read queries for where projects stand: newest deviation and progress of each subject, open warnings, newest score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from central.rules.in_force import LaddersInForce
from central.store.read_ladders import ladders_of_each
from central.store.tables import (
    AssessmentState,
    Building,
    DeviationRow,
    PlanWarning,
    ProgressState,
    Project,
    Score,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A project as last judged. `deviations` by (kind, id) of buildings and project, `progress` by id, items too.

    `as_of_at` is None before the first assessment.
    """

    project: Project
    buildings: tuple[Building, ...]
    as_of_at: int | None
    deviations: dict[tuple[str, str], DeviationRow]
    progress: dict[str, ProgressState]
    open_warnings: tuple[PlanWarning, ...]
    score: Score | None
    ladders: LaddersInForce


def standings(session: Session, ids: Sequence[str] | None = None) -> list[Standing]:
    """Standings of these projects (None = all), by project id; a fixed number of queries however many projects."""
    statement = select(Project).order_by(Project.id)
    projects = list(session.exec(statement if ids is None else statement.where(col(Project.id).in_(ids))))
    wanted = [project.id for project in projects]
    buildings = _by_project(buildings_of(session, wanted))
    deviations = _by_project(_newest_deviations(session, wanted))
    progress = _by_project(_newest_progress(session, wanted))
    warnings = _by_project(_open_warnings(session, wanted))
    as_of = {state.project: state.as_of_at for state in _states(session, wanted)}
    ladders = ladders_of_each(session.connection(), wanted)
    scores = {score.subject: score for score in _newest_scores(session, wanted)}
    return [
        Standing(
            project=project,
            buildings=tuple(buildings.get(project.id, ())),
            as_of_at=as_of.get(project.id),
            deviations={(row.subject_kind, row.subject): row for row in deviations.get(project.id, ())},
            progress={row.subject: row for row in progress.get(project.id, ())},
            open_warnings=tuple(warnings.get(project.id, ())),
            score=scores.get(project.id),
            ladders=ladders[project.id],
        )
        for project in projects
    ]


def judged_until(session: Session, project: str, *, at_ms: int) -> list[tuple[Building, DeviationRow]]:
    """Buildings of the project's newest plan with the last judgement of each up to an instant, in plan order."""
    newest = (
        select(DeviationRow.subject, func.max(DeviationRow.as_of_at).label("at"))
        .where(DeviationRow.project == project, DeviationRow.subject_kind == "building", DeviationRow.as_of_at <= at_ms)
        .group_by(DeviationRow.subject)
        .subquery()
    )
    same = and_(col(DeviationRow.subject) == newest.c.subject, col(DeviationRow.as_of_at) == newest.c.at)
    rows = session.exec(select(DeviationRow).join(newest, same).where(DeviationRow.subject_kind == "building"))
    found = {row.subject: row for row in rows}
    return [(one, found[one.id]) for one in buildings_of(session, [project]) if one.id in found]


def buildings_of(session: Session, projects: Sequence[str]) -> list[Building]:
    """Buildings that are in the newest plan of these projects, in plan order."""
    return list(
        session.exec(
            select(Building)
            .join(
                Project, and_(col(Project.id) == Building.project, col(Project.plan_version) == Building.plan_version)
            )
            .where(col(Building.project).in_(projects))
            .order_by(Building.project, col(Building.position))
        )
    )


def _states(session: Session, ids: Sequence[str]) -> Iterable[AssessmentState]:
    return session.exec(select(AssessmentState).where(col(AssessmentState.project).in_(ids)))


def _newest_deviations(session: Session, ids: Sequence[str]) -> Iterable[DeviationRow]:
    newest = (
        select(DeviationRow.subject_kind, DeviationRow.subject, func.max(DeviationRow.as_of_at).label("at"))
        .where(col(DeviationRow.project).in_(ids))
        .group_by(DeviationRow.subject_kind, DeviationRow.subject)
        .subquery()
    )
    same = and_(
        col(DeviationRow.subject_kind) == newest.c.subject_kind,
        col(DeviationRow.subject) == newest.c.subject,
        col(DeviationRow.as_of_at) == newest.c.at,
    )
    return session.exec(select(DeviationRow).join(newest, same))


def _newest_progress(session: Session, ids: Sequence[str]) -> Iterable[ProgressState]:
    newest = (
        select(ProgressState.subject, func.max(ProgressState.as_of_at).label("at"))
        .where(col(ProgressState.project).in_(ids))
        .group_by(ProgressState.subject)
        .subquery()
    )
    same = and_(col(ProgressState.subject) == newest.c.subject, col(ProgressState.as_of_at) == newest.c.at)
    return session.exec(select(ProgressState).join(newest, same))


def _open_warnings(session: Session, ids: Sequence[str]) -> Iterable[PlanWarning]:
    return session.exec(
        select(PlanWarning)
        .where(PlanWarning.state == "open", col(PlanWarning.project).in_(ids))
        .order_by(col(PlanWarning.raised_at).desc(), col(PlanWarning.id))
    )


def _newest_scores(session: Session, ids: Sequence[str]) -> Iterable[Score]:
    newest = (
        select(Score.subject, func.max(Score.day).label("day"))
        .where(Score.subject_kind == "project", col(Score.subject).in_(ids))
        .group_by(Score.subject)
        .subquery()
    )
    same = and_(
        col(Score.subject_kind) == "project", col(Score.subject) == newest.c.subject, col(Score.day) == newest.c.day
    )
    return session.exec(select(Score).join(newest, same))


def _by_project(rows: Iterable[Any]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.project, []).append(row)
    return grouped
