"""An evaluation of a unit, project or person in a period, and which act leads it from which state to which. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Subject, Text
from central.scoring.period import Period
from central.scoring.refused import ScoringRefused

EvaluationState = Literal[
    "collecting",  # forms are open
    "composed",  # added up, waits for those who approve
    "approved",
    "published",  # open to objections
    "final",  # nothing changes any more
]
EvaluationAct = Literal["compose", "approve", "return", "publish", "uphold", "finalise", "file", "object", "answer"]

STATE_WORDS: Mapping[EvaluationState, Text] = {
    "collecting": Text(zh="评价填报中", en="collecting forms"),
    "composed": Text(zh="待审核", en="waiting for approval"),
    "approved": Text(zh="已审定", en="approved"),
    "published": Text(zh="公示中", en="published"),
    "final": Text(zh="已定稿", en="final"),
}
ACT_WORDS: Mapping[EvaluationAct, Text] = {
    "compose": Text(zh="汇总", en="compose"),
    "approve": Text(zh="审核", en="approve"),
    "return": Text(zh="退回", en="return"),
    "publish": Text(zh="公示", en="publish"),
    "uphold": Text(zh="采纳异议", en="uphold an objection"),
    "finalise": Text(zh="定稿", en="make final"),
    "file": Text(zh="提交评价表", en="hand in a form"),
    "object": Text(zh="提出异议", en="object"),
    "answer": Text(zh="答复异议", en="answer an objection"),
}
MOVES: Mapping[EvaluationAct, Mapping[EvaluationState, EvaluationState]] = {
    "file": {"collecting": "collecting"},
    "compose": {"collecting": "composed"},
    "approve": {"composed": "approved"},
    "return": {"composed": "collecting"},
    "publish": {"approved": "published"},
    "object": {"published": "published"},
    "answer": {"published": "published"},
    "uphold": {"published": "collecting"},
    "finalise": {"published": "final"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """`round` grows each time it goes back to its forms: what was composed before stays on record. `unit` is whose it
    is: the unit itself, or that of the project or person. `closes_ms`: when forms are no longer awaited."""

    id: int
    subject: Subject
    unit: str
    period: Period
    policy: int
    state: EvaluationState
    round: int
    closes_ms: int
    published_on: date | None = None
    ends_on: date | None = None


def moved(state: EvaluationState, act: EvaluationAct) -> EvaluationState:
    """The state that the act leads to; ScoringRefused where it may not be done."""
    after = MOVES[act].get(state)
    if after is not None:
        return after
    word, now = ACT_WORDS[act], STATE_WORDS[state]
    wanted = [STATE_WORDS[source] for source in MOVES[act]]
    raise ScoringRefused(
        "wrong_state",
        Text(zh=f"评价状态为“{now.zh}”, 不能{word.zh}", en=f"the evaluation is '{now.en}': cannot {word.en}"),
        where="evaluation.state",
        expected=Text(zh="或".join(one.zh for one in wanted), en=" or ".join(one.en for one in wanted)),
    )
