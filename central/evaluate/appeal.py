"""The life of a suggested consequence: decided by a named person, open to appeal, final after it. Pure.

suggested --review--> reviewed --approve--> approved --expire--> final --carry_out--> carried_out
    |  `--approve (not: suspend)-->              `--appeal--> appealed --dismiss--> final
    `--reject--> rejected   `--withdraw (author)--> withdrawn      `--uphold--> overturned
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Subject, Text
from central.evaluate.consequence import HEARD
from central.evaluate.result_policy import ConsequenceKind, DecidingRole
from central.figures import percent
from central.scoring.refused import ScoringRefused

SuggestionState = Literal[
    "suggested", "reviewed", "approved", "rejected", "appealed", "final", "overturned", "carried_out", "withdrawn"
]
SuggestionAct = Literal["review", "approve", "reject", "appeal", "dismiss", "uphold", "expire", "carry_out", "withdraw"]
MOVES: Mapping[tuple[SuggestionState, SuggestionAct], SuggestionState] = {
    ("suggested", "review"): "reviewed",
    ("suggested", "approve"): "approved",
    ("reviewed", "approve"): "approved",
    ("suggested", "reject"): "rejected",
    ("reviewed", "reject"): "rejected",
    ("suggested", "withdraw"): "withdrawn",
    ("approved", "appeal"): "appealed",
    ("approved", "expire"): "final",
    ("appealed", "dismiss"): "final",
    ("appealed", "uphold"): "overturned",
    ("final", "carry_out"): "carried_out",
}
STATE_WORDS: Mapping[SuggestionState, Text] = {
    "suggested": Text(zh="建议", en="suggested"),
    "reviewed": Text(zh="已复核", en="reviewed"),
    "approved": Text(zh="已批准, 申诉期内", en="approved, open to appeal"),
    "rejected": Text(zh="未采纳", en="rejected"),
    "appealed": Text(zh="申诉中", en="appealed"),
    "final": Text(zh="生效", en="final"),
    "overturned": Text(zh="申诉成立, 撤销", en="overturned on appeal"),
    "carried_out": Text(zh="已执行", en="carried out"),
    "withdrawn": Text(zh="已撤回", en="withdrawn"),
}
ACT_WORDS: Mapping[SuggestionAct, Text] = {
    "review": Text(zh="复核", en="review"),
    "approve": Text(zh="批准", en="approve"),
    "reject": Text(zh="不予采纳", en="reject"),
    "appeal": Text(zh="申诉", en="appeal"),
    "dismiss": Text(zh="驳回申诉", en="dismiss the appeal"),
    "uphold": Text(zh="申诉成立", en="uphold the appeal"),
    "expire": Text(zh="申诉期满", en="end of the window"),
    "carry_out": Text(zh="登记执行", en="note as carried out"),
    "withdraw": Text(zh="撤回", en="withdraw"),
}
ANSWERING = frozenset({"leader", "finance"})
"""Who of the district answers an appeal beside those of the role that decides; discipline inspection only reads."""

_SOMEBODY_ELSE = Text(zh="由他人办理", en="somebody else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Who acts: the person, the roles held for the whole district, and every unit of which the person has any role:
    there he decides nothing. For those in `speaks` he may speak: as one of the unit's own people. `below`: units under
    one whose head he is: an upper department, which answers their appeals."""

    person: str
    everywhere: frozenset[str]
    units: frozenset[str] = frozenset()
    speaks: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A suggestion as far as it is: who did what to it. `unit` is that of its subject, '' = none known.

    `closes_on`: the last day of the appeal window, once it was approved. `author` '' = the centre itself.
    """

    kind: ConsequenceKind
    subject: Subject
    unit: str
    state: SuggestionState
    decider: DecidingRole
    author: str = ""
    reviewed_by: str = ""
    decided_by: str = ""
    appealed_by: str = ""
    closes_on: date | None = None


def moved(state: SuggestionState, act: SuggestionAct) -> SuggestionState:
    """The state after an act; ScoringRefused names the states it is possible in."""
    after = MOVES.get((state, act))
    if after is None:
        possible = [before for before, one in MOVES if one == act]
        raise ScoringRefused(
            "wrong_state",
            Text(zh=f"状态为“{STATE_WORDS[state].zh}”, 不能{ACT_WORDS[act].zh}", en=f"it is {STATE_WORDS[state].en}"),
            where="state",
            expected=Text(
                zh=" / ".join(STATE_WORDS[one].zh for one in possible),
                en=" or ".join(STATE_WORDS[one].en for one in possible),
            ),
        )
    return after


def is_own(subject: Subject, seat: Seat, *, unit: str) -> bool:
    """Whether somebody is assessed by it: as the person, or as one of the unit's people."""
    if subject.kind == "person":
        return seat.person == subject.id
    return (subject.id if subject.kind == "unit" else unit) in seat.units


def speaks_for(subject: Subject, seat: Seat, *, unit: str) -> bool:
    """Whether somebody may speak for who is assessed: as the person, or as one of the unit's own people."""
    if subject.kind == "person":
        return seat.person == subject.id
    return (subject.id if subject.kind == "unit" else unit) in seat.speaks


def check_review(standing: Standing, seat: Seat) -> None:
    """ScoringRefused unless it can be reviewed, by somebody who is not assessed and did not propose it."""
    moved(standing.state, "review")
    _check_stranger(standing, seat, "review")


