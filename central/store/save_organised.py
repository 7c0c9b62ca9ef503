"""Stores the organisation and programmes: each a new version of the whole, the old ones stay."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from central.audit.trail import append
from central.lifecycle.organisation import OrganisationTree
from central.lifecycle.programmes import Programme
from central.lifecycle.refused import ActRefused
from central.store import tables
from central.store.read_organised import stored_organisation, units_of_projects
from central.store.save_audit import lock_head
from central.store.save_plan import spelled_plan
from central.store.upsert import insert_new, table_of

_ORGANISATION, _UNIT = table_of(tables.Organisation), table_of(tables.OrgUnit)
_PROGRAMME = table_of(tables.Programme)


def save_organisation(connection: Connection, tree: OrganisationTree, *, by: str, now_ms: int) -> int:
    """The version the tree was stored as; the same again gives the version it has.

    ActRefused when a project is of a unit that is not there any more. Two who store one at once take turns.
    """
    lock_head(connection)
    spelled, digest = spelled_plan(tree.document)
    version, known = stored_organisation(connection)
    if known == digest:
        return version
    gone = _left_behind(connection, {unit.id for unit in tree.units})
    if gone:
        what = ", ".join(f"{unit} with project {project}" for project, unit in gone[:5])
        raise ActRefused(what, where="units", expected="the units of every project, or plans that name others first")
    version += 1
    row = {"version": version, "document": spelled, "sha256": digest, "set_by": by, "set_at": now_ms}
    connection.execute(insert(_ORGANISATION).values(**row))
    connection.execute(delete(_UNIT))
    rows = [
        {
            "id": unit.id,
            "parent": unit.parent,
            "kind": unit.kind,
            "name_zh": unit.name.zh,
            "name_en": unit.name.en,
            "steward": unit.steward,
            "depth": unit.depth,
            "position": position,
            "version": version,
        }
        for position, unit in enumerate(tree.units)
    ]
    insert_new(connection, tables.OrgUnit, rows)
    detail = {"version": version, "sha256": digest, "units": len(rows)}
    append(connection, at_ms=now_ms, actor=by, action="organisation.set", object_="organisation", detail=detail)
    return version


def save_programme(
    connection: Connection, programme: Programme, document: dict[str, object], *, by: str, now_ms: int
) -> int:
    """The version the programme was stored as; the same again gives the version it has. Two at once take turns."""
    lock_head(connection)
    spelled, digest = spelled_plan(document)
    newest = (
        select(_PROGRAMME.c.version, _PROGRAMME.c.sha256)
        .where(_PROGRAMME.c.id == programme.id)
        .order_by(_PROGRAMME.c.version.desc())
    )
    known = connection.execute(newest.limit(1)).first()
    if known is not None and known.sha256 == digest:
        return int(known.version)
    version = 1 if known is None else known.version + 1
    row = {
        "id": programme.id,
        "version": version,
        "name_zh": programme.name.zh,
        "name_en": programme.name.en,
        "document": spelled,
        "sha256": digest,
    }
    connection.execute(insert(_PROGRAMME).values(**row, set_by=by, set_at=now_ms))
    append(
        connection,
        at_ms=now_ms,
        actor=by,
        action="programme.set",
        object_=f"programme/{programme.id}",
        detail={"version": version, "sha256": digest, "projects": list(programme.projects)},
    )
    return version


def _left_behind(connection: Connection, units: set[str]) -> list[tuple[str, str]]:
    """Projects whose plan names a unit that is there now and not among these."""
    named = units_of_projects(connection, named_only=True)
    known = set(connection.execute(select(_UNIT.c.id)).scalars())
    return [(project, unit) for project, unit in sorted(named.items()) if unit in known - units]
