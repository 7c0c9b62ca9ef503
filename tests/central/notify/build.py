"""People with addresses, queued messages, a clock that is turned by hand, and a postman for the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, insert, select

from central.domain import Level, Text
from central.notify.channels import addressed
from central.notify.message import Message, MessageKind
from central.notify.outbox import enqueue
from central.notify.postman import Postman, Sends
from central.notify.sealing import Sealer
from central.notify.sending import Sender
from central.plan.calendar import DISTRICT
from central.store import tables
from central.store.engine import reading, writing
from central.store.read_notified import receipts_about
from central.store.save_addresses import add_address
from central.store.upsert import table_of

SEALER = Sealer(key=bytes(range(32)), key_name="test")


def ms(said: str) -> int:
    """An instant of the district, "05-20 10:00", in 2026."""
    return int(datetime.strptime(f"2026-{said}", "%Y-%m-%d %H:%M").replace(tzinfo=DISTRICT).timestamp()) * 1000


@dataclass(slots=True)
class Wall:
    """A wall clock that stands until it is turned."""

    at_ms: int = field(default_factory=lambda: ms("05-20 10:00"))

    def __call__(self) -> int:
        return self.at_ms

    def to(self, said: str) -> None:
        """Turn it to an instant of the district."""
        self.at_ms = ms(said)

    def on(self, *, s: float) -> None:
        """Turn it forward."""
        self.at_ms += int(s * 1000)


def a_person(engine: Engine, name: str, *addresses: str) -> None:
    """A user with addresses, the first the best."""
    with writing(engine) as connection:
        row = {"username": name, "name": name, "password_hash": "x", "active": True, "created_at": 0}
        connection.execute(insert(table_of(tables.User)).values(**row))
    reached(engine, name, *addresses)


def reached(engine: Engine, name: str, *addresses: str, now_ms: int = 0) -> None:
    """Give a user addresses, the first the best."""
    with writing(engine) as connection:
        for rank, typed in enumerate(addresses):
            add_address(
                connection, name, channel=addressed(typed).channel, rank=rank,
                sealed=SEALER.seal(typed, person=name), by="test", now_ms=now_ms,
            )  # fmt: skip


def a_message(
    person: str = "owner",
    *,
    level: Level | None = "yellow",
    about: str = "case/1",
    kind: MessageKind = "warning",
    nth: int = 0,
    urgent: bool = False,
    not_before_ms: int = 0,
) -> Message:
    """A message."""
    return Message(
        person=person, kind=kind, about=about, level=level, subject=Text(zh=f"预警 {about}", en=f"warning {about}"),
        body=Text(zh="三号楼滞后一周", en="Building 3 is a week late"), link="/warnings?sel=1", nth=nth, urgent=urgent,
        not_before_ms=not_before_ms,
    )  # fmt: skip


def tell(engine: Engine, message: Message, *, wall_ms: int) -> bool:
    """Queue it."""
    with writing(engine) as connection:
        return enqueue(connection, message, wall_ms=wall_ms)


def a_postman(
    engine: Engine,
    wall: Callable[[], int],
    *,
    relay: str | None = None,
    sender: Sends | None = None,
    holder: str = "a",
    timeout_s: float = 5.0,
    **more: Any,
) -> Postman:
    """A postman whose waits are the longest there are."""
    return Postman(
        engine=engine, holder=holder, sealer=SEALER, now_ms=wall, chance=lambda: 1.0,
        sender=lambda: sender or Sender(timeout_s=timeout_s, relay=relay), **more,
    )  # fmt: skip


def receipts(engine: Engine, about: str = "case/1") -> list[Row[Any]]:
    """What became of the messages about something."""
    with reading(engine) as connection:
        return receipts_about(connection, [about])


def tries(engine: Engine) -> list[tuple[str, str, str]]:
    """(channel, outcome, words) of every try, in order."""
    table = table_of(tables.DeliveryTry)
    with reading(engine) as connection:
        wanted = select(table.c.channel, table.c.outcome, table.c.words).order_by(table.c.delivery, table.c.nth)
        return [tuple(row) for row in connection.execute(wanted)]


def key_file(folder: Path) -> Path:
    """Where the key of addresses lies."""
    return folder / "addresses.key"
