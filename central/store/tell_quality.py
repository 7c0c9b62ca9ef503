"""Tells who answers for a unit (its 绩效专员, else its head) what was short in its data of a month, once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from central.domain import Text
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.store.read_roster import Near, roster_at


def tell_steward(connection: Connection, unit: str, month: date, items: Text, *, wall_ms: int) -> str:
    """One message a month and person, after its bulletin is frozen; who was told, '' = nobody sits there."""
    person = roster_at(connection, at_ms=wall_ms, near=Near(units=(unit,))).of_unit(unit)
    if not person:
        return ""
    subject = Text(
        zh=f"{unit} {month:%Y年%m月}数据质量: 请核对补正",
        en=f"Data of {unit}, {month:%Y-%m}: to be checked and completed",
    )
    message = Message(
        person=person, kind="bulletin", about=f"quality/{month:%Y-%m}/{unit}", level=None,
        subject=subject, body=items, link="/insight/papers", urgent=False,
    )  # fmt: skip
    enqueue(connection, message, wall_ms=wall_ms)
    return person
