"""Read queries behind the desk of warnings: who has what to do, filtered and paged by the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select, true

from central.store import tables
from central.store.upsert import table_of

_CASE, _TOLD, _PROJECT = table_of(tables.MendingCase), table_of(tables.CaseTold), table_of(tables.Project)
_MEASURE = table_of(tables.Rectification)
_RANK = case({"red": 0, "yellow": 1}, value=_CASE.c.level, else_=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """What is looked for; empty = everything. `projects` None = the whole district, else ids or a query for them;
    `person` asks for `mine`."""

    person: str
    now_ms: int
    projects: Sequence[str] | Select[tuple[str]] | None = None
    states: Sequence[str] = ()
    levels: Sequence[str] = ()
    rules: Sequence[str] = ()
    project: str | None = None
    unit: str | None = None
    street: str | None = None
    cause: str | None = None
    mine: str | None = None
    verify_in: Sequence[str] | Select[tuple[str]] | None = None
    overdue: bool = False
    group: str = "active"
    ended_since_ms: int | None = None


def inbox_page(connection: Connection, wanted: InboxFilter, *, sort: str, limit: int, offset: int) -> list[Row[Any]]:
    """Rows of cases (id, warning), by level or by due time."""
    by_due = (_CASE.c.due_at.is_(None), _CASE.c.due_at)
    orders: dict[str, tuple[Any, ...]] = {
        "level": (_RANK, *by_due, _CASE.c.id.desc()),
        "due": (*by_due, _RANK, _CASE.c.id.desc()),
        "newest": (_CASE.c.id.desc(),),
    }
    columns = select(_CASE.c.id, _CASE.c.warning).select_from(_joined()).where(*_conditions(wanted))
    return list(connection.execute(columns.order_by(*orders[sort]).limit(limit).offset(offset)))


def inbox_count(connection: Connection, wanted: InboxFilter) -> int:
    """How many cases pass."""
    counted: Select[Any] = select(func.count()).select_from(_joined()).where(*_conditions(wanted))
    return int(connection.execute(counted).scalar_one())


def inbox_counts(connection: Connection, wanted: Mapping[str, InboxFilter]) -> dict[str, int]:
    """How many cases pass each of these filters, by its name; they look at the same `projects`.

    Cases that are going on are looked at once however many filters ask of them; those that have ended grow with the
    years and are asked for one by one, each by its state.
    """
    going_on = {name: one for name, one in wanted.items() if one.group == "active" and not one.states}
    found: dict[str, int] = {}
    if going_on:
        first, *_ = going_on.values()
        counted = [func.count(case((and_(true(), *_which(one)), 1))).label(name) for name, one in going_on.items()]
        statement = select(*counted).select_from(_joined()).where(_CASE.c.ended_at.is_(None), *_within(first))
        found |= {name: int(count) for name, count in connection.execute(statement).one()._mapping.items()}
    return found | {name: inbox_count(connection, one) for name, one in wanted.items() if name not in going_on}


def projects_with_places(connection: Connection) -> list[Row[Any]]:
    """(id, unit_zh, street_zh) of every project."""
    return list(connection.execute(select(_PROJECT.c.id, _PROJECT.c.unit_zh, _PROJECT.c.street_zh)))


def projects_within(*, units: Sequence[str], streets: Sequence[str], projects: Sequence[str]) -> Select[tuple[str]]:
    """A query for the ids of the projects of these units and in these streets, and of these."""
    reached = (_PROJECT.c.unit_zh.in_(units), _PROJECT.c.street_zh.in_(streets), _PROJECT.c.id.in_(projects))
    return select(_PROJECT.c.id).where(or_(*reached))


def _joined() -> Any:
    project = _CASE.join(_PROJECT, _PROJECT.c.id == _CASE.c.project)
    return project.outerjoin(_MEASURE, _MEASURE.c.id == _CASE.c.rectification)


def _conditions(wanted: InboxFilter) -> list[ColumnElement[bool]]:
    return [*_within(wanted), *_which(wanted)]


def _within(wanted: InboxFilter) -> list[ColumnElement[bool]]:
    return [] if wanted.projects is None else [_CASE.c.project.in_(wanted.projects)]


def _which(wanted: InboxFilter) -> list[ColumnElement[bool]]:
    """Of the cases within the projects."""
    found: list[ColumnElement[bool]] = []
    for column, values in (
        (_CASE.c.state, wanted.states),
        (_CASE.c.level, wanted.levels),
        (_CASE.c.rule, wanted.rules),
    ):
        if values:
            found.append(column.in_(values))
    for column, value in (
        (_CASE.c.project, wanted.project),
        (_PROJECT.c.unit_zh, wanted.unit),
        (_PROJECT.c.street_zh, wanted.street),
        (_CASE.c.cause, wanted.cause),
    ):
        if value is not None:
            found.append(column == value)
    if not wanted.states and wanted.group != "all":
        found.append(_CASE.c.ended_at.is_(None) if wanted.group == "active" else _CASE.c.ended_at.is_not(None))
    if wanted.ended_since_ms is not None:
        found.append(_CASE.c.ended_at >= wanted.ended_since_ms)
    if wanted.overdue:
        found.append(and_(_CASE.c.due_at.is_not(None), _CASE.c.due_at < wanted.now_ms))
    if wanted.mine is not None:
        found.append(_mine(wanted))
    return found


def _mine(wanted: InboxFilter) -> ColumnElement[bool]:
    told = and_(_TOLD.c.case_id == _CASE.c.id, _TOLD.c.person == wanted.person)
    match wanted.mine:
        case "ack":
            now = and_(told, _TOLD.c.nth == _CASE.c.reopened)  # at whatever level: one that eased waits too
            unread = exists().where(and_(now, _TOLD.c.acknowledged_at.is_(None)))
            return and_(_CASE.c.state.in_(("open", "pushed")), unread)
        case "measure":
            return and_(_CASE.c.state == "acknowledged", exists().where(told))
        case "verify":
            shown = _MEASURE.c.evidence.contains(
                f'"by":{json.dumps(wanted.person, ensure_ascii=False)}', autoescape=True
            )
            others = or_(_MEASURE.c.id.is_(None), and_(_MEASURE.c.person != wanted.person, ~shown))
            where = [] if wanted.verify_in is None else [_CASE.c.project.in_(wanted.verify_in)]
            return and_(_CASE.c.state.in_(("evidence", "recovered")), others, *where)
    return exists().where(told)
