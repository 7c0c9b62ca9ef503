"""Projects of one kind together: how long they took, stage by stage, beside all other kinds (D15). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from central.domain import Text
from central.insight.bottleneck import Bottleneck, StageSpan, bottleneck, spans
from central.insight.horizontal import Difference, difference
from central.insight.project import MEASURES, ProjectRow, band_of, kind_name
from central.insight.spread import TOO_FEW, Spread, half_up, share_bp, spread, tenths
from central.lifecycle.stages import STAGE_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePart:
    """A stage's part of a kind's way: mean days in hundredths over the n projects that passed it, share of all days."""

    stage: str
    n: int
    mean_cdays: int
    share_bp: int | None
    planned_mean_cdays: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A kind of project. `against` = its time of works less that of other kinds of the same scale (None = too few).

    `sentence` says what stands out; `projects` are all of the kind, `completed` those the spreads are of."""

    kind: str
    projects: tuple[str, ...]
    completed: tuple[str, ...]
    cycle: Spread | None
    works: Spread | None
    delay: Spread | None
    against: Difference | None
    parts: tuple[StagePart, ...]
    bottleneck: Bottleneck
    sentence: Text


def cohorts(rows: Sequence[ProjectRow]) -> tuple[Cohort, ...]:
    """Every kind, the one with the longest works against others first, too few last."""
    found = [_cohort(kind, rows) for kind in sorted({row.kind for row in rows})]
    return tuple(
        sorted(found, key=lambda one: (one.against is None, -(one.against.value if one.against else 0.0), one.kind))
    )


def _cohort(kind: str, rows: Sequence[ProjectRow]) -> Cohort:
    mine = [row for row in rows if row.kind == kind]
    of = [span for row in mine for span in spans(row)]
    against = difference(
        _works(mine),
        _works([row for row in rows if row.kind != kind]),
    )
    slow = bottleneck(of)
    works = _spread(mine, "build_days")
    parts = _parts(of)
    return Cohort(
        kind=kind,
        projects=tuple(sorted(row.id for row in mine)),
        completed=tuple(sorted(row.id for row in mine if row.completed is not None)),
        cycle=_spread(mine, "cycle_days"),
        works=works,
        delay=_spread(mine, "delay_days"),
        against=against,
        parts=parts,
        bottleneck=slow,
        sentence=_sentence(kind, works, against, parts, n=len(_works(mine))),
    )


def _works(rows: Sequence[ProjectRow]) -> list[tuple[str, int]]:
    of = MEASURES["build_days"].of
    return [(band_of(row.contract_fen).code, days) for row in rows if (days := of(row)) is not None]


def _spread(rows: Sequence[ProjectRow], code: str) -> Spread | None:
    return spread([value for row in rows if (value := MEASURES[code].of(row)) is not None])


def _parts(of: Sequence[StageSpan]) -> tuple[StagePart, ...]:
    total = sum(one.days for one in of)
    return tuple(
        _part(stage, [one for one in of if one.stage == stage], total)
        for stage in STAGE_NAMES
        if any(one.stage == stage for one in of)
    )


def _part(stage: str, of: Sequence[StageSpan], total: int) -> StagePart:
    planned = [one.planned_days for one in of if one.planned_days is not None]
    days = sum(one.days for one in of)
    return StagePart(
        stage=stage,
        n=len(of),
        mean_cdays=half_up(Fraction(days * 100, len(of))),
        share_bp=share_bp(days, total),
        planned_mean_cdays=half_up(Fraction(sum(planned) * 100, len(planned))) if planned else None,
    )


def _sentence(
    kind: str, works: Spread | None, against: Difference | None, parts: Sequence[StagePart], *, n: int
) -> Text:
    name = kind_name(kind)
    if works is None:
        return Text(zh=f"{name.zh}项目:{TOO_FEW.zh}(n={n})。", en=f"{name.en}: {TOO_FEW.en} (n={n}).")
    zh = f"{name.zh}项目施工周期中位数 {tenths(works.median)} 天(n={works.n})"
    en = f"{name.en}: works take {tenths(works.median)} days in the median (n={works.n})"
    if against is not None and against.shown:
        less = against.value < 0
        size, low, high = (tenths(abs(Fraction(value))) for value in (against.value, against.low, against.high))
        zh += f",同规模下平均比其他类型{'短' if less else '长'} {size} 天(95% 区间 {_range(low, high)} 天)"
        en += f", at the same scale {size} days {'less' if less else 'more'} than other kinds in the mean"
        en += f" (95 % interval {_range(low, high)})"
    if parts:
        longest = max(parts, key=lambda one: one.share_bp or 0)
        stage = STAGE_NAMES[longest.stage]
        share = tenths(Fraction(longest.share_bp or 0, 100))
        zh += f";耗时最多的环节是{stage.zh}(占 {share}%)"
        en += f"; the stage that takes most is {stage.en} ({share} %)"
    return Text(zh=f"{zh}。", en=f"{en}.")


def _range(one: str, other: str) -> str:
    low, high = sorted((one, other), key=float)
    return f"{low} – {high}"
