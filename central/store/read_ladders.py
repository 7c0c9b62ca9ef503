"""Reads the profiles of ladders there are, and which of them is in force where and since when."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from central.rules.in_force import LaddersInForce, Switch, in_force
from central.rules.ladder import DEFAULT, PROFILES, LadderProfile
from central.rules.profile_document import profile_of
from central.store import tables
from central.store.instants import from_ms
from central.store.upsert import table_of

_PROFILE, _SWITCH = table_of(tables.LadderProfile), table_of(tables.LadderSwitch)
DISTRICT = ""
ASKED_FOR_MAX = 500  # above it all switches are read: there are few


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Who imported a profile, and when (ms); None for one that is shipped."""

    profile: LadderProfile
    by: str | None
    noted_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedSwitch:
    """A switch as it was noted. `scope` '' is the district; `name` '' = the project follows the district again."""

    scope: str
    name: str
    version: int
    since_ms: int
    reason: str
    by: str


def profiles(connection: Connection) -> list[Imported]:
    """Every version of every profile, by name and version: those shipped and those imported."""
    shipped = [Imported(profile=profile, by=None, noted_ms=None) for profile in PROFILES.values()]
    imported = [
        Imported(profile=_parsed(row.document), by=row.by, noted_ms=row.noted_at)
        for row in connection.execute(select(_PROFILE))
    ]
    return sorted((*shipped, *imported), key=lambda one: (one.profile.name, one.profile.version))


def find_profile(connection: Connection, name: str, version: int | None = None) -> LadderProfile | None:
    """A version of a profile, its newest when none is named; None when there is none."""
    found = {one.profile.version: one.profile for one in profiles(connection) if one.profile.name == name}
    return found.get(max(found, default=0) if version is None else version)


def switches(connection: Connection, scopes: Iterable[str] | None = None) -> list[NotedSwitch]:
    """Switches of these scopes, or all, in the order in which they were noted."""
    wanted = select(_SWITCH).order_by(_SWITCH.c.id)
    if scopes is not None:
        wanted = wanted.where(_SWITCH.c.scope.in_(sorted(scopes)))
    return [
        NotedSwitch(
            scope=row.scope,
            name=row.name,
            version=row.version,
            since_ms=row.since_at,
            reason=row.reason,
            by=row.by,
        )
        for row in connection.execute(wanted)
    ]


def ladders_of(connection: Connection, project_id: str) -> LaddersInForce:
    """By which profile a project is judged, at any instant. The shipped default where nobody ever switched."""
    return ladders_of_each(connection, [project_id])[project_id]


def ladders_of_each(connection: Connection, project_ids: Collection[str]) -> dict[str, LaddersInForce]:
    """The same of several projects, in two queries however many they are."""
    noted = switches(connection, (DISTRICT, *project_ids) if len(project_ids) <= ASKED_FOR_MAX else None)
    if not noted:
        return dict.fromkeys(project_ids, LaddersInForce())
    known = {(one.profile.name, one.profile.version): one.profile for one in profiles(connection)}
    by_scope: dict[str, list[Switch]] = defaultdict(list)
    for one in noted:
        profile = known[one.name, one.version] if one.name else None
        by_scope[one.scope].append(Switch(since=from_ms(one.since_ms), profile=profile))
    everybody = in_force(by_scope[DISTRICT])
    return {
        project: in_force(by_scope[DISTRICT], by_scope[project]) if project in by_scope else everybody
        for project in project_ids
    }


def _parsed(document: str) -> LadderProfile:
    """A stored profile; rules that are younger than it are judged by the shipped default."""
    return profile_of(json.loads(document), missing=DEFAULT.ladders)
