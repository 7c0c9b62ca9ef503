"""What a rule may look at: one subject at one instant. Everything is event time; nothing knows when it is evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from central.domain import CameraCondition, Deviation, Finding, Subject
from central.rules.ladder import LadderProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInput:
    """A building, project or camera at one instant.

    `deviation` is None for cameras. `fresh` = it was seen at this very instant, and most of it within a day;
    progress is judged on such instants only, because at any other the plan has moved on and nobody has looked.
    `insufficient_h` are effective hours since the evidence became insufficient (None = it suffices), `silent_h` hours
    since the last camera reading (None = there never was one), `inspected` whether a person confirmed lately,
    `conditions` what ails the camera.
    """

    subject: Subject
    as_of: datetime
    deviation: Deviation | None = None
    fresh: bool = True
    insufficient_h: int | None = None
    silent_h: int | None = None
    inspected: bool = False
    conditions: tuple[CameraCondition, ...] = ()

    @property
    def sufficient(self) -> bool:
        """Whether evidence carries more than a blue warning: seen well enough, or confirmed by a person."""
        return self.insufficient_h is None or self.inspected


Rule = Callable[[RuleInput, LadderProfile], Finding | None]
