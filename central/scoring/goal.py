"""Goals: district -> department -> project, and posts (A08, E09, E12). The tree, its roll-up, whether one is reached,
and how far one falls short (A03). Pure.

Values decide as integers, millionths of the goal's unit: 94.99 is not 95, and 0.7 - 0.4 is 0.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from math import fsum, isclose
from typing import Literal

from central.domain import Level, Subject, SubjectKind, Text
from central.figures import hundredths
from central.scoring.indicator import Value
from central.scoring.refused import RefusalCode, ScoringRefused

Direction = Literal["higher", "lower"]
SUBJECT_OF_LEVEL: Mapping[int, SubjectKind] = {1: "district", 2: "unit", 3: "project", 4: "person"}
ABOVE: Mapping[int, tuple[int, ...]] = {1: (), 2: (1,), 3: (2,), 4: (2, 3)}
"""Levels that a goal of a level may stand under: 区 → 部门 → 项目, and 区 → 部门 → 岗位."""

LEVEL_NAMES: Mapping[int, Text] = {
    1: Text(zh="区级", en="district"),
    2: Text(zh="部门", en="department"),
    3: Text(zh="项目", en="project"),
    4: Text(zh="岗位", en="post"),
}
LADDER_BP = (500, 1500, 3000)  # blue, yellow, red: shortfall against the target, as that of progress
_MICRO = Decimal(1_000_000)
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A goal of a year. `target` and `baseline` are in `unit`; `direction` says whether more or less is better.
    `weight` is among the goals under the same parent and sums to 1 there. `indicator` names what measures it, `follows`
    the goal of the year before, `ladder_bp` from which shortfall on it warns (blue, yellow, red, inclusive)."""

    id: str
    level: int
    parent: str | None
    owner: str
    subject: Subject
    text: Text
    target: float
    unit: str
    baseline: float | None
    start: date
    due: date
    weight: float
    indicator: str = ""
    direction: Direction = "higher"
    year: int = 0
    version: int = 1
    follows: str = ""
    justification: str = ""
    ladder_bp: tuple[int, int, int] = LADDER_BP
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whether a goal was reached, and why that can or cannot be said. `met` None = not known."""

    met: bool | None
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A goal falls short: by `short_bp` of what was expected on the day (the target, once due), at this level."""

    goal: str
    subject: Subject
    level: Level
    short_bp: int
    expected: float
    actual: float
    reason: Text
    refs: tuple[str, ...]


def checked_tree(goals: Sequence[Goal]) -> tuple[Goal, ...]:
    """The goals, parents before children. ScoringRefused names an orphan, a cycle, a goal under a wrong level or about
    a wrong kind of subject, siblings whose weights do not sum to 1, and an active goal without an owner (B04)."""
    living = [goal for goal in goals if not goal.ended]
    by_id = {goal.id: goal for goal in living}
    if len(by_id) != len(living):
        twice = next(goal.id for goal in living if [one.id for one in living].count(goal.id) > 1)
        raise _refused("conflict", f"目标 {twice} 重复", f"goal {twice} again", "每个目标一次", "each goal once")
    ways = {goal.id: _way(goal, by_id) for goal in living}
    for goal in living:
        _check_place(goal, by_id)
    _check_weights(living)
    return tuple(sorted(living, key=lambda goal: (len(ways[goal.id]), goal.id)))


def roll_up(goals: Sequence[Goal], done: Mapping[str, float]) -> dict[str, float | None]:
    """Share reached of every goal: of a leaf as `done` says (None = not known), above as Σ weight x share of those
    children that are known, their weights scaled to 1: 0.9 and 0.7, half each, are 0.8. Without a known child a goal
    has its own share. `known_share` tells how much of a goal the figure stands for."""
    return {goal: share for goal, (share, _) in _rolled(goals, done).items()}


def known_share(goals: Sequence[Goal], done: Mapping[str, float]) -> dict[str, float]:
    """How much of each goal, by weight, `roll_up` knows: 1 = all its leaves."""
    return {goal: known for goal, (_, known) in _rolled(goals, done).items()}


def done_share(goal: Goal, value: float) -> float:
    """How much of a goal a value is, 0-1: value / target, of a "lower" goal target / value, which 0 reaches."""
    if goal.direction == "higher":
        return max(0.0, min(1.0, value / goal.target)) if goal.target > 0 else float(value >= goal.target)
    if value <= goal.target:
        return 1.0
    return max(0.0, goal.target / value)


