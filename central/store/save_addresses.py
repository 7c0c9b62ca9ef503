"""SQL of where people are reached: sealed addresses, their order, and messages that waited for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from central.audit.trail import append
from central.errors import UnknownThing
from central.store.tables import Delivery, PersonAddress, User
from central.store.upsert import table_of

_ADDRESS, _USER, _DELIVERY = table_of(PersonAddress), table_of(User), table_of(Delivery)
WAITED_MS = 72 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAddress:
    """An address as it is stored; `channel` email, dingtalk, wecom, feishu or webhook; least `rank` first."""

    id: int
    person: str
    channel: str
    rank: int
    sealed: str
    added_ms: int


def add_address(
    connection: Connection, person: str, *, channel: str, rank: int, sealed: str, by: str, now_ms: int
) -> int:
    """Add one; what waited for an address in the last three days is delivered now. UnknownThing: no such person."""
    if connection.execute(select(_USER.c.id).where(_USER.c.username == person)).scalar() is None:
        raise UnknownThing(f"user {person}", where="person", expected="a user name")
    row = {"person": person, "channel": channel, "rank": rank, "sealed": sealed, "added_at": now_ms, "added_by": by}
    number = int(connection.execute(insert(_ADDRESS).values(**row).returning(_ADDRESS.c.id)).scalar_one())
    waiting = (_DELIVERY.c.person == person, _DELIVERY.c.state == "unaddressed")
    recent = _DELIVERY.c.due_at > now_ms - WAITED_MS
    connection.execute(update(_DELIVERY).where(*waiting, recent).values(state="waiting", next_at=now_ms, done_at=None))
    detail = {"channel": channel, "address": number}
    append(connection, at_ms=now_ms, actor=by, action="address.add", object_=f"user/{person}", detail=detail)
    return number


def remove_address(connection: Connection, number: int, *, by: str, now_ms: int) -> None:
    """Forget an address; its row stays without it. UnknownThing where there is none."""
    same = (_ADDRESS.c.id == number, _ADDRESS.c.removed_at.is_(None))
    person = connection.execute(select(_ADDRESS.c.person).where(*same)).scalar()
    if person is None:
        raise UnknownThing(f"address {number}", where="address", expected="a number that `notify address list` shows")
    connection.execute(update(_ADDRESS).where(*same).values(removed_at=now_ms, sealed=""))
    detail = {"address": number}
    append(connection, at_ms=now_ms, actor=by, action="address.remove", object_=f"user/{person}", detail=detail)


def addresses_of(connection: Connection, persons: Iterable[str] | None = None) -> dict[str, tuple[SealedAddress, ...]]:
    """The addresses of each active person (None: of all), best first; who has none is not in it."""
    joined = _ADDRESS.join(_USER, _USER.c.username == _ADDRESS.c.person)
    wanted = select(_ADDRESS).select_from(joined).where(_USER.c.active.is_(True), _ADDRESS.c.removed_at.is_(None))
    if persons is not None:
        wanted = wanted.where(_ADDRESS.c.person.in_(sorted(set(persons))))
    found: dict[str, tuple[SealedAddress, ...]] = {}
    for row in connection.execute(wanted.order_by(_ADDRESS.c.person, _ADDRESS.c.rank, _ADDRESS.c.id)):
        one = SealedAddress(
            id=row.id, person=row.person, channel=row.channel, rank=row.rank, sealed=row.sealed, added_ms=row.added_at
        )
        found[row.person] = (*found.get(row.person, ()), one)
    return found
