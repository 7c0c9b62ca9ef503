"""The one door for counts, inspected lots and safety findings; each write with its audit entry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from central.audit.trail import append
from central.errors import UnknownThing
from central.quality.claims import LATE_DAYS_MAX, kind_of
from central.quality.presence import COUNT_MAX, MACHINES, Presence
from central.quality.refused import CheckRefused
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.save_checked import hold, note, spelled
from central.store.upsert import table_of

_COUNT = table_of(tables.SiteCount)
_LOT, _FINDING = table_of(tables.InspectionLot), table_of(tables.SafetyFinding)
_ITEM, _BUILDING = table_of(tables.WorkItem), table_of(tables.Building)
FAST_S = 300  # a device's clock may be ahead by this much
LOTS_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LotsGiven:
    """`passed` of `inspected` lots of an item ('' = of the project) on a day; `paper` = SHA-256 of the record.

    `replaces` names the entry that this one corrects; inspected 0 then withdraws it."""

    item: str
    day: date
    inspected: int
    passed: int
    paper: str
    remark: str
    replaces: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGiven:
    """What was found of safety on a day; `withdrawn` with `replaces`: there was none."""

    day: date
    serious: bool
    what: str
    paper: str
    replaces: int | None
    withdrawn: bool


def take_count(connection: Connection, project: str, given: Presence, *, by: str, now_ms: int, refs: str = "") -> int:
    """Keep a count; its number. The same again is the same; another one of the same author and instant is refused."""
    hold(connection, project)
    _check_count(given, now_ms=now_ms)
    at_ms = to_ms(given.observed_at)
    machines = None if given.machines is None else spelled(dict(given.machines))
    same = (_COUNT.c.project == project, _COUNT.c.source == given.source, _COUNT.c.author == by, _COUNT.c.refs == refs)
    known = connection.execute(select(_COUNT).where(*same, _COUNT.c.observed_at == at_ms)).first()
    if known is not None:
        if (known.persons, known.machines) != (given.persons, machines):
            expected = f"another time: count {known.id} of {by} at this one says otherwise"
            raise CheckRefused(given.observed_at.isoformat(), where="observed_at", expected=expected)
        return int(known.id)
    row = {
        "project": project,
        "observed_at": at_ms,
        "source": given.source,
        "author": by,
        "persons": given.persons,
        "machines": machines,
        "refs": refs,
        "received_at": now_ms,
    }
    number = _insert(connection, _COUNT, row)
    detail = {"count": number, "source": given.source, "persons": given.persons, "machines": given.machines}
    note(connection, project, "count.take", by=by, now_ms=now_ms, detail=detail)
    return number


def note_lots(
    connection: Connection, project: str, given: LotsGiven, *, roles: Collection[str], by: str, now_ms: int
) -> int:
    """Note what an inspection of lots found; its number. Who builds or owns the project does not inspect it."""
    hold(connection, project)
    _check_inspector(roles, by=by)
    _check_day(given.day, now_ms=now_ms)
    _check_lots(connection, project, given)
    _check_replaced(connection, _LOT, project, given.replaces)
    row = {
        "project": project,
        "item": given.item,
        "day": given.day,
        "inspected": given.inspected,
        "passed": given.passed,
        "paper": given.paper,
        "remark": given.remark,
        "author": by,
        "replaces": given.replaces,
        "noted_at": now_ms,
    }
    number = _insert(connection, _LOT, row)
    detail = {"lots": number} | {name: row[name] for name in ("item", "inspected", "passed", "paper", "replaces")}
    note(connection, project, "lots.note", by=by, now_ms=now_ms, detail=detail | {"day": str(given.day)})
    return number


def note_finding(
    connection: Connection, project: str, given: FindingGiven, *, roles: Collection[str], by: str, now_ms: int
) -> int:
    """Note what was found of safety; its number. Who builds or owns the project is nobody's inspector."""
    hold(connection, project)
    _check_inspector(roles, by=by)
    _check_day(given.day, now_ms=now_ms)
    if not given.what.strip():
        raise CheckRefused("nothing", where="what", expected="what was found, or why it is withdrawn")
    if given.withdrawn and given.replaces is None:
        raise CheckRefused("nothing to withdraw", where="replaces", expected="the finding that is withdrawn")
    _check_replaced(connection, _FINDING, project, given.replaces)
    row = {
        "project": project,
        "day": given.day,
        "serious": given.serious,
        "withdrawn": given.withdrawn,
        "what": given.what,
        "paper": given.paper,
        "author": by,
        "replaces": given.replaces,
        "noted_at": now_ms,
    }
    number = _insert(connection, _FINDING, row)
    detail = {"finding": number} | {name: row[name] for name in ("serious", "withdrawn", "paper", "replaces")}
    note(connection, project, "safety.note", by=by, now_ms=now_ms, detail=detail | {"day": str(given.day)})
    return number


