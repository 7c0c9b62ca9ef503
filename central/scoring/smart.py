"""Whether a goal is Specific, Measurable, Achievable, Relevant and Time-bound, and why not (A09). Pure and by rule.

Five verdicts with reasons in both languages. What a form's fields say counts; what they leave open is read out of the
text. `fail` = the goal cannot be taken so; `needs_justification` = it can, with a reason that somebody approves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from central.domain import Text
from central.scoring.deadline import VAGUE, Deadline, deadline
from central.scoring.goal import Direction
from central.scoring.saying import MASK, Quantity, normal, quantities, without_codes, without_names
from central.scoring.units import in_base_unit

Letter = Literal["S", "M", "A", "R", "T"]
State = Literal["ok", "fail", "needs_justification"]
HISTORY_TIMES_MAX = 3  # a target from here on against the best year needs a justification
WORDS_MIN = 4
_VAGUE_VERBS = (
    "进一步|提高|提升|加强|增强|推进|推动|改善|优化|促进|深化|强化|做好|抓好|完善|落实|加快|健全|加大|巩固|拓展|营造|打造|"
    "统筹|全面|切实|积极|大力|努力|有效|显著|明显|大幅|扎实|稳步|有力|充分|严格|不断|持续|逐步|确保|保障|开展|做实|抓实|"
    "improve|strengthen|enhance|promote|optimi[sz]e|better|raise"
)
_VAGUE_AMOUNT = re.compile(
    "若干|大量|一批|部分|有所|较大|明显|显著|大幅|基本|多数|绝大多数|适当|合理|良好|some|many|several"
)

_FROM = re.compile(r"(?:从|由|自)[^\d,,。;;]{0,4}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One letter of SMART, and why."""

    letter: Letter
    state: State
    reason: Text

    @property
    def ok(self) -> bool:
        """Whether the goal holds in this respect as it stands."""
        return self.state == "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What the text of a goal says: its measures in order, and its time."""

    quantities: tuple[Quantity, ...]
    time: Deadline

    @property
    def main(self) -> Quantity | None:
        """The measure that most likely is the target: with a unit, shares and written signs before plain counts, and
        where it is to come to before where it comes from (由45天压缩到30天)."""
        ranked = [one for one in self.quantities if one.unit] or list(self.quantities)
        ranked = [one for one in ranked if not _FROM.search(one.name)] or ranked
        return max(
            ranked, key=lambda one: (one.unit in ("%", "‰"), any(sign in one.words for sign in "≥≤不至")), default=None
        )


def understood(text: str, *, year: int | None = None, start: date | None = None) -> Understood:
    """Measures and time of a goal's text; `year` is the year of words like 年底前."""
    plain = without_codes(normal(text))
    time = deadline(plain, year=year, start=start)
    return Understood(quantities=quantities(without_names(time.rest)), time=time)


def smart(
    goal_text: str,
    *,
    target: float | None = None,
    unit: str = "",
    baseline: float | None = None,
    start: date | None = None,
    due: date | None = None,
    owner: str = "",
    parent: str | None = None,
    history: Sequence[float] = (),
    direction: Direction | None = None,
    level: int | None = None,
    year: int | None = None,
    justification: str = "",
) -> tuple[Verdict, Verdict, Verdict, Verdict, Verdict]:
    """S, M, A, R, T of a goal. `history` are what was reached in former years, in the target's unit; a district's goal
    (level 1) has no parent. `justification` answers what would otherwise need one."""
    said = understood(goal_text, year=year, start=start)
    main = said.main
    value = target if target is not None else None if main is None else main.value
    way = direction or ("lower" if main is not None and main.sign == "≤" else "higher")
    measured = unit or ("" if main is None or target is not None else main.unit)
    return (
        _specific(goal_text, said, owner=owner, measured=value is not None),
        _measurable(goal_text, said, target=target, unit=unit),
        _achievable(said, value, measured, way, baseline=baseline, history=history, justification=justification),
        _relevant(parent, level),
        _timed(said.time, goal_text, start=start, due=due),
    )


