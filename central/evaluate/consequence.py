"""What follows from a result: always a suggestion with its evidence, never an act (domain.md §4.10). Pure.

Grade -> budget (A25 E19), a goal that was missed -> budget (D07 D08), streaks -> deduction, talk, commendation,
reserve list (A46 E20 E29 E32), ranking -> award (E21). A person decides, by name; nothing here changes a budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from central.domain import Subject, Text
from central.evaluate.ranking import POINTS_SCALE, Judged, Ranking
from central.evaluate.result_policy import AwardRule, ConsequenceKind, DecidingRole, ResultPolicy
from central.evaluate.streak import Streak, StreakKind
from central.figures import percent
from central.scoring.goal import Goal, done_share
from central.scoring.indicator import Value
from central.scoring.leaf import GRADES_EN, grade
from central.scoring.period import Period

KIND_WORDS: Mapping[ConsequenceKind, Text] = {
    "priority": Text(zh="优先保障", en="priority in the budget"),
    "reasonable": Text(zh="合理保障", en="reasonable budget"),
    "cut": Text(zh="按比例核减", en="proportional cut"),
    "suspend": Text(zh="暂停或取消, 需复核", en="suspend or cancel, after a review"),
    "deduction": Text(zh="年终考核扣分项", en="deduction item of the year's appraisal"),
    "commendation": Text(zh="表彰建议", en="commendation"),
    "talk": Text(zh="约谈建议", en="talk with the person responsible"),
    "reserve": Text(zh="后备干部库建议名单", en="list for the personnel department"),
    "award": Text(zh="奖项", en="award"),
    "other": Text(zh="其他结果应用", en="other use of a result"),
}
HEARD: frozenset[ConsequenceKind] = frozenset({"cut", "suspend"})
"""Kinds that are approved only with a note of the hearing of whom they concern."""

ADVERSE: frozenset[ConsequenceKind] = frozenset({"cut", "suspend", "deduction", "talk"})
_OF_GRADE: Mapping[str, ConsequenceKind] = {"优": "priority", "良": "reasonable", "中": "cut", "差": "suspend"}
_OF_STREAK: Mapping[StreakKind, ConsequenceKind] = {
    "bottom_quarters": "deduction",
    "last_years": "talk",
    "first_quarters": "commendation",
    "top_years": "reserve",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A consequence that is suggested. `origin` names the occasion, which comes once; `basis` the sheets behind it.

    `amount_fen` = `cut_bp` of `budget_fen`, rounded down; None where there is no cut or no budget is known. `decider`
    is the role that decides; `hearing`: who is concerned is heard before; `appeal_days` working days after a decision.
    """

    origin: str
    kind: ConsequenceKind
    subject: Subject
    period: Period
    group: str
    basis: tuple[str, ...]
    reason: Text
    policy: int
    decider: DecidingRole
    appeal_days: int
    hearing: bool
    cut_bp: int | None = None
    budget_fen: int | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalResult:
    """A goal of a project or unit and what was reached of it, both in the goal's unit; `share` of it, 0-1."""

    goal: str
    name: Text
    subject: Subject
    target: float
    actual: float
    unit: str
    share: float
    refs: tuple[str, ...]


def goal_result(goal: Goal, value: Value, *, refs: tuple[str, ...]) -> GoalResult | None:
    """What became of a goal, for what it may lead to; None where its value is not known well enough to say."""
    if value.value is None or value.state not in ("measured", "entered"):
        return None
    return GoalResult(
        goal=goal.id,
        name=goal.text,
        subject=goal.subject,
        target=goal.target,
        actual=value.value,
        unit=goal.unit,
        share=done_share(goal, value.value),
        refs=refs,
    )


def for_grade(
    judged: Judged, *, period: Period, policy: ResultPolicy, budget_fen: int | None, ranking: Ranking | None = None
) -> Suggestion:
    """What a final result of a year suggests for the next budget; its place among its like is said with it (E19)."""
    found = grade(judged.total)
    kind = _OF_GRADE[found]
    cut_bp = policy.cut_of(judged.total) if kind == "cut" else None
    words = KIND_WORDS[kind]
    share = f" {percent(cut_bp)}" if cut_bp is not None else ""
    place = _place_words(judged.subject, ranking)
    reason = Text(
        zh=f"{period.name} 评价 {judged.total:.3f} 分, {found}{place.zh}: {words.zh}{share}",
        en=f"{period.name}: {judged.total:.3f} points, {GRADES_EN[found]}{place.en}: {words.en}{share}",
    )
    return _suggested(
        "budget",
        kind,
        judged.subject,
        period,
        basis=judged.refs,
        reason=reason,
        policy=policy,
        group=ranking.group if ranking is not None else "",
        cut_bp=cut_bp,
        budget_fen=budget_fen,
    )


