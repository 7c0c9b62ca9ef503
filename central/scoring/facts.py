"""What is known of a project (or person) at the end of a period, as measures need it. Pure nouns; None = nothing known.

Everything is bounded by the period: what happened after its last day is in none of these. `refs` name what is behind
each, newest last: records GATEWAY/EPOCH/SEQ, `ledger/PROJECT/NTH`, `warning/ID`, `rectification/ID`, `case/ID`,
`quality/YYYY-MM/UNIT`, `lot/ID`, `safety/ID`, `life/PROJECT/KIND`, `entry/ID`, `goal/ID`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from central.quality.score import Counted

Refs = tuple[str, ...]


class Stretch(Protocol):
    """Days that facts are of, both included: a period of evaluation, or any `Span`."""

    @property
    def first(self) -> date:
        """The first day."""

    @property
    def last(self) -> date:
        """The last day."""

    def holds(self, day: date) -> bool:
        """Whether the day is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Any days from `first` to `last`."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day is in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A project's days: planned (by the plan in force at the period's end) and actual. `budget_fen` of that plan."""

    start: date
    finish: date
    started: date | None = None
    completed: date | None = None
    budget_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The last judgement up to the end of the period; `seen` = somebody had observed the work by then."""

    seen: bool
    plan_bp: int
    actual_bp: int
    lag_cdays: int
    spi_t_bp: int | None = None
    pay_gap_bp: int | None = None
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days of the period: on which the project ran, was under a schedule warning; judged at their end, and well seen.

    A day is well seen when coverage and σ suffice at its midnight."""

    ran: int = 0
    warned: int = 0
    judged: int = 0
    evident: int = 0
    warnings: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The ledger up to the end of the period, fen; the year is that of the period's last day."""

    budget_fen: int
    released_fen: int
    paid_fen: int
    year_budget_fen: int
    year_paid_fen: int
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """Payments of the period: how many and how much; those among them without flag and not reversed in it; corrections
    made in the period, of whichever period's payments."""

    count: int = 0
    amount_fen: int = 0
    compliant_fen: int = 0
    corrections: int = 0
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Fen-days between the release of money and its payment, of the fen paid in the period that had been released."""

    fen_days: int = 0
    fen: int = 0
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """Ordered measures: due in the period and of those in time; verified in it and how long they took; at its end past
    their day without evidence."""

    due: int = 0
    in_time: int = 0
    verified: int = 0
    taken_ms: int = 0
    overdue: int = 0
    refs: Refs = ()
    overdue_refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acks:
    """Calls about warnings whose time to acknowledge ended in the period, and those acknowledged by then."""

    due: int = 0
    in_time: int = 0
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reds:
    """Warnings that became red in the period."""

    count: int = 0
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Schedule warnings up to the period's end: the day of the first one; and of those that the next report by a person
    followed in the period, how many and how long they had been there together."""

    first_on: date | None = None
    first_refs: Refs = ()
    reported: int = 0
    ahead_ms: int = 0
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What was counted of the data in the period's frozen months; `months` = how many of them are frozen."""

    counted: Counted
    months: int
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Observations of the period by devices, and all."""

    automatic: int = 0
    every: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """Inspected lots of the period and those that passed; serious findings of safety; `looked` = anybody looked at
    safety up to the period's end (without, nothing can be said)."""

    inspected: int = 0
    passed: int = 0
    serious: int = 0
    looked: bool = False
    refs: Refs = ()
    safety_refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Requests (complaints) of the period that came and that were closed, as the adapter said."""

    received: int = 0
    closed: int = 0
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Goals due in the period: their weights together, and of those reached (in 1e-9, so that they add exactly)."""

    due_e9: int = 0
    reached_e9: int = 0
    refs: Refs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One project's facts, or those of a person or of a unit as a whole (`project` ''). Only what a measure asks for
    was read: the rest is None."""

    project: str
    life: Life | None = None
    standing: Standing | None = None
    days: Days | None = None
    money: Money | None = None
    payments: Payments | None = None
    waits: Waits | None = None
    mending: Mending | None = None
    acks: Acks | None = None
    reds: Reds | None = None
    leads: Leads | None = None
    delivered: Delivered | None = None
    seen: Seen | None = None
    lots: Lots | None = None
    handled: Handled | None = None
    reached: Reached | None = None
