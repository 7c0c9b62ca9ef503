"""Stores the library of indicators, the sets that subjects are scored by, and decisions on them. Only ever adds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import Connection, insert, select

from central.audit.trail import append
from central.domain import Subject, Text
from central.errors import UnknownThing
from central.scoring.carbon import FactorTable, checked_table
from central.scoring.indicator import IndicatorSet
from central.scoring.library import Sector, SectorGiven, check_sources, read_sector, sector_document
from central.scoring.refused import ScoringRefused
from central.scoring.sets import SetVersion, check_decision, check_succession, checked_set, set_id, spelled_set
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_indicators import sectors, set_versions
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_LIBRARY, _CARBON = table_of(tables.IndicatorLibrary), table_of(tables.CarbonTable)
_SET, _SET_ACT = table_of(tables.IndicatorSetRow), table_of(tables.IndicatorSetAct)


def put_sector(connection: Connection, given: SectorGiven, *, by: str, now_ms: int) -> Sector:
    """A sector's indicators as its next version; the same again gives the version it has. Running sets keep theirs."""
    lock_head(connection)
    check_sources(given)
    before = sectors(connection).get(given.sector)
    version = 1 if before is None else before.version + 1
    sector = read_sector(given, version=version, before=before)
    if before is not None and sector_document(before) == sector_document(sector):
        return before
    spelled, digest = _spelled(sector_document(sector))
    row = {"sector": sector.id, "version": version, "document": spelled, "sha256": digest}
    connection.execute(insert(_LIBRARY).values(**row, set_by=by, set_at=now_ms))
    detail = {"version": version, "sha256": digest, "indicators": len(sector.indicators)}
    append(connection, at_ms=now_ms, actor=by, action="indicators.import", object_=f"sector/{sector.id}", detail=detail)
    return sector


def put_carbon_table(connection: Connection, table: FactorTable, *, by: str, now_ms: int) -> bool:
    """Keep a version of a factor table; False when it is kept already. The same version with other factors is refused:
    what was computed by it would not be what it says."""
    lock_head(connection)
    spelled, digest = _spelled(asdict(checked_table(table)))
    known = select(_CARBON.c.sha256).where(_CARBON.c.name == table.name, _CARBON.c.version == table.version)
    found = connection.execute(known).scalar()
    if found == digest:
        return False
    label = f"{table.name} {table.version}"
    if found is not None:
        what = Text(zh=f"因子表 {label} 已有不同内容", en=f"factor table {label} says something else already")
        raise ScoringRefused(
            "conflict", what, where="version", expected=Text(zh="新的版本号", en="a version of its own")
        )
    row = {"name": table.name, "version": table.version, "document": spelled, "sha256": digest}
    connection.execute(insert(_CARBON).values(**row, set_by=by, set_at=now_ms))
    detail = {"source": table.source, "version": table.version, "sha256": digest}
    append(connection, at_ms=now_ms, actor=by, action="carbon.import", object_=f"carbon/{table.name}", detail=detail)
    return True


def put_set(
    connection: Connection,
    subject: Subject,
    make: Callable[[int], IndicatorSet],
    *,
    since: date,
    base_version: int,
    reason: str,
    by: str,
    now_ms: int,
) -> SetVersion:
    """Propose the next version of a subject's set; `make` is told its number. `base_version` is the newest that the
    author saw (0 = none): with another one the author wanted to edit what is past, or somebody was first."""
    lock_head(connection)
    versions = set_versions(connection, subject=subject)
    newest = versions[-1].set.version if versions else 0
    if base_version != newest:
        what = Text(
            zh=f"基于第 {base_version} 版修改, 最新为第 {newest} 版",
            en=f"based on version {base_version}, the newest is {newest}",
        )
        expected = Text(
            zh="已有版本不可修改, 只能在最新版之后新增", en="versions do not change: a new one after the newest"
        )
        raise ScoringRefused("conflict", what, where="base_version", expected=expected)
    made = checked_set(make(newest + 1))
    following = SetVersion(
        set=replace(made, id=set_id(subject), version=newest + 1),
        subject=subject,
        since=since,
        state="proposed",
        reason=reason,
        proposed_by=by,
    )
    check_succession(_last_approved(versions), following, today=district_day(from_ms(now_ms)))
    _insert_set(connection, following, now_ms=now_ms)
    return following


