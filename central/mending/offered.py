"""What a person may do to a case or a measure now: the buttons a page shows. Pure; the acts check again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from central.mending.case import Case, Rectification
from central.mending.moves import CASE_MOVES, RECTIFICATION_MOVES, PersonAct, RectificationAct
from central.mending.refused import MendingRefused
from central.mending.who import APPROVERS, Actor, check_doer, check_ending, check_verifier, may

_CASE_ACTS: tuple[PersonAct, ...] = (
    "acknowledge",
    "assign",
    "start",
    "submit",
    "verify",
    "return",
    "waive",
    "false_alarm",
)
_MEASURE_ACTS: tuple[RectificationAct, ...] = ("issue", "start", "submit", "verify", "return", "cancel")


def offered(case: Case, actor: Actor, *, waiting: bool) -> tuple[str, ...]:
    """Acts on a case, in the order of its life; `waiting` = he was told and has not acknowledged."""
    found = [act for act in _CASE_ACTS if _can(act, case, actor, waiting=waiting)]
    if case.ended:
        return (*found, *_allowed(("note",), actor))
    return (*found, *_allowed(("cause", "press", "note"), actor))


def offered_measure(measure: Rectification, actor: Actor, *, mends: bool) -> tuple[str, ...]:
    """Acts on a measure; one that `mends` a case is not cancelled by itself."""
    there = [act for act in _MEASURE_ACTS if measure.state in RECTIFICATION_MOVES[act]]
    found = [act for act in there if not (mends and act == "cancel")]
    return tuple(act for act in found if _may_measure(act, measure, actor))


def _can(act: PersonAct, case: Case, actor: Actor, *, waiting: bool) -> bool:
    there = case.state in CASE_MOVES[act]
    if act == "acknowledge":
        return (there or (waiting and not case.ended)) and bool(_allowed((act,), actor))
    if not there:
        return False
    if act in ("waive", "false_alarm"):
        return not APPROVERS[case.peak].isdisjoint(actor.seats) and _passes(partial(check_ending, act, actor, case))
    if act in ("verify", "return"):
        return may(act, actor) and _passes(partial(check_verifier, act, actor, [case.rectification]))
    if act in ("start", "submit"):
        measure = case.rectification
        return measure is not None and case.mending and _passes(partial(check_doer, act, actor, measure))
    return bool(_allowed((act,), actor))


def _may_measure(act: str, measure: Rectification, actor: Actor) -> bool:
    if act in ("verify", "return"):
        return _passes(partial(check_verifier, act, actor, [measure]))
    if act in ("start", "submit"):
        return _passes(partial(check_doer, act, actor, measure))
    return bool(_allowed((act,), actor))


def _allowed(acts: tuple[str, ...], actor: Actor) -> tuple[str, ...]:
    return tuple(act for act in acts if may(act, actor))


def _passes(check: Callable[[], object]) -> bool:
    try:
        check()
    except MendingRefused:
        return False
    return True