def reached(goal: Goal, value: Value | None) -> Reached:
    """95.00 of 95 is reached, 94.99 is not; a sample that is too small is shown and not counted (A30)."""
    if value is None or value.value is None:
        return Reached(met=None, reason=Text(zh="无数据", en="no data"))
    if value.state == "too_few":
        why = Text(zh=f"样本不足 (n={value.n}), 不计达标", en=f"sample too small (n={value.n}), not counted as reached")
        return Reached(met=False, reason=why)
    met = _meets(goal, value.value)
    sign = "≥" if goal.direction == "higher" else "≤"
    shown = f"{value.value:g}{goal.unit} {'' if met else '不满足 '}{sign} {goal.target:g}{goal.unit}"
    shown_en = f"{value.value:g}{goal.unit} is {'' if met else 'not '}{sign} {goal.target:g}{goal.unit}"
    return Reached(met=met, reason=Text(zh=shown, en=shown_en))


def expected_on(goal: Goal, day: date) -> float | None:
    """What the goal asks for on a day: on the way from the baseline to the target in even steps, the target from the
    due day on. None before it begins, and on the way where there is no baseline."""
    if day >= goal.due:
        return goal.target
    if day < goal.start or goal.baseline is None:
        return None
    share = (day - goal.start).days / (goal.due - goal.start).days
    return goal.baseline + (goal.target - goal.baseline) * share


def shortfall(goal: Goal, value: Value | None, *, day: date | None = None) -> Shortfall | None:
    """How far a goal falls short of what it asks for on a day (as if due, without one); None where it does not, or
    nothing is known. A sample that is too small warns of nothing: silence is not failure."""
    missing_bp = short_bp(goal, value, day=day)
    expected = goal.target if day is None else expected_on(goal, day)
    if not missing_bp or value is None or value.value is None or expected is None:
        return None
    levels: tuple[Level, ...] = ("blue", "yellow", "red")
    level = next(
        (name for name, enter in reversed(list(zip(levels, goal.ladder_bp, strict=True))) if missing_bp >= enter), None
    )
    if level is None:
        return None
    percent = hundredths(missing_bp)
    return Shortfall(
        goal=goal.id,
        subject=goal.subject,
        level=level,
        short_bp=missing_bp,
        expected=expected,
        actual=value.value,
        reason=Text(
            zh=f"目标「{goal.text.zh}」应达 {expected:g}{goal.unit}, 实际 {value.value:g}{goal.unit}, 差 {percent}%",
            en=f"goal “{goal.text.en}”: {expected:g}{goal.unit} expected, {value.value:g} reached, {percent} % short",
        ),
        refs=value.refs,
    )


def short_bp(goal: Goal, value: Value | None, *, day: date | None = None) -> int | None:
    """By how much of what is expected on a day (as if due, without one) a goal falls short, basis points; 0 = it does
    not, None = nothing is known, as of a sample that is too small, or nothing is asked for yet."""
    if value is None or value.value is None or value.state == "too_few" or goal.ended:
        return None
    expected = goal.target if day is None else expected_on(goal, day)
    if expected is None:
        return None
    return 0 if _no_less(goal, value.value, expected) else _short_bp(goal, value.value, expected)


def unit_above(goal: Goal, by_id: Mapping[str, Goal]) -> str:
    """The unit that a goal belongs to: its own, or that of the nearest goal above it; '' without one."""
    seen: set[str] = set()
    at: Goal | None = goal
    while at is not None and at.id not in seen:
        if at.subject.kind == "unit":
            return at.subject.id
        seen.add(at.id)
        at = by_id.get(at.parent or "")
    return ""


def _rolled(goals: Sequence[Goal], done: Mapping[str, float]) -> dict[str, tuple[float | None, float]]:
    """Share and how much of it is known, of every goal, children before their parents."""
    below: dict[str | None, list[Goal]] = {}
    ordered = checked_order(goals)
    for goal in ordered:
        below.setdefault(goal.parent, []).append(goal)
    found: dict[str, tuple[float | None, float]] = {}
    for goal in reversed(ordered):
        children = [(one.weight, found[one.id]) for one in below.get(goal.id, [])]
        live = [(weight, share, known) for weight, (share, known) in children if share is not None]
        whole = fsum(weight for weight, _, _ in live)
        if whole > 0:
            share = fsum(weight * share for weight, share, _ in live) / whole
            found[goal.id] = (share, fsum(weight * known for weight, _, known in live))
        else:
            own = done.get(goal.id)
            found[goal.id] = (own, 0.0 if own is None else 1.0)
    return {goal.id: found[goal.id] for goal in ordered}


