"""Who may read what is kept of persons, and who did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from central.audit.trail import append
from central.evaluate.result_policy import ResultPolicy
from central.store import tables
from central.store.read_seats import positions_in, seat_of, units_of_persons
from central.store.upsert import insert_new, table_of

_LOOK = table_of(tables.PersonalLook)
LOOKS_MAX = 500
ReaderSeat = Literal["self", "manager", "personnel", "leader"]
_MANAGING = frozenset({"dept_head"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody looked at what is kept of a person: `what` = record, or ranking/NUMBER; time in ms UTC."""

    looker: str
    seat: str
    what: str
    at_ms: int


def reader_seat(
    connection: Connection, reader: str, person: str, *, policy: ResultPolicy, at_ms: int
) -> ReaderSeat | None:
    """In which seat somebody may read what is kept of a person: as the person, the head of the person's unit, one of
    the personnel department, or a leader of the district; None for everybody else."""
    if reader == person:
        return "self"
    if (seat := all_persons_seat(connection, reader, policy=policy, at_ms=at_ms)) is not None:
        return seat
    unit = units_of_persons(connection, [person], at_ms=at_ms).get(person, "")
    managing = bool(unit) and bool(positions_in(connection, reader, unit, at_ms=at_ms) & _MANAGING)
    return "manager" if managing else None


def all_persons_seat(
    connection: Connection, reader: str, *, policy: ResultPolicy, at_ms: int
) -> Literal["personnel", "leader"] | None:
    """In which seat somebody may read rankings of persons as a whole."""
    seat = seat_of(connection, reader, at_ms=at_ms)
    if "leader" in seat.everywhere:
        return "leader"
    return "personnel" if policy.personnel and policy.personnel in seat.units else None


def looks_at(connection: Connection, person: str) -> tuple[Look, ...]:
    """Who looked at what is kept of a person, the newest first."""
    wanted = select(_LOOK).where(_LOOK.c.person == person).order_by(_LOOK.c.id.desc()).limit(LOOKS_MAX)
    return tuple(
        Look(looker=row.looker, seat=row.seat, what=row.what, at_ms=row.at) for row in connection.execute(wanted)
    )


def note_look(
    connection: Connection, persons: Sequence[str], *, what: str, looker: str, seat: str, now_ms: int
) -> None:
    """Note a look at one or many persons, before anything is shown."""
    rows = [{"person": one, "what": what, "looker": looker, "seat": seat, "at": now_ms} for one in persons]
    insert_new(connection, tables.PersonalLook, rows)
    about = persons[0] if len(persons) == 1 else what
    detail = {"what": what, "seat": seat, "persons": len(persons)}
    append(connection, at_ms=now_ms, actor=looker, action="personal.look", object_=f"person/{about}", detail=detail)
