"""Earned value and earned schedule against the vector of domain.md §5.3."""

from __future__ import annotations

import pytest

from central.plan.calendar import DAY_S
from central.plan.earned import budget_at_completion, earned_s, earned_value, forecast_s, spi_t_of
from central.plan.planned import MICRO, Curve

PLAN = (0, 500, 1500, 3000, 5000, 7000, 8500, 9500, 10_000)


def periods(plan: tuple[int, ...]) -> Curve:
    """A plan told at the end of each period; one is a day long here."""
    return Curve(at_s=tuple(nth * DAY_S for nth in range(len(plan))), micro=tuple(bp * MICRO for bp in plan))


def es_of(plan: tuple[int, ...], earned: int, *, at: float) -> float:
    """ES in periods."""
    return earned_s(periods(plan), earned, now_s=round(at * DAY_S)) / DAY_S


def test_schedule_vector() -> None:
    es = es_of(PLAN, 4000, at=5)
    assert (es, spi_t_of(periods(PLAN), 4000, now_s=5 * DAY_S), es - 5) == (3.5, 0.7, -1.5)
    forecast = forecast_s(periods(PLAN), 4000, now_s=5 * DAY_S)
    assert forecast is not None
    assert forecast / DAY_S == pytest.approx(11.43, abs=0.005)


def test_money_vector() -> None:
    found = earned_value(bac_fen=800_000_000, plan_bp=7000, actual_bp=4000, ac_fen=440_000_000)
    assert (found.ev_fen, found.pv_fen) == (320_000_000, 560_000_000)
    assert (round(found.cpi or 0, 4), round(found.spi or 0, 4)) == (0.7273, 0.5714)
    eac = (found.eac_typical_fen, found.eac_atypical_fen, found.eac_combined_fen)
    assert eac == (1_100_000_000, 920_000_000, 1_595_000_000)


@pytest.mark.parametrize(
    ("plan", "earned", "at", "es"),
    [
        ((0, 4000, 4000, 4000, 10_000), 4000, 2, 2.0),  # a winter stop: not late, not ahead
        ((0, 4000, 4000, 4000, 10_000), 4000, 3, 3.0),
        ((0, 4000, 4000, 4000, 10_000), 3000, 3, 0.75),
        ((0, 5000, 10_000), 7500, 1, 1.5),  # ahead
        ((0, 5000, 10_000), 10_000, 2, 2.0),
        ((0, 5000, 10_000), 0, 1, 0.0),
    ],
)
def test_flat_stretches_and_ends(plan: tuple[int, ...], earned: int, at: float, es: float) -> None:
    assert es_of(plan, earned, at=at) == es


def test_without_an_approved_budget_the_contract_is_the_budget_at_completion() -> None:
    assert (budget_at_completion(600, 800), budget_at_completion(0, 800), budget_at_completion(0, 0)) == (600, 800, 0)


def test_nothing_earned_has_no_forecast_and_nothing_spent_no_cpi() -> None:
    assert forecast_s(periods(PLAN), 0, now_s=3 * DAY_S) is None
    found = earned_value(bac_fen=100, plan_bp=0, actual_bp=0, ac_fen=0)
    assert (found.cpi, found.spi, found.eac_typical_fen, found.eac_atypical_fen) == (None, None, None, 100)


@pytest.mark.parametrize(
    ("actual", "day", "expected"), [(4000, 50, 0.8), (6000, 50, 1.2), (5000, 50, 1.0), (0, 0, None), (10_000, 150, 1.0)]
)
def test_spi_t_on_the_exact_curve(actual: int, day: int, expected: float | None) -> None:
    curve = Curve(at_s=(0, 100 * DAY_S), micro=(0, 10_000 * MICRO))
    assert spi_t_of(curve, actual, now_s=day * DAY_S) == expected