def for_goal(result: GoalResult, *, period: Period, policy: ResultPolicy, budget_fen: int | None) -> Suggestion | None:
    """What a goal that was not reached suggests for the next budget; None from 80 % on (良)."""
    reached = 100 * result.share
    kind = _OF_GRADE[grade(reached)]
    if kind not in HEARD:
        return None
    cut_bp = policy.cut_of(reached) if kind == "cut" else None
    share = f" {percent(cut_bp)}" if cut_bp is not None else ""
    words, unit = KIND_WORDS[kind], result.unit
    reason = Text(
        zh=f"“{result.name.zh}”目标 {result.target:g}{unit}, 实际 {result.actual:g}{unit}, 完成 {reached:.1f}%: "
        f"{words.zh}{share}",
        en=f"{result.name.en}: target {result.target:g}{unit}, reached {result.actual:g}{unit}, {reached:.1f} %: "
        f"{words.en}{share}",
    )
    family = f"goal/{result.goal}"
    return _suggested(
        family,
        kind,
        result.subject,
        period,
        basis=result.refs,
        reason=reason,
        policy=policy,
        cut_bp=cut_bp,
        budget_fen=budget_fen,
    )


def for_streak(streak: Streak, *, policy: ResultPolicy) -> Suggestion:
    """What a streak suggests."""
    kind = _OF_STREAK[streak.kind]
    names = ", ".join(period.name for period in streak.periods)
    ranks = ", ".join(str(rank) for rank in streak.ranks)
    said = _streak_words(streak.kind, streak.length)
    reason = Text(
        zh=f"{said.zh} ({names}, 名次 {ranks}): {KIND_WORDS[kind].zh}",
        en=f"{said.en} ({names}; ranks {ranks}): {KIND_WORDS[kind].en}",
    )
    period = streak.periods[-1]
    return _suggested(
        streak.kind, kind, streak.subject, period, basis=streak.refs, reason=reason, policy=policy, group=streak.group
    )


def for_awards(ranking: Ranking, *, policy: ResultPolicy) -> tuple[Suggestion, ...]:
    """Who meets the criteria of an award of this kind of period, by award and subject."""
    return tuple(
        _suggested(
            f"award/{rule.id}", "award", place.subject, ranking.period, basis=place.refs,
            reason=Text(zh=f"{rule.name.zh}: {rule.criteria.zh}", en=f"{rule.name.en}: {rule.criteria.en}"),
            policy=policy, group=ranking.group,
        )
        for rule in policy.awards
        if rule.period == ranking.period.kind and (not rule.groups or ranking.group in rule.groups)
        for place in ranking.places
        if place.subject.kind == rule.subject and _meets(rule, place.rank, place.points_e9)
    )  # fmt: skip


def _meets(rule: AwardRule, rank: int | None, points_e9: int) -> bool:
    return rank is not None and rank <= rule.rank_most and points_e9 >= rule.points_least * POINTS_SCALE


def _place_words(subject: Subject, ranking: Ranking | None) -> Text:
    place = ranking.of(subject) if ranking is not None else None
    if ranking is None or place is None or place.rank is None:
        return Text(zh="", en="")
    return Text(zh=f", 同类排名 {place.rank}/{ranking.n}", en=f", rank {place.rank} of {ranking.n} alike")


def _streak_words(kind: StreakKind, length: int) -> Text:
    match kind:
        case "bottom_quarters":
            return Text(zh=f"连续{length}个季度排名靠后", en=f"at the bottom for {length} quarters in a row")
        case "last_years":
            return Text(zh=f"连续{length}年末位", en=f"last for {length} years in a row")
        case "first_quarters":
            return Text(zh=f"连续{length}个季度排名第一", en=f"first for {length} quarters in a row")
        case "top_years":
            return Text(zh=f"连续{length}年位于前列", en=f"in the top for {length} years in a row")
    assert_never(kind)


def _suggested(
    family: str,
    kind: ConsequenceKind,
    subject: Subject,
    period: Period,
    *,
    basis: tuple[str, ...],
    reason: Text,
    policy: ResultPolicy,
    group: str = "",
    cut_bp: int | None = None,
    budget_fen: int | None = None,
) -> Suggestion:
    amount = None if cut_bp is None or budget_fen is None else budget_fen * cut_bp // 10_000
    return Suggestion(
        origin=f"{family}/{subject.kind}/{subject.id}/{period.name}",
        kind=kind,
        subject=subject,
        period=period,
        group=group,
        basis=tuple(dict.fromkeys(basis)),
        reason=reason,
        policy=policy.version,
        decider=policy.decider_of(kind),
        appeal_days=policy.appeal_days,
        hearing=kind in HEARD,
        cut_bp=cut_bp,
        budget_fen=budget_fen,
        amount_fen=amount,
    )
