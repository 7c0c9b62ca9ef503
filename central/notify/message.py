"""What a person is told: once per person, matter, level and kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from central.domain import Level, Text

MessageKind = Literal[
    "warning",
    "escalation",
    "order",
    "reminder",
    "overdue",
    "review",
    "press",
    "returned",
    "coordination",
    "decision",
    "duty",
    "bulletin",
    "task",
    "evaluation",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person (a user name).

    `about` names the matter, e.g. "case/12" or "rectification/5"; `nth` tells sends of one kind apart that are all
    wanted (the reminder seven days before, a case opened again). `link` is an address within the pages. `urgent`
    ones (red) know no quiet hours; none is sent before `not_before_ms` (wall time, 0 = at once).
    """

    person: str
    kind: MessageKind
    about: str
    level: Level | None
    subject: Text
    body: Text
    link: str
    nth: int = 0
    urgent: bool = False
    not_before_ms: int = 0
