"""SQL of the outbox of messages to people: queued with what they tell of, then planned into deliveries."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, Row, select, update

from central.domain import Text
from central.notify.message import Message
from central.notify.timing import Hours, Slot, next_hour, slot_of
from central.store.tables import Delivery, Notification
from central.store.upsert import insert_statement, table_of

_MESSAGE, _DELIVERY = table_of(Notification), table_of(Delivery)
TOKEN_BYTES = 12


def queue(connection: Connection, message: Message, *, wall_ms: int) -> bool:
    """Add the message; False, and nothing added, where the same was added before."""
    row = {
        "person": message.person,
        "kind": message.kind,
        "about": message.about,
        "level": message.level or "",
        "nth": message.nth,
        "subject_zh": message.subject.zh,
        "subject_en": message.subject.en,
        "body_zh": message.body.zh,
        "body_en": message.body.en,
        "link": message.link,
        "urgent": message.urgent,
        "queued_at": wall_ms,
        "not_before_at": message.not_before_ms,
        "state": "queued",
    }
    added = insert_statement(connection, Notification).values(**row).on_conflict_do_nothing()
    return connection.execute(added.returning(_MESSAGE.c.id)).scalar() is not None


def plan_queued(connection: Connection, *, hours: Hours, now_ms: int, limit: int = 500) -> int:
    """Give each queued message the delivery that carries it, first come first; how many. Two at once take others."""
    wanted = select(_MESSAGE).where(_MESSAGE.c.state == "queued").order_by(_MESSAGE.c.id).limit(limit)
    rows = connection.execute(wanted.with_for_update(skip_locked=True)).all()
    for row in rows:
        slot = slot_of(_message(row), number=row.id, now_ms=row.queued_at, hours=hours)
        delivery = _carrier(connection, row, slot, hours=hours, now_ms=now_ms)
        planned = update(_MESSAGE).where(_MESSAGE.c.id == row.id).values(state="planned", delivery=delivery)
        connection.execute(planned)
    return len(rows)


def _carrier(connection: Connection, row: Row[Any], slot: Slot, *, hours: Hours, now_ms: int) -> int:
    """The delivery for a slot, made where there is none; a digest that was tried already is followed by the next."""
    key, due_ms = slot.key, slot.due_ms
    while True:
        made = insert_statement(connection, Delivery).values(
            person=row.person, kind=slot.kind, slot=key, urgent=row.urgent, token=secrets.token_hex(TOKEN_BYTES),
            state="waiting", planned_at=now_ms, due_at=due_ms, next_at=due_ms, tries=0, claimed_by="",
            claimed_until=0, fence=0,
        )  # fmt: skip
        connection.execute(made.on_conflict_do_nothing())
        same = (_DELIVERY.c.person == row.person, _DELIVERY.c.kind == slot.kind, _DELIVERY.c.slot == key)
        found = connection.execute(select(_DELIVERY).where(*same).with_for_update()).one()
        if found.state == "waiting" and found.tries == 0:
            return int(found.id)
        key = due_ms = next_hour(due_ms + 1, hours.digest_at)


def _message(row: Row[Any]) -> Message:
    return Message(
        person=row.person, kind=row.kind, about=row.about, level=row.level or None,
        subject=Text(zh=row.subject_zh, en=row.subject_en), body=Text(zh=row.body_zh, en=row.body_en), link=row.link,
        nth=row.nth, urgent=row.urgent, not_before_ms=row.not_before_at,
    )  # fmt: skip
