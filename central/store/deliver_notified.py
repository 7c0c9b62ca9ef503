"""SQL of deliveries under way: claimed by one sender at a time, begun before the call, ended with its answer.

A claim has an end and a number (`fence`); who lost it writes nothing over his successor's. A claim whose sender died
after it had begun leaves a try of outcome `unknown`, and the delivery is tried again under the same token.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, insert, or_, select, update

from central.domain import Text
from central.notify.aftermath import Answer, Next
from central.notify.composing import Part
from central.store.save_addresses import SealedAddress, addresses_of
from central.store.tables import Delivery, DeliveryTry, Notification
from central.store.upsert import table_of

_DELIVERY, _TRY, _MESSAGE = table_of(Delivery), table_of(DeliveryTry), table_of(Notification)
ENDED_WORDS = "the sender ended before the answer was known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that is this sender's until its claim ends. `address` is the one to use, of `addresses` best first."""

    id: int
    person: str
    kind: str
    urgent: bool
    token: str
    fence: int
    tries: int
    address_since: int | None
    address: SealedAddress
    addresses: tuple[SealedAddress, ...]
    parts: tuple[Part, ...]

    @property
    def following(self) -> SealedAddress | None:
        """The address after this one; None = it is the last."""
        at = self.addresses.index(self.address) + 1
        return self.addresses[at] if at < len(self.addresses) else None


def anything_due(connection: Connection, *, now_ms: int) -> bool:
    """Whether something is to be planned or sent; changes nothing."""
    queued = exists().where(_MESSAGE.c.state == "queued")
    return bool(connection.execute(select(or_(queued, exists().where(_due(now_ms))))).scalar())


def claim(
    connection: Connection, *, holder: str, now_ms: int, until_ms: int, limit: int, urgent_only: bool
) -> list[Claimed]:
    """Take what is due, urgent first; another sender at the same time takes others. Who has no address is marked so."""
    wanted = select(_DELIVERY).where(_due(now_ms))
    if urgent_only:
        wanted = wanted.where(_DELIVERY.c.urgent.is_(True))
    order = (_DELIVERY.c.urgent.desc(), _DELIVERY.c.next_at, _DELIVERY.c.id)
    rows = connection.execute(wanted.order_by(*order).limit(limit).with_for_update(skip_locked=True)).all()
    if not rows:
        return []
    numbers = [row.id for row in rows]
    _end_forgotten(connection, numbers, now_ms=now_ms)
    known = addresses_of(connection, [row.person for row in rows])
    alone = [row.id for row in rows if row.person not in known]
    _set(connection, alone, state="unaddressed", done_at=now_ms, fence=_DELIVERY.c.fence + 1)
    taken = [row for row in rows if row.person in known]
    mine = {"claimed_by": holder, "claimed_until": until_ms, "fence": _DELIVERY.c.fence + 1}
    _set(connection, [row.id for row in taken], state="sending", **mine)
    parts = _parts(connection, [row.id for row in taken])
    return [_claimed(row, known[row.person], parts[row.id]) for row in taken if row.id in parts]


def renew(connection: Connection, claims: Iterable[Claimed], *, until_ms: int) -> None:
    """Keep claims that are still ours."""
    for one in claims:
        connection.execute(update(_DELIVERY).where(*_ours(one)).values(claimed_until=until_ms))


def begin(connection: Connection, one: Claimed, *, now_ms: int, until_ms: int) -> bool:
    """Note that it is about to be sent; False = the claim was lost, and it must not be sent."""
    since_ms = one.address_since if one.address_since is not None else now_ms
    begun = {"tries": one.tries + 1, "address": one.address.id, "address_since": since_ms, "claimed_until": until_ms}
    if not connection.execute(update(_DELIVERY).where(*_ours(one)).values(**begun)).rowcount:
        return False
    row = {
        "delivery": one.id, "nth": one.tries + 1, "address": one.address.id, "channel": one.address.channel,
        "began_at": now_ms, "outcome": "begun", "words": "",
    }  # fmt: skip
    connection.execute(insert(_TRY).values(**row))
    return True