def failing(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Those that are not ok."""
    return tuple(verdict for verdict in verdicts if not verdict.ok)


def _specific(text: str, said: Understood, *, owner: str, measured: bool) -> Verdict:
    left = re.sub(rf"{_VAGUE_VERBS}|[{MASK}\d\s,,.。;;:%≥≤<>=、()()““””]", "", without_names(said.time.rest))
    vague = re.findall(_VAGUE_VERBS, normal(text))
    if len(left) < (WORDS_MIN if not measured else WORDS_MIN // 2):
        return _fail("S", "没有说明要做成什么", "does not say what is to be done")
    if vague and not measured:
        words = "、".join(dict.fromkeys(vague[:3]))
        return _fail(
            "S", f"只有「{words}」这样的空泛表述, 没有说明做到什么程度", f"only general words ({words}), no result"
        )
    if not owner.strip():
        return _fail("S", "没有责任人", "nobody answers for it")
    return _ok("S", "对象和责任人明确", "says what, and who answers for it")


def _measurable(text: str, said: Understood, *, target: float | None, unit: str) -> Verdict:
    if target is not None:
        return _field_measurable(said, target, unit)
    with_unit = [one for one in said.quantities if one.unit]
    if with_unit:
        words = "、".join(one.words for one in with_unit[:3])
        return _ok("M", f"可量化: {words}", f"can be measured: {words}")
    bare = [one for one in said.quantities if not one.unit]
    if bare:
        return _fail("M", f"数值「{bare[0].words}」没有单位", f"the number in “{bare[0].words}” has no unit")
    amount = _VAGUE_AMOUNT.search(normal(text))
    if amount:
        return _fail(
            "M", f"「{amount[0]}」不可量化, 没有目标值和单位", f"“{amount[0]}” cannot be measured: no target, no unit"
        )
    return _fail("M", "没有目标值和单位", "no target and no unit")


def _field_measurable(said: Understood, target: float, unit: str) -> Verdict:
    if not unit.strip() and not any(one.unit == "指数" for one in said.quantities):
        return _fail("M", f"目标值 {target:g} 没有单位", f"target {target:g} has no unit")
    wanted = in_base_unit(target, unit)
    alike = [one for one in said.quantities if in_base_unit(one.value, one.unit)[1] == wanted[1]]
    if alike and all(in_base_unit(one.value, one.unit) != wanted for one in alike):
        words = "、".join(one.words for one in alike[:3])
        return _fail(
            "M",
            f"目标值 {target:g}{unit} 与文中「{words}」不一致",
            f"target {target:g}{unit} is not what the text says: {words}",
        )
    return _ok("M", f"目标值 {target:g}{unit}", f"target {target:g}{unit}")


def _achievable(
    said: Understood,
    value: float | None,
    unit: str,
    way: Direction,
    *,
    baseline: float | None,
    history: Sequence[float],
    justification: str,
) -> Verdict:
    if value is None:
        return _fail("A", "没有目标值, 无法判断能否实现", "no target, so nobody can tell")
    above = next(
        (one for one in said.quantities if one.is_rate and one.value > (1000 if one.unit == "‰" else 100)), None
    )
    if above is not None or (unit in ("%", "‰") and said.main is not None and said.main.is_rate and value > 100):
        words = above.words if above is not None else f"{value:g}{unit}"
        return _fail("A", f"比率不可能超过全部: {words}", f"no share is more than the whole: {words}")
    doubt = _doubt(value, unit, way, baseline=baseline, history=history)
    if doubt is None:
        return _ok("A", "与基线和历史水平相称", "in line with the baseline and former years")
    if justification.strip():
        return _ok(
            "A", f"{doubt.zh}; 已说明: {justification.strip()}", f"{doubt.en}; justified: {justification.strip()}"
        )
    return Verdict(letter="A", state="needs_justification", reason=doubt)


def _doubt(value: float, unit: str, way: Direction, *, baseline: float | None, history: Sequence[float]) -> Text | None:
    """Why a target needs a justification: far beyond the best so far, worse than the baseline, nothing to compare."""
    known = [Decimal(repr(float(one))) for one in history]
    wanted = Decimal(repr(float(value)))
    if baseline is not None:
        known.append(Decimal(repr(float(baseline))))
    if not known:
        return Text(zh="没有基线或历史数据, 无法判断能否实现", en="no baseline and no former years to compare with")
    best = max(known) if way == "higher" else min(known)
    if way == "higher" and best > 0 and wanted >= HISTORY_TIMES_MAX * best:
        times = f"{wanted / best:.1f}"
        return Text(
            zh=f"目标为历史最高 {float(best):g}{unit} 的 {times} 倍",
            en=f"{times} times the best so far ({float(best):g}{unit})",
        )
    if way == "lower" and wanted * HISTORY_TIMES_MAX <= best and best > 0 and wanted > 0:
        return Text(
            zh=f"目标不到历史最低 {float(best):g}{unit} 的三分之一",
            en=f"under a third of the lowest so far ({float(best):g}{unit})",
        )
    from_here = None if baseline is None else Decimal(repr(float(baseline)))
    if from_here is not None and (wanted < from_here if way == "higher" else wanted > from_here):
        return Text(zh=f"目标比基线 {baseline:g}{unit} 还差", en=f"worse than the baseline of {baseline:g}{unit}")
    return None


def _relevant(parent: str | None, level: int | None) -> Verdict:
    if level == 1:
        return _ok("R", "区级目标, 无需上级", "a goal of the district, nothing above it")
    if parent and parent.strip():
        return _ok("R", f"支撑上级目标 {parent}", f"serves the goal {parent}")
    return _fail("R", "没有关联上级目标", "serves no goal above it")


def _timed(said: Deadline, text: str, *, start: date | None, due: date | None) -> Verdict:
    if due is not None and said.due is not None and said.due != due:
        return _fail("T", f"填写的期限 {due} 与文中 {said.due} 不一致", f"due {due}, but the text says {said.due}")
    end = due or said.due
    begin = start or said.start
    if end is None and said.problem:
        return _fail("T", f"「{said.problem}」不是确定的日期", f"“{said.problem}” is no certain date")
    if end is None:
        vague = VAGUE.search(normal(text))
        if vague:
            return _fail("T", f"「{vague[0]}」不是期限", f"“{vague[0]}” is no date")
        return _fail("T", "没有完成期限", "no date by which it is done")
    if (begin is not None and end < begin) or (said.start is not None and end < said.start):
        return _fail(
            "T", f"期限 {end} 早于开始 {begin or said.start}", f"due {end}, before it starts on {begin or said.start}"
        )
    return _ok("T", f"期限 {end}", f"due {end}")


def _ok(letter: Letter, zh: str, en: str) -> Verdict:
    return Verdict(letter=letter, state="ok", reason=Text(zh=zh, en=en))


def _fail(letter: Letter, zh: str, en: str) -> Verdict:
    return Verdict(letter=letter, state="fail", reason=Text(zh=zh, en=en))
