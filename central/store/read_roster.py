"""Reads who sits where at a time, in one query."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from central.evaluate.roster import Roster, roster
from central.mending.routing import Holder
from central.store import tables
from central.store.upsert import table_of

_USER, _GRANT, _UNIT = table_of(tables.User), table_of(tables.Grant), table_of(tables.OrgUnit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What one act asks about: everybody with a role in these units and the project, and every role of one person."""

    units: tuple[str, ...]
    project: str = ""
    person: str = ""


def roster_at(connection: Connection, *, at_ms: int, near: Near | None = None) -> Roster:
    """Every active person's roles that hold at a time, and the stewards of units; with `near` only those it names."""
    held = (
        select(_USER.c.username, _GRANT.c.role, _GRANT.c.scope_kind, _GRANT.c.scope)
        .join(_GRANT, _GRANT.c.user == _USER.c.id)
        .where(
            _USER.c.active.is_(True),
            _GRANT.c.valid_from_at <= at_ms,
            or_(_GRANT.c.valid_to_at.is_(None), _GRANT.c.valid_to_at > at_ms),
        )
        .order_by(_USER.c.username, _GRANT.c.id)
    )
    if near is not None:
        held = held.where(or_(*_near(near)))
    stewards = select(_UNIT.c.name_zh, _UNIT.c.steward).where(_UNIT.c.steward != "")
    return roster(
        [
            Holder(person=person, role=role, kind=kind, scope=scope)
            for person, role, kind, scope in connection.execute(held)
        ],
        {row.name_zh: row.steward for row in connection.execute(stewards)},
    )


def _near(near: Near) -> list[ColumnElement[bool]]:
    return [
        and_(_GRANT.c.scope_kind == "unit", _GRANT.c.scope.in_(near.units)),
        and_(_GRANT.c.scope_kind == "project", _GRANT.c.scope == near.project),
        _USER.c.username == near.person,
    ]
