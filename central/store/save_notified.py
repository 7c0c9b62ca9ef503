"""SQL of the outbox of messages to people."""

from __future__ import annotations

from sqlalchemy import Connection

from central.notify.message import Message
from central.store.tables import Notification
from central.store.upsert import insert_statement


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
    added = connection.execute(insert_statement(connection, Notification).values(**row).on_conflict_do_nothing())
    return bool(added.rowcount)
