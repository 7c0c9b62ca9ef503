"""Reads what a forecast goes by: running projects as they stand, completed ones as they stood on days of their life.

What was known on a day is taken from what is stored of it today: a reading that came late counts for its day.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select

from central.insight.delay import Example
from central.insight.finish import Course
from central.insight.situation import Situation
from central.lifecycle.permits import PermitEvent, missing
from central.plan.calendar import midnight
from central.store import tables
from central.store.instants import to_ms
from central.store.read_ledger import MONTH, next_month
from central.store.upsert import table_of

CLOSED_MAX = 2000  # the newest completed projects are learnt from
SHARES_BP = (2500, 5000, 7500)  # of its planned time: when a completed project is looked at
_BACK_DAYS = (28, 21, 14, 7, 0)
_FRESH_MS = 7 * 86_400_000  # what was judged longer ago says nothing of a day
_SETTLED_DAYS = 180  # after completion, when the final accounts are not in yet, payments are taken to be all

_PROJECT, _DECISION, _EVENT = (
    table_of(tables.Project),
    table_of(tables.PlanDecision),
    table_of(tables.LifeEventRow),
)
_PLAN, _PERMIT, _PAUSE = table_of(tables.Plan), table_of(tables.PermitEvent), table_of(tables.PauseRequest)
_QUALITY, _ACT, _SERIES = table_of(tables.QualityMonth), table_of(tables.StageAct), table_of(tables.DeviationRow)
_JUDGED = (
    select(
        _SERIES.c.as_of_at,
        _SERIES.c.plan_bp,
        _SERIES.c.gap_bp,
        _SERIES.c.spi_t_bp,
        _SERIES.c.cpi_bp,
        _SERIES.c.sigma_bp,
        _SERIES.c.coverage_bp,
        _SERIES.c.pay_gap_bp,
        _SERIES.c.eac_fen,
        _SERIES.c.forecast,
    )
    .where(
        _SERIES.c.subject_kind == "project",
        _SERIES.c.subject == bindparam("of"),
        _SERIES.c.as_of_at <= bindparam("until_ms"),
        _SERIES.c.as_of_at > bindparam("after_ms"),
    )
    .order_by(_SERIES.c.as_of_at.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    finish: date
    decided_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standstill:
    days: int
    approved_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """All that is read once for many projects. `versions` oldest first; `contractor` of the largest lot."""

    projects: Mapping[str, Row[Any]]
    versions: Mapping[str, Sequence[_Version]]
    standstills: Mapping[str, Sequence[_Standstill]]
    completed: Mapping[str, date]
    settled: frozenset[str]
    permits: Mapping[str, Sequence[PermitEvent]]
    quality: Mapping[str, Sequence[tuple[date, int]]]
    money: Mapping[str, Sequence[tuple[date, str, int]]]
    contractor: Mapping[str, str]
    ended: Mapping[str, Sequence[tuple[date, str, bool]]] = field(default_factory=dict)
    """(completed, project, late by its first plan) by date, of each contractor and, under '', of all."""

    def due(self, project: str, *, at_ms: int | None, known_ms: int | None = None) -> date:
        """The finish of the plan in force at an instant (None = the newest), moved by the standstills approved since.

        `known_ms` leaves out standstills approved later. A plan that came after the instant was there from the start.
        """
        versions = self.versions.get(project) or (_Version(finish=self.projects[project].finish, decided_ms=0),)
        early = [one for one in versions if at_ms is None or one.decided_ms <= at_ms]
        version = early[-1] if early else versions[0]
        days = sum(
            one.days
            for one in self.standstills.get(project, ())
            if one.approved_ms > version.decided_ms and (known_ms is None or one.approved_ms <= known_ms)
        )
        return version.finish + timedelta(days=days)

    def ended_before(self, day: date, *, contractor: str = "") -> Sequence[tuple[date, str, bool]]:
        """Projects that were completed before a day, of one contractor or of all."""
        ended = self.ended.get(contractor, ())
        return ended[: bisect_left(ended, (day, ""))]

    def budget_fen(self, project: str, *, before: date) -> int:
        """What was approved: the plan's budget, or the grants of the months that had ended before a day if more."""
        granted = sum(
            amount for month, kind, amount in self.money.get(project, ()) if kind == "budget" and _over(month, before)
        )
        return max(granted, int(self.projects[project].budget_fen))


def read_books(connection: Connection, *, project: str | None = None) -> Books:
    """Everything that does not depend on a day, in a fixed number of queries: of all projects, or of one and the others
    of its contractor."""
    contractor = _contractors(connection, project)
    ids = None if project is None else sorted({project, *contractor})
    books = Books(
        projects={row.id: row for row in connection.execute(_only(select(_PROJECT), _PROJECT.c.id, ids))},
        versions=_versions(connection, ids),
        standstills=_standstills(connection, ids),
        completed=_completed(connection, ids),
        settled=_settled(connection, ids),
        permits=_permits(connection, ids),
        quality=_quality(connection),
        money=_money(connection, ids),
        contractor=contractor,
    )
    return replace(books, ended=_ended(books))


