"""What the API says of the rules themselves: by which ladder they judge, and whether they can."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from central.api.schemas import Answer, Level, SubjectName, Text


class LadderLine(Answer):
    """Where a level begins; `value` is in the ladder's unit."""

    level: Level
    value: int


class RuleLadder(Answer):
    """The ladder of one rule. `side` says on which side of a line a value reaches it; a level is left `margin` beyond
    it after `down` evaluations; raised after `up`; `months` month ends in a row at yellow are red (0 = never)."""

    rule: str
    rule_name: Text
    unit: str
    basis: str
    side: Literal["at_least", "above", "below"]
    lines: list[LadderLine]
    margin: int
    up: int
    down: int
    months: int


class LadderProfile(Answer):
    """A version of a profile; `by` and `noted_at` are null for those shipped."""

    name: str
    version: int
    by: str | None
    noted_at: datetime | None
    ladders: list[RuleLadder]


class LadderProfiles(Answer):
    """Every version of every profile."""

    profiles: list[LadderProfile]


class ProfileInForce(Answer):
    """A profile that judges a project from an instant on; null = from the start."""

    name: str
    version: int
    since: datetime | None


class RuleStanding(Answer):
    """What a rule remembers of a subject.

    `condition` no_data = it has nothing to judge by, error = it failed; `since` is when that began, `detail` says what
    is missing or broken. `months` counts the month ends in a row at yellow or above.
    """

    rule: str
    rule_name: Text
    subject: SubjectName
    level: Level | None
    months: int
    condition: Literal["ok", "no_data", "error"]
    since: datetime | None
    detail: str


class RuleStandings(Answer):
    """Rules of a project: those that fail first, then those without data, then by rule; and the ladders they go by."""

    project: str
    profiles: list[ProfileInForce]
    total: int
    rules: list[RuleStanding]
