"""Messages to people: the transactional outbox, addresses, deliveries and each try of them."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import SERIAL, big, long_text, serial


class Notification(SQLModel, table=True):
    """A message to one person, queued in the transaction of what it tells of.

    The key says that nobody is told twice: person, matter (`about`), level ('' = none), kind, `nth` of the kind.
    `state`: queued until it is planned; then `delivery` is what carries it, alone or in a digest.
    """

    __table_args__ = (
        Index("uq_notification_told", "person", "about", "level", "kind", "nth", unique=True),
        Index("ix_notification_about", "about"),
        Index("ix_notification_state", "state", "not_before_at"),
        Index("ix_notification_person", "person", "id"),
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
    delivery: int | None = big(default=None, index=True)


class PersonAddress(SQLModel, table=True):
    """Where a person is reached, best first by `rank`; `sealed` only opens with the key of the data folder.

    A removed one keeps its row for the receipts, and nothing of the address.
    """

    __tablename__: ClassVar[str] = "person_address"
    id: int | None = serial()
    person: str = Field(index=True)
    channel: str
    rank: int
    sealed: str = long_text()
    added_at: int = big()
    added_by: str
    removed_at: int | None = big(default=None)


class Delivery(SQLModel, table=True):
    """What is sent to a person as one: a message (`slot`: its id), or a day's digest of messages (`slot`: when due).

    `state`: waiting, sending (claimed until `claimed_until` by `claimed_by`; `fence` counts claims), sent, failed,
    unaddressed. `token` names it to providers, the same at each try. `address_since`: first try at `address`.
    """

    __table_args__ = (
        Index("uq_delivery_slot", "person", "kind", "slot", unique=True),
        Index("ix_delivery_state", "state", "next_at"),
    )
    id: int | None = serial()
    person: str
    kind: str
    slot: int = big()
    urgent: bool
    token: str
    state: str = "waiting"
    planned_at: int = big()
    due_at: int = big()
    next_at: int = big()
    tries: int = 0
    address: int | None = big(default=None)
    address_since: int | None = big(default=None)
    claimed_by: str = ""
    claimed_until: int = big(default=0)
    fence: int = big(default=0)
    done_at: int | None = big(default=None)


class DeliveryTry(SQLModel, table=True):
    """One try of a delivery: begun before the provider is called, ended when its answer is known.

    `outcome`: begun, sent, refused (the provider wants it never), down (not taken), unknown (it may have been taken).
    """

    __tablename__: ClassVar[str] = "delivery_try"
    delivery: int = Field(primary_key=True, sa_type=SERIAL, foreign_key="delivery.id")
    nth: int = Field(primary_key=True)
    address: int = big()
    channel: str
    began_at: int = big()
    ended_at: int | None = big(default=None)
    outcome: str = "begun"
    words: str = long_text(default="")