def finish(connection: Connection, one: Claimed, *, answer: Answer, after: Next, now_ms: int) -> bool:
    """Note the answer to the try that was begun; False = the claim was lost meanwhile.

    What a lost claim sent stays known, so that a successor who has not begun yet need not send it again.
    """
    same = (_TRY.c.delivery == one.id, _TRY.c.nth == one.tries + 1)
    said = {"outcome": answer.outcome, "words": answer.words, "ended_at": now_ms}
    connection.execute(update(_TRY).where(*same).values(**said))
    follower = one.following
    values: dict[str, Any] = {"state": after.state, "next_at": after.at_ms, "claimed_by": ""}
    if after.state != "waiting":
        values["done_at"] = now_ms
    elif after.turn and follower is not None:
        values |= {"address": follower.id, "address_since": None}
    if connection.execute(update(_DELIVERY).where(*_ours(one)).values(**values)).rowcount:
        return True
    if answer.outcome == "sent":
        idle = (_DELIVERY.c.id == one.id, _DELIVERY.c.state == "waiting")
        connection.execute(update(_DELIVERY).where(*idle).values(state="sent", done_at=now_ms))
    return False


def put_back(connection: Connection, one: Claimed, *, at_ms: int) -> None:
    """Give up a claim that was not begun: it waits until then, and counts as no try."""
    connection.execute(update(_DELIVERY).where(*_ours(one)).values(state="waiting", next_at=at_ms, claimed_by=""))


def retry_failed(connection: Connection, *, since_ms: int, now_ms: int) -> int:
    """What was given up since then is tried again, from the best address on; how many."""
    given_up = (_DELIVERY.c.state == "failed", _DELIVERY.c.done_at >= since_ms)
    again = {"state": "waiting", "next_at": now_ms, "address": None, "address_since": None, "done_at": None}
    return int(connection.execute(update(_DELIVERY).where(*given_up).values(**again)).rowcount)


def _due(now_ms: int) -> Any:
    waiting = and_(_DELIVERY.c.state == "waiting", _DELIVERY.c.next_at <= now_ms)
    forgotten = and_(_DELIVERY.c.state == "sending", _DELIVERY.c.claimed_until <= now_ms)
    return or_(waiting, forgotten)


def _ours(one: Claimed) -> tuple[Any, ...]:
    return (_DELIVERY.c.id == one.id, _DELIVERY.c.fence == one.fence, _DELIVERY.c.state == "sending")


def _set(connection: Connection, numbers: list[int], **values: Any) -> None:
    if numbers:
        connection.execute(update(_DELIVERY).where(_DELIVERY.c.id.in_(numbers)).values(**values))


def _end_forgotten(connection: Connection, numbers: list[int], *, now_ms: int) -> None:
    begun = (_TRY.c.delivery.in_(numbers), _TRY.c.outcome == "begun")
    connection.execute(update(_TRY).where(*begun).values(outcome="unknown", ended_at=now_ms, words=ENDED_WORDS))


def _parts(connection: Connection, numbers: list[int]) -> dict[int, tuple[Part, ...]]:
    wanted = select(_MESSAGE).where(_MESSAGE.c.delivery.in_(numbers)).order_by(_MESSAGE.c.id)
    found: dict[int, tuple[Part, ...]] = {}
    for row in connection.execute(wanted):
        subject, body = Text(zh=row.subject_zh, en=row.subject_en), Text(zh=row.body_zh, en=row.body_en)
        found[row.delivery] = (*found.get(row.delivery, ()), Part(subject=subject, body=body, link=row.link))
    return found


def _claimed(row: Row[Any], addresses: tuple[SealedAddress, ...], parts: tuple[Part, ...]) -> Claimed:
    same = [one for one in addresses if one.id == row.address]
    return Claimed(
        id=row.id, person=row.person, kind=row.kind, urgent=row.urgent, token=row.token, fence=row.fence + 1,
        tries=row.tries, address_since=row.address_since if same else None, address=(same or addresses)[0],
        addresses=addresses, parts=parts,
    )  # fmt: skip
