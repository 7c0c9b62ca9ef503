"""Warning ladders as data (domain.md §4.6): thresholds, where a level is left again, and how long either must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from central.domain import LEVELS, Level

Side = Literal["at_least", "above", "below"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Thresholds of one rule in `unit` (bp, ratio_bp, cdays, days, hours, centi_z), lowest level first.

    A level is reached by a value on its `side` of the threshold: `at_least` and `above` for what is bad when large,
    `below` for what is bad when small. It is left `margin` beyond the threshold, after `down` evaluations in a row; it
    is raised after `up`, or at once when the finding is confirmed. `months` month ends in a row at yellow make red
    (0 = never). `basis` says what the value is a share of; `numbers` are further numbers of the rule.
    """

    unit: str
    thresholds: tuple[tuple[Level, int], ...]
    margin: int = 0
    up: int = 2
    down: int = 3
    side: Side = "at_least"
    basis: str = ""
    months: int = 0
    numbers: Mapping[str, int] = field(default_factory=dict)

    def level(self, value: int) -> Level | None:
        """Highest level whose threshold is reached."""
        return self._highest(value, 0)

    def held(self, value: int) -> Level | None:
        """Highest level that would not be left at this value."""
        return self._highest(value, self.margin)

    def threshold(self, level: Level | None) -> int | None:
        """Entry threshold of a level; None for no level, or one that the rule does not reach by its value."""
        return dict(self.thresholds).get(level) if level else None

    def _highest(self, value: int, margin: int) -> Level | None:
        reached = [level for level, threshold in self.thresholds if self._reaches(value, threshold, margin)]
        return reached[-1] if reached else None

    def _reaches(self, value: int, threshold: int, margin: int) -> bool:
        match self.side:
            case "at_least":
                return value >= threshold - margin
            case "above":
                return value > threshold - margin
            case "below":
                return value < threshold + margin


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

    def at(self, instant: datetime) -> LadderProfile:
        """Itself: a profile that was never switched."""
        return self

    def switched(self) -> tuple[datetime, ...]:
        """Never."""
        return ()


def rank(level: Level | None) -> int:
    """0 for none, 1 blue, 2 yellow, 3 red."""
    return LEVELS.index(level) + 1 if level else 0


def lower(one: Level | None, other: Level | None) -> Level | None:
    """The milder of two levels."""
    return one if rank(one) <= rank(other) else other


def _ladder(
    unit: str,
    *thresholds: int,
    basis: str = "",
    side: Side = "at_least",
    margin: int = 0,
    duration: tuple[int, int] = (2, 3),
    months: int = 0,
    **numbers: int,
) -> Ladder:
    """A ladder whose thresholds are given from blue up."""
    up, down = duration
    levels = tuple(zip(LEVELS, thresholds, strict=False))
    return Ladder(
        unit=unit,
        thresholds=levels,
        margin=margin,
        up=up,
        down=down,
        side=side,
        basis=basis,
        months=months,
        numbers=numbers,
    )


_ONCE = (1, 1)
_SHARED = {
    "time_lag": _ladder(
        "cdays", 700, 1500, 3000, basis="effective_days", margin=200, months=2, sure_sigma_bp=300, done_bp=9800
    ),
    "evidence": _ladder("hours", 72, 168, 360, duration=(1, 3), coverage_min_bp=6000, sigma_max_bp=500),
    "device_moved": _ladder("hours", 0, 24, duration=_ONCE),
    "device_offline": _ladder("hours", 24, 72, duration=_ONCE),
    "device_blind": _ladder("hours", 24, 72, duration=_ONCE),
    "not_started": _ladder("days", -30, 1, basis="agreed_start", duration=_ONCE, months=3, started_bp=500),
    "overspend": _ladder("ratio_bp", 500, 1000, 2000, basis="budget", margin=100, duration=(1, 3), months=2),
    "underspend": _ladder(
        "ratio_bp", 9000, 8000, 6000, basis="elapsed", side="below", margin=100, duration=_ONCE, months=2, from_month=3
    ),
    "paid_ahead": _ladder(
        "bp", 1000, 2000, 3000, basis="contract", side="above", margin=200, months=2, sure_sigma_bp=300
    ),
    "abnormal_spend": Ladder(
        unit="centi_z",
        thresholds=(("yellow", 350), ("red", 600)),
        up=1,
        down=1,
        basis="median_month",
        numbers={"months_min": 6, "months_back": 12, "floor_bp": 100, "least_bp": 1000},
    ),
    "report_vs_seen": _ladder("bp", 500, 1000, 2000, basis="reported", margin=200, months=2, sure_sigma_bp=300),
    "effect": _ladder("ratio_bp", 500, 1500, 3000, basis="goal", duration=_ONCE),
}


def _gap(*thresholds: int) -> Ladder:
    return _ladder("bp", *thresholds, basis="points", margin=200, months=2, sure_sigma_bp=300)


DEFAULT = LadderProfile(name="default", version=1, ladders={"schedule_gap": _gap(500, 1500, 3000), **_SHARED})
STRICT = LadderProfile(name="strict", version=1, ladders={"schedule_gap": _gap(500, 1000, 1500), **_SHARED})
PROFILES = {profile.name: profile for profile in (DEFAULT, STRICT)}
