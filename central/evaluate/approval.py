"""Approval by several levels, one after another, each by one seat or by several at once (B21). Pure.

The chain is data of the policy. Nobody approves twice, nobody of the assessed unit approves, nor who filled in a form.
A level that returns the evaluation ends the round: it is collected, composed and approved anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from central.domain import Text
from central.scoring.refused import ScoringRefused

Need = Literal["any", "all"]

SEAT_WORDS: dict[str, Text] = {
    "section": Text(zh="绩效科长", en="section head"),
    "finance": Text(zh="财政", en="finance"),
    "dept_head": Text(zh="部门负责人", en="head of department"),
    "leader": Text(zh="分管领导", en="supervising leader"),
    "auditor": Text(zh="审计", en="auditor"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLevel:
    """Seats (roles) of one level: `any` of them is enough, or `all` are needed, in whatever order (parallel)."""

    seats: tuple[str, ...]
    need: Need = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person said yes, at a level (from 1) in a seat. What was returned ended its round and is not among these."""

    level: int
    seat: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The level that waits (None = all have approved) and the seats it waits for."""

    level: int | None
    seats: tuple[str, ...]


def standing(chain: Sequence[ApprovalLevel], approvals: Collection[Approval]) -> Standing:
    """How far a round is approved."""
    for number, level in enumerate(chain, 1):
        seats = {one.seat for one in approvals if one.level == number}
        waiting = tuple(seat for seat in level.seats if seat not in seats)
        if (level.need == "all" and waiting) or (level.need == "any" and not seats):
            return Standing(level=number, seats=waiting)
    return Standing(level=None, seats=())


def approving(
    chain: Sequence[ApprovalLevel],
    approvals: Collection[Approval],
    *,
    person: str,
    seats: Collection[str],
    barred: Collection[str],
) -> Approval:
    """The approval this person gives now; ScoringRefused where it is not theirs to give.

    `seats`: the person's roles that reach the subject; `barred`: who is of the assessed unit or filled in a form.
    """
    if person in barred:
        raise own("审核", "approve")
    waits = standing(chain, approvals)
    if waits.level is None:
        raise ScoringRefused(
            "wrong_state",
            Text(zh="各级均已审核", en="every level has approved"),
            where="evaluation.approvals",
            expected=Text(zh="等待公示", en="its publication"),
        )
    if any(one.person == person for one in approvals):
        raise ScoringRefused(
            "own_work",
            Text(zh="同一人不能审核两级", en="the same person may not approve at two levels"),
            where="actor",
            expected=Text(zh="另一人审核", en="another person"),
        )
    seat = next((seat for seat in waits.seats if seat in seats), None)
    if seat is None:
        names = [SEAT_WORDS.get(one, Text(zh=one, en=one)) for one in waits.seats]
        raise ScoringRefused(
            "not_yours",
            Text(zh=f"第{waits.level}级审核不属于您的角色", en=f"level {waits.level} is not for your role"),
            where="actor.role",
            expected=Text(zh="、".join(one.zh for one in names), en=", ".join(one.en for one in names)),
        )
    return Approval(level=waits.level, seat=seat, person=person)


def own(zh: str, en: str) -> ScoringRefused:
    """Nobody judges himself."""
    return ScoringRefused(
        "own_work",
        Text(zh=f"不能{zh}与本人或本单位有关的评价", en=f"{en} what is about oneself or one's own unit"),
        where="actor",
        expected=Text(zh="与被评价单位无关的另一人", en="another person, not of the assessed unit"),
    )
