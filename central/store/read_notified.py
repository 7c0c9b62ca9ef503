"""SQL of what people were told: their own messages, and the receipts of a matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, select

from central.store.tables import Delivery, DeliveryTry, Notification
from central.store.upsert import table_of

_MESSAGE, _DELIVERY, _TRY = table_of(Notification), table_of(Delivery), table_of(DeliveryTry)


def receipts_about(connection: Connection, abouts: Iterable[str], *, limit: int = 500) -> list[Row[Any]]:
    """What became of each message about these matters ("case/12"), in the order in which they were queued.

    Columns: those of the message (id, person, kind, about, level, nth, queued_at), `carried` (single, digest or None),
    `state` (None = not planned yet), due_at, next_at, tries, done_at, and of the newest try channel, outcome, words.
    """
    wanted = _with_receipts().where(_MESSAGE.c.about.in_(sorted(set(abouts))))
    return list(connection.execute(wanted.order_by(_MESSAGE.c.id).limit(limit)))


def messages_of(connection: Connection, person: str, *, limit: int, offset: int) -> list[Row[Any]]:
    """A person's messages, newest first, with their receipts and their words."""
    wanted = _with_receipts().where(_MESSAGE.c.person == person).order_by(_MESSAGE.c.id.desc())
    return list(connection.execute(wanted.limit(limit).offset(offset)))


def messages_count(connection: Connection, person: str) -> int:
    """How many messages a person has."""
    wanted = select(func.count()).select_from(_MESSAGE).where(_MESSAGE.c.person == person)
    return int(connection.execute(wanted).scalar_one())


def delivery_counts(connection: Connection) -> list[tuple[str, int, int]]:
    """(state, how many, when the oldest was due) of all deliveries."""
    wanted = select(_DELIVERY.c.state, func.count(), func.min(_DELIVERY.c.due_at)).group_by(_DELIVERY.c.state)
    return [(row[0], row[1], row[2]) for row in connection.execute(wanted.order_by(_DELIVERY.c.state))]


def _with_receipts() -> Any:
    newest = (_TRY.c.delivery == _DELIVERY.c.id) & (_TRY.c.nth == _DELIVERY.c.tries)
    joined = _MESSAGE.outerjoin(_DELIVERY, _DELIVERY.c.id == _MESSAGE.c.delivery).outerjoin(_TRY, newest)
    shown = [column for column in _MESSAGE.c if column.name not in ("state", "delivery", "urgent", "not_before_at")]
    carried = [_DELIVERY.c.kind.label("carried"), *(_DELIVERY.c[name] for name in ("state", "due_at", "next_at"))]
    more = [_DELIVERY.c.tries, _DELIVERY.c.done_at, _TRY.c.channel, _TRY.c.outcome, _TRY.c.words]
    return select(*shown, *carried, *more).select_from(joined)
