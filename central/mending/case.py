"""The nouns: a case is one fault that people work on, from the first warning of it until it is mended.

A case belongs to (project, rule, subject) and outlives single warnings: what comes back within thirty days is the same
fault. Two axes: `state` says how far people are, `facts` what the facts say meanwhile. Times are ms UTC of the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import LEVELS, Level, Subject

CaseState = Literal[
    "open",  # raised, nobody told yet
    "pushed",  # told to whom it concerns
    "acknowledged",
    "assigned",  # a measure with person, date and acceptance standard is ordered
    "rectifying",
    "evidence",  # what was done is shown and waits for verification
    "recovered",  # the facts are well again, nobody has verified why
    "verified",  # mended as people saw it; the facts do not say so yet
    "closed",
    "waived",
    "false_alarm",
    "withdrawn",  # facts that came late show that it never was
]
Facts = Literal["standing", "cleared", "withdrawn"]
RectificationState = Literal["draft", "assigned", "rectifying", "evidence", "verified", "cancelled"]

ENDED: frozenset[CaseState] = frozenset({"closed", "waived", "false_alarm", "withdrawn"})
DONE: frozenset[RectificationState] = frozenset({"verified", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """One ordered measure: who does what until when, and how anybody can see that it is done.

    `project` is '' for an order to a unit as a whole; `due` is a day of the district, included. `shown_by`: who handed
    in a piece of its evidence, sorted; `submitted_by` only the last of them.
    """

    id: int
    project: str
    unit: str
    person: str
    measure: str
    due: date | None
    acceptance_standard: str
    state: RectificationState
    assigned_ms: int | None = None
    submitted_by: str = ""
    shown_by: tuple[str, ...] = ()
    submitted_ms: int | None = None
    verified_ms: int | None = None
    created_ms: int = 0

    @property
    def running(self) -> bool:
        """Ordered, and neither verified nor cancelled."""
        return self.state not in DONE and self.state != "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault and how far it is mended. `peak` is the highest level since it was opened last.

    `level_ms`: when the present level began to be acted on, where the clocks start; `reopened` counts how often it came
    back; `warning` is the newest warning of it; `department` coordinates what the cause asks of others.
    """

    id: int
    project: str
    rule: str
    subject: Subject
    warning: int
    state: CaseState
    facts: Facts
    level: Level
    peak: Level
    opened_ms: int
    level_ms: int
    reopened: int = 0
    pushed_ms: int | None = None
    acknowledged_ms: int | None = None
    assigned_ms: int | None = None
    ready_ms: int | None = None
    ended_ms: int | None = None
    cause: str = ""
    department: str = ""
    coordinated_ms: int | None = None
    version: int = 1
    rectification: Rectification | None = None

    @property
    def ended(self) -> bool:
        """Nobody has to do anything any more."""
        return self.state in ENDED

    @property
    def mending(self) -> bool:
        """A measure is under way."""
        return self.rectification is not None and self.rectification.running


def rank(level: Level) -> int:
    """0 blue, 1 yellow, 2 red."""
    return LEVELS.index(level)
