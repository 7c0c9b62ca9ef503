"""What a rule may look at: one subject at one instant. Everything is event time; nothing knows when it is evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from central.domain import CameraCondition, Deviation, Finding, LifeEvent, MoneyStanding, Subject
from central.rules.ladder import LadderProfile
from central.scoring.effect import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInput:
    """A building, project, budget line or camera at one instant.

    `deviation` is None for cameras. `fresh` = it was seen at this very instant, and most of it within a day;
    progress is judged on such instants only, because at any other the plan has moved on and nobody has looked.
    `insufficient_h` are effective hours since the evidence became insufficient (None = it suffices), `silent_h` hours
    since the last camera reading (None = there never was one), `inspected` whether a person confirmed lately,
    `conditions` what ails the camera. `short_bp` is what is lacking of items that are complete as far as a camera can
    tell, `late_cdays` the lag and `late_bp` the gap that are held against the subject (None: the deviation's own).

    Judged at midnights (`tick`) of a project or line only: `money` is what the ledger says at the end of the day that
    has just ended (None = there is no ledger of the project), `contract_fen` the contract sum, `events` the dated facts
    of its life, `reported_bp` the self-reports rolled up (None = there are none), `starts` and `finishes` the plan's
    days, `pauses` the approved ones, `effects` the goals in force with what was noted of them up to that midnight
    (None = the project never had a goal). `month_end` = the midnight at which a month has ended; `on_pause` = the day
    that has just ended lies in an approved pause.
    """

    subject: Subject
    as_of: datetime
    deviation: Deviation | None = None
    fresh: bool = True
    insufficient_h: int | None = None
    silent_h: int | None = None
    inspected: bool = False
    conditions: tuple[CameraCondition, ...] = ()
    short_bp: int = 0
    late_cdays: int | None = None
    late_bp: int | None = None
    tick: bool = False
    month_end: bool = False
    on_pause: bool = False
    money: MoneyStanding | None = None
    contract_fen: int = 0
    events: tuple[LifeEvent, ...] = ()
    reported_bp: int | None = None
    starts: date | None = None
    finishes: date | None = None
    pauses: tuple[tuple[date, date], ...] = ()
    effects: tuple[Effect, ...] | None = None

    @property
    def sufficient(self) -> bool:
        """Whether evidence carries more than a blue warning: seen well enough, or confirmed by a person."""
        return self.insufficient_h is None or self.inspected


Rule = Callable[[RuleInput, LadderProfile], Finding | None]