def decide_set(
    connection: Connection, subject: Subject, version: int, *, approve: bool, remark: str, by: str, now_ms: int
) -> SetVersion:
    """Approve or refuse a proposed version; never by its author or the person scored by it. Decided after the day it
    was to begin, it begins on the day of the decision, unless nothing was in force before."""
    lock_head(connection)
    versions = set_versions(connection, subject=subject)
    found = _version_of(versions, subject, version)
    check_decision(found, by=by)
    former, today = _last_approved(versions), district_day(from_ms(now_ms))
    if approve and former is not None:
        found = replace(found, since=max(found.since, today, former.since))
    if approve:
        check_succession(former, found, today=today)
    return _note(connection, found, "approved" if approve else "refused", by=by, remark=remark, now_ms=now_ms)


def withdraw_set(connection: Connection, subject: Subject, version: int, *, by: str, now_ms: int) -> SetVersion:
    """Take a proposal back; only by who made it, and only while it waits."""
    lock_head(connection)
    found = _version_of(set_versions(connection, subject=subject), subject, version)
    if found.state != "proposed" or found.proposed_by != by:
        what = Text(
            zh=f"该版本已是 {found.state}, 由 {found.proposed_by} 提出",
            en=f"{found.state}, proposed by {found.proposed_by}",
        )
        expected = Text(zh="本人提出且未决定的版本", en="one's own proposal that waits")
        raise ScoringRefused("wrong_state", what, where="version", expected=expected)
    return _note(connection, found, "withdrawn", by=by, remark="", now_ms=now_ms)


def _last_approved(versions: tuple[SetVersion, ...]) -> SetVersion | None:
    approved = [one for one in versions if one.state == "approved"]
    return max(approved, key=lambda one: (one.since, one.set.version), default=None)


def _version_of(versions: tuple[SetVersion, ...], subject: Subject, version: int) -> SetVersion:
    for one in versions:
        if one.set.version == version:
            return one
    raise UnknownThing(f"version {version}", where="version", expected=f"one of the set of {set_id(subject)}")


def _insert_set(connection: Connection, found: SetVersion, *, now_ms: int) -> None:
    spelled = spelled_set(found.set)
    digest = hashlib.sha256(spelled.encode()).hexdigest()
    row = {
        "subject_kind": found.subject.kind,
        "subject_id": found.subject.id,
        "version": found.set.version,
        "since": found.since,
        "document": spelled,
        "sha256": digest,
        "reason": found.reason,
        "proposed_by": found.proposed_by,
        "proposed_at": now_ms,
    }
    connection.execute(insert(_SET).values(**row))
    detail = {
        "version": found.set.version,
        "since": str(found.since),
        "sha256": digest,
        "leaves": len(found.set.leaves),
    }
    _trail(connection, found, "indicator_set.propose", by=found.proposed_by, now_ms=now_ms, detail=detail)


def _note(connection: Connection, found: SetVersion, state: str, *, by: str, remark: str, now_ms: int) -> SetVersion:
    row = {
        "subject_kind": found.subject.kind,
        "subject_id": found.subject.id,
        "version": found.set.version,
        "state": state,
        "since": found.since,
        "decided_by": by,
        "decided_at": now_ms,
        "remark": remark,
    }
    connection.execute(insert(_SET_ACT).values(**row))
    detail = {"version": found.set.version, "since": str(found.since), "remark": remark}
    _trail(connection, found, f"indicator_set.{state}", by=by, now_ms=now_ms, detail=detail)
    return replace(found, state=state, decided_by=by, remark=remark)


def _trail(
    connection: Connection, found: SetVersion, action: str, *, by: str, now_ms: int, detail: dict[str, object]
) -> None:
    object_ = f"indicator_set/{set_id(found.subject)}"
    append(connection, at_ms=now_ms, actor=by, action=action, object_=object_, detail=detail)


def _spelled(document: dict[str, object]) -> tuple[str, str]:
    spelled = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return spelled, hashlib.sha256(spelled.encode()).hexdigest()
