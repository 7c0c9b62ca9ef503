"""Warning ladders as data (domain.md §4.6): thresholds, where a level is left again, and how long either must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from central.domain import LEVELS, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Inclusive thresholds of one rule in `unit` (bp, cdays, hours), lowest level first.

    A level is left below threshold - `margin`, after `down` evaluations in a row; it is raised after `up`, or at once
    when the finding is confirmed.
    """

    unit: str
    thresholds: tuple[tuple[Level, int], ...]
    margin: int = 0
    up: int = 2
    down: int = 3

    def level(self, value: int) -> Level | None:
        """Highest level whose threshold is reached."""
        return self._highest(value, 0)

    def held(self, value: int) -> Level | None:
        """Highest level that would not be left at this value."""
        return self._highest(value, self.margin)

    def threshold(self, level: Level | None) -> int | None:
        """Entry threshold of a level; None for no level."""
        return dict(self.thresholds).get(level) if level else None

    def _highest(self, value: int, margin: int) -> Level | None:
        reached = [level for level, threshold in self.thresholds if value >= threshold - margin]
        return reached[-1] if reached else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderProfile:
    """A named, versioned set of ladders. The version is written on each warning; switching is an event."""

    name: str
    version: int
    ladders: Mapping[str, Ladder]

    def ladder(self, rule: str) -> Ladder:
        """The ladder of a rule; KeyError names the rules that have one."""
        if rule not in self.ladders:
            raise KeyError(
                f"rule {rule!r} has no ladder in profile {self.name}: expected one of {sorted(self.ladders)}"
            )
        return self.ladders[rule]

    def rule_version(self, rule: str) -> str:
        """What a finding carries, e.g. time_lag@default-1."""
        return f"{rule}@{self.name}-{self.version}"


def rank(level: Level | None) -> int:
    """0 for none, 1 blue, 2 yellow, 3 red."""
    return LEVELS.index(level) + 1 if level else 0


def lower(one: Level | None, other: Level | None) -> Level | None:
    """The milder of two levels."""
    return one if rank(one) <= rank(other) else other


def _ladder(unit: str, *thresholds: int, margin: int = 0, up: int = 2, down: int = 3) -> Ladder:
    return Ladder(unit=unit, thresholds=tuple(zip(LEVELS, thresholds, strict=False)), margin=margin, up=up, down=down)


_SHARED = {
    "time_lag": _ladder("cdays", 700, 1500, 3000, margin=200),
    "evidence": _ladder("hours", 72, 168, 360, up=1),
    "device_moved": _ladder("hours", 0, 24, up=1, down=1),
    "device_offline": _ladder("hours", 24, 72, up=1, down=1),
    "device_blind": _ladder("hours", 24, 72, up=1, down=1),
}
DEFAULT = LadderProfile(
    name="default", version=1, ladders={"schedule_gap": _ladder("bp", 500, 1500, 3000, margin=200), **_SHARED}
)
STRICT = LadderProfile(
    name="strict", version=1, ladders={"schedule_gap": _ladder("bp", 500, 1000, 1500, margin=200), **_SHARED}
)
PROFILES = {profile.name: profile for profile in (DEFAULT, STRICT)}
