"""In which seats the caller sits at a place, and which places he sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, Select

from central.api.access import Access, place_of
from central.api.policy import Action, Grant, Place, covers, district_wide, usable
from central.mending.who import Actor
from central.store.read_inbox import projects_within
from central.store.tables import Project

_KINDS = ("unit", "street", "project")


def actor_on(access: Access, project: Project) -> Actor:
    """The caller with the seats that his grants give him on a project."""
    return actor_at(access.username, access.grants, place_of(project))


def actor_at(person: str, grants: Iterable[Grant], place: Place) -> Actor:
    """A person with the seats that these grants give him at a place; a leader of the district is district_leader."""
    near = [grant for grant in grants if covers((grant,), place=place)]
    seats = {grant.role for grant in near}
    if any(grant.role == "leader" and grant.kind == "district" for grant in near):
        seats.add("district_leader")
    return Actor(person=person, seats=frozenset(seats))


def visible_projects(
    connection: Connection, access: Access, *, roles: frozenset[str] | None = None
) -> list[str] | None:
    """Ids of the projects that the caller's grants (of these roles) reach, sorted; None = all of the district."""
    within = reach(access, roles=roles)
    return None if within is None else sorted(connection.execute(within).scalars())


def reach(access: Access, *, roles: frozenset[str] | None = None) -> Select[tuple[str]] | None:
    """The same as a query, for others to ask within."""
    grants = tuple(grant for grant in access.grants if roles is None or grant.role in roles)
    if district_wide(grants):
        return None
    scopes = {kind: sorted({grant.scope for grant in grants if grant.kind == kind}) for kind in _KINDS}
    return projects_within(units=scopes["unit"], streets=scopes["street"], projects=scopes["project"])


def granted(access: Access, action: Action) -> Access:
    """The same caller with those of the grants only that allow another action too: for what a page offers of it."""
    return replace(access, grants=usable(access.grants, action=action))


def units_of(access: Access) -> list[str]:
    """Units that the caller has a grant for."""
    return sorted({grant.scope for grant in access.grants if grant.kind == "unit"})
