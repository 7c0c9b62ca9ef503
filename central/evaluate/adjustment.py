"""Flexible adjustment of targets (E30): what an application must say, who approves it, from when it holds. Pure.

Position levels inside the unit (C06): 专员 enters, 科长 reviews, 局长 endorses; then the district decides, 区领导 where
the change is large or the third of a year. It holds from the day of its approval and never backward.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Literal

from central.domain import Subject, Text
from central.evaluate.appeal import Seat, is_own, speaks_for
from central.evaluate.result_policy import AdjustmentTerms
from central.scoring.refused import ScoringRefused

AdjustmentState = Literal["entered", "reviewed", "endorsed", "approved", "refused", "withdrawn"]
AdjustmentAct = Literal["review", "endorse", "approve", "refuse", "withdraw"]
Tier = Literal["plain", "higher"]
POSITIONS: Mapping[str, int] = {"clerk": 1, "section": 2, "dept_head": 3}
"""专员, 科长, 局长: who is higher may do what is lower."""

_LEVEL: Mapping[str, int] = {"enter": 1, "review": 2, "endorse": 3}
_APPROVERS: Mapping[Tier, frozenset[str]] = {
    "plain": frozenset({"dept_head", "finance", "leader"}),
    "higher": frozenset({"leader"}),
}
MOVES: Mapping[tuple[AdjustmentState, AdjustmentAct], AdjustmentState] = {
    ("entered", "review"): "reviewed",
    ("reviewed", "endorse"): "endorsed",
    ("endorsed", "approve"): "approved",
    ("endorsed", "refuse"): "refused",
    ("entered", "withdraw"): "withdrawn",
    ("reviewed", "withdraw"): "withdrawn",
    ("endorsed", "withdraw"): "withdrawn",
}
STATE_WORDS: Mapping[AdjustmentState, Text] = {
    "entered": Text(zh="已填报", en="entered"),
    "reviewed": Text(zh="已审核", en="reviewed"),
    "endorsed": Text(zh="单位已同意", en="endorsed by the unit"),
    "approved": Text(zh="已批准", en="approved"),
    "refused": Text(zh="未批准", en="refused"),
    "withdrawn": Text(zh="已撤回", en="withdrawn"),
}
TIER_WORDS: Mapping[Tier, Text] = {
    "plain": Text(zh="区级部门负责人、财政或区领导", en="a department head of the district, finance or a leader"),
    "higher": Text(zh="区领导", en="a leader of the district"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A new target for an indicator of a subject. `evidence` = SHA-256 of what shows why, or ids of records."""

    subject: Subject
    indicator: str
    old: float
    new: float
    reason: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An application as far as it is. `effective` is the day it was approved on, None before; `unit` the subject's."""

    id: int
    asked: Asked
    unit: str
    author: str
    entered_on: date
    state: AdjustmentState
    tier: Tier
    reviewed_by: str = ""
    endorsed_by: str = ""
    decided_by: str = ""
    effective: date | None = None


def check_asked(asked: Asked, *, target: float | None) -> None:
    """ScoringRefused at the first thing that is missing, or where the old value is not the target in force."""
    if not asked.reason.strip():
        raise _missing("reason", Text(zh="调整理由", en="the reason"))
    if not asked.evidence or not all(one.strip() for one in asked.evidence):
        raise _missing("evidence", Text(zh="佐证材料", en="evidence"))
    if not isfinite(asked.new) or asked.new <= 0:
        raise _unknown("new", asked.new, Text(zh="大于零的数", en="a number above zero"))
    if target is None:
        expected = Text(zh="该单位指标集中的指标", en="an indicator that the subject is scored by")
        raise _unknown("indicator", asked.indicator, expected)
    if asked.old != target:
        expected = Text(zh=f"现行目标 {target:g}", en=f"the target in force, {target:g}")
        raise _unknown("old", asked.old, expected)
    if asked.new == asked.old:
        raise _unknown("new", asked.new, Text(zh="与现行目标不同的值", en="another one than the target in force"))


def tier_of(asked: Asked, *, day: date, others: Iterable[Adjustment], terms: AdjustmentTerms, original: float) -> Tier:
    """Who has to approve: `higher` for more than the limit, against the target before it or the one that held when the
    year began (`original`: many small steps are one large one), or for more than so many a year of this indicator.

    Applications that wait count as well: three that wait together are three.
    """
    if _beyond(asked.old, asked.new, terms.limit_bp) or _beyond(original, asked.new, terms.limit_bp):
        return "higher"
    same = [
        one
        for one in others
        if one.asked.subject == asked.subject
        and one.asked.indicator == asked.indicator
        and one.state not in ("refused", "withdrawn")
        and (one.effective or one.entered_on).year == day.year
    ]
    return "higher" if len(same) + 1 > terms.per_year else "plain"


def target_in_force(approved: Iterable[Adjustment], *, day: date) -> float | None:
    """The target that the newest adjustment approved on this day or before has set; None where there is none.

    A period is judged by its last day: one that was over when the adjustment was approved keeps its target.
    """
    fitting = [
        (one.effective, one.id, one.asked.new)
        for one in approved
        if one.state == "approved" and one.effective is not None and one.effective <= day
    ]
    return max(fitting)[2] if fitting else None


