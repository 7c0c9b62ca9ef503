"""Messages and their receipts as pages show them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from central.api.messages_schemas import CaseReceipt, OwnMessage, OwnMessages, Receipt
from central.api.schemas import Text
from central.api.views.words import instant
from central.store.instants import from_ms
from central.store.read_notified import messages_count, messages_of, receipts_about

STATE_WORDS = {
    "queued": Text(zh="排队中", en="queued"),
    "waiting": Text(zh="待发送", en="waiting"),
    "sending": Text(zh="发送中", en="being sent"),
    "sent": Text(zh="已送达服务商", en="taken by the provider"),
    "failed": Text(zh="发送失败", en="failed"),
    "unaddressed": Text(zh="未登记接收方式", en="no address known"),
}


def own_messages(connection: Connection, person: str, *, limit: int, offset: int) -> OwnMessages:
    """A page of a person's messages."""
    rows = messages_of(connection, person, limit=limit, offset=offset)
    return OwnMessages(total=messages_count(connection, person), messages=[_message(row) for row in rows])


def case_receipts(connection: Connection, case: int) -> list[CaseReceipt]:
    """What became of each message about a case, in the order in which they were queued."""
    return [
        CaseReceipt(
            person=row.person, kind=row.kind, level=row.level or None, nth=row.nth, queued_at=from_ms(row.queued_at),
            receipt=receipt_of(row),
        )
        for row in receipts_about(connection, [f"case/{case}"])
    ]  # fmt: skip


def receipt_of(row: Row[Any]) -> Receipt:
    """The receipt in a row of `read_notified`."""
    state = row.state or "queued"
    return Receipt(
        state=state,
        word=STATE_WORDS[state],
        carried=row.carried,
        due_at=instant(row.due_at),
        next_at=instant(row.next_at) if state == "waiting" else None,
        tries=row.tries or 0,
        channel=row.channel,
        outcome=row.outcome,
        words=row.words or None,
        done_at=instant(row.done_at),
    )


def _message(row: Row[Any]) -> OwnMessage:
    return OwnMessage(
        id=str(row.id),
        kind=row.kind,
        about=row.about,
        level=row.level or None,
        subject=Text(zh=row.subject_zh, en=row.subject_en),
        body=Text(zh=row.body_zh, en=row.body_en),
        link=row.link,
        queued_at=from_ms(row.queued_at),
        receipt=receipt_of(row),
    )
