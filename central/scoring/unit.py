"""The score of a unit (domain.md §4.7): .85 its projects by budget (30 % at most each), .10 data, .05 mending. Pure.

It is a sheet like any other: three leaves whose values are points 0-100, so that it unrolls into the projects' sheets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from central.domain import Text
from central.scoring.indicator import Indicator, IndicatorSet, Value, WeighedLeaf

SHARE_MAX = Fraction(30, 100)
PROJECTS, DATA, MENDING = "unit.projects", "unit.data_quality", "unit.mended_on_time"
WEIGHTS: Mapping[str, float] = {PROJECTS: 0.85, DATA: 0.10, MENDING: 0.05}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectScore:
    """A project's total 0-100 (None: nothing to score) and budget; `sheet` = the id of the sheet it is of."""

    total: float | None
    budget_fen: int
    sheet: str


def shares(budgets_fen: Sequence[int]) -> tuple[Fraction, ...]:
    """Parts by budget that sum to 1 and none above 30 %: what is cut off goes to the others by their budgets.

    Three projects or fewer cannot all stay under it: they count alike. Budgets of 0 count as the least there is.
    """
    if len(budgets_fen) * SHARE_MAX <= 1:
        return tuple(Fraction(1, len(budgets_fen)) for _ in budgets_fen)
    weights = [Fraction(max(1, fen)) for fen in budgets_fen]
    capped: set[int] = set()
    while True:
        rest = 1 - SHARE_MAX * len(capped)
        whole = sum((one for at, one in enumerate(weights) if at not in capped), Fraction(0))
        over = {at for at, one in enumerate(weights) if at not in capped and one * rest > SHARE_MAX * whole}
        if not over:
            return tuple(SHARE_MAX if at in capped else one * rest / whole for at, one in enumerate(weights))
        capped |= over


def projects_mean(projects: Sequence[ProjectScore]) -> float | None:
    """Σ share x total over the projects that have a total; None without any."""
    known = [(one.total, one.budget_fen) for one in projects if one.total is not None]
    if not known:
        return None
    parts = shares([budget_fen for _, budget_fen in known])
    mean = sum((part * Fraction(total) for part, (total, _) in zip(parts, known, strict=True)), Fraction(0))
    return float(mean)


def unit_values(
    projects: Sequence[ProjectScore], *, data_quality: Value, mended_on_time: Value
) -> tuple[Value, Value, Value]:
    """Values of the three leaves. Without projects, data or measures that were due a leaf does not apply."""
    mean = projects_mean(projects)
    refs = tuple(f"sheet/{one.sheet}" for one in projects if one.total is not None)
    of_projects = Value(
        indicator=PROJECTS,
        value=mean,
        state="not_applicable" if mean is None else "measured",
        refs=refs,
        source="unit.projects",
        version="1",
        n=len(refs),
    )
    return of_projects, _as(DATA, data_quality), _as(MENDING, mended_on_time)


def _as(leaf: str, value: Value) -> Value:
    state = value.state if value.value is not None else "not_applicable"
    return Value(
        indicator=leaf,
        value=value.value,
        state=state,
        refs=value.refs,
        source=value.source,
        version=value.version,
        n=value.n,
        note=value.note,
    )


def _leaf(leaf: str, *, zh: str, en: str, formula_zh: str, formula_en: str, source: str) -> WeighedLeaf:
    indicator = Indicator(
        id=leaf,
        version=1,
        name=Text(zh=zh, en=en),
        kind="qualitative",
        target=100.0,
        unit="",
        digits=2,
        formula=Text(zh=formula_zh, en=formula_en),
        source=source,
        frames={"IPOR": "output", "IOI": "output", "MOF": "output"},
        basis="domain.md §4.7",
    )
    return WeighedLeaf(indicator=indicator, weight=WEIGHTS[leaf], reason="domain.md §4.7: .85 / .10 / .05")


UNIT_SET = IndicatorSet(
    id="unit-score",
    version=1,
    name=Text(zh="单位综合得分", en="Score of a unit"),
    sector="administration",
    frame="IPOR",
    leaves=(
        _leaf(
            PROJECTS,
            zh="项目得分",
            en="Scores of its projects",
            formula_zh="Σ 项目得分 × 预算占比(单个不超过 30%)",
            formula_en="Σ project score × share of the budget (30 % at most each)",
            source="unit.projects",
        ),
        _leaf(
            DATA,
            zh="数据质量",
            en="Data quality",
            formula_zh="期内数据质量得分",
            formula_en="total of the data's quality in the period",
            source="data.quality",
        ),
        _leaf(
            MENDING,
            zh="整改按期办结率",
            en="Mended on time",
            formula_zh="期内到期整改中按期办结的百分比",
            formula_en="percent of the measures due in the period that were mended on time",
            source="mending.on_time_rate",
        ),
    ),
    basis="domain.md §4.7",
)
