"""Units beside each other within one kind of project, controlled by scale (B27, B30). Pure.

The difference of a unit from all others is that of a linear model with one level for each band of scale and one step
for the unit: bands are weighted by a·b / (a + b) of their projects within and without the unit, the interval is
Student's with the pooled residual. A band that has projects on one side only says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from central.domain import Text
from central.insight.project import Measure, ProjectRow, band_of, kind_name
from central.insight.spread import ENOUGH, TOO_FEW, Spread, spread, tenths
from central.insight.student import quantile

METHOD = Text(
    zh="同一类项目内,按合同规模分层后的均值差(线性模型,规模层为固定效应),95% 区间按 t 分布;每侧少于 5 个不给出数字。"
    "差异不说明原因。",
    en="Difference of means within one kind of project, with levels for bands of scale (linear model); 95 % intervals "
    "by Student's t; no numbers under five on either side. A difference says nothing about its reasons.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A unit less the others, in the measure's unit; `n` and `n_others` only of bands that both are in."""

    value: float
    low: float
    high: float
    n: int
    n_others: int

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One unit among the others; `difference` None = too few. `practice` is what the unit says it does, or None.

    `projects` and `others` are the ids behind the numbers; `sentence` tells the outcome."""

    place: str
    kind: str
    measure: Measure
    spread: Spread | None
    others_spread: Spread | None
    difference: Difference | None
    practice: Text | None
    projects: tuple[str, ...]
    others: tuple[str, ...]
    sentence: Text


def side_by_side(
    rows: Sequence[ProjectRow],
    measure: Measure,
    *,
    place: Callable[[ProjectRow], str],
    practices: Mapping[tuple[str, str], Text],
) -> tuple[Beside, ...]:
    """Every place and kind of project, best first, those that are too few last. `practices` by (place, kind)."""
    known = [row for row in rows if measure.of(row) is not None]
    found = [
        _beside(name, kind, measure, known, place=place, practices=practices)
        for name, kind in sorted({(place(row), row.kind) for row in known})
    ]
    return tuple(sorted(found, key=lambda one: _order(one, measure)))


def difference(within: Sequence[tuple[str, int]], without: Sequence[tuple[str, int]]) -> Difference | None:
    """The step between two groups of (stratum, value); None under five on either side of the strata they share."""
    shared = {stratum for stratum, _ in within} & {stratum for stratum, _ in without}
    strata = [
        ([v for s, v in within if s == stratum], [v for s, v in without if s == stratum]) for stratum in sorted(shared)
    ]
    n, others = sum(len(a) for a, _ in strata), sum(len(b) for _, b in strata)
    df = n + others - len(strata) - 1
    if n < ENOUGH or others < ENOUGH or df < 1:
        return None
    weights = [Fraction(len(a) * len(b), len(a) + len(b)) for a, b in strata]
    steps = [_mean(a) - _mean(b) for a, b in strata]
    total = sum(weights)
    step = sum((w * d for w, d in zip(weights, steps, strict=True)), Fraction(0)) / total
    left = sum((_squares(a) + _squares(b) for a, b in strata), Fraction(0))
    left += sum((w * (d - step) ** 2 for w, d in zip(weights, steps, strict=True)), Fraction(0))
    half = quantile(df) * sqrt(left / df / total)
    return Difference(value=float(step), low=float(step) - half, high=float(step) + half, n=n, n_others=others)


def _beside(
    name: str,
    kind: str,
    measure: Measure,
    rows: Sequence[ProjectRow],
    *,
    place: Callable[[ProjectRow], str],
    practices: Mapping[tuple[str, str], Text],
) -> Beside:
    mine = [row for row in rows if row.kind == kind and place(row) == name]
    others = [row for row in rows if row.kind == kind and place(row) != name]
    found = difference(_valued(mine, measure), _valued(others, measure))
    practice = practices.get((name, kind)) or practices.get((name, ""))
    return Beside(
        place=name,
        kind=kind,
        measure=measure,
        spread=spread([value for _, value in _valued(mine, measure)]),
        others_spread=spread([value for _, value in _valued(others, measure)]),
        difference=found,
        practice=practice,
        projects=tuple(sorted(row.id for row in mine)),
        others=tuple(sorted(row.id for row in others)),
        sentence=outcome(name, kind, measure, found, practice=practice, n=len(mine)),
    )


def outcome(name: str, kind: str, measure: Measure, found: Difference | None, *, practice: Text | None, n: int) -> Text:
    """What can be said of a place, with numbers and n; no word about reasons."""
    named = kind_name(kind)
    if found is None:
        return Text(
            zh=f"{name}{named.zh}项目的{measure.name.zh}:{TOO_FEW.zh}(n={n})。",
            en=f"{name}, {named.en}: {measure.name.en}: {TOO_FEW.en} (n={n}).",
        )
    scale = Fraction(1, measure.scale)
    size = tenths(abs(Fraction(found.value)) * scale)
    low, high = (Fraction(found.low) * scale, Fraction(found.high) * scale)
    ends = sorted((abs(low), abs(high))) if found.shown else [low, high]
    spelled = f"{tenths(ends[0])} – {tenths(ends[1])}"
    unit, sizes = measure.unit, f"n={found.n}"
    tag = Text(
        zh=f"该单位登记的做法:{practice.zh}。" if practice else "",
        en=f" Its practice: {practice.en}." if practice else "",
    )
    if not found.shown:
        return Text(
            zh=f"{name}{named.zh}项目平均{measure.name.zh}与全区其他同类项目没有显示出差异"
            f"({sizes},其他 {found.n_others},差值 95% 区间 {spelled} {unit.zh})。{tag.zh}",
            en=f"{name}, {named.en}: mean {measure.name.en} shows no difference from like projects elsewhere ({sizes}, "
            f"others {found.n_others}, 95 % interval {spelled} {unit.en}).{tag.en}",
        )
    less = found.value < 0
    days = measure.unit.zh == "天"
    word = Text(zh=("短" if days else "低") if less else ("长" if days else "高"), en="less" if less else "more")
    return Text(
        zh=f"{name}{named.zh}项目平均{measure.name.zh}比全区其他同类项目{word.zh} {size} {unit.zh}"
        f"({sizes},其他 {found.n_others},95% 区间 {spelled} {unit.zh})。{tag.zh}",
        en=f"{name}, {named.en}: mean {measure.name.en} is {size} {unit.en} {word.en} than of like projects elsewhere "
        f"({sizes}, others {found.n_others}, 95 % interval {spelled} {unit.en}).{tag.en}",
    )


def _valued(rows: Sequence[ProjectRow], measure: Measure) -> list[tuple[str, int]]:
    return [(band_of(row.contract_fen).code, value) for row in rows if (value := measure.of(row)) is not None]


def _mean(values: Sequence[int]) -> Fraction:
    return Fraction(sum(values), len(values))


def _squares(values: Sequence[int]) -> Fraction:
    """Sum of squares about the mean."""
    return sum(value * value for value in values) - Fraction(sum(values) ** 2, len(values))


def _order(one: Beside, measure: Measure) -> tuple[bool, float, str, str]:
    value = one.difference.value if one.difference else 0.0
    return one.difference is None, -value if measure.better == "higher" else value, one.place, one.kind
