"""Measures out of facts: truth tables of what is divided by what, and of why there may be no value."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from central.domain import FundEntry, FundKind
from central.quality.score import Counted
from central.scoring.facts import (
    Acks,
    Days,
    Delivered,
    Facts,
    Handled,
    Leads,
    Life,
    Lots,
    Mending,
    Money,
    Payments,
    Reached,
    Reds,
    Seen,
    Standing,
    Waits,
)
from central.scoring.found import Asked
from central.scoring.measuring import FAMILIES, value_of
from central.scoring.period import period_of
from central.scoring.sources import SOURCES
from central.scoring.waits import waits_of

MARCH = Asked(period=period_of("2026-03"), through=date(2026, 3, 31))
LIFE = Life(start=date(2026, 1, 1), finish=date(2026, 12, 31), budget_fen=100)


def a_project(name: str = "p1", *, life: Life = LIFE, **more: object) -> Facts:
    """Facts of a project that began in January."""
    return Facts(project=name, life=life, **more)  # type: ignore[arg-type]


def a_standing(
    actual: int = 4500, plan: int = 6000, *, seen: bool = True, lag: int = 0, spi_t: int | None = None, gap: int = 0
) -> Standing:
    """Actual and plan in basis points at the end of the period."""
    return Standing(
        seen=seen, plan_bp=plan, actual_bp=actual, lag_cdays=lag, spi_t_bp=spi_t, pay_gap_bp=gap, refs=("g/e/1",)
    )


def money(budget: int = 800, *, paid: int = 0, released: int = 0, year: tuple[int, int] = (0, 0)) -> Money:
    """The ledger at the end of the period."""
    return Money(
        budget_fen=budget, released_fen=released, paid_fen=paid, year_budget_fen=year[0], year_paid_fen=year[1]
    )


def done(day: date, *, started: date | None = None, finish: date = date(2026, 3, 20)) -> Life:
    """The life of a project that was completed."""
    return Life(start=date(2026, 1, 1), finish=finish, started=started, completed=day, budget_fen=100)


MARCH_END = Life(start=date(2026, 1, 1), finish=date(2026, 3, 31), budget_fen=100)
SMALL, LARGE = (
    Life(start=date(2026, 1, 1), finish=date(2026, 12, 31), budget_fen=100),
    Life(start=date(2026, 1, 1), finish=date(2026, 12, 31), budget_fen=300),
)


@pytest.mark.parametrize(
    ("code", "facts", "value"),
    [
        ("progress.completion", [a_project(standing=a_standing(9500))], 95.0),
        ("progress.completion", [a_project(standing=a_standing(9499))], 94.99),
        (
            "progress.completion",
            [a_project(life=SMALL, standing=a_standing(8000)), a_project("p2", life=LARGE, standing=a_standing(4000))],
            50.0,
        ),
        ("progress.planned_completion", [a_project(standing=a_standing(4500, 6000))], 75.0),
        ("progress.planned_completion", [a_project(standing=a_standing(6600, 6000))], 110.0),
        ("progress.spi_t", [a_project(standing=a_standing(spi_t=7000))], 0.7),
        ("progress.delay_days", [a_project(standing=a_standing(lag=750))], 7.5),
        ("progress.delay_days", [a_project(standing=a_standing(lag=-300))], 0.0),
        ("progress.on_time", [a_project(life=done(date(2026, 3, 20)))], 100.0),
        ("progress.on_time", [a_project(life=done(date(2026, 3, 21)))], 0.0),
        ("progress.warning_days", [a_project(days=Days(ran=20, warned=5))], 25.0),
        ("progress.evidence", [a_project(days=Days(ran=20, judged=20, evident=19))], 95.0),
        ("money.execution_rate", [a_project(money=money(800, paid=400))], 50.0),
        ("money.execution_rate", [a_project(money=money(800, paid=400, year=(200, 150)))], 75.0),
        ("money.in_place_rate", [a_project(money=money(800, released=600))], 75.0),
        ("money.saving_rate", [a_project(life=done(date(2026, 3, 2)), money=money(800, paid=760))], 5.0),
        ("money.saving_rate", [a_project(life=done(date(2026, 3, 2)), money=money(800, paid=840))], -5.0),
        ("money.compliance_rate", [a_project(payments=Payments(count=2, amount_fen=100, compliant_fen=92))], 92.0),
        ("money.correct_payment_rate", [a_project(payments=Payments(count=50, corrections=1))], 98.0),
        ("money.correct_payment_rate", [a_project(payments=Payments(count=1, corrections=3))], 0.0),
        ("money.paid_ahead", [a_project(standing=a_standing(gap=1250))], 12.5),
        ("money.paid_ahead", [a_project(standing=a_standing(gap=-1250))], 0.0),
        ("quality.pass_rate", [a_project(lots=Lots(inspected=50, passed=47))], 94.0),
        ("safety.serious_findings", [a_project(lots=Lots(looked=True, serious=2))], 2.0),
        ("mending.on_time_rate", [a_project(mending=Mending(due=4, in_time=3))], 75.0),
        ("mending.mean_days", [a_project(mending=Mending(verified=2, taken_ms=5 * 86_400_000))], 2.5),
        ("mending.overdue_unhandled", [a_project(mending=Mending(overdue=2)), a_project("p2")], 2.0),
        ("mending.overdue_unhandled", [a_project()], 0.0),
        ("warnings.red_count", [a_project(reds=Reds(count=1)), a_project("p2")], 1.0),
        ("warnings.ack_rate", [a_project(acks=Acks(due=10, in_time=9))], 90.0),
        (
            "warnings.report_lead",
            [a_project(leads=Leads(reported=2, ahead_ms=5 * 86_400_000)), a_project("p2", leads=Leads())],
            2.5,
        ),
        ("warnings.finish_lead", [a_project(leads=Leads(first_on=date(2026, 2, 1)), life=MARCH_END)], 58.0),
        ("warnings.finish_lead", [a_project(leads=Leads(first_on=date(2026, 4, 2)), life=MARCH_END)], -2.0),
        ("use.automatic_share", [a_project(seen=Seen(automatic=9, every=10))], 90.0),
        ("cycle.mean_days", [a_project(life=done(date(2026, 3, 10), started=date(2026, 3, 1)))], 10.0),
        ("cycle.payment_days", [a_project(waits=Waits(fen_days=900, fen=100))], 9.0),
        ("complaint.handled_rate", [Facts(project="", handled=Handled(received=100, closed=95))], 95.0),
        ("goals.completed", [Facts(project="", reached=Reached(due_e9=10**9, reached_e9=6 * 10**8))], 60.0),
    ],
)
def test_values(code: str, facts: list[Facts], value: float) -> None:
    found = value_of(code, facts, asked=MARCH)
    assert (found.value, found.state, found.source) == (value, "measured", code)


@pytest.mark.parametrize(
    ("code", "facts", "state"),
    [
        ("progress.spi_t", [a_project()], "missing"),
        ("progress.spi_t", [a_project(standing=a_standing(seen=False))], "missing"),
        ("progress.spi_t", [a_project(standing=a_standing(spi_t=None))], "not_due"),
        ("progress.completion", [], "not_applicable"),
        (
            "progress.completion",
            [a_project(life=Life(start=date(2026, 4, 1), finish=date(2026, 5, 1)), standing=a_standing())],
            "not_due",
        ),
        ("progress.planned_completion", [a_project(standing=a_standing(0, 0))], "not_due"),
        ("progress.on_time", [a_project()], "not_due"),
        ("progress.warning_days", [a_project(days=Days(ran=0))], "not_due"),
        ("progress.evidence", [a_project(days=Days(ran=5, judged=0))], "missing"),
        ("money.execution_rate", [a_project()], "missing"),
        ("money.saving_rate", [a_project(money=money())], "not_due"),
        ("money.compliance_rate", [a_project()], "not_applicable"),
        ("money.correct_payment_rate", [a_project(payments=Payments(corrections=2))], "not_applicable"),
        ("quality.pass_rate", [a_project(lots=Lots())], "not_applicable"),
        ("safety.serious_findings", [a_project(lots=Lots(serious=0))], "not_applicable"),
        ("data.quality", [a_project()], "not_due"),
        ("warnings.report_lead", [a_project(leads=Leads(first_on=date(2026, 2, 1)))], "not_applicable"),
        ("warnings.finish_lead", [a_project(leads=Leads(), life=MARCH_END)], "not_applicable"),
        ("warnings.finish_lead", [a_project(leads=Leads(first_on=date(2026, 2, 1)))], "not_applicable"),
        ("use.automatic_share", [a_project(seen=Seen())], "not_applicable"),
        ("mending.on_time_rate", [a_project(mending=Mending(overdue=1))], "not_applicable"),
        ("mending.mean_days", [a_project()], "not_applicable"),
        ("warnings.ack_rate", [a_project()], "not_applicable"),
        ("cycle.mean_days", [a_project()], "not_applicable"),
        ("cycle.payment_days", [a_project()], "not_applicable"),
        ("complaint.handled_rate", [Facts(project="")], "not_applicable"),
        ("goals.completed", [Facts(project="")], "not_applicable"),
    ],
)
def test_why_there_is_no_value(code: str, facts: list[Facts], state: str) -> None:
    found = value_of(code, facts, asked=MARCH)
    assert (found.value, found.state) == (None, state)


@pytest.mark.parametrize("code", sorted(SOURCES))
def test_before_a_period_is_over_for_a_day_nothing_is_due(code: str) -> None:
    ahead = Asked(period=MARCH.period, through=MARCH.period.first - timedelta(days=1))
    found = value_of(code, [a_project(standing=a_standing(), money=money(paid=1))], asked=ahead)
    assert (found.value, found.state) == (None, "not_due")


def test_every_code_is_measured_and_says_its_formula_in_both_languages() -> None:
    assert set(FAMILIES) == set(SOURCES)
    for code, source in SOURCES.items():
        assert source.code == code
        assert source.kinds
        assert all((source.name.zh, source.name.en, source.formula.zh, source.formula.en))


def test_projects_without_data_are_left_out_and_told() -> None:
    found = value_of("progress.completion", [a_project(standing=a_standing(5000)), a_project("p2")], asked=MARCH)
    assert (found.value, found.n) == (50.0, 1)
    assert found.note is not None
    assert found.note.en == "1 of 2 projects have no data"


def test_quality_of_data_adds_counts_before_it_divides() -> None:
    counted = Counted(
        expected=30, received=28, on_time=25, required=280, filled=270, checked=28, valid=26, pairs=20, agreeing=18
    )
    facts = [a_project(delivered=Delivered(counted=counted, months=1, refs=("quality/2026-03/u",)))]
    found = value_of("data.quality", facts, asked=MARCH)
    exact = 100 * (
        Fraction(30, 100) * Fraction(28, 30) * Fraction(270, 280)
        + Fraction(30, 100) * Fraction(26, 28)
        + Fraction(25, 100) * Fraction(25, 30)
        + Fraction(15, 100) * Fraction(18, 20)
    )
    assert found.value == float(exact)
    assert round(found.value, 2) == 89.19
    assert value_of("use.on_time_uploads", facts, asked=MARCH).value == 100 * 25 / 30


def entry(kind: FundKind, day: date, fen: int, *, voucher: str = "", reverses: str = "") -> FundEntry:
    """An entry of the ledger."""
    return FundEntry(
        voucher=voucher or f"{kind}-{day}-{fen}", project="p1", kind=kind, day=day, amount_fen=fen, reverses=reverses
    )


def test_money_waits_from_release_to_payment_first_released_first_paid() -> None:
    book = [
        entry("release", date(2026, 2, 1), 100),
        entry("release", date(2026, 3, 1), 100),
        entry("pay", date(2026, 2, 11), 50),  # before the period: takes of the first release, is not counted
        entry("pay", date(2026, 3, 11), 100),  # 50 waited 38 days, 50 waited 10
        entry("pay", date(2026, 3, 12), 80),  # 50 waited 11 days, 30 had not been released
    ]
    found = waits_of(book, period=MARCH.period)
    assert (found.fen, found.fen_days) == (150, 50 * 38 + 50 * 10 + 50 * 11)


def test_reversed_entries_never_were() -> None:
    book = [
        entry("release", date(2026, 3, 1), 100),
        entry("pay", date(2026, 3, 5), 100, voucher="wrong"),
        entry("pay", date(2026, 3, 6), -100, voucher="undo", reverses="wrong"),
        entry("pay", date(2026, 3, 9), 100),
    ]
    assert waits_of(book, period=MARCH.period) == Waits(fen_days=800, fen=100)
    assert waits_of(reversed(book), period=MARCH.period) == Waits(fen_days=800, fen=100)
