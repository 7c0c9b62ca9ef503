"""Which profile of ladders is in force at an instant: switches are dated, and what was judged before one stays."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from central.rules.ladder import DEFAULT, LadderProfile


class Ladders(Protocol):
    """What is asked for the profile of an instant: one profile for good, or a history of them."""

    def at(self, instant: datetime) -> LadderProfile:
        """The profile by which an instant is judged."""

    def switched(self) -> tuple[datetime, ...]:
        """The instants from which another profile may hold, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """From `since` on this profile; None = no profile of its own any more."""

    since: datetime
    profile: LadderProfile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaddersInForce:
    """Profiles by the instant from which they hold: `profiles[k]` from `since[k]` on, `first` before all of them."""

    first: LadderProfile = DEFAULT
    since: tuple[datetime, ...] = ()
    profiles: tuple[LadderProfile, ...] = ()

    def at(self, instant: datetime) -> LadderProfile:
        """The profile in force; a switch holds at its own instant."""
        place = bisect_right(self.since, instant)
        return self.profiles[place - 1] if place else self.first

    def switched(self) -> tuple[datetime, ...]:
        """The instants from which another profile holds."""
        return self.since

    def until(self, instant: datetime) -> LaddersInForce:
        """What decided anything up to an instant: a later switch changes nothing of it."""
        place = bisect_right(self.since, instant)
        return LaddersInForce(first=self.first, since=self.since[:place], profiles=self.profiles[:place])


def in_force(
    district: Iterable[Switch], own: Iterable[Switch] = (), *, first: LadderProfile = DEFAULT
) -> LaddersInForce:
    """The profiles of a project: its own while it has one, else the district's. Of one instant the last given holds."""
    of_district, of_project = (sorted(given, key=lambda switch: switch.since) for given in (district, own))
    instants = sorted({switch.since for switch in (*of_district, *of_project)})
    found = [_at(of_project, instant) or _at(of_district, instant) or first for instant in instants]
    return LaddersInForce(first=first, since=tuple(instants), profiles=tuple(found))


def _at(switches: Sequence[Switch], instant: datetime) -> LadderProfile | None:
    place = bisect_right(switches, instant, key=lambda switch: switch.since)
    return switches[place - 1].profile if place else None
