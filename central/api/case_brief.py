"""How far people are with a warning, as every warning in an answer carries it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

CaseState = Literal[
    "open",
    "pushed",
    "acknowledged",
    "assigned",
    "rectifying",
    "evidence",
    "recovered",
    "verified",
    "closed",
    "waived",
    "false_alarm",
    "withdrawn",
]


class CaseBrief(BaseModel):
    """A fault that is followed until it is mended; it outlives single warnings. `facts` is what the facts say now.

    `clock` is what has to be done by `due_at`; `acts` what the caller may do now; `version` grows with each move: sent
    back with an act it is refused when somebody else was first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    number: str
    state: CaseState
    facts: Literal["standing", "cleared", "withdrawn"]
    peak: Literal["blue", "yellow", "red"]
    reopened: int
    opened_at: datetime
    acknowledged_at: datetime | None
    ended_at: datetime | None
    clock: Literal["ack", "measure", "due", "verify"] | None
    due_at: datetime | None
    overdue: bool
    rectification: str | None
    responsible: str | None
    cause: str | None
    department: str | None
    coordinated_at: datetime | None
    acts: list[str]
    version: int
