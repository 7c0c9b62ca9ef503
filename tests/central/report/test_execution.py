"""Rates of execution, thresholds, health: the vectors of domain.md §4.5, §4.9 and row D21."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from central.report.execution import (
    Executed,
    Thresholds,
    apart,
    behind,
    by_unit,
    months_of_year,
    over,
    rate_bp,
    summed,
    worst_first,
)
from central.scoring.health import health, milli

PLAIN = Executed(
    project="p1", zh="甲", en="A", unit="u", contract_fen=1_000, plan_bp=6_000, actual_bp=4_500, budget_fen=800,
    spent_fen=480, year_budget_fen=1_200, year_paid_fen=300, elapsed=6, months=12,
)  # fmt: skip


@pytest.mark.requirement("D21")
@pytest.mark.parametrize(
    ("actual", "planned", "rate"),
    [
        (45, 60, -2500),
        (300, 400, -2500),
        (60, 60, 0),
        (1, 3, -6667),
        (2, 3, -3333),
        (5, 3, 6667),
        (0, 60, -10_000),
        (10, 0, None),
        (None, 60, None),
        (45, None, None),
    ],
)
def test_a_rate(actual: int | None, planned: int | None, rate: int | None) -> None:
    assert rate_bp(actual, planned) == rate


def test_a_project_has_three_rates() -> None:
    assert PLAIN.progress_rate_bp == -2500
    assert (PLAIN.planned_fen, PLAIN.money_rate_bp) == (480, 0)
    assert PLAIN.time_ratio_bp == 5000  # a quarter of the budget in half of the year


@pytest.mark.parametrize("lacking", [{"spent_fen": None}, {"year_budget_fen": 0}, {"elapsed": 0}])
def test_what_is_not_known_is_not_said(lacking: dict[str, int | None]) -> None:
    assert replace(PLAIN, **lacking).time_ratio_bp is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plan_bp", "actual_bp", "late"),
    [
        (6000, 5400, True),
        (6000, 5401, False),
        (6000, None, False),
        (499, 0, False),
        (500, 0, True),
        (None, None, False),
    ],
)
def test_behind_from_the_threshold_on(plan_bp: int | None, actual_bp: int | None, late: bool) -> None:
    assert behind(replace(PLAIN, plan_bp=plan_bp, actual_bp=actual_bp), Thresholds()) is late


@pytest.mark.parametrize(("spent", "off"), [(384, True), (385, False), (575, False), (576, True), (None, False)])
def test_spending_is_off_either_way(spent: int | None, off: bool) -> None:
    assert apart(replace(PLAIN, spent_fen=spent), Thresholds()) is off


def test_units_are_weighted_by_contract_and_leave_out_what_nobody_saw() -> None:
    big = replace(PLAIN, project="p2", contract_fen=3_000, plan_bp=5_000, actual_bp=5_000)
    unseen = replace(PLAIN, project="p3", actual_bp=None, spent_fen=None)
    found = summed("u", (PLAIN, big, unseen))
    assert (found.projects, found.observed) == (3, 2)
    assert found.progress_rate_bp == rate_bp(4500 + 3 * 5000, 6000 + 3 * 5000)
    assert (found.spent_fen, found.planned_fen) == (960, 480 + 400)


def test_nothing_known_is_no_rate() -> None:
    found = summed("", (replace(PLAIN, actual_bp=None, spent_fen=None),))
    assert (found.progress_rate_bp, found.money_rate_bp) == (None, None)


def test_order_is_worst_first_and_unknown_last() -> None:
    rows = (
        replace(PLAIN, project="c", unit="w", actual_bp=None),
        replace(PLAIN, project="b", unit="v", actual_bp=6_000),
        replace(PLAIN, project="a", unit="u"),
    )
    assert [one.project for one in worst_first(rows)] == ["a", "b", "c"]
    assert [one.unit for one in by_unit(rows)] == ["u", "v", "w"]
    assert [one.project for one in over(rows, Thresholds())] == ["a"]


@pytest.mark.parametrize(
    ("start", "finish", "day", "expected"),
    [
        (date(2025, 3, 1), date(2027, 3, 1), date(2026, 6, 30), (6, 12)),
        (date(2026, 5, 1), date(2026, 6, 29), date(2026, 5, 31), (1, 2)),
        (date(2026, 5, 1), date(2026, 6, 29), date(2026, 12, 31), (2, 2)),
        (date(2026, 10, 1), date(2027, 3, 1), date(2026, 12, 31), (3, 3)),
    ],
)
def test_months_of_the_year_that_count(start: date, finish: date, day: date, expected: tuple[int, int]) -> None:
    assert months_of_year(start, finish, day) == expected


def test_health_of_all_parts() -> None:
    found = health(
        spi_t_bp=9_000, spent_fen=110, budget_fen=100, pass_rate=Fraction(94, 100), serious=1, data=Fraction(8919, 100)
    )
    assert {name: milli(part) for name, part in found.parts.items()} == {
        "sched": 80_000, "cost": 50_000, "quality": 94_000, "safety": 80_000, "data": 89_190,
    }  # fmt: skip
    assert found.total == Fraction(35 * 80 + 25 * 50 + 15 * 94 + 10 * 80, 100) + Fraction(15 * 8919, 10_000)


def test_health_without_a_part_is_reckoned_of_the_others() -> None:
    found = health(spi_t_bp=10_000, spent_fen=None, budget_fen=100, data=Fraction(60))
    assert found.total == (35 * 100 + 15 * Fraction(60)) / 50
    assert health(spi_t_bp=None, spent_fen=None, budget_fen=0).total is None


@pytest.mark.parametrize(("spi_t_bp", "sched"), [(5_000, 0), (4_000, 0), (12_000, 100), (7_500, 50)])
def test_schedule_is_clipped(spi_t_bp: int, sched: int) -> None:
    assert health(spi_t_bp=spi_t_bp, spent_fen=None, budget_fen=0).parts["sched"] == sched
