"""What the API says of messages to people and of their receipts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from central.api.schemas import Answer, Level, Text

ReceiptState = Literal["queued", "waiting", "sending", "sent", "failed", "unaddressed"]


class Receipt(Answer):
    """How far a message is: queued until it is planned; `unaddressed`: nobody knows where to reach the person.

    `outcome` and `words` are the provider's at the newest try: `unknown` = it may have been taken.
    """

    state: ReceiptState
    word: Text
    carried: Literal["single", "digest"] | None = Field(description="alone, or with others of a day")
    due_at: datetime | None
    next_at: datetime | None = Field(description="of one that waits: not tried before")
    tries: int
    channel: str | None
    outcome: Literal["begun", "sent", "refused", "down", "unknown"] | None
    words: str | None
    done_at: datetime | None


class OwnMessage(Answer):
    """A message to the caller."""

    id: str
    kind: str
    about: str = Field(description="the matter, e.g. case/12")
    level: Level | None
    subject: Text
    body: Text
    link: str = Field(description="within the pages")
    queued_at: datetime
    receipt: Receipt


class OwnMessages(Answer):
    """A page of the caller's messages, newest first."""

    total: int
    messages: list[OwnMessage]


class CaseReceipt(Answer):
    """What became of one message about a case."""

    person: str
    kind: str
    level: Level | None
    nth: int
    queued_at: datetime
    receipt: Receipt
