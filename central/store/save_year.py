"""The three artefacts of a project-year (D34): 年初有预算, 年中有监控, 年末有评价. Each is made once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select

from central.audit.trail import append
from central.domain import Subject
from central.evaluate.evaluation import Evaluation
from central.plan.calendar import midnight
from central.scoring.period import Period
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.move_evaluated import Doing, digest, spelled
from central.store.read_evaluated import results_of
from central.store.read_indicators import sets_in_force
from central.store.upsert import insert_new, table_of

_ARTEFACT, _PROJECT = table_of(tables.YearArtefact), table_of(tables.Project)
_DEVIATION, _ENTRY = table_of(tables.DeviationRow), table_of(tables.FundEntry)
FULL_BP = 10_000


def make_budgets(connection: Connection, year: Period, *, doing: Doing) -> int:
    """January: what each project that runs in the year may spend, its plan, and what it is measured by."""
    sets = sets_in_force(connection, kind="project", day=year.first)
    money = _ledger(connection, until=year.first)
    documents = {
        row.id: {
            "as_of": str(district_day(from_ms(doing.wall_ms))),
            "approved_fen": row.budget_fen,
            "contract_fen": row.contract_fen,
            "granted_fen": money.get((row.id, "budget"), 0),
            "paid_before_fen": money.get((row.id, "pay"), 0),
            "plan_version": row.plan_version,
            "start": str(row.start),
            "finish": str(row.finish),
            "indicators": sets[row.id].id if row.id in sets else "",
            "indicators_version": sets[row.id].version if row.id in sets else 0,
        }
        for row in _running(connection, year)
    }
    return _keep(connection, year, "budget", documents, doing)


def make_monitorings(connection: Connection, year: Period, *, doing: Doing) -> int:
    """August: 双监控 of January to July: how far the goals are, and how far the budget is spent, side by side."""
    until = date(year.first.year, 8, 1)
    money, spent_before = _ledger(connection, until=until), _ledger(connection, until=year.first)
    seen = _deviations(connection, before=until)
    documents = {}
    for row in _running(connection, year):
        paid, granted = money.get((row.id, "pay"), 0), money.get((row.id, "budget"), 0) or row.budget_fen
        deviation = seen.get(row.id)
        documents[row.id] = {
            "first": str(year.first),
            "last": str(date(year.first.year, 7, 31)),
            "planned_bp": deviation.plan_bp if deviation else None,
            "actual_bp": deviation.actual_bp if deviation else None,
            "gap_bp": deviation.gap_bp if deviation else None,
            "budget_fen": granted,
            "paid_fen": paid,
            "paid_this_year_fen": paid - spent_before.get((row.id, "pay"), 0),
            "spent_bp": paid * FULL_BP // granted if granted else None,
        }
    return _keep(connection, year, "monitoring", documents, doing)


def make_evaluations(connection: Connection, final: Mapping[Period, list[Evaluation]], *, doing: Doing) -> int:
    """The end of the year: what the annual evaluation of each project came to, once it is final."""
    count = 0
    for year, found in final.items():
        projects = [one for one in found if one.subject.kind == "project"]
        results = results_of(connection, projects)
        documents = {
            one.subject.id: {
                "evaluation": one.id,
                "round": one.round,
                "published_on": str(one.published_on),
                "grade": results[one.id].grade,
                "sha256": results[one.id].sha256,
            }
            for one in projects
            if one.id in results
        }
        count += _keep(connection, year, "evaluation", documents, doing)
    return count


def artefacts_of(connection: Connection, project: str) -> list[Row[Any]]:
    """The artefacts of a project by year, in the order of the year."""
    wanted = select(_ARTEFACT).where(_ARTEFACT.c.project == project)
    return list(connection.execute(wanted.order_by(_ARTEFACT.c.year.desc(), _ARTEFACT.c.made_at)))


def projects_in(connection: Connection, period: Period) -> list[Subject]:
    """Projects that run in a period: begun by its end and not complete before it."""
    return [Subject(kind="project", id=row.id) for row in _running(connection, period)]


def _running(connection: Connection, period: Period) -> list[Row[Any]]:
    done = {
        project for project, row in _deviations(connection, before=period.first).items() if row.actual_bp >= FULL_BP
    }
    wanted = select(_PROJECT).where(_PROJECT.c.start <= period.last).order_by(_PROJECT.c.id)
    return [row for row in connection.execute(wanted) if row.id not in done]


def _deviations(connection: Connection, *, before: date) -> dict[str, Row[Any]]:
    """The newest deviation of each project before a day; one index look-up a project."""
    newest = (
        select(func.max(_DEVIATION.c.as_of_at))
        .where(
            _DEVIATION.c.subject_kind == "project",
            _DEVIATION.c.subject == _PROJECT.c.id,
            _DEVIATION.c.as_of_at <= to_ms(midnight(before)),
        )
        .correlate(_PROJECT)
        .scalar_subquery()
    )
    wanted = select(_DEVIATION).select_from(
        _PROJECT.join(
            _DEVIATION,
            (_DEVIATION.c.subject_kind == "project")
            & (_DEVIATION.c.subject == _PROJECT.c.id)
            & (_DEVIATION.c.as_of_at == newest),
        )
    )
    return {row.subject: row for row in connection.execute(wanted)}


def _ledger(connection: Connection, *, until: date) -> dict[tuple[str, str], int]:
    """Sums of the ledger before a day by project and kind, fen."""
    summed = select(_ENTRY.c.project, _ENTRY.c.kind, func.sum(_ENTRY.c.amount_fen).label("fen"))
    wanted = summed.where(_ENTRY.c.day < until).group_by(_ENTRY.c.project, _ENTRY.c.kind)
    return {(row.project, row.kind): int(row.fen) for row in connection.execute(wanted)}


def _keep(
    connection: Connection, year: Period, kind: str, documents: Mapping[str, dict[str, Any]], doing: Doing
) -> int:
    number = year.first.year
    known = select(_ARTEFACT.c.project).where(_ARTEFACT.c.year == number, _ARTEFACT.c.kind == kind)
    there = set(connection.execute(known).scalars())
    rows = [
        {
            "project": project, "year": number, "kind": kind, "document": spelled(document),
            "sha256": digest(document), "made_at": doing.wall_ms,
        }
        for project, document in sorted(documents.items())
        if project not in there
    ]  # fmt: skip
    insert_new(connection, tables.YearArtefact, rows)
    if rows:
        detail = {"count": len(rows), "sha256": digest([row["sha256"] for row in rows])}
        append(
            connection, at_ms=doing.wall_ms, actor=doing.actor, action=f"year.{kind}", object_=f"year/{number}",
            detail=detail,
        )  # fmt: skip
    return len(rows)
