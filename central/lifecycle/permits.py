"""Permits that hold a project up: what is required, refused or granted, and what may not begin without it. Pure.

domain.md A38: a project that did not start because its environmental review (环评) was not passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Text
from central.lifecycle.refused import ActRefused

PermitState = Literal["required", "refused", "granted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A permit by name, and who grants it and is asked to help when it is stuck."""

    name: Text
    authority: Text


PERMITS: dict[str, Permit] = {
    "eia": Permit(
        name=Text(zh="环评批复", en="Environmental impact approval"),
        authority=Text(zh="生态环境局", en="Ecology bureau"),
    ),
    "land": Permit(
        name=Text(zh="用地批准", en="Land use approval"), authority=Text(zh="自然资源局", en="Natural resources bureau")
    ),
    "planning": Permit(
        name=Text(zh="工程规划许可", en="Planning permit"),
        authority=Text(zh="自然资源局", en="Natural resources bureau"),
    ),
    "construction": Permit(
        name=Text(zh="施工许可", en="Construction permit"),
        authority=Text(zh="住建局", en="Housing and construction bureau"),
    ),
    "fire": Permit(name=Text(zh="消防审查", en="Fire review"), authority=Text(zh="住建局", en="Housing bureau")),
    "energy": Permit(
        name=Text(zh="节能审查", en="Energy review"), authority=Text(zh="发改委", en="Development commission")
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitEvent:
    """What became of a permit on a day; `ref` = number or digest of the paper."""

    permit: str
    state: PermitState
    day: date
    ref: str
    note: str


def standing(events: Iterable[PermitEvent]) -> dict[str, PermitEvent]:
    """The newest event of each permit; `events` are in the order in which they were noted."""
    return {event.permit: event for event in events}


def missing(events: Iterable[PermitEvent], day: date) -> tuple[PermitEvent, ...]:
    """Permits that are required or were refused and are not granted on a day."""
    newest = standing(events).values()
    return tuple(event for event in newest if event.state != "granted" or event.day > day)


def check_permit(event: PermitEvent, known: Iterable[PermitEvent], *, today: date) -> None:
    """ActRefused when there is no such permit, no paper, or the day cannot be."""
    if event.permit not in PERMITS:
        raise ActRefused(f"permit {event.permit!r}", where="permit", expected=f"one of {', '.join(PERMITS)}")
    if event.day > today:
        raise ActRefused(f"{event.day}, after {today}", where="day", expected="a day that has come")
    before = standing(known).get(event.permit)
    if before is not None and event.day < before.day:
        what = f"{event.day} before {before.state} on {before.day}"
        raise ActRefused(what, where="day", expected=f"a day from {before.day} on")
    if event.state == "granted" and not event.ref.strip():
        raise ActRefused("granted without a paper", where="ref", expected="its number or the digest of the paper")


def check_start(events: Iterable[PermitEvent], day: date) -> None:
    """ActRefused when work would begin without a permit that is required (政府投资条例 Art 20)."""
    lacking = missing(events, day)
    if lacking:
        names = ", ".join(f"{event.permit} ({PERMITS[event.permit].name.zh}, {event.state})" for event in lacking)
        authorities = ", ".join(dict.fromkeys(PERMITS[event.permit].authority.zh for event in lacking))
        what = f"started (开工) on {day} without {names}"
        raise ActRefused(what, where="stage", expected=f"granted first, ask {authorities}")
