"""Project health of a quarter (domain.md §4.9): H = .35 sched + .25 cost + .15 quality + .10 safety + .15 data. Pure.

A part of which nothing is known leaves its weight to the others, and the report says so. Exact fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from central.domain import Text
from central.scoring.indicator import Indicator, IndicatorSet, Value, ValueState, WeighedLeaf

WEIGHTS = {
    "sched": Fraction(35, 100),
    "cost": Fraction(25, 100),
    "quality": Fraction(15, 100),
    "safety": Fraction(10, 100),
    "data": Fraction(15, 100),
}
_WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Parts 0-100 (None = nothing is known) and the total of those that are known."""

    parts: dict[str, Fraction | None]
    total: Fraction | None


def health(
    *,
    spi_t_bp: int | None,
    spent_fen: int | None,
    budget_fen: int,
    pass_rate: Fraction | None = None,
    serious: int | None = None,
    data: Fraction | None = None,
) -> Health:
    """`pass_rate` 0-1, `serious` findings of safety, `data` the quality of the unit's data 0-100."""
    parts: dict[str, Fraction | None] = {
        "sched": None if spi_t_bp is None else 100 * _clip((Fraction(spi_t_bp, _WHOLE_BP) - Fraction(1, 2)) * 2),
        "cost": _cost(spent_fen, budget_fen),
        "quality": None if pass_rate is None else 100 * pass_rate,
        "safety": None if serious is None else Fraction(max(0, 100 - 20 * serious)),
        "data": data,
    }
    known = {name: part for name, part in parts.items() if part is not None}
    weight = sum((WEIGHTS[name] for name in known), Fraction(0))
    if not weight:
        return Health(parts=parts, total=None)
    return Health(parts=parts, total=sum((WEIGHTS[name] * part for name, part in known.items()), Fraction(0)) / weight)


def milli(part: Fraction | None) -> int | None:
    """Thousandths, rounded half up."""
    return None if part is None else (2000 * part.numerator + part.denominator) // (2 * part.denominator)


def _cost(spent_fen: int | None, budget_fen: int) -> Fraction | None:
    if spent_fen is None or budget_fen <= 0:
        return None
    overspent = max(Fraction(spent_fen - budget_fen, budget_fen), Fraction(0))
    return 100 * _clip(1 - overspent * 5)


def _clip(value: Fraction) -> Fraction:
    return min(max(value, Fraction(0)), Fraction(1))


# --- as a sheet -------------------------------------------------------------------------------------------------------

_NAMES: Mapping[str, tuple[str, str, str, str]] = {
    "sched": ("进度", "Schedule", "100 × clip((SPI(t) − 0.5) / 0.5)", "100 × clip((SPI(t) − 0.5) / 0.5)"),
    "cost": ("成本", "Cost", "100 × clip(1 − 超支率 / 0.2)", "100 × clip(1 − overspend / 0.2)"),
    "quality": ("质量", "Quality", "100 × 合格检验批 / 检验批", "100 × lots passed / lots inspected"),
    "safety": ("安全", "Safety", "max(0, 100 − 20 × 重大隐患)", "max(0, 100 − 20 × serious findings)"),
    "data": ("数据", "Data", "单位数据质量得分", "total of the quality of the data"),
}


def health_values(found: Health, *, refs: Mapping[str, tuple[str, ...]]) -> tuple[Value, ...]:
    """Values of the five leaves; a part of which nothing is known does not apply, so that its weight is the others'."""
    return tuple(_value(name, found.parts[name], refs.get(name, ())) for name in WEIGHTS)


def _value(name: str, part: Fraction | None, refs: tuple[str, ...]) -> Value:
    state: ValueState = "not_applicable" if part is None else "measured"
    points = None if part is None else float(part)
    source = f"health.{name}"
    return Value(indicator=source, value=points, state=state, refs=refs, source=source, version="1")


def _leaf(name: str) -> WeighedLeaf:
    zh, en, formula_zh, formula_en = _NAMES[name]
    indicator = Indicator(
        id=f"health.{name}",
        version=1,
        name=Text(zh=zh, en=en),
        kind="qualitative",
        target=100.0,
        unit="",
        digits=2,
        formula=Text(zh=formula_zh, en=formula_en),
        source=f"health.{name}",
        frames={"IPOR": "process", "IOI": "output", "MOF": "process"},
        basis="domain.md §4.9",
    )
    reason = "domain.md §4.9: .35 / .25 / .15 / .10 / .15"
    return WeighedLeaf(indicator=indicator, weight=float(WEIGHTS[name]), reason=reason)


HEALTH_SET = IndicatorSet(
    id="project-health",
    version=1,
    name=Text(zh="项目健康度", en="Project health"),
    sector="",
    frame="IPOR",
    leaves=tuple(_leaf(name) for name in WEIGHTS),
    basis="domain.md §4.9",
)

UNIT_HEALTH_SET = IndicatorSet(
    id="unit-health",
    version=1,
    name=Text(zh="单位项目健康度", en="Health of a unit's projects"),
    sector="",
    frame="IPOR",
    leaves=(
        WeighedLeaf(
            indicator=Indicator(
                id="health.projects",
                version=1,
                name=Text(zh="项目健康度(按预算加权)", en="Health of its projects, weighted by budget"),
                kind="qualitative",
                target=100.0,
                unit="",
                digits=2,
                formula=Text(zh="Σ 健康度 × 预算 / Σ 预算", en="Σ health × budget / Σ budget"),
                source="health.projects",
                frames={"IPOR": "process", "IOI": "output", "MOF": "process"},
                basis="domain.md §1 C18",
            ),
            weight=1.0,
            reason="domain.md §1 C18: value-weighted mean",
        ),
    ),
    basis="domain.md §1 C18",
)


def unit_health_value(projects: Sequence[tuple[float | None, int, str]]) -> Value:
    """The value-weighted mean of (health, budget in fen, id of the sheet); a project of which nothing is known is left
    out. Budgets of 0 count as the least there is."""
    known = [(Fraction(total), max(1, fen), sheet) for total, fen, sheet in projects if total is not None]
    weight = sum(fen for _, fen, _ in known)
    mean = sum((total * fen for total, fen, _ in known), Fraction(0)) / weight if known else None
    return Value(
        indicator="health.projects",
        value=None if mean is None else float(mean),
        state="not_applicable" if mean is None else "measured",
        refs=tuple(f"sheet/{sheet}" for _, _, sheet in known),
        source="health.projects",
        version="1",
        n=len(known),
    )
