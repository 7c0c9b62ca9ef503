"""Reads rankings, what is known of who is alike, and units that were reorganised."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from central.domain import Subject
from central.evaluate.ranking import Ranking, RankPlace
from central.evaluate.result_policy import ResultPolicy, groups_of
from central.scoring.period import PeriodKind, period_of
from central.store import tables
from central.store.read_seats import roles_of_persons
from central.store.upsert import table_of

_RANKING, _PLACE = table_of(tables.RankingRow), table_of(tables.RankingPlace)
_CHANGE, _UNIT, _PROJECT = table_of(tables.UnitChange), table_of(tables.OrgUnit), table_of(tables.Project)
_LENGTH: Mapping[PeriodKind, int] = {"month": len("2025-03"), "quarter": len("2025-Q1"), "year": len("2025")}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRanking:
    """A ranking as it was stored; `made_ms` in ms UTC."""

    id: int
    ranking: Ranking
    sha256: str
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorganised:
    """A unit was founded, merged or split on a day."""

    id: int
    unit: str
    day: date
    kind: str
    reason: str
    noted_by: str


def rankings_of(
    connection: Connection, *, group: str = "", period: str = "", kind: PeriodKind | None = None
) -> tuple[StoredRanking, ...]:
    """Rankings by period and group, of one group, one period or one kind of period where told."""
    where: list[ColumnElement[bool]] = []
    if group:
        where.append(_RANKING.c.group_id == group)
    if period:
        where.append(_RANKING.c.period == period)
    if kind is not None:
        where.append(func.length(_RANKING.c.period) == _LENGTH[kind])
        if kind != "year":
            quarters = _RANKING.c.period.contains("Q")
            where.append(quarters if kind == "quarter" else ~quarters)
    return _stored(connection, *where)


def ranking_numbered(connection: Connection, number: int) -> StoredRanking | None:
    """One of them."""
    found = _stored(connection, _RANKING.c.id == number)
    return found[0] if found else None


def rankings_with(connection: Connection, subject: Subject) -> tuple[StoredRanking, ...]:
    """Every ranking that a subject is in, by period."""
    same = _PLACE.c.subject_kind == subject.kind, _PLACE.c.subject == subject.id
    return _stored(connection, _RANKING.c.id.in_(select(_PLACE.c.ranking).where(*same)))


def groups_now(
    connection: Connection, policy: ResultPolicy, subjects: Iterable[Subject], *, at_ms: int
) -> dict[Subject, str]:
    """The group of each subject by the organisation and the roles of that time."""
    wanted = tuple(subjects)
    kinds: dict[str, set[str]] = {}
    for row in connection.execute(select(_UNIT.c.name_zh, _UNIT.c.kind)):
        kinds.setdefault(row.name_zh, set()).add(row.kind)
    persons = [one.id for one in wanted if one.kind == "person"]
    roles = roles_of_persons(connection, persons, at_ms=at_ms) if persons else {}
    return groups_of(policy, wanted, kinds={name: frozenset(found) for name, found in kinds.items()}, roles=roles)


def reorganised(connection: Connection) -> tuple[Reorganised, ...]:
    """Every change of a unit, oldest first."""
    rows = connection.execute(select(_CHANGE).order_by(_CHANGE.c.id))
    return tuple(
        Reorganised(id=row.id, unit=row.unit, day=row.day, kind=row.kind, reason=row.reason, noted_by=row.noted_by)
        for row in rows
    )


def changed_units(connection: Connection) -> dict[Subject, date]:
    """The last day on which each unit was reorganised."""
    found: dict[Subject, date] = {}
    for one in reorganised(connection):
        unit = Subject(kind="unit", id=one.unit)
        found[unit] = max(one.day, found.get(unit, one.day))
    return found


def budgets_fen(connection: Connection) -> dict[Subject, int]:
    """The budget of every project, and of every unit that of its projects together."""
    found: dict[Subject, int] = {}
    for row in connection.execute(select(_PROJECT.c.id, _PROJECT.c.unit_zh, _PROJECT.c.budget_fen)):
        unit = Subject(kind="unit", id=row.unit_zh)
        found[Subject(kind="project", id=row.id)] = row.budget_fen
        found[unit] = found.get(unit, 0) + row.budget_fen
    return found


def _stored(connection: Connection, *where: ColumnElement[bool]) -> tuple[StoredRanking, ...]:
    rows = connection.execute(select(_RANKING).where(*where).order_by(_RANKING.c.period, _RANKING.c.group_id)).all()
    places: dict[int, list[Any]] = {}
    wanted = select(_PLACE).where(_PLACE.c.ranking.in_(select(_RANKING.c.id).where(*where)))
    for place in connection.execute(wanted.order_by(_PLACE.c.rank, _PLACE.c.subject_kind, _PLACE.c.subject)):
        places.setdefault(place.ranking, []).append(place)
    return tuple(
        StoredRanking(
            id=row.id,
            ranking=Ranking(
                group=row.group_id,
                period=period_of(row.period),
                policy=row.policy,
                state=row.state,
                places=tuple(_place(place) for place in places.get(row.id, ())),
            ),
            sha256=row.sha256,
            made_ms=row.made_at,
        )
        for row in rows
    )


def _place(row: Any) -> RankPlace:
    return RankPlace(
        subject=Subject(kind=row.subject_kind, id=row.subject),
        points_e9=row.points_e9,
        rank=row.rank,
        first=row.first,
        last=row.last,
        top=row.top,
        bottom=row.bottom,
        refs=tuple(json.loads(row.refs)),
    )
