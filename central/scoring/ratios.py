"""Quantitative indicators as people write them, in percent, divided once (domain.md A22, B14, E10); shares:
`sources.percent`. Pure."""

from __future__ import annotations

from central.scoring.indicator import Value, ValueState


def saving_rate(*, budget_fen: int, spent_fen: int) -> float | None:
    """投资额节约率 = (budget - spent) / budget, percent: 800 and 760 -> 5.00. None without a budget."""
    return 100 * (budget_fen - spent_fen) / budget_fen if budget_fen > 0 else None


def growth_rate(*, before: float, after: float) -> float | None:
    """增长率 = (after - before) / |before|, percent; None from nothing, where growth says nothing."""
    return 100 * (after - before) / abs(before) if before else None


def growth(indicator: str, *, before: float, after: float, refs: tuple[str, ...] = ()) -> Value:
    """Growth as the value of an indicator; from nothing it is 不适用 and takes no part in the score (B14)."""
    found = growth_rate(before=before, after=after)
    state: ValueState = "not_applicable" if found is None else "entered"
    return Value(indicator=indicator, value=found, state=state, refs=refs, version="growth-1")
