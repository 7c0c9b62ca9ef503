"""The rules of money as truth tables: their thresholds to the fen, and what they say without data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from central.domain import Level, Subject
from central.plan.calendar import midnight
from central.rules.facts import RuleInput
from tests.central.rules.build import WAN, a_deviation, at_midnight, found, level, money

JULY_1 = midnight(date(2026, 7, 1))


@pytest.mark.requirement("B18")
@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        (840 * WAN - 1, None),
        (840 * WAN, "blue"),
        (879_990_000, "blue"),  # B18: 879.99万
        (880 * WAN - 1, "blue"),
        (880 * WAN, "yellow"),
        (960 * WAN - 1, "yellow"),
        (960 * WAN, "red"),
    ],
)
def test_overspend_against_the_approved_budget(paid: int, expected: Level | None) -> None:
    finding = found("overspend", at_midnight(money=money(paid=paid)))
    assert finding is not None
    assert (finding.level, finding.basis, finding.confirmed) == (expected, "budget", True)


@pytest.mark.parametrize(
    ("paid", "estimate", "expected"),
    [(810 * WAN, 810 * WAN, None), (810 * WAN + 1, 810 * WAN, "red"), (810 * WAN + 1, 0, None)],
)
def test_above_the_estimate_is_red_whatever_the_budget(paid: int, estimate: int, expected: Level | None) -> None:
    finding = found("overspend", at_midnight(money=money(paid=paid, estimate=estimate)))
    assert finding is not None
    assert (finding.level, finding.held) == (expected, expected)
    if expected:
        assert (finding.basis, finding.threshold) == ("estimate", 0)


@pytest.mark.requirement("C05")
@pytest.mark.parametrize(
    ("line", "lines", "expected"),
    [
        ("works", {"works": (100 * WAN, 111 * WAN), "design": (700 * WAN, 0)}, "yellow"),  # C05: the total is under
        ("works", {"works": (100 * WAN, 104 * WAN)}, None),
        ("a/b", {"a/b": (100 * WAN, 120 * WAN)}, "red"),
        ("late", {"works": (100 * WAN, 0), "late": (0, 1)}, "red"),  # paid out of what was never granted
        ("late", {"works": (100 * WAN, 0), "late": (0, 0)}, None),
    ],
)
def test_overspend_of_a_line(line: str, lines: dict[str, tuple[int, int]], expected: Level | None) -> None:
    subject = Subject(kind="line", id=f"p1/{line}")
    facts = at_midnight(subject=subject, deviation=None, money=money(paid=111 * WAN, lines=lines))
    assert level("overspend", facts) == expected


@pytest.mark.parametrize(("line", "lines"), [("works", {"works": (0, 5)}), ("", {"": (0, 5), "works": (9, 0)})])
def test_money_that_was_not_granted_by_lines_is_judged_by_none(line: str, lines: dict[str, tuple[int, int]]) -> None:
    facts = at_midnight(subject=Subject(kind="line", id=f"p1/{line}"), deviation=None, money=money(paid=5, lines=lines))
    assert found("overspend", facts) is None


@pytest.mark.requirement("D05")
@pytest.mark.parametrize(
    ("month", "executed_bp", "expected"),
    [
        (6, 2800, "red"),  # §5.8: 56
        (6, 3500, "yellow"),  # 70
        (6, 4000, "blue"),  # 80: none of the provincial lines, our information line
        (6, 4500, None),  # 90
        (6, 4499, "blue"),
        (6, 3999, "yellow"),
        (6, 3000, "yellow"),  # 60
        (6, 2999, "red"),
        (12, 9000, None),
        (12, 8999, "blue"),
        (3, 0, "red"),
    ],
)
def test_underspend_at_the_end_of_a_month(month: int, executed_bp: int, expected: Level | None) -> None:
    standing = money(day=date(2026, month, 28), paid=1, year=(10_000, executed_bp))
    assert level("underspend", at_midnight(month_end=True, money=standing)) == expected


def test_the_executed_share_is_said_against_the_time_gone_by() -> None:
    standing = money(day=date(2026, 6, 30), paid=1, year=(800 * WAN, 224 * WAN))
    finding = found("underspend", at_midnight(month_end=True, money=standing))
    assert finding is not None
    assert (finding.value, finding.threshold, finding.basis) == (5600, 6000, "elapsed")


@pytest.mark.parametrize(
    ("starts", "finishes", "executed_bp"),
    [
        (date(2025, 3, 1), date(2027, 9, 30), 6000),  # 30 % in 6 of 12 months
        (date(2026, 4, 1), date(2026, 12, 31), 9000),  # in 3 of 9
        (date(2026, 4, 1), date(2027, 12, 31), 9000),
        (date(2026, 1, 1), date(2026, 6, 30), 3000),  # in 6 of 6
        (date(2025, 1, 1), date(2026, 3, 31), 3000),  # all its months are over
    ],
)
def test_of_a_year_of_which_it_runs_a_part_its_own_months_count(starts: date, finishes: date, executed_bp: int) -> None:
    standing = money(day=date(2026, 6, 30), paid=1, year=(10_000, 3_000))
    finding = found("underspend", at_midnight(month_end=True, money=standing, starts=starts, finishes=finishes))
    assert finding is not None
    assert finding.value == executed_bp


@pytest.mark.parametrize(("month", "month_end"), [(2, True), (6, False)])
def test_no_year_is_judged_in_its_first_months_or_within_a_month(month: int, month_end: bool) -> None:
    standing = money(day=date(2026, month, 28), paid=1, year=(10_000, 0))
    finding = found("underspend", at_midnight(month_end=month_end, money=standing))
    assert finding is None or (finding.judged, finding.month_end, finding.condition) == (False, False, "ok")
    assert (finding is None) is not month_end


@pytest.mark.parametrize(
    ("paid_bp", "expected"),
    [
        (5000, None),  # > 10 points, not 10
        (5001, "blue"),
        (6000, "blue"),
        (6001, "yellow"),
        (7000, "yellow"),
        (7001, "red"),
        (3000, None),
    ],
)
def test_paid_ahead(paid_bp: int, expected: Level | None) -> None:
    facts = at_midnight(deviation=a_deviation(actual=4000), money=money(paid=paid_bp * 8 * WAN // 100))
    assert level("paid_ahead", facts) == expected


def test_a_fen_above_a_line_is_above_it() -> None:
    facts = at_midnight(deviation=a_deviation(actual=4000), money=money(paid=400 * WAN + 1))
    assert level("paid_ahead", facts) == "blue"


@pytest.mark.parametrize(("inspected", "expected"), [(False, "blue"), (True, "red")])
def test_thin_evidence_makes_no_red_of_money_until_an_inspector_lifts_the_cap(inspected: bool, expected: Level) -> None:
    thin = a_deviation(actual=1000, coverage_bp=4000)
    facts = at_midnight(deviation=thin, insufficient_h=50, inspected=inspected, money=money(paid=400 * WAN))
    finding = found("paid_ahead", facts)
    assert finding is not None
    assert (finding.level, finding.capped, finding.held) == (expected, not inspected, "red")


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (4499, None),
        (4500, "blue"),
        (4999, "blue"),
        (5000, "yellow"),
        (5999, "yellow"),
        (6000, "red"),
        (3000, None),
    ],
)
def test_report_against_seen(reported: int, expected: Level | None) -> None:
    facts = at_midnight(deviation=a_deviation(actual=4000), reported_bp=reported)
    assert level("report_vs_seen", facts) == expected


def test_nothing_reported_is_no_finding() -> None:
    assert found("report_vs_seen", at_midnight()) is None


USUAL = (50, 52, 48, 51, 49, 50)


def months(*wan: float, until: int = 6, year: int = 2026) -> dict[date, int]:
    """Payments of the months up to and with month `until` of a year, in 万."""
    first = year * 12 + until - len(wan)
    return {date((first + k) // 12, (first + k) % 12 + 1, 1): round(v * WAN) for k, v in enumerate(wan)}


def spending(*wan: float, month_end: bool = True, contract: int = 600 * WAN) -> RuleInput:
    return at_midnight(
        as_of=JULY_1,
        month_end=month_end,
        money=money(paid=1, months=months(*wan)),
        contract_fen=contract,
        starts=date(2026, 1, 1),
        finishes=date(2026, 12, 31),
    )


@pytest.mark.requirement("A16")
@pytest.mark.parametrize(
    ("last", "z", "expected"),
    [
        (120, 4721, "red"),  # A16: median 50, MAD 1
        (53, 0, None),  # within a tenth of the month's plan
        (55.1, 343, None),
        (55.2, 350, "yellow"),
        (58.8, 593, "yellow"),
        (58.9, 600, "red"),
        (44.8, 350, "yellow"),  # far too little
    ],
)
def test_abnormal_spending(last: float, z: int, expected: Level | None) -> None:
    finding = found("abnormal_spend", spending(*USUAL, last))
    assert finding is not None
    assert (finding.value, finding.level) == (z, expected)


def test_a_month_like_the_others_has_the_z_of_the_specification() -> None:
    finding = found("abnormal_spend", spending(*USUAL, 53, contract=120 * WAN))
    assert finding is not None
    assert (finding.value, finding.level) == (202, None)


def test_payments_all_alike_are_measured_by_a_hundredth_of_the_plan() -> None:
    finding = found("abnormal_spend", spending(*(50,) * 6, 60, contract=600 * WAN))
    assert finding is not None  # the month's plan is 600 * 1461 / 48 / 365 = 50.03
    assert finding.value == 6745 * 10 * WAN // (100 * (600 * WAN * 1461 // (48 * 365)) // 100)
    without = found("abnormal_spend", spending(*(50,) * 6, 60, contract=0))
    assert without is not None
    assert (without.condition, without.detail) == ("no_data", "all months are alike and the month's plan is not known")


@pytest.mark.parametrize(
    ("last", "speaks"),
    [(120, True), (50, False), (0, False)],  # a month that has not ended has not spent too little
)
def test_within_a_month_only_too_much_is_said(last: float, speaks: bool) -> None:
    finding = found("abnormal_spend", spending(*USUAL, last, month_end=False))
    assert finding is not None
    assert (finding.judged, finding.condition) == (speaks, "ok")


def test_five_months_are_no_measure() -> None:
    finding = found("abnormal_spend", spending(*USUAL[:5], 120))
    assert finding is not None
    assert (finding.condition, finding.detail) == ("no_data", "5 months of payments: 6 are needed")


def test_months_without_payment_count() -> None:
    paid = {m: fen for m, fen in months(50, 0, 50, 0, 50, 50, 50).items() if fen}
    finding = found("abnormal_spend", at_midnight(as_of=JULY_1, month_end=True, money=money(paid=1, months=paid)))
    assert finding is not None
    assert (finding.value, finding.level) == (0, None)


def test_a_project_that_pays_by_the_node_has_no_usual_month() -> None:
    finding = found("abnormal_spend", spending(300, 0, 0, 300, 0, 0, 300))
    assert finding is not None
    assert (finding.condition, finding.detail) == ("no_data", "most months have no payment: none is usual")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "red"),
        ({"finishes": date(2026, 6, 29)}, None),  # its plan ended within the month
        ({"starts": date(2026, 6, 2)}, None),
        ({"pauses": ((date(2026, 6, 30), date(2026, 7, 9)),)}, None),
    ],
)
def test_too_little_is_said_only_of_a_month_in_which_work_went_on(more: dict[str, Any], expected: Level | None) -> None:
    facts = {"starts": date(2026, 1, 1), "finishes": date(2026, 12, 31), **more}
    standing = money(paid=1, months=months(*USUAL, 0))
    assert level("abnormal_spend", at_midnight(as_of=JULY_1, month_end=True, money=standing, **facts)) == expected


NO_DATA = {"overspend", "paid_ahead", "abnormal_spend"}


def test_no_ledger_is_no_data_and_not_zero() -> None:
    for nothing in (None, money(budget=0)):
        for rule in NO_DATA:
            finding = found(rule, at_midnight(money=nothing))
            assert finding is not None
            assert (finding.judged, finding.condition, finding.level) == (False, "no_data", None)
            assert "ledger" in finding.detail


@pytest.mark.parametrize(
    ("rule", "facts", "words"),
    [
        ("overspend", {"money": money(budget=0, paid=5)}, "budget"),
        ("paid_ahead", {"money": money(paid=5), "contract_fen": 0}, "contract"),
        ("underspend", {"money": money(paid=5), "month_end": True}, "2026"),
    ],
)
def test_what_is_missing_is_named(rule: str, facts: dict[str, object], words: str) -> None:
    finding = found(rule, at_midnight(**facts))
    assert finding is not None
    assert finding.condition == "no_data"
    assert words in finding.detail