def check_enter(subject: Subject, seat: Seat, positions: frozenset[str], *, unit: str) -> None:
    """ScoringRefused unless one of the unit's people, or the person, asks for it."""
    if not speaks_for(subject, seat, unit=unit) or _rank(positions) < _LEVEL["enter"]:
        raise _not_yours(seat.person, Text(zh=f"{unit}的专员、科长或局长", en=f"one of the people of {unit}"))


def check_inside(
    adjustment: Adjustment, act: Literal["review", "endorse"], person: str, positions: frozenset[str]
) -> None:
    """ScoringRefused unless somebody of the unit who is high enough, and not the applicant, says so.

    `positions` are the person's roles in the unit of the application.
    """
    moved(adjustment.state, act)
    if person == adjustment.author:
        raise _own(person, Text(zh="申请人", en="the applicant"))
    if _rank(positions) < _LEVEL[act]:
        who = (
            Text(zh="科长或局长", en="a section chief or the head")
            if act == "review"
            else Text(zh="局长", en="the head")
        )
        raise _not_yours(person, who)


def check_decision(adjustment: Adjustment, seat: Seat, *, tier: Tier, approve: bool, remark: str) -> None:
    """ScoringRefused unless somebody of the district who is neither applicant nor of the assessed unit decides."""
    moved(adjustment.state, "approve" if approve else "refuse")
    if seat.person in (adjustment.author, adjustment.reviewed_by, adjustment.endorsed_by):
        raise _own(seat.person, Text(zh="申请、审核或同意人", en="one of those who asked for it"))
    if is_own(adjustment.asked.subject, seat, unit=adjustment.unit):
        raise _own(seat.person, Text(zh="被考核单位人员或本人", en="assessed by it"))
    if not seat.everywhere & _APPROVERS[tier]:
        raise _not_yours(seat.person, TIER_WORDS[tier])
    if not approve and not remark.strip():
        raise _missing("remark", Text(zh="不予批准的理由", en="why it is refused"))


def check_effective(effective: date | None, *, today: date) -> date:
    """The day it holds from: today unless a later one is said. ScoringRefused for an earlier one."""
    if effective is None:
        return today
    if effective < today:
        raise ScoringRefused(
            "not_yours",
            Text(
                zh=f"生效日 {effective} 早于批准日, 不得追溯",
                en=f"effective {effective}, before its approval: not backward",
            ),
            where="effective",
            expected=Text(zh=f"{today} 或以后", en=f"{today} or later"),
        )
    return effective


def check_withdraw(adjustment: Adjustment, person: str) -> None:
    """ScoringRefused unless the applicant takes back what nobody has decided."""
    moved(adjustment.state, "withdraw")
    if person != adjustment.author:
        raise _not_yours(person, Text(zh=f"申请人 {adjustment.author}", en=f"the applicant, {adjustment.author}"))


def moved(state: AdjustmentState, act: AdjustmentAct) -> AdjustmentState:
    """The state after an act; ScoringRefused names the states it is possible in."""
    after = MOVES.get((state, act))
    if after is None:
        possible = [before for before, one in MOVES if one == act]
        raise ScoringRefused(
            "wrong_state",
            Text(zh=f"申请{STATE_WORDS[state].zh}", en=f"the application is {STATE_WORDS[state].en}"),
            where="state",
            expected=Text(
                zh=" / ".join(STATE_WORDS[one].zh for one in possible),
                en=" or ".join(STATE_WORDS[one].en for one in possible),
            ),
        )
    return after


def _beyond(before: float, after: float, limit_bp: int) -> bool:
    """Whether the change is more than the share, exactly: 100 -> 80 is 20 %, and 0.3 -> 0.36 as well."""
    old, new = Decimal(repr(before)), Decimal(repr(after))
    return abs(new - old) * 10_000 > abs(old) * limit_bp


def _rank(positions: frozenset[str]) -> int:
    return max((POSITIONS.get(role, 0) for role in positions), default=0)


def _missing(where: str, what: Text) -> ScoringRefused:
    return ScoringRefused("missing", Text(zh=f"缺少{what.zh}", en=f"without {what.en}"), where=where, expected=what)


def _unknown(where: str, value: object, expected: Text) -> ScoringRefused:
    return ScoringRefused("unknown", Text(zh=f"{value}", en=f"{value}"), where=where, expected=expected)


def _own(person: str, what: Text) -> ScoringRefused:
    said = Text(zh=f"{person} 是{what.zh}, 不能自己办理", en=f"{person} is {what.en}")
    return ScoringRefused("own_work", said, where="person", expected=Text(zh="由他人办理", en="somebody else"))


def _not_yours(person: str, who: Text) -> ScoringRefused:
    said = Text(zh=f"{person} 无此权限", en=f"{person} may not do this")
    return ScoringRefused("not_yours", said, where="person", expected=who)
