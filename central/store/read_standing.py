"""Read queries for where projects stand: newest deviation and progress of each subject, open warnings, newest score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, and_, func, literal, union_all
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
    WorkItem,
)
from central.store.upsert import table_of

_DEVIATION, _PROGRESS, _SCORE = table_of(DeviationRow), table_of(ProgressState), table_of(Score)


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


def standings(session: Session, ids: Sequence[str] | None = None, *, brief: bool = False) -> list[Standing]:
    """Standings of these projects (None = all), by project id; a fixed number of queries however many projects.

    `brief`: without the progress of work items, which are most of the rows; enough for a list of projects.
    """
    statement = select(Project).order_by(Project.id)
    projects = list(session.exec(statement if ids is None else statement.where(col(Project.id).in_(ids))))
    wanted = [project.id for project in projects]
    buildings = _by_project(buildings_of(session, wanted))
    deviations = _by_project(_newest_deviations(session, wanted))
    progress = _by_project(_newest_progress(session, wanted, items=not brief))
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
    subjects, later = _subjects(ids, items=False), _DEVIATION.alias()
    newest = (
        select(func.max(later.c.as_of_at))
        .where(later.c.subject_kind == subjects.c.kind, later.c.subject == subjects.c.subject)
        .correlate(subjects)
        .scalar_subquery()
    )
    same = and_(
        col(DeviationRow.subject_kind) == subjects.c.kind,
        col(DeviationRow.subject) == subjects.c.subject,
        col(DeviationRow.as_of_at) == newest,
    )
    return session.exec(select(DeviationRow).join(subjects, same))


def _newest_progress(session: Session, ids: Sequence[str], *, items: bool) -> Iterable[ProgressState]:
    subjects, later = _subjects(ids, items=items), _PROGRESS.alias()
    newest = (
        select(func.max(later.c.as_of_at))
        .where(later.c.subject == subjects.c.subject)
        .correlate(subjects)
        .scalar_subquery()
    )
    same = and_(col(ProgressState.subject) == subjects.c.subject, col(ProgressState.as_of_at) == newest)
    return session.exec(select(ProgressState).join(subjects, same))


def _subjects(ids: Sequence[str], *, items: bool) -> CTE:
    """Whatever of these projects may ever have been judged: so one step in a key's index finds the newest of each,
    whatever the length of its history.

    MATERIALIZED: else SQLite begins with all that was ever judged of a kind, whose name it sees in here.
    """
    within = col(Building.project).in_(ids)
    parts: list[Any] = [
        select(literal("project").label("kind"), col(Project.id).label("subject")).where(col(Project.id).in_(ids)),
        select(literal("building"), col(Building.id)).where(within),
    ]
    if items:
        of_building = col(WorkItem.building) == col(Building.id)
        parts.append(select(literal("item"), col(WorkItem.id)).join(Building, of_building).where(within))
    return union_all(*parts).cte("judged_subject").prefix_with("MATERIALIZED")


def _open_warnings(session: Session, ids: Sequence[str]) -> Iterable[PlanWarning]:
    return session.exec(
        select(PlanWarning)
        .where(PlanWarning.state == "open", col(PlanWarning.project).in_(ids))
        .order_by(col(PlanWarning.raised_at).desc(), col(PlanWarning.id))
    )


def _newest_scores(session: Session, ids: Sequence[str]) -> Iterable[Score]:
    later = _SCORE.alias()
    newest = (
        select(func.max(later.c.day))
        .where(later.c.subject_kind == "project", later.c.subject == col(Project.id))
        .correlate(table_of(Project))
        .scalar_subquery()
    )
    same = and_(col(Score.subject_kind) == "project", col(Score.subject) == col(Project.id), col(Score.day) == newest)
    return session.exec(select(Score).join(Project, same).where(col(Project.id).in_(ids)))


def _by_project(rows: Iterable[Any]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.project, []).append(row)
    return grouped