def _ended(books: Books) -> dict[str, list[tuple[date, str, bool]]]:
    """Late by the first plan, with all approved standstills allowed for."""
    found: dict[str, list[tuple[date, str, bool]]] = defaultdict(list)
    for project, day in sorted(books.completed.items(), key=lambda one: (one[1], one[0])):
        if project in books.projects:
            known = (day, project, day > books.due(project, at_ms=0))
            found[""].append(known)
            if name := books.contractor.get(project):
                found[name].append(known)
    return found


def _only(wanted: Select[Any], column: ColumnElement[str], ids: Sequence[str] | None) -> Select[Any]:
    return wanted if ids is None else wanted.where(column.in_(ids))


def running_of(books: Books, *, today: date) -> list[str]:
    """Projects that have begun by plan and are not completed, by id."""
    return [
        project
        for project, row in books.projects.items()
        if row.start <= today and (project not in books.completed or books.completed[project] > today)
    ]


def situation_of(
    connection: Connection, books: Books, project: str, *, day: date, now_ms: int | None = None
) -> Situation:
    """A project at the end of `day`; with `now_ms` as it stands now, by the plan in force."""
    row = books.projects[project]
    at_ms = now_ms if now_ms is not None else to_ms(midnight(day + timedelta(days=1))) - 1
    judged = _judged(connection, project, at_ms)
    name = books.contractor.get(project, "")
    peers = [one for one in books.ended_before(day, contractor=name) if one[1] != project] if name else []
    district = books.ended_before(day)
    return Situation(
        project=project,
        day=day,
        start=row.start,
        finish=books.due(project, at_ms=None if now_ms is not None else at_ms, known_ms=at_ms),
        plan_bp=judged.plan_bp if judged else None,
        gap_bp=judged.gap_bp if judged else None,
        gaps=_gaps(connection, project, at_ms) if judged else (),
        spi_t_bp=judged.spi_t_bp if judged else None,
        cpi_bp=judged.cpi_bp if judged else None,
        sigma_bp=judged.sigma_bp if judged else None,
        coverage_bp=judged.coverage_bp if judged else None,
        quality_bp=_newest(books.quality.get(row.unit_zh, ()), before=day),
        pay_gap_bp=judged.pay_gap_bp if judged else None,
        permits=_missing(books, project, day),
        contractor=name,
        closed=len(peers),
        closed_late=sum(late for _, _, late in peers),
        district_late_bp=sum(late for _, _, late in district) * 10_000 // len(district) if district else None,
        eac_fen=judged.eac_fen if judged else None,
        budget_fen=books.budget_fen(project, before=day),
        forecast=judged.forecast if judged else None,
    )


def history(connection: Connection, books: Books, *, today: date) -> tuple[list[Example], list[Course]]:
    """Completed projects on three days of their planned time, before they were completed, with what became of them."""
    closed = sorted(
        (day, project) for project, day in books.completed.items() if day <= today and project in books.projects
    )
    examples: list[Example] = []
    courses: list[Course] = []
    for completed, project in closed[-CLOSED_MAX:]:
        for day in _looks(books, project, completed):
            found = situation_of(connection, books, project, day=day)
            if found.gap_bp is None:
                continue  # nobody judged it then
            at_ms = to_ms(midnight(day + timedelta(days=1))) - 1
            examples.append(
                Example(
                    situation=found,
                    closed_on=completed,
                    late=completed > books.due(project, at_ms=at_ms),
                    over=over_budget(books, project, found.budget_fen, today=today),
                )
            )
            if found.forecast is not None:
                courses.append(
                    Course(
                        project=project,
                        forecast_days=(found.forecast - day).days,
                        actual_days=(completed - day).days,
                    )
                )
    return examples, courses


def over_budget(books: Books, project: str, budget_fen: int, *, today: date) -> bool | None:
    """Whether more was paid in the end than was approved; None while payments may still come, or without a ledger."""
    settled = project in books.settled or (today - books.completed[project]).days >= _SETTLED_DAYS
    paid = sum(amount for _, kind, amount in books.money.get(project, ()) if kind == "pay")
    if not settled or paid <= 0 or budget_fen <= 0:
        return None
    return paid > budget_fen


