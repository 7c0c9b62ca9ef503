"""Which act leads from which state to which: the state machine of domain.md §4.6 as data. Pure.

A move may pass several states at once: who orders a measure has acknowledged the warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from central.domain import Text
from central.mending.case import ENDED, CaseState, RectificationState
from central.mending.refused import MendingRefused
from central.mending.words import ACT_WORDS, RECTIFICATION_WORDS, STATE_WORDS, listed

PersonAct = Literal["acknowledge", "assign", "start", "submit", "verify", "return", "waive", "false_alarm"]
SystemAct = Literal["push", "recover", "relapse", "reopen", "escalate", "close", "withdraw"]
RectificationAct = Literal["issue", "start", "submit", "verify", "settle", "return", "cancel"]

_ALL: tuple[CaseState, ...] = tuple(STATE_WORDS)
_ACTIVE = tuple(state for state in _ALL if state not in ENDED)
_UNMENDED: tuple[CaseState, ...] = ("open", "pushed", "acknowledged", "assigned", "rectifying", "evidence")
_UNDER_WAY: tuple[CaseState, ...] = ("assigned", "rectifying", "evidence")


def _to(state: CaseState, *sources: CaseState) -> dict[CaseState, tuple[CaseState, ...]]:
    return dict.fromkeys(sources, (state,))


CASE_MOVES: Mapping[PersonAct | SystemAct, Mapping[CaseState, tuple[CaseState, ...]]] = {
    "acknowledge": _to("acknowledged", "open", "pushed"),
    "assign": {
        "open": ("acknowledged", "assigned"),
        "pushed": ("acknowledged", "assigned"),
        **_to("assigned", "acknowledged", "assigned", "rectifying"),
    },
    "start": _to("rectifying", "assigned"),
    "submit": {
        "assigned": ("rectifying", "evidence"),
        **_to("evidence", "rectifying", "evidence"),
        "recovered": ("recovered",),
    },
    "verify": _to("verified", "evidence", "recovered"),
    "return": _to("rectifying", "evidence"),
    "waive": _to("waived", *_ACTIVE),
    "false_alarm": _to("false_alarm", *_ACTIVE),
    # what the facts do; a relapse leads back to a measure that still runs, where there is one
    "push": _to("pushed", "open"),
    "recover": _to("recovered", *_UNMENDED),
    "relapse": {**_to("open", "recovered"), **{state: (state,) for state in _ACTIVE if state != "recovered"}},
    "reopen": _to("open", *(state for state in _ALL if state in ENDED)),
    "escalate": {
        **_to("open", "open", "pushed", "acknowledged", "verified"),
        **{state: (state,) for state in _UNDER_WAY},
    },
    "close": _to("closed", *_ACTIVE),
    "withdraw": _to("withdrawn", *_ACTIVE),
}

RECTIFICATION_MOVES: Mapping[RectificationAct, Mapping[RectificationState, tuple[RectificationState, ...]]] = {
    "issue": {"draft": ("assigned",)},
    "start": {"assigned": ("rectifying",)},
    "submit": {"assigned": ("rectifying", "evidence"), "rectifying": ("evidence",), "evidence": ("evidence",)},
    "verify": {"evidence": ("verified",)},
    "settle": {"assigned": ("verified",), "rectifying": ("verified",), "evidence": ("verified",)},
    "return": {"evidence": ("rectifying",)},
    "cancel": dict.fromkeys(("draft", "assigned", "rectifying", "evidence"), ("cancelled",)),
}


def case_move(state: CaseState, act: PersonAct | SystemAct) -> tuple[CaseState, ...]:
    """The states that the act leads through, the last is where it ends; MendingRefused where it may not be done."""
    found = CASE_MOVES[act].get(state)
    if found is None:
        raise _wrong_state(act, STATE_WORDS[state], [STATE_WORDS[source] for source in CASE_MOVES[act]], "case.state")
    return found


def rectification_move(state: RectificationState, act: RectificationAct) -> tuple[RectificationState, ...]:
    """The same for a measure; `settle` = its case recovered and was verified, with or without evidence of it."""
    found = RECTIFICATION_MOVES[act].get(state)
    if found is None:
        sources = [RECTIFICATION_WORDS[source] for source in RECTIFICATION_MOVES[act]]
        raise _wrong_state(act, RECTIFICATION_WORDS[state], sources, "rectification.state")
    return found


def _wrong_state(act: str, state: Text, sources: list[Text], where: str) -> MendingRefused:
    word = ACT_WORDS[act]
    what = Text(zh=f"状态为“{state.zh}”, 不能{word.zh}", en=f"state is '{state.en}': cannot {word.en}")
    return MendingRefused("wrong_state", what, where=where, expected=listed(sources))
