"""Stores profiles of ladders and switches between them. Both are only added to, each with its entry in the trail."""

from __future__ import annotations

import json

from sqlalchemy import Connection, insert

from central.audit.trail import append
from central.errors import LadderRefused
from central.rules.ladder import LadderProfile
from central.rules.profile_document import document_of, profile_of
from central.store import tables
from central.store.load_project import project_ids
from central.store.read_ladders import DISTRICT, NotedSwitch, find_profile, profiles
from central.store.save_seen import mark_dirty
from central.store.upsert import insert_new, table_of

_SWITCH = table_of(tables.LadderSwitch)


def save_profile(connection: Connection, profile: LadderProfile, *, by: str, wall_ms: int) -> bool:
    """Keep a version of a profile; False when it is kept already. The same version with other content is refused.

    So is one that could not be read back (ProfileRefused): by it nobody could be judged.
    """
    profile_of(document_of(profile))
    known = find_profile(connection, profile.name, profile.version)
    if known == profile:
        return False
    label = f"{profile.name} version {profile.version}"
    if known is not None:
        raise LadderRefused(
            f"{label} says something else already", where="ladder profile", expected="a version that is not there yet"
        )
    document = json.dumps(document_of(profile), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = {"name": profile.name, "version": profile.version, "document": document, "by": by, "noted_at": wall_ms}
    insert_new(connection, tables.LadderProfile, [row])
    append(
        connection,
        at_ms=wall_ms,
        actor=by,
        action="ladder.import",
        object_=f"ladder/{profile.name}-{profile.version}",
        detail={"document": document},
    )
    return True


def save_switch(connection: Connection, switch: NotedSwitch, *, wall_ms: int) -> tuple[str, ...]:
    """Note that a scope is judged by another profile from an instant on; the projects to be judged anew are dirty.

    Never for what has been: what was judged by another ladder was judged rightly.
    """
    _check(connection, switch, wall_ms=wall_ms)
    connection.execute(
        insert(_SWITCH).values(
            scope=switch.scope,
            name=switch.name,
            version=switch.version,
            since_at=switch.since_ms,
            reason=switch.reason,
            by=switch.by,
            noted_at=wall_ms,
        )
    )
    touched = tuple(project_ids(connection)) if switch.scope == DISTRICT else (switch.scope,)
    mark_dirty(connection, touched, since_ms=switch.since_ms)
    append(  # the trail's head is locked last: who judges holds its project first
        connection,
        at_ms=wall_ms,
        actor=switch.by,
        action="ladder.switch",
        object_=f"project/{switch.scope}" if switch.scope else "district",
        detail={
            "profile": f"{switch.name}-{switch.version}" if switch.name else "district",
            "since_ms": switch.since_ms,
            "reason": switch.reason,
        },
    )
    return touched


def _check(connection: Connection, switch: NotedSwitch, *, wall_ms: int) -> None:
    if not switch.reason.strip():
        raise _refused("no reason is given", "why it is judged otherwise")
    if switch.since_ms < wall_ms:
        raise _refused("a switch of the past", "now or later: what was judged is not judged again")
    if switch.scope != DISTRICT and switch.scope not in project_ids(connection):
        raise _refused(f"no project {switch.scope!r}", "the id of a project")
    if not switch.name and switch.scope == DISTRICT:
        raise _refused("no profile is named", "a profile for the district")
    if switch.name and find_profile(connection, switch.name, switch.version) is None:
        known = ", ".join(f"{one.profile.name}-{one.profile.version}" for one in profiles(connection))
        raise _refused(f"no profile {switch.name} version {switch.version}", f"one of {known}")


def _refused(what: str, expected: str) -> LadderRefused:
    return LadderRefused(what, where="ladder switch", expected=expected)