def _looks(books: Books, project: str, completed: date) -> Iterable[date]:
    start = books.projects[project].start
    planned = (books.due(project, at_ms=0, known_ms=0) - start).days
    for share in SHARES_BP:
        day = start + timedelta(days=planned * share // 10_000)
        if day < completed:
            yield day


def _judged(connection: Connection, project: str, until_ms: int) -> Row[Any] | None:
    return connection.execute(_JUDGED, {"of": project, "until_ms": until_ms, "after_ms": until_ms - _FRESH_MS}).first()


def _gaps(connection: Connection, project: str, at_ms: int) -> tuple[tuple[int, int], ...]:
    found = []
    for back in _BACK_DAYS:
        row = _judged(connection, project, at_ms - back * 86_400_000)
        if row is not None:
            found.append((back, int(row.gap_bp)))
    return tuple(found)


def _missing(books: Books, project: str, day: date) -> tuple[str, ...]:
    events = [event for event in books.permits.get(project, ()) if event.day <= day]
    return tuple(sorted(event.permit for event in missing(events, day)))


def _newest(months: Sequence[tuple[date, int]], *, before: date) -> int | None:
    """Of months by date, the value of the newest that had ended and was frozen before a day."""
    found = [value for month, value in months if _over(month, before)]
    return found[-1] if found else None


def _over(month: date, day: date) -> bool:
    return next_month(month) <= day


def _versions(connection: Connection, ids: Sequence[str] | None) -> dict[str, list[_Version]]:
    found: dict[str, list[_Version]] = defaultdict(list)
    wanted = select(_DECISION.c.project, _DECISION.c.finish, _DECISION.c.decided_at)
    wanted = _only(wanted, _DECISION.c.project, ids)
    for row in connection.execute(wanted.order_by(_DECISION.c.project, _DECISION.c.version)):
        found[row.project].append(_Version(finish=row.finish, decided_ms=row.decided_at))
    return found


def _standstills(connection: Connection, ids: Sequence[str] | None) -> dict[str, list[_Standstill]]:
    found: dict[str, list[_Standstill]] = defaultdict(list)
    wanted = select(_PAUSE.c.project, _PAUSE.c.first, _PAUSE.c.last, _PAUSE.c.decided_at)
    wanted = _only(wanted, _PAUSE.c.project, ids)
    for row in connection.execute(wanted.where(_PAUSE.c.state == "approved").order_by(_PAUSE.c.id)):
        found[row.project].append(_Standstill(days=(row.last - row.first).days + 1, approved_ms=row.decided_at or 0))
    return found


def _completed(connection: Connection, ids: Sequence[str] | None) -> dict[str, date]:
    wanted = select(_EVENT.c.project, _EVENT.c.day).where(_EVENT.c.kind == "completed")
    rows = connection.execute(_only(wanted, _EVENT.c.project, ids).order_by(_EVENT.c.noted_at, _EVENT.c.id))
    return {row.project: row.day for row in rows}


def _settled(connection: Connection, ids: Sequence[str] | None) -> frozenset[str]:
    wanted = select(_ACT.c.project).where(_ACT.c.stage == "settled", _ACT.c.state == "approved")
    return frozenset(connection.execute(_only(wanted, _ACT.c.project, ids)).scalars())


def _permits(connection: Connection, ids: Sequence[str] | None) -> dict[str, list[PermitEvent]]:
    found: dict[str, list[PermitEvent]] = defaultdict(list)
    for row in connection.execute(_only(select(_PERMIT), _PERMIT.c.project, ids).order_by(_PERMIT.c.id)):
        found[row.project].append(
            PermitEvent(permit=row.permit, state=row.state, day=row.day, ref=row.ref, note=row.note)
        )
    return found


def _quality(connection: Connection) -> dict[str, list[tuple[date, int]]]:
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    wanted = select(_QUALITY.c.unit, _QUALITY.c.month, _QUALITY.c.total_bp).where(_QUALITY.c.total_bp.is_not(None))
    for row in connection.execute(wanted.order_by(_QUALITY.c.month)):
        found[row.unit].append((row.month, row.total_bp))
    return found


def _money(connection: Connection, ids: Sequence[str] | None) -> dict[str, list[tuple[date, str, int]]]:
    found: dict[str, list[tuple[date, str, int]]] = defaultdict(list)
    keys = MONTH.c.project, MONTH.c.month, MONTH.c.kind
    wanted = select(*keys, func.sum(MONTH.c.amount_fen)).where(
        MONTH.c.dimension == "line", MONTH.c.kind.in_(("budget", "pay"))
    )
    for project, month, kind, amount in connection.execute(
        _only(wanted, MONTH.c.project, ids).group_by(*keys).order_by(*keys)
    ):
        found[project].append((month, kind, int(amount)))
    return found


def _contractors(connection: Connection, project: str | None) -> dict[str, str]:
    """Who builds the largest lot of each plan in force, by name; of one project's contractor only when it is named.

    Plans without lots are left out.
    """
    wanted = (
        select(_PLAN.c.project, _PLAN.c.document)
        .join(_PROJECT, (_PROJECT.c.id == _PLAN.c.project) & (_PROJECT.c.plan_version == _PLAN.c.version))
        .where(_PLAN.c.document.contains('"contractor"'))
    )
    if project is None:
        return _builders(connection.execute(wanted))
    mine = _builders(connection.execute(wanted.where(_PLAN.c.project == project))).get(project)
    if mine is None:
        return {}
    spelled = f'"contractor":{json.dumps(mine, ensure_ascii=False)}'  # as `save_plan` spells it
    theirs = _builders(connection.execute(wanted.where(_PLAN.c.document.contains(spelled, autoescape=True))))
    return {one: name for one, name in theirs.items() if name == mine}


def _builders(rows: Iterable[Row[Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        document = json.loads(row.document)
        lots = [lot for lot in document.get("lots") or () if isinstance(lot, dict) and lot.get("contractor")]
        if lots:
            largest = max(lots, key=lambda lot: (lot.get("contract_fen") or 0, str(lot["contractor"])))
            found[row.project] = str(largest["contractor"])
    return found
