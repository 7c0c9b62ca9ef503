"""Who may do what to a case: roles as data, the verifier is never the responsible, the approver goes by colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from central.domain import Level, Text
from central.mending.case import Case, Rectification
from central.mending.refused import MendingRefused
from central.mending.words import ACT_WORDS, SEAT_WORDS, listed

_DESK = frozenset({"project_owner", "leader", "district_leader", "dept_head", "section", "clerk"})
_SITE = frozenset({"contractor", "supervisor", "inspector"})

MAY: Mapping[str, frozenset[str]] = {
    "acknowledge": _DESK | {"finance"},
    "assign": _DESK,
    "issue": _DESK,
    "cancel": _DESK,
    "start": frozenset({"project_owner", "section", "clerk"}) | _SITE,
    "submit": frozenset({"project_owner", "section", "clerk"}) | _SITE,
    "verify": _DESK | {"supervisor", "inspector"},
    "return": _DESK | {"supervisor", "inspector"},
    "cause": _DESK | {"supervisor", "inspector"},
    "press": frozenset({"leader", "district_leader", "dept_head"}),
    "note": _DESK | _SITE | {"finance"},
}
"""Seats by act; `leader` with the whole district is also `district_leader`."""

APPROVERS: Mapping[Level, frozenset[str]] = {
    "blue": frozenset({"project_owner", "dept_head", "leader", "district_leader"}),
    "yellow": frozenset({"leader", "district_leader"}),
    "red": frozenset({"district_leader"}),
}
"""Who may say that a warning needs no mending, by its level (waived, false alarm)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person and the seats he has on the project: his roles there, and district_leader."""

    person: str
    seats: frozenset[str]


def check_may(act: str, actor: Actor) -> str:
    """The seat in which he does it; MendingRefused where none of his may."""
    return _seat(act, actor, MAY[act])


def may(act: str, actor: Actor) -> bool:
    """The same without words: a list asks it of each of its cases."""
    return not MAY[act].isdisjoint(actor.seats)


def check_ending(act: str, actor: Actor, case: Case) -> str:
    """The seat in which he waives or denies a warning: the higher the level, the higher the approver."""
    seat = _seat(act, actor, APPROVERS[case.peak])
    responsible = case.rectification
    if case.mending and responsible is not None and responsible.person == actor.person:
        raise own_work(act)
    return seat


def check_verifier(act: str, actor: Actor, measures: Iterable[Rectification | None]) -> str:
    """The seat in which he verifies; never who is responsible, nor who handed in any of the evidence."""
    seat = check_may(act, actor)
    for measure in measures:
        if measure is not None and actor.person in (measure.person, measure.submitted_by, *measure.shown_by):
            raise own_work(act)
    return seat


def check_doer(act: str, actor: Actor, measure: Rectification) -> str:
    """The seat in which he works on a measure: the responsible person always may."""
    if actor.person == measure.person:
        return "responsible"
    return check_may(act, actor)


def own_work(act: str) -> MendingRefused:
    """Nobody judges his own work."""
    word = ACT_WORDS[act]
    return MendingRefused(
        "own_work",
        Text(
            zh=f"责任人或证据提交人不能自行{word.zh}",
            en=f"{word.en} by the responsible person or who handed in evidence",
        ),
        where="actor",
        expected=Text(zh="另一人核验", en="another person"),
    )


def _seat(act: str, actor: Actor, wanted: frozenset[str]) -> str:
    held = actor.seats & wanted
    if not held:
        word, seats = ACT_WORDS[act], listed([SEAT_WORDS[seat] for seat in sorted(wanted)])
        raise MendingRefused(
            "not_yours",
            Text(zh=f"您的角色不能{word.zh}", en=f"your role may not {word.en} this"),
            where="actor.role",
            expected=seats,
        )
    return min(held, key=lambda seat: (seat == "district_leader", seat))
