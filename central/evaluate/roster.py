"""Who sits where: one list of roles, asked for whole units and projects without going back to the database. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from central.mending.routing import Holder

_OF_UNIT = ("dept_head", "section", "clerk", "project_owner")
_OF_PROJECT = ("project_owner", "section", "clerk", "dept_head")
_OUTSIDE = frozenset(
    {"third_party", "finance", "auditor", "discipline", "supervisor", "inspector", "public", "visitor"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Active persons with their roles by scope; `stewards` are the performance stewards (绩效专员) of units."""

    holders: Mapping[tuple[str, str], tuple[Holder, ...]]
    stewards: Mapping[str, str] = field(default_factory=dict)

    def of_unit(self, unit: str) -> str:
        """The one who answers for a unit: its steward, else its head, section or clerk; '' = nobody sits there."""
        known = self.holders.get(("unit", unit), ())
        steward = self.stewards.get(unit, "")
        if steward and any(holder.person == steward for holder in known):
            return steward
        return _first(known, _OF_UNIT)

    def head_of(self, unit: str) -> str:
        """The head of a unit, else who answers for it."""
        return _first(self.holders.get(("unit", unit), ()), ("dept_head",)) or self.of_unit(unit)

    def of_project(self, project: str, *, unit: str) -> str:
        """The one who answers for a project: its owner, else who answers for its unit."""
        return _first(self.holders.get(("project", project), ()), _OF_PROJECT) or self.of_unit(unit)

    def with_role(self, role: str) -> tuple[str, ...]:
        """Everybody who has a role in the whole district, sorted."""
        return tuple(sorted({one.person for one in self.holders.get(("district", ""), ()) if one.role == role}))

    def roles_in(self, person: str, kind: str, scope: str) -> frozenset[str]:
        """The roles of a person in one scope."""
        return frozenset(one.role for one in self.holders.get((kind, scope), ()) if one.person == person)

    def roles_of(self, person: str) -> frozenset[tuple[str, str, str]]:
        """Every (role, kind, scope) of a person."""
        return frozenset(
            (one.role, one.kind, one.scope) for known in self.holders.values() for one in known if one.person == person
        )

    def insiders(self, *, unit: str, project: str = "") -> frozenset[str]:
        """Who works for the assessed: everybody with a role in the unit, and on the project whoever builds or runs it;
        finance, audit and third parties look at it from outside."""
        of_unit = {one.person for one in self.holders.get(("unit", unit), ())}
        on_project = self.holders.get(("project", project), ()) if project else ()
        return frozenset(of_unit | {one.person for one in on_project if one.role not in _OUTSIDE})


def roster(holders: Iterable[Holder], stewards: Mapping[str, str] | None = None) -> Roster:
    """The roster of these holders."""
    found: dict[tuple[str, str], list[Holder]] = {}
    for holder in holders:
        found.setdefault((holder.kind, holder.scope), []).append(holder)
    return Roster(holders={scope: tuple(known) for scope, known in found.items()}, stewards=dict(stewards or {}))


def _first(holders: Iterable[Holder], roles: tuple[str, ...]) -> str:
    """The person with the first of these roles that anybody has, by name."""
    known = tuple(holders)
    return next((min(one.person for one in known if one.role == role) for role in roles if _any(known, role)), "")


def _any(holders: tuple[Holder, ...], role: str) -> bool:
    return any(holder.role == role for holder in holders)
