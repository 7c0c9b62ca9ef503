"""Who somebody is where people are judged: roles for the district, units that are his own, whose people are whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from central.domain import Subject
from central.evaluate.appeal import Seat
from central.store import tables
from central.store.upsert import table_of

_USER, _GRANT = table_of(tables.User), table_of(tables.Grant)
_PROJECT, _UNIT = table_of(tables.Project), table_of(tables.OrgUnit)
_DISTRICT_DEPTH = 1
_SPEAK = frozenset({"clerk", "section", "dept_head", "project_owner"})


def seat_of(connection: Connection, person: str, *, at_ms: int) -> Seat:
    """All that an active person holds at that time; a project's people are of its unit, a section's of what is above
    it up to the district, which is everybody's."""
    rows = connection.execute(_held(at_ms).where(_USER.c.username == person)).all()
    units = _of_projects(connection, [row.scope for row in rows if row.scope_kind == "project"])
    held = [(row.role, row.scope if row.scope_kind == "unit" else units.get(row.scope, "")) for row in rows]
    own = {unit for _, unit in held if unit}
    heads = {row.scope for row in rows if row.role == "dept_head" and row.scope_kind == "unit"}
    above = _above(connection)
    return Seat(
        person=person,
        everywhere=frozenset(row.role for row in rows if row.scope_kind == "district"),
        units=frozenset(own | {name for unit in own for name in above.get(unit, ())}),
        speaks=frozenset(unit for role, unit in held if unit and role in _SPEAK),
        below=frozenset(name for name, upper in above.items() if heads.intersection(upper)),
    )


def positions_in(connection: Connection, person: str, unit: str, *, at_ms: int) -> frozenset[str]:
    """The roles somebody has in a unit itself."""
    held = _held(at_ms).where(_USER.c.username == person, _GRANT.c.scope_kind == "unit", _GRANT.c.scope == unit)
    return frozenset(row.role for row in connection.execute(held))


def unit_of(connection: Connection, subject: Subject, *, at_ms: int) -> str | None:
    """The unit whose people are assessed with a subject; None where there is no such unit, project or person."""
    match subject.kind:
        case "unit":
            known = (
                select(_UNIT.c.id).where(_UNIT.c.name_zh == subject.id),
                select(_GRANT.c.id).where(_GRANT.c.scope_kind == "unit", _GRANT.c.scope == subject.id),
                select(_PROJECT.c.id).where(_PROJECT.c.unit_zh == subject.id),
            )
            return subject.id if any(connection.execute(one.limit(1)).first() for one in known) else None
        case "project":
            return connection.execute(select(_PROJECT.c.unit_zh).where(_PROJECT.c.id == subject.id)).scalar()
        case "person":
            return units_of_persons(connection, [subject.id], at_ms=at_ms).get(subject.id)
    return None


def units_of_persons(connection: Connection, persons: Iterable[str], *, at_ms: int) -> Mapping[str, str]:
    """The unit of each active person who is there: the first of his grants for a unit, '' without one."""
    wanted = sorted(set(persons))
    rows = connection.execute(
        select(_USER.c.username, _GRANT.c.scope)
        .join(_GRANT, and_(_GRANT.c.user == _USER.c.id, _GRANT.c.scope_kind == "unit", _valid(at_ms)), isouter=True)
        .where(_USER.c.username.in_(wanted), _USER.c.active.is_(True))
        .order_by(_USER.c.username, _GRANT.c.id)
    )
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.username, row.scope or "")
    return found


def units_of_subjects(connection: Connection, subjects: Iterable[Subject], *, at_ms: int) -> Mapping[Subject, str]:
    """The unit of each of them, '' where none is known; three queries, however many they are."""
    wanted = set(subjects)
    persons = units_of_persons(connection, (one.id for one in wanted if one.kind == "person"), at_ms=at_ms)
    projects = {
        row.id: row.unit_zh for row in connection.execute(select(_PROJECT.c.id, _PROJECT.c.unit_zh))
    } if any(one.kind == "project" for one in wanted) else {}  # fmt: skip
    of_kind: Mapping[str, Mapping[str, str]] = {"person": persons, "project": projects}
    return {one: one.id if one.kind == "unit" else of_kind.get(one.kind, {}).get(one.id, "") for one in wanted}


def roles_of_persons(connection: Connection, persons: Iterable[str], *, at_ms: int) -> Mapping[str, frozenset[str]]:
    """Every role that each of these persons holds, anywhere."""
    rows = connection.execute(_held(at_ms).where(_USER.c.username.in_(sorted(set(persons)))))
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.username, set()).add(row.role)
    return {person: frozenset(roles) for person, roles in found.items()}


def holders_of(connection: Connection, role: str, *, at_ms: int) -> tuple[str, ...]:
    """Everybody who has a role for the whole district."""
    held = _held(at_ms).where(_GRANT.c.role == role, _GRANT.c.scope_kind == "district")
    return tuple(dict.fromkeys(row.username for row in connection.execute(held)))


def people_of_unit(connection: Connection, unit: str, *, at_ms: int) -> tuple[str, ...]:
    """Everybody who has a role in a unit itself."""
    held = _held(at_ms).where(_GRANT.c.scope_kind == "unit", _GRANT.c.scope == unit)
    return tuple(dict.fromkeys(row.username for row in connection.execute(held)))


def heads_above(connection: Connection, unit: str, *, at_ms: int) -> tuple[str, ...]:
    """The heads of the units above a unit of the organisation."""
    upper = _above(connection).get(unit, ())
    held = _held(at_ms).where(
        _GRANT.c.role == "dept_head", _GRANT.c.scope_kind == "unit", _GRANT.c.scope.in_(upper)
    )  # fmt: skip
    return tuple(dict.fromkeys(row.username for row in connection.execute(held)))


def _of_projects(connection: Connection, projects: list[str]) -> Mapping[str, str]:
    if not projects:
        return {}
    rows = connection.execute(select(_PROJECT.c.id, _PROJECT.c.unit_zh).where(_PROJECT.c.id.in_(projects)))
    return {row.id: row.unit_zh for row in rows}


def _above(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Names of the units above each unit of the organisation, the district left out."""
    rows = connection.execute(select(_UNIT.c.id, _UNIT.c.parent, _UNIT.c.name_zh, _UNIT.c.depth)).all()
    by_id = {row.id: row for row in rows}
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        names: list[str] = []
        parent = by_id.get(row.parent)
        while parent is not None and parent.depth > _DISTRICT_DEPTH:
            names.append(parent.name_zh)
            parent = by_id.get(parent.parent)
        found[row.name_zh] = tuple(names)
    return found


def _held(at_ms: int) -> Select[tuple[str, str, str, str]]:
    return (
        select(_USER.c.username, _GRANT.c.role, _GRANT.c.scope_kind, _GRANT.c.scope)
        .join(_GRANT, _GRANT.c.user == _USER.c.id)
        .where(_USER.c.active.is_(True), _valid(at_ms))
        .order_by(_USER.c.username, _GRANT.c.id)
    )


def _valid(at_ms: int) -> ColumnElement[bool]:
    return and_(_GRANT.c.valid_from_at <= at_ms, or_(_GRANT.c.valid_to_at.is_(None), _GRANT.c.valid_to_at > at_ms))