def checked_order(goals: Sequence[Goal]) -> tuple[Goal, ...]:
    """Living goals, parents before children; ScoringRefused on an orphan or a cycle. Weights are not looked at."""
    by_id = {goal.id: goal for goal in goals if not goal.ended}
    ways = {goal.id: _way(goal, by_id) for goal in by_id.values()}
    return tuple(sorted(by_id.values(), key=lambda goal: (len(ways[goal.id]), goal.id)))


def _way(goal: Goal, by_id: Mapping[str, Goal]) -> list[str]:
    """Ids from a goal up to its root."""
    way = [goal.id]
    parent = goal.parent
    while parent is not None:
        if parent in way:
            circle = " → ".join([*way[way.index(parent) :], parent])
            raise _refused("conflict", f"目标成环: {circle}", f"a circle {circle}", "树状结构", "a tree")
        if parent not in by_id:
            raise _refused(
                "unknown",
                f"目标 {way[-1]} 的上级 {parent} 不存在或未生效",
                f"goal {way[-1]} under {parent}, which is not there or not active",
                "已生效的上级目标",
                "an active goal above",
            )
        way.append(parent)
        parent = by_id[parent].parent
    return way


def _check_place(goal: Goal, by_id: Mapping[str, Goal]) -> None:
    above = None if goal.parent is None else by_id[goal.parent].level
    allowed = ABOVE.get(goal.level, ())
    if (above is None) != (not allowed) or (above is not None and above not in allowed):
        names = "、".join(LEVEL_NAMES[level].zh for level in allowed) or "无上级"
        english = " or ".join(LEVEL_NAMES[level].en for level in allowed) or "none above it"
        raise _refused(
            "conflict",
            f"目标 {goal.id} ({_level(goal).zh}) 的上级层级为 {above or '无'}",
            f"goal {goal.id} ({_level(goal).en}) stands under level {above or 'none'}",
            f"上级层级: {names}",
            f"level above: {english}",
        )
    if SUBJECT_OF_LEVEL.get(goal.level) != goal.subject.kind:
        kind = SUBJECT_OF_LEVEL.get(goal.level, "?")
        raise _refused(
            "conflict",
            f"目标 {goal.id} ({_level(goal).zh}) 的对象为 {goal.subject.kind}",
            f"goal {goal.id} ({_level(goal).en}) is about a {goal.subject.kind}",
            f"对象类别 {kind}",
            f"a subject of kind {kind}",
        )
    if not goal.owner.strip():
        raise _refused(
            "missing",
            f"目标 {goal.id} 没有责任人",
            f"goal {goal.id} has no owner",
            "一名责任人",
            "the person who answers for it",
        )


def _check_weights(goals: Sequence[Goal]) -> None:
    siblings: dict[str | None, list[Goal]] = {}
    for goal in goals:
        siblings.setdefault(goal.parent, []).append(goal)
    for parent, members in siblings.items():
        total = fsum(goal.weight for goal in members)
        if any(goal.weight <= 0 for goal in members) or not isclose(total, 1.0, abs_tol=_TOLERANCE):
            spelled = " + ".join(f"{goal.weight:g}" for goal in members[:8])
            raise _refused(
                "conflict",
                f"{parent or '区级'} 之下的权重 {spelled} = {total:g}",
                f"weights under {parent or 'the district'}: {spelled} = {total:g}",
                "同级权重大于 0, 之和为 1",
                "weights of siblings over 0 that sum to 1",
            )


def _level(goal: Goal) -> Text:
    return LEVEL_NAMES.get(goal.level, Text(zh=f"第 {goal.level} 级", en=f"level {goal.level}"))


def _meets(goal: Goal, value: float) -> bool:
    return _no_less(goal, value, goal.target)


def _no_less(goal: Goal, value: float, asked: float) -> bool:
    return _micro(value) >= _micro(asked) if goal.direction == "higher" else _micro(value) <= _micro(asked)


def _short_bp(goal: Goal, value: float, expected: float) -> int:
    """Shortfall in basis points of what is expected, rounded down; all of it where nothing was expected to be left."""
    missing = abs(_micro(expected) - _micro(value))
    whole = abs(_micro(expected))
    return 10_000 if whole == 0 else missing * 10_000 // whole


def _micro(value: float) -> int:
    """Millionths, from the shortest decimal that spells the float."""
    return int((Decimal(repr(float(value))) * _MICRO).to_integral_value(ROUND_HALF_EVEN))


def _refused(code: RefusalCode, zh: str, en: str, expected_zh: str, expected_en: str) -> ScoringRefused:
    return ScoringRefused(code, Text(zh=zh, en=en), where="goals", expected=Text(zh=expected_zh, en=expected_en))
