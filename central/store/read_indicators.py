"""Reads the library of indicators and the sets that subjects are scored by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, RowMapping, select

from central.domain import Subject, Text
from central.scoring.carbon import Factor, FactorTable
from central.scoring.indicator import Indicator, IndicatorSet
from central.scoring.library import Sector, read_sector, shipped
from central.scoring.sets import SetVersion, in_force, set_of
from central.store import tables
from central.store.upsert import table_of

_LIBRARY, _CARBON = table_of(tables.IndicatorLibrary), table_of(tables.CarbonTable)
_SET, _SET_ACT = table_of(tables.IndicatorSetRow), table_of(tables.IndicatorSetAct)


def sectors(connection: Connection) -> Mapping[str, Sector]:
    """The newest version of every sector by id: the shipped ones, and what the district stored over or beside them."""
    found = {sector.id: sector for sector in shipped()}
    rows = connection.execute(
        select(_LIBRARY.c.version, _LIBRARY.c.document).order_by(_LIBRARY.c.sector, _LIBRARY.c.version)
    )
    for row in rows:
        document = json.loads(row.document)
        before = found.get(document["sector"])
        found[document["sector"]] = read_sector(document, version=row.version, before=before)
    return dict(sorted(found.items()))


def library(connection: Connection, *, sector: str) -> tuple[Indicator, ...]:
    """The newest indicators of a sector; empty when there is no such sector."""
    found = sectors(connection).get(sector)
    return () if found is None else found.indicators


def set_in_force(connection: Connection, *, subject: Subject, day: date) -> IndicatorSet | None:
    """The version that a subject was scored by on a day; None before its first was approved and had begun."""
    found = in_force(set_versions(connection, subject=subject), day)
    return None if found is None else found.set


def set_versions(connection: Connection, *, subject: Subject) -> tuple[SetVersion, ...]:
    """Every version of a subject's set, the oldest first."""
    return all_set_versions(connection, kind=subject.kind, subject_id=subject.id).get(subject, ())


def all_set_versions(
    connection: Connection, *, kind: str = "", subject_id: str = ""
) -> Mapping[Subject, tuple[SetVersion, ...]]:
    """Every version of every set, of one kind of subject or one subject when told, by subject, the oldest first."""
    same = (
        (_SET.c.subject_kind == _SET_ACT.c.subject_kind)
        & (_SET.c.subject_id == _SET_ACT.c.subject_id)
        & (_SET.c.version == _SET_ACT.c.version)
    )
    decided = (_SET_ACT.c.state, _SET_ACT.c.since.label("decided_since"), _SET_ACT.c.decided_by, _SET_ACT.c.remark)
    asked = select(_SET, *decided).join(_SET_ACT, same, isouter=True)
    if kind:
        asked = asked.where(_SET.c.subject_kind == kind)
    if subject_id:
        asked = asked.where(_SET.c.subject_id == subject_id)
    found: dict[Subject, list[SetVersion]] = {}
    rows = connection.execute(asked.order_by(_SET.c.subject_kind, _SET.c.subject_id, _SET.c.version))
    for row in rows.mappings():
        version = _version(row)
        found.setdefault(version.subject, []).append(version)
    return {subject: tuple(versions) for subject, versions in found.items()}


def sets_in_force(connection: Connection, *, kind: str, day: date) -> Mapping[str, IndicatorSet]:
    """The set in force on a day of every subject of a kind that has one, by the subject's id: one query for all."""
    found = {
        subject.id: in_force(versions, day) for subject, versions in all_set_versions(connection, kind=kind).items()
    }
    return {subject: version.set for subject, version in found.items() if version is not None}


def carbon_tables(connection: Connection) -> tuple[FactorTable, ...]:
    """Every table of carbon factors by name, the newest version last."""
    rows = connection.execute(select(_CARBON.c.document).order_by(_CARBON.c.name, _CARBON.c.set_at, _CARBON.c.version))
    return tuple(_table(row.document) for row in rows)


def _version(row: RowMapping) -> SetVersion:
    return SetVersion(
        set=set_of(json.loads(row["document"])),
        subject=Subject(kind=row["subject_kind"], id=row["subject_id"]),
        since=row["decided_since"] or row["since"],
        state=row["state"] or "proposed",
        reason=row["reason"],
        proposed_by=row["proposed_by"],
        decided_by=row["decided_by"] or "",
        remark=row["remark"] or "",
    )


def _table(spelled: str) -> FactorTable:
    plain = json.loads(spelled)
    factors = tuple(Factor(**{**one, "name": Text(**one["name"])}) for one in plain["factors"])
    return FactorTable(**{**plain, "factors": factors})