def note_refused(
    connection: Connection, project: str, *, action: str, by: str, now_ms: int, detail: dict[str, Any]
) -> None:
    """An entry of the audit trail about something that was not taken."""
    append(connection, at_ms=now_ms, actor=by, action=f"{action}.refused", object_=f"project/{project}", detail=detail)


def _insert(connection: Connection, table: Table, row: dict[str, Any]) -> int:
    return int(connection.execute(insert(table).values(**row).returning(table.c.id)).scalar_one())


def _check_count(given: Presence, *, now_ms: int) -> None:
    at_ms = to_ms(given.observed_at)
    if not now_ms - (LATE_DAYS_MAX + 1) * 86_400_000 <= at_ms <= now_ms + FAST_S * 1000:
        expected = f"a time of the last {LATE_DAYS_MAX} days"
        raise CheckRefused(given.observed_at.isoformat(), where="observed_at", expected=expected)
    if given.persons is None and given.machines is None:
        raise CheckRefused("nothing counted", where="persons", expected="a count of persons, of machines, or of both")
    odd = sorted(set(given.machines or {}) - set(MACHINES))
    if odd:
        raise CheckRefused(repr(odd[0]), where="machines", expected=f"one of {', '.join(MACHINES)}")
    for name, number in {"persons": given.persons or 0, **(given.machines or {})}.items():
        if not 0 <= number <= COUNT_MAX:
            raise CheckRefused(str(number), where=name, expected=f"0 to {COUNT_MAX}")


def _check_inspector(roles: Collection[str], *, by: str) -> None:
    if kind_of(roles) not in ("supervisor", "inspector"):
        expected = "a supervisor, inspector, section or third party who neither builds nor owns the project"
        raise CheckRefused(f"{by} as {', '.join(sorted(roles)) or 'nobody'}", where="project", expected=expected)


def _check_day(day: date, *, now_ms: int) -> None:
    today = district_day(from_ms(now_ms))
    first = today - timedelta(days=366)
    if not first <= day <= today:
        raise CheckRefused(str(day), where="day", expected=f"a day from {first} to {today}")


def _check_lots(connection: Connection, project: str, given: LotsGiven) -> None:
    least = 0 if given.replaces is not None else 1
    if not least <= given.inspected <= LOTS_MAX:
        raise CheckRefused(str(given.inspected), where="inspected", expected=f"{least} to {LOTS_MAX}")
    if not 0 <= given.passed <= given.inspected:
        raise CheckRefused(str(given.passed), where="passed", expected=f"0 to the {given.inspected} inspected")
    inside = (
        select(_ITEM.c.id)
        .join(_BUILDING, _BUILDING.c.id == _ITEM.c.building)
        .where(_BUILDING.c.project == project, _ITEM.c.id == given.item)
        .limit(1)
    )
    if given.item and connection.execute(inside).scalar() is None:
        raise CheckRefused(f"item {given.item!r}", where="item", expected=f"an item of project {project}, or ''")


def _check_replaced(connection: Connection, table: Table, project: str, number: int | None) -> None:
    if number is None:
        return
    if connection.execute(select(table.c.id).where(table.c.project == project, table.c.id == number)).scalar() is None:
        raise UnknownThing(f"entry {number}", where="replaces", expected=f"one of project {project}")
    newer = connection.execute(select(table.c.id).where(table.c.replaces == number)).scalar()
    if newer is not None:
        raise CheckRefused(f"entry {number} is replaced by {newer}", where="replaces", expected=f"entry {newer}")
