"""Messages to people: the transactional outbox, addresses, receipts."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from central.store.tables.columns import big, long_text, serial


class Notification(SQLModel, table=True):
    """A message to one person, queued in the transaction of what it tells of.

    The key says that nobody is told twice: person, matter (`about`), level ('' = none), kind, `nth` of the kind.
    """

    __table_args__ = (
        Index("uq_notification_told", "person", "about", "level", "kind", "nth", unique=True),
        Index("ix_notification_about", "about"),
        Index("ix_notification_state", "state", "not_before_at"),
    )
    id: int | None = serial()
    person: str
    kind: str
    about: str
    level: str
    nth: int
    subject_zh: str = long_text()
    subject_en: str = long_text()
    body_zh: str = long_text()
    body_en: str = long_text()
    link: str = long_text()
    urgent: bool
    queued_at: int = big()
    not_before_at: int = big()
    state: str = "queued"
