"""Queues messages in the transaction of what they tell of; sending is another's work."""

from __future__ import annotations

from sqlalchemy import Connection

from central.notify.message import Message
from central.store.save_notified import queue


def enqueue(connection: Connection, message: Message, *, wall_ms: int) -> bool:
    """Queue a message; False = that person has this kind of message about this matter at this level already."""
    return queue(connection, message, wall_ms=wall_ms)
