"""Who is told of a case, by level: the nearest holders of each seat (domain.md §4.6). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from central.domain import Level

Seat = Literal["project_owner", "leader", "dept_head", "district_leader", "finance", "discipline"]

ROUTES: Mapping[Level, tuple[Seat, ...]] = {
    "blue": ("project_owner",),
    "yellow": ("project_owner", "leader", "dept_head"),
    "red": ("project_owner", "leader", "dept_head", "district_leader", "finance"),
}
NEXT: Mapping[Level, Seat] = {"blue": "leader", "yellow": "district_leader", "red": "discipline"}
"""Who is told, once, when nobody of a level's route acknowledged in time."""

_NEARNESS = {"project": 0, "unit": 1, "street": 1, "district": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person with a role in a scope: `kind` project, unit, street or district (scope '')."""

    person: str
    role: str
    kind: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a project belongs."""

    project: str
    unit: str
    street: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Told:
    """A person who is told, and in which seat."""

    person: str
    seat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Whom a level's route reaches, each person once, and the seats nobody sits in."""

    told: tuple[Told, ...]
    vacant: tuple[Seat, ...]


def routed(level: Level, holders: Iterable[Holder], site: Site) -> Route:
    """Everybody who is told of a warning of this level; who has two seats is told in the first."""
    known = tuple(holders)
    told: dict[str, Told] = {}
    vacant: list[Seat] = []
    for seat in ROUTES[level]:
        persons = seated(seat, known, site)
        if not persons:
            vacant.append(seat)
        for person in persons:
            told.setdefault(person, Told(person=person, seat=seat))
    return Route(told=tuple(told.values()), vacant=tuple(vacant))


def seated(seat: Seat, holders: Iterable[Holder], site: Site) -> tuple[str, ...]:
    """Who has the seat for a project: of those whose grant reaches it the nearest; sorted.

    A leader of the whole district is the district leader, and the supervising leader where there is no nearer one.
    """
    role = "leader" if seat == "district_leader" else seat
    reaching = [holder for holder in holders if holder.role == role and _reaches(holder, site)]
    if seat == "district_leader":
        return tuple(sorted({holder.person for holder in reaching if holder.kind == "district"}))
    nearest = min((_NEARNESS[holder.kind] for holder in reaching), default=None)
    return tuple(sorted({holder.person for holder in reaching if _NEARNESS[holder.kind] == nearest}))


def of_department(department: str, holders: Iterable[Holder]) -> tuple[str, ...]:
    """Who answers for a department that must coordinate: its head, sections and clerks; sorted."""
    roles = ("dept_head", "section", "clerk")
    return tuple(sorted({h.person for h in holders if h.kind == "unit" and h.scope == department and h.role in roles}))


def _reaches(holder: Holder, site: Site) -> bool:
    place = {"project": site.project, "unit": site.unit, "street": site.street, "district": ""}
    return holder.kind in place and holder.scope == place[holder.kind]