def check_decision(
    standing: Standing,
    seat: Seat,
    *,
    approve: bool,
    hearing: str,
    basis: str,
    cut_bp: int | None = None,
    cut_most_bp: int = 10_000,
) -> None:
    """ScoringRefused unless this person may decide so: the role it was named for, for the whole district; neither
    assessed, author nor reviewer; with a basis; after a review where it suspends, after a hearing where it takes money.
    """
    act: SuggestionAct = "approve" if approve else "reject"
    moved(standing.state, act)
    _check_stranger(standing, seat, act)
    _check_role(standing.decider, seat)
    if seat.person == standing.reviewed_by:
        raise _own(seat, act, Text(zh="其复核人", en="its reviewer"))
    _check_words(basis, where="basis", what=Text(zh="决定依据", en="the basis of the decision"))
    if not approve:
        return
    if standing.kind == "suspend" and standing.state != "reviewed":
        raise ScoringRefused(
            "wrong_state",
            Text(zh="暂停或取消须先复核", en="to suspend or cancel takes a review first"),
            where="state",
            expected=STATE_WORDS["reviewed"],
        )
    if standing.kind in HEARD:
        _check_words(hearing, where="hearing", what=Text(zh="听取意见记录", en="a note of the hearing"))
    if cut_bp is not None and (standing.kind != "cut" or not 0 < cut_bp <= cut_most_bp):
        raise ScoringRefused(
            "unknown",
            Text(zh=f"核减 {percent(cut_bp)}", en=f"a cut of {percent(cut_bp)}"),
            where="cut_bp",
            expected=Text(zh=f"核减建议, 不超过 {percent(cut_most_bp)}", en=f"a cut, at most {percent(cut_most_bp)}"),
        )


def check_appeal(standing: Standing, seat: Seat, *, today: date, reason: str) -> None:
    """ScoringRefused unless who is assessed appeals, with a reason, on the window's last day or before."""
    moved(standing.state, "appeal")
    if not speaks_for(standing.subject, seat, unit=standing.unit):
        raise ScoringRefused(
            "not_yours",
            Text(zh=f"{seat.person} 不是当事人", en=f"{seat.person} is not concerned by it"),
            where="appeal",
            expected=Text(zh="当事单位或本人", en="the unit or person concerned"),
        )
    if standing.closes_on is not None and today > standing.closes_on:
        raise ScoringRefused(
            "wrong_state",
            Text(zh=f"申诉期已于 {standing.closes_on} 届满", en=f"the appeal window ended on {standing.closes_on}"),
            where="appeal",
            expected=Text(zh=f"{standing.closes_on} 或以前", en=f"{standing.closes_on} or before"),
        )
    _check_words(reason, where="reason", what=Text(zh="申诉理由", en="the reason of the appeal"))


def check_answer(standing: Standing, seat: Seat, *, uphold: bool, reason: str) -> None:
    """ScoringRefused unless somebody other than who decided, reviewed or appealed answers, with a reason."""
    act: SuggestionAct = "uphold" if uphold else "dismiss"
    moved(standing.state, act)
    _check_stranger(standing, seat, act)
    if seat.person in (standing.decided_by, standing.reviewed_by, standing.appealed_by):
        raise _own(seat, act, Text(zh="原决定的经办人", en="one of those who brought it about"))
    if not hears(standing, seat):
        who = Text(
            zh="区领导、区财政、同级决定人或上级主管部门负责人",
            en="a leader, finance, a decider or the head of the department above",
        )
        raise _not_yours(seat, who)
    _check_words(reason, where="reason", what=Text(zh="答复理由", en="the reason of the answer"))


def hears(standing: Standing, seat: Seat) -> bool:
    """Whether somebody answers appeals of this subject: what is decided of persons is not for finance to read."""
    answering = ANSWERING - {"finance"} if standing.subject.kind == "person" else ANSWERING
    return bool(seat.everywhere & (answering | {standing.decider})) or standing.unit in seat.below


def expires(standing: Standing, *, today: date) -> bool:
    """Whether its window ended without an appeal."""
    return standing.state == "approved" and standing.closes_on is not None and today > standing.closes_on


def _check_stranger(standing: Standing, seat: Seat, act: SuggestionAct) -> None:
    if is_own(standing.subject, seat, unit=standing.unit):
        raise _own(seat, act, Text(zh="当事人或当事单位人员", en="assessed by it"))
    if standing.author and seat.person == standing.author:
        raise _own(seat, act, Text(zh="其提出人", en="its author"))


def _check_role(role: DecidingRole, seat: Seat) -> None:
    if role not in seat.everywhere:
        words = {
            "leader": Text(zh="区领导", en="a leader of the district"),
            "finance": Text(zh="区财政", en="finance of the district"),
            "dept_head": Text(zh="区级部门负责人", en="a department head of the district"),
        }
        raise _not_yours(seat, words[role])


def _check_words(words: str, *, where: str, what: Text) -> None:
    if not words.strip():
        raise ScoringRefused("missing", Text(zh=f"缺少{what.zh}", en=f"without {what.en}"), where=where, expected=what)


def _own(seat: Seat, act: SuggestionAct, what: Text) -> ScoringRefused:
    said = Text(
        zh=f"{seat.person} 是{what.zh}, 不能{ACT_WORDS[act].zh}",
        en=f"{seat.person} is {what.en}: cannot {ACT_WORDS[act].en}",
    )
    return ScoringRefused("own_work", said, where="person", expected=_SOMEBODY_ELSE)


def _not_yours(seat: Seat, who: Text) -> ScoringRefused:
    said = Text(zh=f"{seat.person} 无此权限", en=f"{seat.person} does not decide this")
    return ScoringRefused("not_yours", said, where="person", expected=who)
